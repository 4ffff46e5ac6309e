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

/// At most `limit` characters; of a longer text the end is kept as well, where long messages come to the point.
pub(super) fn shorten(text: &str, limit: usize) -> String {
    let count = text.chars().count();
    if count <= limit {
        return text.to_owned();
    }
    let tail = limit / 3;
    let end: String = text.chars().skip(count - tail).collect();
    format!("{}{}", clip(text, limit - tail), end)
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

/// Takes the statement out of what a JDBC driver says of a batch: it is long, and the error behind it names the table.
pub(super) fn without_statement(text: &str) -> String {
    let Some((before, rest)) = text.split_once("Batch entry ") else {
        return text.to_owned();
    };
    match (rest.split_once(' '), rest.split_once(" was aborted")) {
        (Some((number, _)), Some((_, after))) => format!("{before}Batch entry {number} was aborted{after}"),
        _ => text.to_owned(),
    }
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
