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
