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

    /// The value of a key, for the pure readers of this crate (targets, topics); never for showing.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Option::as_deref)
    }

    /// All pairs, for the pure readers of this crate.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_deref()))
    }
}

/// A trace as the worker sent it: messages hold row data, URLs and passwords. No Debug, Display or Serialize.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct RawTrace(String);

impl RawTrace {
    /// Takes the text of a REST body or status record.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Tells one trace from another without keeping it.
    pub fn fingerprint(&self, key: &super::FingerprintKey) -> super::Fingerprint {
        key.fingerprint("trace", [self.0.as_bytes()])
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
