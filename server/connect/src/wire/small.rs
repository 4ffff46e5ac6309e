//! `GET /` and `GET /health`.

use serde::Deserialize;

use super::values::text;

/// `GET /`. Both strings have been there since 0.9; their absence tells another program.
#[derive(Deserialize)]
pub(crate) struct Root {
    pub(crate) version: String,
    /// Only asked for so that another program's `version` is not taken for Connect's.
    #[serde(rename = "commit")]
    pub(crate) _commit: String,
    #[serde(default, deserialize_with = "text")]
    pub(crate) kafka_cluster_id: Option<String>,
}

/// `GET /health` (since 3.9), with any of its statuses.
#[derive(Deserialize)]
pub(crate) struct Health {
    pub(crate) status: String,
    #[serde(default, deserialize_with = "text")]
    pub(crate) message: Option<String>,
}
