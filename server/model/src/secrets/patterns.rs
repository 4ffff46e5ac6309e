//! Finds secrets and record data by what stands before them.

use std::sync::LazyLock;

use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

use super::ends::Scanner;
use super::labels::{Ends, RECORD_DATA, SECRETS};
use super::reference::{References, references};
use super::spans::Spans;

/// Strikes out of any text what looks like a secret or like a record's data: error bodies of workers, messages of
/// clients. Each such place becomes [`super::MASK`]. Linear in the text; idempotent. It knows no connector's own
/// secrets: [`super::Redactor`] does.
pub fn strike_patterns(text: &str) -> String {
    find(text, SECRETS.len() + RECORD_DATA.len()).strike(text)
}

/// Whether a value carries a secret: a password in a URL or JAAS string, a private key, a token. References do not
/// count.
pub(crate) fn carries_secret(value: &str) -> bool {
    !find(value, SECRETS.len()).is_empty()
}

/// The secrets that a value carries.
pub(super) fn secrets_in(value: &str) -> Spans {
    find(value, SECRETS.len())
}

/// Secrets and record data.
pub(super) fn all_in(text: &str) -> Spans {
    find(text, SECRETS.len() + RECORD_DATA.len())
}

/// `None` only if a label were no pattern, which a test excludes.
static LABELS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let labels: Vec<&str> = table().map(|(label, _)| *label).collect();
    Regex::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(true))
        .build_many(&labels)
        .ok()
});

fn table() -> impl Iterator<Item = &'static (&'static str, Ends)> {
    SECRETS.iter().chain(RECORD_DATA)
}

/// How the text behind a label of the first `rules` ends.
fn ends_of(label: usize, rules: usize) -> Option<Ends> {
    let row = match label.checked_sub(SECRETS.len()) {
        None => SECRETS.get(label),
        Some(place) => RECORD_DATA.get(place),
    };
    row.filter(|_| label < rules).map(|(_, ends)| *ends)
}

fn find(text: &str, rules: usize) -> Spans {
    let mut spans = Spans::default();
    let Some(labels) = LABELS.as_ref() else {
        // Without patterns nothing may be shown.
        spans.add(0, text.len());
        return spans;
    };
    let mut scanner = Scanner::new(text);
    let mut from = 0;
    while from < text.len() {
        let input = Input::new(text).range(from..).anchored(Anchored::No);
        let Some(label) = labels.search(&input) else { break };
        let found = ends_of(label.pattern().as_usize(), rules);
        // A login's label is any colon: where it is none, what stands behind it may begin another label.
        from = match found {
            Some(Ends::Login) => label.start() + 1,
            _ => label.end(),
        };
        let Some(ends) = found else {
            continue;
        };
        if let Some((start, end)) = scanner.value(ends, label.start(), label.end())
            && !harmless(text.get(start..end).unwrap_or_default())
        {
            spans.add(start, end);
            from = from.max(end);
        }
    }
    spans
}

/// What stands where a secret would, but is none.
fn harmless(value: &str) -> bool {
    let word = value.trim_end_matches([')', ',', '.', ';', ']', '}']);
    word.is_empty()
        || word == super::MASK
        || ["yes", "no", "true", "false", "null", "none", "[hidden", "hidden"]
            .contains(&word.to_ascii_lowercase().as_str())
        || word.chars().all(|c| c == '*')
        || references(value) == References::Whole
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_label_is_a_pattern() {
        assert!(super::LABELS.is_some());
    }
}
