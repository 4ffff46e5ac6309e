//! Strikes secrets out of traces.

use std::collections::BTreeSet;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::collect::{forms, secrets_of};
use super::patterns::all_in;
use super::shorten::{line_ends, shorten};
use super::spans::Spans;
use super::{Definitions, RawConfig, RawTrace};

/// Strikes one connector's own secrets, and whatever looks like one, out of its traces. Kept in memory only by the
/// lease holder; without a config only patterns apply. No Debug: it holds the secrets. It keeps nothing but them: the
/// forms that they take in traces and the automaton that looks for these are made for each trace, since traces are rare
/// and connectors many.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Arc<[Box<str>]>,
}

impl Redactor {
    /// Patterns only, until the connector's config is known.
    pub fn patterns_only() -> Self {
        Self::default()
    }

    /// For one connector's config. Without definitions every value that is not known to be clear counts as a secret.
    pub fn for_config(raw: &RawConfig, definitions: Option<&Definitions>) -> Self {
        Self {
            secrets: secrets_of(raw, definitions)
                .into_iter()
                .map(String::into_boxed_str)
                .collect(),
        }
    }

    /// The trace without secrets and record data, at most 64 kB (the middle is left out, and says so), line ends
    /// normalised. Linear in the trace.
    pub fn redact(&self, trace: &RawTrace) -> Arc<str> {
        shorten(&self.strike(trace.as_str())).into()
    }

    /// Any other text about this connector (a worker's answer to a request for it), without its secrets; its length
    /// is left as it is.
    pub fn strike(&self, text: &str) -> String {
        let text = line_ends(text);
        let mut spans = all_in(&text);
        self.own(&text, &mut spans);
        spans.strike(&text)
    }

    /// The forms in which secrets may stand in a text of this length, in bytes: what is longer cannot, and an automaton for
    /// it would take many times its length.
    fn shown_in(&self, length: usize) -> Vec<String> {
        // The shortest form is that with line ends of one character, half as long at least.
        let fitting = self.secrets.iter().filter(|secret| secret.len() / 2 <= length);
        let forms: BTreeSet<String> = fitting.flat_map(|secret| forms(secret)).collect();
        forms.into_iter().filter(|form| form.len() <= length).collect()
    }

    fn own(&self, text: &str, spans: &mut Spans) {
        let shown = self.shown_in(text.len());
        if shown.is_empty() {
            return;
        }
        // The kind that is built quickest: it reads one trace and is thrown away.
        let mut builder = AhoCorasick::builder();
        builder.kind(Some(AhoCorasickKind::NoncontiguousNFA));
        let Ok(automaton) = builder.build(&shown) else {
            // Too many secrets for an automaton: then nothing may be shown.
            spans.add(0, text.len());
            return;
        };
        // Finds come in the order of their ends; what touches the last one makes it longer.
        let mut last = (0, 0);
        for found in automaton.find_overlapping_iter(text) {
            let (start, end) = (found.start(), found.end());
            let word = shown
                .get(found.pattern().as_usize())
                .is_some_and(|secret| is_word(secret));
            if word && !stands_alone(text.as_bytes(), start, end) {
                continue;
            }
            if start > last.1 {
                spans.add(last.0, last.1);
                last = (start, end);
            } else {
                last = (last.0.min(start), end);
            }
        }
        spans.add(last.0, last.1);
    }
}

/// A short secret of letters alone may also be part of a class or a package: it counts only where it stands alone.
fn is_word(secret: &str) -> bool {
    secret.len() <= 16 && secret.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn stands_alone(text: &[u8], start: usize, end: usize) -> bool {
    let part_of_name = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_' || *b == b'$');
    let before = start.checked_sub(1).and_then(|at| text.get(at));
    let after = text.get(end);
    let dotted_before = before == Some(&b'.') && part_of_name(start.checked_sub(2).and_then(|at| text.get(at)));
    let dotted_after = after == Some(&b'.') && part_of_name(text.get(end + 1));
    !(part_of_name(before) || part_of_name(after) || dotted_before || dotted_after)
}

#[cfg(test)]
mod tests {
    use super::super::MASK;
    use super::*;

    #[test]
    fn what_is_longer_than_a_text_is_not_looked_for_in_it() {
        let config = [("password", "a long secret with a blank"), ("token", "short-one")];
        let config = config.map(|(key, value)| (key.to_owned(), Some(value.to_owned())));
        let redactor = Redactor::for_config(&RawConfig::new(config.into()), None);
        assert_eq!(redactor.shown_in(8), [""; 0]);
        assert!(redactor.shown_in(9).contains(&"short-one".to_owned()));
        let shown = redactor.shown_in(26);
        assert!(shown.contains(&"a long secret with a blank".to_owned()), "{shown:?}");
        assert!(shown.iter().all(|form| form.len() <= 26), "{shown:?}");
        assert_eq!(redactor.strike("it is short-one"), format!("it is {MASK}"));
        assert_eq!(redactor.strike("a long secret with a blank"), MASK);
    }
}
