//! One diagnosis with one or more members: many connectors that fail of one cause are one fault.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::cause::Cause;
use crate::names::{ClusterName, ConnectorName};
pub use crate::scope::Scope;
use crate::verdict::{Class, Diagnosis, Domain};

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
    /// What was found, where that says more than the class.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::newer::read_known"
    )]
    pub cause: Option<Cause>,
    /// The connectors concerned: a worker that dies without work makes no fault. One of a cluster that nobody can be asked
    /// about, that never told of a connector, or whose workers are all back and have not listed theirs yet, has none.
    pub members: BTreeSet<ConnectorName>,
    /// When it began.
    pub opened_at: Timestamp,
    /// Set while its whole cluster is silent: since when. Nobody can tell then whether it still holds, so it stays open
    /// as it was when it was last seen; its members belong to the cluster's fault meanwhile.
    #[serde(default)]
    pub unheard_since: Option<Timestamp>,
    /// Set where none of its cluster's workers can be asked and the cluster is not silent: since when, which is when the
    /// connectors were last listed, or somebody began to ask. Verdicts stand as they were then, so that it has no member.
    #[serde(default)]
    pub unlisted_since: Option<Timestamp>,
    /// When it ended.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// Whether it ended because its last members were deleted, and not because they are well.
    #[serde(default)]
    pub deleted: bool,
}

impl Fault {
    /// A new one without a name and members.
    pub(crate) fn new(cluster: &ClusterName, scope: Scope, diagnosis: &Diagnosis, since: Timestamp) -> Self {
        Self {
            id: "".into(),
            cluster: cluster.clone(),
            scope,
            domain: diagnosis.domain,
            class: diagnosis.class,
            confidence: diagnosis.confidence,
            root_cause: diagnosis.root_cause.clone(),
            reasons: vec![diagnosis.why.clone()],
            cause: diagnosis.cause.clone(),
            members: BTreeSet::new(),
            opened_at: since,
            unheard_since: None,
            unlisted_since: None,
            ended_at: None,
            deleted: false,
        }
    }

    /// What it is told from others by.
    pub(crate) fn key(&self) -> Key {
        Key {
            scope: self.scope.clone(),
            unlisted: self.unlisted_since.is_some(),
        }
    }
}

/// What a fault of one cluster is told from others by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// What it is about.
    pub(crate) scope: Scope,
    /// Whether it is that nobody can be asked.
    pub(crate) unlisted: bool,
}

impl Key {
    /// That of any other trouble with it.
    pub(crate) fn of(scope: Scope) -> Self {
        Self { scope, unlisted: false }
    }
}
