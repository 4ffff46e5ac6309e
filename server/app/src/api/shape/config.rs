//! Configs, masked.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use console::ConfigChange;
use model::converters::converters;
use model::observe::ListedConfig;
use model::secrets::{self, Definitions};
use model::transforms::transforms;
use serde::Serialize;
use utoipa::ToSchema;

use super::passage::{Converter, Transformation};
use super::words::{ValueKind, ValueSource};

/// A config without secrets.
#[derive(Serialize, ToSchema)]
pub struct Config {
    /// Fingerprint of all values, which identifies the version.
    pub version: String,
    /// Values by key.
    pub config: BTreeMap<String, ConfigValue>,
    /// Keys that the config does not give, with what the plugin falls back on (null: nothing, or a password); null while
    /// the plugin's definitions are not known, or cannot be read.
    pub defaults: Option<BTreeMap<String, Option<String>>>,
    /// The converters of keys, values and headers.
    pub converters: Vec<Converter>,
    /// The transformations in the order in which a record passes them; null when `transforms` is masked or a reference.
    pub transforms: Option<Vec<Transformation>>,
}

/// One value of a config.
#[derive(Serialize, ToSchema)]
pub struct ConfigValue {
    /// How it is shown.
    pub kind: ValueKind,
    /// Where it comes from.
    pub source: ValueSource,
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

impl Config {
    /// With what the plugin says of its keys, if that is known.
    pub fn of(config: &ListedConfig, definitions: Option<&Definitions>) -> Self {
        let left = definitions.map(|known| {
            let left = known.keys.iter().filter(|(key, _)| config.config.get(key).is_none());
            left.map(|(key, definition)| (key.to_string(), definition.default.as_deref().map(str::to_owned)))
                .collect()
        });
        let chain = transforms(&config.config);
        let values = config
            .config
            .iter()
            .map(|(key, value)| (key.to_string(), ConfigValue::from(value)));
        Self {
            version: config.version.as_str().into(),
            config: values.collect(),
            defaults: left,
            converters: converters(&config.config).iter().map(Converter::from).collect(),
            transforms: chain.map(|chain| chain.iter().map(Transformation::from).collect()),
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
            source: value.into(),
            value: text,
            fingerprint,
        }
    }
}

impl From<&ConfigChange> for ConfigVersion {
    fn from(change: &ConfigChange) -> Self {
        Self {
            version: change.version.as_str().into(),
            seen_at: change.seen_at,
            in_force_since: change.at,
            in_force_until: change.until,
            changed_keys: change.changed_keys.clone(),
            same_as: change.same_as,
        }
    }
}

impl From<&[ConfigChange]> for ConfigVersionList {
    fn from(changes: &[ConfigChange]) -> Self {
        Self {
            items: changes.iter().map(ConfigVersion::from).collect(),
            next_cursor: None,
        }
    }
}
