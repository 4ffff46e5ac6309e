//! What a worker said, short and without secrets.

use std::sync::Arc;

use model::secrets::{RawTrace, Redactor};

/// The longest text of a worker's that an error keeps, in characters.
const LONGEST: usize = 200;
/// How much of a message is looked at, in bytes; more than [`LONGEST`], so that redaction sees what it must strike out.
const LOOKED_AT: usize = 4096;

/// One line of at most 200 characters, with whatever looks like a secret struck out.
pub(crate) fn said(text: &str) -> Arc<str> {
    let mut end = text.len().min(LOOKED_AT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let redacted = Redactor::patterns_only().redact(&RawTrace::new(text[..end].to_owned()));
    let line = redacted.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        None => line.into(),
        Some((cut, _)) => format!("{}…", &line[..cut]).into(),
    }
}

/// An identifier (a version, a cluster's id) of at most 200 characters. It is no free text, so nothing is struck out:
/// a cluster's id looks like a random token.
pub(crate) fn identifier(text: &str) -> Arc<str> {
    text.chars()
        .filter(|c| !c.is_control())
        .take(LONGEST)
        .collect::<String>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn it_is_one_short_line() {
        assert_eq!(&*said("  a\n\tb  "), "a b");
        let long = said(&"ü".repeat(5000));
        assert_eq!(long.chars().count(), 201);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn what_looks_like_a_secret_is_struck_out() {
        let text = said("cannot reach jdbc:postgresql://app:hunter2@db1/shop?password=hunter2");
        assert!(!text.contains("hunter2"), "{text}");
    }
}
