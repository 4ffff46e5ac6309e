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
            if ".,/;$".contains(letter) && rest.peek().is_some_and(|next| next.is_alphabetic()) {
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
