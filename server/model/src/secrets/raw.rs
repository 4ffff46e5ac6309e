//! What came from a worker, before masking. Neither type can be printed, compared by eye or serialised.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A connector's config as the worker sent it, secrets included. No Debug, Display or Serialize.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct RawConfig(BTreeMap<String, Option<String>>);

impl RawConfig {
    /// Takes the pairs of a REST body or config record.
    pub fn new(pairs: BTreeMap<String, Option<String>>) -> Self {
        Self(pairs)
    }

    /// The identity of a config version: a fingerprint of all keys and values, whatever is known of them.
    pub fn version(&self, key: &super::FingerprintKey) -> super::Fingerprint {
        let parts = self.pairs().flat_map(|(name, value)| {
            let (tag, value) = value.map_or(("null", ""), |value| ("text", value));
            [name.as_bytes(), tag.as_bytes(), value.as_bytes()]
        });
        key.fingerprint("config version", parts)
    }

    /// The connector's class, where it may be shown: it tells which definitions the config is masked with.
    pub fn class(&self) -> Option<&str> {
        super::mask::class(self)
    }

    /// The transformations and predicates whose classes may be shown: what tells which definitions their keys are masked
    /// with.
    pub fn parts(&self) -> Vec<PluginPart> {
        let parts = self.pairs().filter_map(|(key, class)| {
            let prefix = key.strip_suffix(".type")?;
            let (list, alias) = prefix.split_once('.')?;
            let own = ["transforms", "predicates"].contains(&list) && !alias.contains('.');
            let class = class.filter(|class| own && super::mask::is_class_name(class))?;
            Some(PluginPart {
                prefix: prefix.to_owned(),
                class: class.to_owned(),
                version: self.get(&format!("{prefix}.plugin.version")).map(str::to_owned),
            })
        });
        parts.collect()
    }

    /// The value of a key, for the pure readers of this crate (targets, topics); never for showing.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Option::as_deref)
    }

    /// All pairs, for the pure readers of this crate.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_deref()))
    }
}

/// A transformation or predicate of a config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginPart {
    /// What its keys begin with, without the dot: `transforms.mask`.
    pub prefix: String,
    /// Its Java class.
    pub class: String,
    /// The version that the config asks for, if it does.
    pub version: Option<String>,
}

/// A trace as the worker sent it: messages hold row data, URLs and passwords. No Debug, Display or Serialize.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct RawTrace(String);

/// Bytes of a trace that are kept from each of its ends: as many as one record of a status topic holds by default, and
/// more than is ever shown.
const END: usize = 1 << 19;

impl From<String> for RawTrace {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl RawTrace {
    /// Takes the text of a REST body or status record. Of one that is longer than 1 MB the middle is left out, whole lines
    /// of it: of a line that is cut, a part of a secret might be left that nobody knows again.
    pub fn new(text: String) -> Self {
        if text.len() <= 2 * END {
            return Self(text);
        }
        let lines =
            |part: &[u8], from: usize, to: usize| part.get(from..to).map(String::from_utf8_lossy).map(String::from);
        let bytes = text.as_bytes();
        let head = bytes
            .iter()
            .take(END)
            .rposition(|byte| *byte == b'\n')
            .unwrap_or_default();
        let tail = bytes.iter().skip(text.len() - END).position(|byte| *byte == b'\n');
        let tail = tail.map_or(text.len(), |at| text.len() - END + at + 1);
        let (head, tail) = (lines(bytes, 0, head), lines(bytes, tail, bytes.len()));
        let (head, tail) = (head.unwrap_or_default(), tail.unwrap_or_default());
        Self(format!(
            "{head}\n… its middle was left out: it is {} bytes long …\n{tail}",
            text.len()
        ))
    }

    /// Tells one trace from another without keeping it.
    pub fn fingerprint(&self, key: &super::FingerprintKey) -> super::Fingerprint {
        key.fingerprint("trace", [self.0.as_bytes()])
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_endless_trace_the_ends_are_kept_in_whole_lines() {
        let short = "a\n".repeat(END / 2);
        assert_eq!(RawTrace::new(short.clone()).as_str(), short);
        let line = format!("{}\n", "é".repeat(200));
        let long = format!("first\n{}last", line.repeat(10_000));
        let kept = RawTrace::new(long.clone());
        let kept = kept.as_str();
        assert!(kept.len() < 2 * END + 200, "{}", kept.len());
        assert!(kept.starts_with("first\n") && kept.ends_with("last"));
        assert!(kept.contains(&format!("it is {} bytes long", long.len())));
        let whole = |kept: &str| ["first", "last", line.trim_end()].contains(&kept) || kept.starts_with('…');
        assert!(kept.lines().all(whole), "a line was cut");
        let one_line = RawTrace::new("secret".repeat(END));
        assert!(!one_line.as_str().contains("secret"), "no part of a line is kept");
    }
}
