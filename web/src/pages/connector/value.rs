//! One value of a masked config, as people read it.

use std::fmt;
use std::sync::Arc;

use askama::filters::HtmlSafe;
use model::secrets::{ConfigValue, KeyDefinition};

/// A key with its value.
pub(crate) struct Value {
    pub(crate) key: String,
    pub(crate) text: String,
    /// `clear`, `reference`, `masked` or `null`.
    pub(crate) kind: &'static str,
}

impl Value {
    pub(crate) fn of(key: &str, value: &ConfigValue) -> Self {
        let (text, kind) = match value {
            ConfigValue::Clear(text) => (legible(text), "clear"),
            ConfigValue::Reference(text) => (legible(text), "reference"),
            ConfigValue::Masked(print) => (format!("masked · {}", print.short()), "masked"),
            ConfigValue::Null => ("null".to_owned(), "null"),
        };
        Self {
            key: legible(key),
            text,
            kind,
        }
    }

    /// The text, which may break behind what separates its parts.
    pub(crate) fn shown(&self) -> Parted<'_> {
        Parted(&self.text)
    }

    /// All of some keys.
    pub(crate) fn all(keys: &[(Arc<str>, ConfigValue)]) -> Vec<Self> {
        keys.iter().map(|(key, value)| Self::of(key, value)).collect()
    }
}

/// See [`Parted`].
pub(crate) fn parted(text: &str) -> Parted<'_> {
    Parted(text)
}

/// A text that a reader would break behind its dots, commas and slashes.
pub(crate) struct Parted<'a>(pub(crate) &'a str);

impl fmt::Display for Parted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.chars().peekable();
        while let Some(letter) = rest.next() {
            match letter {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                letter => write!(f, "{letter}")?,
            }
            let next = rest.peek().copied().unwrap_or_default();
            if next == '(' || (".,/;$".contains(letter) && next.is_alphabetic()) {
                f.write_str("<wbr>")?;
            }
        }
        Ok(())
    }
}

impl HtmlSafe for Parted<'_> {}

/// What a plugin says of one of its keys, in short: `INT · high importance · default 100`.
pub(crate) fn told(definition: &KeyDefinition) -> String {
    let mut told = vec![definition.kind.to_lowercase()];
    if definition.required {
        told.push("required".to_owned());
    }
    if let Some(importance) = definition.importance {
        told.push(format!("{} importance", importance.as_str()));
    }
    match definition.default.as_deref() {
        Some("") => told.push("empty by default".to_owned()),
        Some(default) => told.push(format!("default {}", legible(default))),
        None if &*definition.kind == "PASSWORD" || definition.required => {}
        None => told.push("no default".to_owned()),
    }
    told.join(" · ")
}

/// A plugin's documentation without the markup that some write into it.
pub(crate) fn documentation(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        plain.push_str(before);
        let Some((tag, behind)) = after.split_once('>').filter(|(tag, _)| is_markup(tag)) else {
            plain.push('<');
            rest = after;
            continue;
        };
        match tag.split(char::is_whitespace).next().unwrap_or_default() {
            "li" => plain.push_str("\n· "),
            "p" | "br" | "br/" | "/ul" | "/ol" => plain.push('\n'),
            _ => {}
        }
        rest = behind;
    }
    plain.push_str(rest);
    let named = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    let plain = named
        .into_iter()
        .fold(plain, |text, (entity, letter)| text.replace(entity, letter));
    legible(plain.trim())
}

/// Whether what stands between angle brackets is a tag of HTML, and not a placeholder such as `<topic>`.
fn is_markup(tag: &str) -> bool {
    const TAGS: [&str; 16] = [
        "a", "b", "br", "code", "div", "em", "h4", "i", "li", "ol", "p", "pre", "span", "strong", "tt", "ul",
    ];
    let name = tag.trim_start_matches('/').trim_end_matches('/');
    let name = name.split(char::is_whitespace).next().unwrap_or_default();
    TAGS.contains(&name.to_ascii_lowercase().as_str())
}

/// Control characters, which HTML does not allow and terminals obey, as their pictures.
pub(crate) fn legible(text: &str) -> String {
    let picture = |c: char| match c {
        '\n' | '\t' => c,
        '\u{7f}' => '\u{2421}',
        c if u32::from(c) < 0x20 => char::from_u32(0x2400 + u32::from(c)).unwrap_or(c),
        c => c,
    };
    text.replace("\r\n", "\n").chars().map(picture).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documentation_loses_its_markup_and_keeps_its_words() {
        for (from, to) in [
            (
                "A <code>java.util.regex.Pattern</code>. Only <b>one</b>.",
                "A java.util.regex.Pattern. Only one.",
            ),
            ("Use <topic>.<partition> or a < b", "Use <topic>.<partition> or a < b"),
            ("One of:<ul><li>a</li><li>b</li></ul>then", "One of:\n· a\n· b\nthen"),
            ("See <a href=\"http://x\">there</a> &lt;x&gt;", "See there <x>"),
        ] {
            assert_eq!(documentation(from), to);
        }
    }

    #[test]
    fn text_breaks_behind_its_dots_and_is_no_markup() {
        assert_eq!(Parted("a.B,c <i>").to_string(), "a.<wbr>B,<wbr>c &lt;i&gt;");
        assert_eq!(Parted("a.b(C:1)").to_string(), "a.<wbr>b<wbr>(C:1)");
    }
}
