//! Two configs beside each other.

use console::ConfigChange;
use model::secrets;
use serde::Serialize;
use utoipa::ToSchema;

use super::config::{ConfigValue, ConfigVersion};
use super::words::DifferenceKind;

/// What differs between two configs of a connector.
#[derive(Serialize, ToSchema)]
pub struct ConfigDiff {
    /// The one.
    pub from: ConfigVersion,
    /// The other.
    pub to: ConfigVersion,
    /// The keys that are not alike, in order; null when the values of one of them are no longer kept.
    pub keys: Option<Vec<KeyDifference>>,
    /// Whether a masked value changed that no key shows.
    pub hidden: bool,
}

/// A key that is not alike.
#[derive(Serialize, ToSchema)]
pub struct KeyDifference {
    /// The key.
    pub key: String,
    /// What happened to it.
    pub kind: DifferenceKind,
    /// Its value in `from`; null when it is not there.
    pub from: Option<ConfigValue>,
    /// Its value in `to`; null when it is not there.
    pub to: Option<ConfigValue>,
}

impl From<&console::ConfigDiff> for ConfigDiff {
    fn from(diff: &console::ConfigDiff) -> Self {
        let version = |change: &ConfigChange| ConfigVersion::from(change);
        let keys = diff.keys.as_ref();
        Self {
            from: version(&diff.from),
            to: version(&diff.to),
            keys: keys.map(|keys| keys.iter().map(KeyDifference::from).collect()),
            hidden: diff.hidden,
        }
    }
}

impl From<&secrets::KeyDifference> for KeyDifference {
    fn from(difference: &secrets::KeyDifference) -> Self {
        Self {
            key: difference.key.to_string(),
            kind: difference.kind.into(),
            from: difference.from.as_ref().map(ConfigValue::from),
            to: difference.to.as_ref().map(ConfigValue::from),
        }
    }
}
