//! Configs, masked.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use console::ConfigChange;
use model::observe::ListedConfig;
use model::secrets;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::ValueKind;

/// A config without secrets.
#[derive(Serialize, ToSchema)]
pub struct Config {
    /// Fingerprint of all values, which identifies the version.
    pub version: String,
    /// Values by key.
    pub config: BTreeMap<String, ConfigValue>,
}

/// One value of a config.
#[derive(Serialize, ToSchema)]
pub struct ConfigValue {
    /// How it is shown.
    pub kind: ValueKind,
    /// The text, where it may be shown.
    pub value: Option<String>,
    /// Fingerprint of a masked value: equal secrets have equal ones.
    pub fingerprint: Option<String>,
}

/// A config that came into force.
#[derive(Serialize, ToSchema)]
pub struct ConfigVersion {
    /// Fingerprint of all values, which identifies the version. One that was returned to stands in the list again.
    pub version: String,
    /// When this version was first seen.
    pub seen_at: DateTime<Utc>,
    /// When it came into force this time.
    pub in_force_since: DateTime<Utc>,
    /// When the next one took its place; null for the latest.
    pub in_force_until: Option<DateTime<Utc>>,
    /// Keys that differ from the config before; null for the oldest one.
    pub changed_keys: Option<Vec<String>>,
    /// When the same version came into force the time before; null for one that was new.
    pub same_as: Option<DateTime<Utc>>,
}

/// Configs as they came into force.
#[derive(Serialize, ToSchema)]
pub struct ConfigVersionList {
    /// Newest first.
    pub items: Vec<ConfigVersion>,
    /// Always null: all are in `items`.
    pub next_cursor: Option<String>,
}

impl From<&ListedConfig> for Config {
    fn from(config: &ListedConfig) -> Self {
        let values = config
            .config
            .iter()
            .map(|(key, value)| (key.to_string(), ConfigValue::from(value)));
        Self {
            version: config.version.as_str().into(),
            config: values.collect(),
        }
    }
}

impl From<&secrets::ConfigValue> for ConfigValue {
    fn from(value: &secrets::ConfigValue) -> Self {
        let (text, fingerprint) = match value {
            secrets::ConfigValue::Clear(text) | secrets::ConfigValue::Reference(text) => (Some(text.to_string()), None),
            secrets::ConfigValue::Masked(fingerprint) => (None, Some(fingerprint.as_str().into())),
            secrets::ConfigValue::Null => (None, None),
        };
        Self {
            kind: value.into(),
            value: text,
            fingerprint,
        }
    }
}

impl From<&[ConfigChange]> for ConfigVersionList {
    fn from(changes: &[ConfigChange]) -> Self {
        let version = |change: &ConfigChange| ConfigVersion {
            version: change.version.as_str().into(),
            seen_at: change.seen_at,
            in_force_since: change.at,
            in_force_until: change.until,
            changed_keys: change.changed_keys.clone(),
            same_as: change.same_as,
        };
        Self {
            items: changes.iter().map(version).collect(),
            next_cursor: None,
        }
    }
}
