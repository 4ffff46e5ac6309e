//! Values as jsonb and text as text: Postgres knows no NUL character in either, and one in a trace must not keep a
//! whole cluster from being recorded.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// The JSON of `value`, NUL replaced by U+FFFD.
pub(crate) fn pack<T: Serialize>(value: &T) -> Result<String> {
    let json = serde_json::to_string(value).map_err(|error| Error::Other(format!("cannot be written: {error}")))?;
    Ok(if json.contains("\\u0000") {
        without_nul(&json)
    } else {
        json
    })
}

/// Reads what [`pack`] wrote; `what` names the row in the error.
pub(crate) fn unpack<T: DeserializeOwned>(json: &str, what: impl fmt::Display) -> Result<T> {
    serde_json::from_str(json).map_err(|error| Error::corrupt(what, error))
}

/// `text` as a text column can hold it.
pub(crate) fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Replaces the escape of NUL, but not an escaped backslash that `u0000` follows.
fn without_nul(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        if let Some(after) = escape.strip_prefix("\\u0000") {
            out.push_str("\\ufffd");
            rest = after;
        } else {
            // An escape is the backslash with at least one more (ASCII) character, which is thereby stepped over.
            let (pair, after) = escape.split_at(escape.len().min(2));
            out.push_str(pair);
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nul_is_replaced_and_its_likeness_is_not() {
        let text = "a\0b \\u0000 c\\\0 \u{1F600}";
        let json = pack(&text).unwrap();
        assert_eq!(unpack::<String>(&json, "test").unwrap(), text.replace('\0', "\u{fffd}"));
    }
}
