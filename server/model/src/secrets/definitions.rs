//! What a plugin says about its own keys, read once per cluster, class and version.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The keys of one plugin's class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definitions {
    /// By key.
    pub keys: BTreeMap<Arc<str>, KeyDefinition>,
}

/// One key as the plugin defines it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyDefinition {
    /// BOOLEAN, STRING, INT, SHORT, LONG, DOUBLE, LIST, CLASS or PASSWORD.
    pub kind: Arc<str>,
    /// The plugin's default, never of a PASSWORD.
    pub default: Option<Arc<str>>,
    /// The plugin's documentation of the key.
    pub documentation: Arc<str>,
    /// How much the key matters, by the plugin; `None` where the plugin does not say, or an older version of Signalbox
    /// kept the definition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub importance: Option<Importance>,
    /// The plugin's group of keys that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Arc<str>>,
    /// Its place within the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<i32>,
    /// Whether it must be given.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
}

/// How much a key matters, by its plugin. The most important comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Importance {
    /// Hardly anybody leaves it alone.
    High,
    /// Some change it.
    Medium,
    /// Few do. Also what a newer version of Signalbox may call otherwise.
    #[serde(other)]
    Low,
}

impl Importance {
    /// All, the most important first.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// In lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }

    /// Reads Kafka's word, in any case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(word))
    }
}

impl Definitions {
    /// Takes over what another plugin says about its keys, which a config writes after `prefix` and a dot.
    pub fn add(&mut self, prefix: &str, other: &Self) {
        let keys = other.keys.iter();
        self.keys
            .extend(keys.map(|(key, definition)| (format!("{prefix}.{key}").into(), definition.clone())));
    }

    /// What holds whichever of two versions of a plugin reads a config: a key is known where both define it, and a
    /// password where one of them says so.
    #[must_use]
    pub fn stricter(&self, other: &Self) -> Self {
        let mut keys = BTreeMap::new();
        for (key, one) in &self.keys {
            match other.keys.get(key) {
                Some(two) if one.is_password() || two.kind == one.kind => drop(keys.insert(key.clone(), one.clone())),
                Some(two) if two.is_password() => drop(keys.insert(key.clone(), two.clone())),
                // A BOOLEAN or a CLASS may be shown by its value, which holds for one of the two only.
                Some(_) => {
                    let kind = "STRING".into();
                    keys.insert(key.clone(), KeyDefinition { kind, ..one.clone() });
                }
                None if one.is_password() => drop(keys.insert(key.clone(), one.clone())),
                None => {}
            }
        }
        for (key, two) in &other.keys {
            if two.is_password() {
                keys.entry(key.clone()).or_insert_with(|| two.clone());
            }
        }
        Self { keys }
    }

    /// Whether they tell everything that is kept by now: an older version of Signalbox kept neither importance nor group.
    pub fn whole(&self) -> bool {
        self.keys.is_empty() || self.keys.values().any(|key| key.importance.is_some())
    }
}

impl KeyDefinition {
    /// Whether its plugin says that it is a secret.
    pub fn is_password(&self) -> bool {
        *self.kind == *"PASSWORD"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definitions(keys: &[(&str, &str)]) -> Definitions {
        let key = |(key, kind): &(&str, &str)| {
            let kind = (*kind).into();
            let definition = KeyDefinition {
                kind,
                ..KeyDefinition::default()
            };
            ((*key).into(), definition)
        };
        Definitions {
            keys: keys.iter().map(key).collect(),
        }
    }

    #[test]
    fn of_two_versions_the_stricter_one_decides_about_each_key() {
        let one = definitions(&[
            ("a", "STRING"),
            ("b", "STRING"),
            ("c", "PASSWORD"),
            ("d", "STRING"),
            ("e", "PASSWORD"),
            ("f", "BOOLEAN"),
        ]);
        let two = definitions(&[
            ("a", "STRING"),
            ("b", "PASSWORD"),
            ("c", "STRING"),
            ("g", "PASSWORD"),
            ("f", "CLASS"),
            ("h", "INT"),
        ]);
        let both = definitions(&[
            ("a", "STRING"),
            ("b", "PASSWORD"),
            ("c", "PASSWORD"),
            ("e", "PASSWORD"),
            ("f", "STRING"),
            ("g", "PASSWORD"),
        ]);
        assert_eq!(one.stricter(&two), both);
        assert_eq!(two.stricter(&one), both);
    }
}
