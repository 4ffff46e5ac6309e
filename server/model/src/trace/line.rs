//! Text on one line, of bounded length.

/// Puts text on one line: line ends and tabs become blanks, other control and direction characters go.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else if !c.is_control() && !invisible(c) {
            line.push(c);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// Characters that are drawn as nothing and may turn the text around them.
fn invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// At most `limit` characters, the last one an ellipsis when something was left out.
pub(super) fn clip(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// At most `limit` characters; of a longer text addresses lose the middle of their paths, and if that is not enough, the
/// text its own: the end is kept, where long messages come to the point.
pub(super) fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let text = text.split(' ').map(short_address).collect::<Vec<_>>().join(" ");
    let count = text.chars().count();
    if count <= limit {
        return text;
    }
    let tail = limit / 3;
    let end: String = text.chars().skip(count - tail).collect();
    format!("{}{}", clip(&text, limit - tail), end)
}

/// Of a web address the host and the last two parts of the path, which name what was asked for.
fn short_address(word: &str) -> String {
    let Some((scheme, rest)) = word.split_once("://").filter(|(scheme, _)| scheme.contains("http")) else {
        return word.to_owned();
    };
    match rest.split('/').collect::<Vec<_>>()[..] {
        [host, _, _, .., group, name] => format!("{scheme}://{host}/…/{group}/{name}"),
        _ => word.to_owned(),
    }
}

/// Takes off a `[TAG]` with which a message begins each of its lines.
pub(super) fn without_tags(text: &str) -> String {
    let tag = text
        .find('[')
        .filter(|at| *at == 0)
        .and_then(|_| text.find(']'))
        .map_or("", |end| &text[..=end]);
    if tag.len() > 2 && text.matches(tag).count() > 1 {
        return text.replace(tag, "");
    }
    text.to_owned()
}

/// Takes out where Jackson says that it was reading: ` at [Source: …; line: 1, column: 1]` tells of a buffer in the
/// worker's memory, and with the source text of the record itself.
pub(super) fn without_source(text: &str) -> String {
    let Some((before, rest)) = text.split_once(" at [Source:") else {
        return text.to_owned();
    };
    match rest.rsplit_once(']') {
        Some((_, after)) => format!("{before}{after}"),
        None => before.to_owned(),
    }
}
