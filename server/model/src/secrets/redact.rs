//! Strikes secrets out of traces.

use std::collections::BTreeMap;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::alone::Names;
use super::collect::{Collected, secrets_of};
use super::escapes::{back, layers};
use super::forms::{self, Stands, alike};
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
    /// How many of them are known to be secrets; the others, behind them, are only not known to be none.
    known: usize,
}

impl Redactor {
    /// Patterns only, until the connector's config is known.
    pub fn patterns_only() -> Self {
        Self::default()
    }

    /// For one connector's config. Without definitions every value that is not known to be clear counts as a secret.
    pub fn for_config(raw: &RawConfig, definitions: Option<&Definitions>) -> Self {
        let Collected { known, unknown } = secrets_of(raw, definitions);
        Self {
            known: known.len(),
            secrets: known.into_iter().chain(unknown).map(String::into_boxed_str).collect(),
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

    /// Takes the secrets out of a kept text, which is left alone where there are none.
    pub(crate) fn strike_out(&self, text: &mut Arc<str>) {
        let struck = self.strike(text);
        if *struck != **text {
            *text = Arc::from(struck);
        }
    }

    /// The forms in which secrets may stand in a text of this length, in bytes: what is longer cannot, and an automaton for
    /// it would take many times its length.
    fn shown_in(&self, length: usize) -> BTreeMap<String, Stands> {
        let mut shown = BTreeMap::new();
        for (place, secret) in self.secrets.iter().enumerate() {
            // The shortest form is that with line ends of one character, half as long at least.
            if secret.len() / 2 <= length {
                forms::add(secret, place < self.known, &mut shown);
            }
        }
        shown.retain(|form, _| form.len() <= length);
        shown
    }

    /// Finds secrets in the text as it is and in what it says once its escapes are undone: a form of a secret for each way
    /// to escape it, let alone for several at once, could not be listed, and where a word stands alone only shows so.
    fn own(&self, text: &str, spans: &mut Spans) {
        let shown = self.shown_in(text.len());
        if shown.is_empty() {
            return;
        }
        // The kind that is built quickest: it reads one trace and is thrown away.
        let mut builder = AhoCorasick::builder();
        builder.kind(Some(AhoCorasickKind::NoncontiguousNFA));
        let Ok(automaton) = builder.build(shown.keys()) else {
            // Too many secrets for an automaton: then nothing may be shown.
            spans.add(0, text.len());
            return;
        };
        let stands: Vec<Stands> = shown.into_values().collect();
        // From what is left without escapes up to the text as it is, at whose places all finds end.
        let mut found = Vec::new();
        for layer in layers(text).iter().rev() {
            let mut here = Spans::default();
            for (start, end) in back(layer, &found) {
                here.add(start, end);
            }
            look(&automaton, &stands, &alike(layer), &mut here);
            found = here.joined();
        }
        for (start, end) in found {
            spans.add(start, end);
        }
    }
}

/// Adds where forms of secrets stand in a text. `stands` tells for each of the automaton's where it counts.
fn look(automaton: &AhoCorasick, stands: &[Stands], text: &str, spans: &mut Spans) {
    let mut names = Names::new(text);
    // Finds come in the order of their ends; what touches the last one makes it longer.
    let mut last = (0, 0);
    for found in automaton.find_overlapping_iter(text) {
        let (mut start, mut end) = (found.start(), found.end());
        let counts = match stands.get(found.pattern().as_usize()) {
            Some(Stands::Alone) => names.alone(start, end),
            Some(Stands::AloneOrUnderscored) => names.alone_or_underscored(start, end),
            Some(Stands::Between(before, behind)) => {
                let ascii = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii);
                start -= usize::from(*before && start > 0 && ascii(start - 1));
                end += usize::from(*behind && ascii(end));
                true
            }
            Some(Stands::Anywhere) | None => true,
        };
        if !counts {
            continue;
        }
        if start > last.1 {
            spans.add(last.0, last.1);
            last = (start, end);
        } else {
            last = (last.0.min(start), last.1.max(end));
        }
    }
    spans.add(last.0, last.1);
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
        assert!(redactor.shown_in(8).is_empty());
        assert!(redactor.shown_in(9).contains_key("short-one"));
        let shown = redactor.shown_in(26);
        assert!(shown.contains_key("a long secret with a blank"), "{shown:?}");
        assert!(shown.keys().all(|form| form.len() <= 26), "{shown:?}");
        assert_eq!(redactor.strike("it is short-one"), format!("it is {MASK}"));
        assert_eq!(redactor.strike("a long secret with a blank"), MASK);
    }
}
