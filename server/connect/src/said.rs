//! What a worker said, short and without secrets.

use std::sync::Arc;

use model::secrets::{RawTrace, Redactor};

/// The longest text of a worker's that an error keeps, in characters.
const LONGEST: usize = 200;
/// How much of a message is looked at, in bytes; more than [`LONGEST`], so that redaction sees what it must strike out.
const LOOKED_AT: usize = 4096;

/// One line of at most 200 characters, with whatever looks like a secret struck out and what a terminal or a page would
/// obey written as an escape.
pub(crate) fn said(text: &str) -> Arc<str> {
    let mut end = text.len().min(LOOKED_AT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let redacted = Redactor::patterns_only().redact(&RawTrace::new(text[..end].to_owned()));
    let words = redacted.split_whitespace().map(escaped).collect::<Vec<_>>();
    short(words.join(" ")).into()
}

/// An identifier (a version, a cluster's id) of at most 200 characters. It is no free text, so nothing is struck out:
/// a cluster's id looks like a random token.
pub(crate) fn identifier(text: &str) -> Arc<str> {
    text.chars()
        .filter(|c| !obeyed(*c))
        .take(LONGEST)
        .collect::<String>()
        .into()
}

/// At most 200 characters.
pub(crate) fn short(mut text: String) -> String {
    if let Some((cut, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(cut);
        text.push('…');
    }
    text
}

fn escaped(word: &str) -> String {
    let mut escaped = String::with_capacity(word.len());
    for c in word.chars() {
        if obeyed(c) {
            escaped.extend(c.escape_unicode());
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Control characters, and those that reorder or hide what stands beside them.
fn obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
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
    fn what_a_terminal_or_a_page_would_obey_is_written_as_an_escape() {
        let text = said("a\u{0}b \u{1b}[31mred\u{7} \u{202e}desrever\u{feff}");
        assert_eq!(&*text, r"a\u{0}b \u{1b}[31mred\u{7} \u{202e}desrever\u{feff}");
        assert_eq!(said(&"\u{1b}".repeat(1000)).chars().count(), 201);
    }

    #[test]
    fn what_looks_like_a_secret_is_struck_out() {
        let text = said("cannot reach jdbc:postgresql://app:hunter2@db1/shop?password=hunter2");
        assert!(!text.contains("hunter2"), "{text}");
    }
}
