//! One diagnosis with one or more members: many connectors that fail of one cause are one fault.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::names::{ClusterName, ConnectorName, WorkerId};
use crate::verdict::{Class, Domain};

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

/// One fault of a cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Stable over takeover: made of its cause and its opening.
    pub id: Arc<str>,
    /// The cluster.
    pub cluster: ClusterName,
    /// What it is about.
    pub scope: Scope,
    /// Whose.
    pub domain: Domain,
    /// What kind.
    pub class: Class,
    /// How sure, 0 to 1.
    pub confidence: f32,
    /// One line.
    pub root_cause: Arc<str>,
    /// Why this class and domain.
    pub reasons: Vec<Arc<str>>,
    /// The connectors concerned; may be empty when a worker without work dies.
    pub members: BTreeSet<ConnectorName>,
    /// When it began.
    pub opened_at: Timestamp,
    /// When it ended.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
}
