//! What differs between two masked configs, key by key.

use std::sync::Arc;

use super::{Config, ConfigValue};

/// A key that is not alike in two configs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDifference {
    /// The key.
    pub key: Arc<str>,
    /// Its value in the earlier config.
    pub from: Option<ConfigValue>,
    /// Its value in the later one.
    pub to: Option<ConfigValue>,
    /// What happened to it.
    pub kind: DifferenceKind,
}

/// What happened to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceKind {
    /// Only the later config has it.
    Added,
    /// Only the earlier config has it.
    Removed,
    /// The values differ. Of masked ones, their fingerprints.
    Changed,
    /// One value is masked and the other is not, because the plugin's definitions were learnt between the two: they may
    /// be the same.
    Unsure,
}

impl DifferenceKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Added, Self::Removed, Self::Changed, Self::Unsure];

    /// One word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Unsure => "unsure",
        }
    }
}

impl Config {
    /// The keys that are not alike in `self` and in the later config `next`, in order of the keys.
    pub fn differences(&self, next: &Self) -> Vec<KeyDifference> {
        let mut differences: Vec<KeyDifference> = self
            .iter()
            .filter_map(|(key, from)| {
                let to = next.get(key);
                let kind = match (from, to) {
                    (_, None) => DifferenceKind::Removed,
                    (from, Some(to)) if from == to => return None,
                    (ConfigValue::Masked(_), Some(ConfigValue::Clear(_)))
                    | (ConfigValue::Clear(_), Some(ConfigValue::Masked(_))) => DifferenceKind::Unsure,
                    _ => DifferenceKind::Changed,
                };
                Some(KeyDifference {
                    key: key.clone(),
                    from: Some(from.clone()),
                    to: to.cloned(),
                    kind,
                })
            })
            .collect();
        let added = next.iter().filter(|(key, _)| self.get(key).is_none());
        differences.extend(added.map(|(key, to)| KeyDifference {
            key: key.clone(),
            from: None,
            to: Some(to.clone()),
            kind: DifferenceKind::Added,
        }));
        differences.sort_by(|left, right| left.key.cmp(&right.key));
        differences
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(pairs: serde_json::Value) -> Config {
        serde_json::from_value(pairs).unwrap()
    }

    #[test]
    fn keys_come_go_change_and_may_be_beyond_telling() {
        let from = config(json!({
            "a": {"clear": "1"}, "b": {"clear": "1"}, "c": {"masked": "aa"}, "d": {"masked": "aa"},
            "e": {"masked": "aa"}, "f": {"clear": "x"}, "g": "null", "same": {"reference": "${v:k}"},
        }));
        let to = config(json!({
            "b": {"clear": "2"}, "c": {"masked": "bb"}, "d": {"masked": "aa"}, "e": {"clear": "y"},
            "f": {"reference": "${v:f}"}, "g": {"clear": ""}, "h": "null", "same": {"reference": "${v:k}"},
        }));
        let told: Vec<String> = from
            .differences(&to)
            .iter()
            .map(|difference| format!("{} {}", difference.key, difference.kind.as_str()))
            .collect();
        let expected = [
            "a removed",
            "b changed",
            "c changed",
            "e unsure",
            "f changed",
            "g changed",
            "h added",
        ];
        assert_eq!(told, expected);
        assert!(from.differences(&from).is_empty());
    }
}
