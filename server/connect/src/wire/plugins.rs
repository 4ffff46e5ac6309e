//! `GET /connector-plugins` and `GET /connector-plugins/{p}/config`.

use std::sync::Arc;

use model::observe::Plugin;
use model::secrets::{Definitions, Importance, KeyDefinition};
use serde::Deserialize;

use super::values::text;
use crate::said::identifier;

#[derive(Deserialize)]
struct WirePlugin {
    class: String,
    #[serde(default, rename = "type", deserialize_with = "text")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "text")]
    version: Option<String>,
}

/// Reads the list of plugins.
///
/// # Errors
/// serde's, when it is no list of plugins.
pub fn plugins(body: &[u8]) -> Result<Vec<Plugin>, serde_json::Error> {
    let listed: Vec<WirePlugin> = serde_json::from_slice(body)?;
    let plugin = |plugin: WirePlugin| Plugin {
        class: plugin.class.into(),
        kind: identifier(&plugin.kind.unwrap_or_default()),
        // Connect writes this word where a plugin names no version.
        version: plugin
            .version
            .filter(|version| version != "undefined")
            .map(|version| identifier(&version)),
    };
    Ok(listed.into_iter().map(plugin).collect())
}

#[derive(Deserialize)]
struct WireKey {
    name: String,
    #[serde(default, rename = "type", deserialize_with = "text")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "text")]
    default_value: Option<String>,
    #[serde(default, deserialize_with = "text")]
    documentation: Option<String>,
    #[serde(default, deserialize_with = "text")]
    importance: Option<String>,
    #[serde(default, deserialize_with = "text")]
    group: Option<String>,
    #[serde(default, deserialize_with = "text")]
    order: Option<String>,
    #[serde(default, deserialize_with = "text")]
    required: Option<String>,
}

/// Reads the keys that a plugin defines. A key without a type counts as a password, and no password keeps its default.
///
/// # Errors
/// serde's, when it is no list of keys.
pub fn definitions(body: &[u8]) -> Result<Definitions, serde_json::Error> {
    let keys: Vec<WireKey> = serde_json::from_slice(body)?;
    let key = |key: WireKey| {
        let kind = key.kind.unwrap_or_else(|| "PASSWORD".to_owned());
        let default = key.default_value.filter(|_| kind != "PASSWORD").map(Arc::from);
        let definition = KeyDefinition {
            kind: kind.into(),
            default,
            documentation: key.documentation.unwrap_or_default().into(),
            importance: key.importance.as_deref().and_then(Importance::parse),
            group: key.group.filter(|group| !group.trim().is_empty()).map(Arc::from),
            // Connect writes -1 where the plugin gives no place.
            order: key
                .order
                .and_then(|order| order.parse().ok())
                .filter(|order| *order >= 0),
            required: key.required.as_deref() == Some("true"),
        };
        (key.name.into(), definition)
    };
    Ok(Definitions {
        keys: keys.into_iter().map(key).collect(),
    })
}
