//! What a query says that cannot be, and what was read instead of it.

use std::ops::Range;

use super::lex::quoted;

/// A part of a query that means nothing. It is set aside where people ask, and refused where programs do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What is wrong, a sentence.
    pub text: String,
    /// The whole query as it was probably meant, with what stands there instead.
    pub meant: Option<(String, String)>,
    /// Whether only the fleet of now knows no such value: another moment's may.
    pub nowhere: bool,
}

impl Trouble {
    /// `part` of `query` should be `instead`.
    pub(super) fn new(text: String, query: &str, part: Range<usize>, instead: Option<String>) -> Self {
        let meant = instead.map(|instead| {
            let start = query.get(..part.start).unwrap_or_default();
            let end = query.get(part.end..).unwrap_or_default();
            (format!("{start}{instead}{end}"), instead)
        });
        Self {
            text,
            meant,
            nowhere: false,
        }
    }

    pub(super) fn nowhere(self) -> Self {
        Self { nowhere: true, ..self }
    }
}

/// A word that occurs nowhere, and the words that are searched for instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// As it was written.
    pub word: String,
    /// One edit away, the most frequent first.
    pub found: Vec<String>,
}

/// `-key:value` as it is written.
pub(super) fn written(negated: bool, key: &str, value: &str) -> String {
    let sign = if negated { "-" } else { "" };
    format!("{sign}{key}:{}", quoted(value))
}
