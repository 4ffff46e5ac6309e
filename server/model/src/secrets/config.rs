//! A masked config: what pages, API, store and logs may hold.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use litemap::LiteMap;
use serde::{Deserialize, Serialize};

use super::keys::known_clear;
use super::{Definitions, Fingerprint, FingerprintKey, KeyDefinition, RawConfig, Redactor};
use crate::kept;

/// A connector's config without secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Config(#[serde(deserialize_with = "kept::read_map_by_word")] LiteMap<Arc<str>, ConfigValue>);

/// One value of a masked config.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigValue {
    /// Known to be no secret.
    Clear(Arc<str>),
    /// A reference to a config provider (`${vault:path:key}`), possibly within a longer text that is itself clear.
    Reference(Arc<str>),
    /// A secret, or not known to be none: only its fingerprint is kept.
    Masked(Fingerprint),
    /// JSON null.
    Null,
}

impl ConfigValue {
    /// The text, where it may be shown.
    pub fn shown(&self) -> Option<&str> {
        match self {
            Self::Clear(text) | Self::Reference(text) => Some(text),
            Self::Masked(_) | Self::Null => None,
        }
    }
}

impl Config {
    pub(super) fn new(values: LiteMap<Arc<str>, ConfigValue>) -> Self {
        Self(values)
    }

    /// How many entries it has, and has room for.
    #[cfg(test)]
    pub(crate) fn into_room(self) -> (usize, usize) {
        let entries = self.0.into_tuple_vec();
        (entries.len(), entries.capacity())
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&ConfigValue> {
        self.0.get(key)
    }

    /// The text of a key, where it may be shown.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(ConfigValue::shown)
    }

    /// All keys with their values, in order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &ConfigValue)> {
        self.0.iter()
    }

    /// The keys that continue a name after a dot, without name and dot, with their values.
    pub fn below(&self, name: &str) -> impl Iterator<Item = (&str, &ConfigValue)> {
        let continued = move |key: &'_ str| {
            key.strip_prefix(name)
                .and_then(|rest| rest.strip_prefix('.'))
                .map(str::len)
        };
        self.0.iter().filter_map(move |(key, value)| {
            let length = continued(key)?;
            Some((&key[key.len() - length..], value))
        })
    }

    /// A redactor of the values that are clear here and masked in `next`, where they are no more than not known to be
    /// clear; `None` where there are none.
    pub(crate) fn concealed_by(&self, next: &Self) -> Option<Redactor> {
        let concealed = self
            .0
            .iter()
            .filter_map(|(key, value)| match (value, next.0.get(key)?) {
                (ConfigValue::Clear(text), ConfigValue::Masked(_)) => Some((key.to_string(), Some(text.to_string()))),
                _ => None,
            });
        let concealed: BTreeMap<_, _> = concealed.collect();
        (!concealed.is_empty()).then(|| Redactor::for_config(&RawConfig::new(concealed), None))
    }

    /// Masks what a plugin's class calls passwords and was clear when this was masked, wherever the config names the class.
    /// A redactor of what it was; `None` where nothing was.
    pub fn conceal(&mut self, class: &str, definitions: &Definitions, key: &FingerprintKey) -> Option<Redactor> {
        let named = self.0.iter().filter(|(_, value)| value.shown() == Some(class));
        let before_keys: Vec<String> = named
            .filter_map(|(name, _)| match &**name {
                "connector.class" => Some(String::new()),
                name => Some(format!("{}.", name.strip_suffix(".type")?)),
            })
            .collect();
        let password = |name: &str| {
            let own = before_keys
                .iter()
                .filter_map(|before| name.strip_prefix(before.as_str()));
            let mut known = own.filter_map(|own| definitions.keys.get(own));
            known.any(KeyDefinition::is_password) && !known_clear(name)
        };
        let mut concealed = BTreeMap::new();
        for (name, value) in self.0.iter_mut() {
            if let ConfigValue::Clear(text) = &*value
                && password(name)
            {
                concealed.insert(name.to_string(), Some(text.to_string()));
                *value = ConfigValue::Masked(key.value(text));
            }
        }
        (!concealed.is_empty()).then(|| Redactor::for_config(&RawConfig::new(concealed), None))
    }

    /// Keys that were added, removed or changed between `self` and `next`. A value that only became readable because
    /// definitions were learnt is no change.
    pub fn changed_keys(&self, next: &Self) -> BTreeSet<Arc<str>> {
        let gone_or_changed = self.0.iter().filter(|(key, value)| match next.0.get(*key) {
            None => true,
            Some(other) => value.differs(other),
        });
        let added = next.0.iter().filter(|(key, _)| !self.0.contains_key(*key));
        gone_or_changed.chain(added).map(|(key, _)| key.clone()).collect()
    }
}

impl ConfigValue {
    fn differs(&self, other: &Self) -> bool {
        match (self, other) {
            // One side is masked and the other clear: definitions were learnt or lost between the two; whether the
            // value changed is told by the version's fingerprint, not by this comparison.
            (Self::Masked(_), Self::Clear(_)) | (Self::Clear(_), Self::Masked(_)) => false,
            (left, right) => left != right,
        }
    }
}
