//! Configs, masked.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use model::observe::ListedConfig;
use model::secrets;
use serde::Serialize;
use utoipa::ToSchema;

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
    /// `clear`, `reference` (to a config provider), `masked` or `null`.
    pub kind: &'static str,
    /// The text, where it may be shown.
    pub value: Option<String>,
    /// Fingerprint of a masked value: equal secrets have equal ones.
    pub fingerprint: Option<String>,
}

/// A config that was in force.
#[derive(Serialize, ToSchema)]
pub struct ConfigVersion {
    /// Fingerprint of all values, which identifies the version.
    pub version: String,
    /// When it was first seen.
    pub seen_at: DateTime<Utc>,
    /// When it last came into force.
    pub in_force_since: DateTime<Utc>,
    /// Keys that differ from the version before; null for the oldest one.
    pub changed_keys: Option<Vec<String>>,
}

/// Config versions.
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
        let shape = |kind, value: Option<&str>| Self {
            kind,
            value: value.map(str::to_owned),
            fingerprint: None,
        };
        match value {
            secrets::ConfigValue::Clear(text) => shape("clear", Some(text)),
            secrets::ConfigValue::Reference(text) => shape("reference", Some(text)),
            secrets::ConfigValue::Null => shape("null", None),
            secrets::ConfigValue::Masked(fingerprint) => Self {
                fingerprint: Some(fingerprint.as_str().into()),
                ..shape("masked", None)
            },
        }
    }
}

impl ConfigVersionList {
    /// Of versions, newest first.
    pub fn of(versions: &[store::ConfigVersion]) -> Self {
        let older = versions.iter().skip(1).map(Some).chain([None]);
        let changed = |from: &ListedConfig, to: &ListedConfig| {
            from.config
                .changed_keys(&to.config)
                .iter()
                .map(ToString::to_string)
                .collect()
        };
        let items = versions.iter().zip(older).map(|(version, older)| ConfigVersion {
            version: version.version.as_str().into(),
            seen_at: version.seen_at,
            in_force_since: version.in_force_since,
            changed_keys: older.map(|older| changed(&older.config, &version.config)),
        });
        Self {
            items: items.collect(),
            next_cursor: None,
        }
    }
}
