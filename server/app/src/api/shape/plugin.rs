//! What a plugin says about its keys.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use model::secrets;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::Importance;

/// A plugin's keys.
#[derive(Serialize, ToSchema)]
pub struct PluginDocumentation {
    /// The cluster whose workers have it.
    pub cluster: String,
    /// Its Java class.
    pub class: String,
    /// The version that was asked for.
    pub version: Option<String>,
    /// The worker that described it now; null: as it was kept when the plugin was first seen.
    pub asked: Option<AskedWorker>,
    /// Its keys.
    pub keys: BTreeMap<String, KeyDefinition>,
}

/// A worker that was asked.
#[derive(Serialize, ToSchema)]
pub struct AskedWorker {
    /// Its address.
    pub worker_id: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A key as its plugin defines it.
#[derive(Serialize, ToSchema)]
pub struct KeyDefinition {
    /// Kafka's word: `STRING`, `INT`, `LIST`, `PASSWORD` and so on.
    #[serde(rename = "type")]
    pub kind: String,
    /// Null where the plugin does not say.
    pub importance: Option<Importance>,
    /// What holds when a config does not give the key; null: nothing, or a password.
    pub default: Option<String>,
    /// Whether it must be given.
    pub required: bool,
    /// The plugin's group of keys.
    pub group: Option<String>,
    /// The plugin's own words.
    pub documentation: String,
}

impl From<&console::PluginDocumentation> for PluginDocumentation {
    fn from(told: &console::PluginDocumentation) -> Self {
        let keys = told.definitions.keys.iter();
        Self {
            cluster: told.id.cluster.as_str().to_owned(),
            class: told.id.class.to_string(),
            version: told.id.version.as_deref().map(str::to_owned),
            asked: told.live.as_ref().map(|(worker, at)| AskedWorker {
                worker_id: worker.as_str().to_owned(),
                at: *at,
            }),
            keys: keys
                .map(|(key, definition)| (key.to_string(), definition.into()))
                .collect(),
        }
    }
}

impl From<&secrets::KeyDefinition> for KeyDefinition {
    fn from(definition: &secrets::KeyDefinition) -> Self {
        Self {
            kind: definition.kind.to_string(),
            importance: definition.importance.map(Importance::from),
            default: definition.default.as_deref().map(str::to_owned),
            required: definition.required,
            group: definition.group.as_deref().map(str::to_owned),
            documentation: definition.documentation.to_string(),
        }
    }
}
