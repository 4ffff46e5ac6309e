//! The masked config.

use std::sync::Arc;

use console::ConnectorDetail;
use model::secrets::ConfigValue;

pub(super) struct Config {
    pub(super) version: String,
    pub(super) values: Vec<Value>,
    pub(super) masked: usize,
}

pub(super) struct Value {
    pub(super) key: String,
    pub(super) text: String,
    pub(super) kind: &'static str,
}

pub(super) fn config(detail: &ConnectorDetail) -> Option<Config> {
    let listed = detail.config.as_ref()?;
    let value = |(key, value): (&Arc<str>, &ConfigValue)| {
        let (text, kind) = match value {
            ConfigValue::Clear(text) => (legible(text), "clear"),
            ConfigValue::Reference(text) => (legible(text), "reference"),
            ConfigValue::Masked(print) => (format!("masked · {}", print.short()), "masked"),
            ConfigValue::Null => ("null".to_owned(), "null"),
        };
        Value {
            key: legible(key),
            text,
            kind,
        }
    };
    let values: Vec<Value> = listed.config.iter().map(value).collect();
    Some(Config {
        version: listed.version.short().to_owned(),
        masked: values.iter().filter(|value| value.kind == "masked").count(),
        values,
    })
}

/// Control characters, which HTML does not allow and terminals obey, as their pictures.
pub(super) fn legible(text: &str) -> String {
    let picture = |c: char| match c {
        '\n' | '\t' => c,
        '\u{7f}' => '\u{2421}',
        c if u32::from(c) < 0x20 => char::from_u32(0x2400 + u32::from(c)).unwrap_or(c),
        c => c,
    };
    text.replace("\r\n", "\n").chars().map(picture).collect()
}
