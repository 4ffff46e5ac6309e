//! Two configs of one connector beside each other.

use model::secrets::KeyDifference;

use crate::{ConfigChange, Error};

/// Fewest characters of a version by which it may be named.
const SHORTEST: usize = 4;

/// What differs between two configs that came into force.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigDiff {
    /// The one.
    pub from: ConfigChange,
    /// The other.
    pub to: ConfigChange,
    /// Keys that are not alike, in order of the keys; `None` when the values of one of them are no longer kept.
    pub keys: Option<Vec<KeyDifference>>,
    /// Whether a masked value changed although no key shows it: the versions differ, the keys do not.
    pub hidden: bool,
}

/// Compares two of the configs that came into force (newest first), each named by its version or how that begins. What is
/// not named is the latest, and the one before the other. `None` when there are no two.
///
/// # Errors
/// [`Error::BadQuestion`] when no version is named so.
pub fn config_diff(
    changes: &[ConfigChange],
    from: Option<&str>,
    to: Option<&str>,
) -> Result<Option<ConfigDiff>, Error> {
    let place = |name: &str| {
        let begins = |change: &ConfigChange| name.len() >= SHORTEST && change.version.as_str().starts_with(name);
        let unknown = || Error::BadQuestion(format!("no config version {name:?} of this connector is on record"));
        changes.iter().position(begins).ok_or_else(unknown)
    };
    let to = to.map(place).transpose()?.unwrap_or(0);
    let from = from.map(place).transpose()?.unwrap_or(to + 1);
    let (Some(from), Some(to)) = (changes.get(from), changes.get(to)) else {
        return Ok(None);
    };
    let both = from.config.as_ref().zip(to.config.as_ref());
    let keys = both.map(|(from, to)| from.config.differences(&to.config));
    Ok(Some(ConfigDiff {
        hidden: from.version != to.version && keys.as_ref().is_some_and(Vec::is_empty),
        from: from.clone(),
        to: to.clone(),
        keys,
    }))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::DateTime;
    use model::observe::ListedConfig;
    use model::secrets::Fingerprint;
    use model::topics::Topics;
    use serde_json::json;

    use super::*;

    fn change(version: &str, flush: Option<&str>) -> ConfigChange {
        let at = DateTime::from_timestamp(1_795_270_000, 0).unwrap();
        let version = Fingerprint::from_hex(version);
        let config = flush.map(|flush| {
            Arc::new(ListedConfig {
                version: version.clone(),
                config: serde_json::from_value(json!({"flush.size": {"clear": flush}})).unwrap(),
                targets: Vec::new(),
                topics: Topics::default(),
            })
        });
        ConfigChange {
            version,
            at,
            until: None,
            seen_at: at,
            changed_keys: None,
            same_as: None,
            config,
        }
    }

    #[test]
    fn any_two_are_compared_and_by_default_the_latest_with_the_one_before() {
        let all = [
            change("cccc01", Some("3")),
            change("bbbb01", Some("2")),
            change("aaaa01", None),
        ];
        let named =
            |from, to| config_diff(&all, from, to).map(|diff| diff.map(|diff| (diff.from.version, diff.to.version)));
        let versions = |from: &str, to: &str| Some((Fingerprint::from_hex(from), Fingerprint::from_hex(to)));
        assert_eq!(named(None, None).unwrap(), versions("bbbb01", "cccc01"));
        assert_eq!(named(Some("aaaa"), None).unwrap(), versions("aaaa01", "cccc01"));
        assert_eq!(named(None, Some("bbbb")).unwrap(), versions("aaaa01", "bbbb01"));
        assert_eq!(named(Some("cccc"), Some("bbbb")).unwrap(), versions("cccc01", "bbbb01"));
        assert_eq!(named(None, Some("aaaa")).unwrap(), None);
        assert!(matches!(named(Some("dddd"), None), Err(Error::BadQuestion(_))));
        assert!(matches!(named(Some("c"), None), Err(Error::BadQuestion(_))));
        let diff = config_diff(&all, None, None).unwrap().unwrap();
        assert_eq!((diff.keys.unwrap().len(), diff.hidden), (1, false));
        assert_eq!(config_diff(&all, Some("aaaa"), None).unwrap().unwrap().keys, None);
        assert_eq!(config_diff(&all[..1], None, None).unwrap(), None);
        let masked = [change("cccc01", Some("3")), change("bbbb01", Some("3"))];
        assert!(config_diff(&masked, None, None).unwrap().unwrap().hidden);
    }
}
