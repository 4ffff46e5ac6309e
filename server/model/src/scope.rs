//! What a fault is about: one connector, or what several share.

use serde::{Deserialize, Serialize};

use crate::names::{ConnectorName, WorkerId};

/// What a fault is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "name")]
pub enum Scope {
    /// The whole cluster.
    Cluster,
    /// A worker that is gone.
    Worker(WorkerId),
    /// One connector.
    Connector(ConnectorName),
}

impl Scope {
    /// `cluster`, `worker` or `connector`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Worker(_) => "worker",
            Self::Connector(_) => "connector",
        }
    }
}
