//! What a plugin says about its own keys, read once per cluster, class and version.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The keys of one connector class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definitions {
    /// By key.
    pub keys: BTreeMap<Arc<str>, KeyDefinition>,
}

/// One key as the plugin defines it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyDefinition {
    /// BOOLEAN, STRING, INT, SHORT, LONG, DOUBLE, LIST, CLASS or PASSWORD.
    pub kind: Arc<str>,
    /// The plugin's default, never of a PASSWORD.
    pub default: Option<Arc<str>>,
    /// The plugin's documentation of the key.
    pub documentation: Arc<str>,
}
