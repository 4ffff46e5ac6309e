//! What changed between two states of the facts, with time and cause: the history that Connect does not keep.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::names::{ClusterName, ConnectorName, WorkerId};
use crate::observe::{Gap, Source};
use crate::secrets::Fingerprint;
use crate::state::{State, TargetState};

/// One change of the facts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    /// When it was seen to be true.
    pub at: Timestamp,
    /// Which source showed it.
    pub source: Source,
    /// What it is about.
    pub subject: Subject,
    /// What changed.
    pub change: Change,
    /// Who did it: a name, or `outside` for what came past Signalbox; `None` when nobody did (a fault, a death).
    #[serde(default)]
    pub actor: Option<Arc<str>>,
}

/// What a transition is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The cluster as a whole.
    Cluster,
    /// A worker.
    Worker(WorkerId),
    /// A connector.
    Connector(ConnectorName),
    /// A task of a connector.
    Task(ConnectorName, u32),
}

impl Subject {
    /// The connector concerned, if one is.
    pub fn connector(&self) -> Option<&ConnectorName> {
        match self {
            Self::Connector(name) | Self::Task(name, _) => Some(name),
            Self::Cluster | Self::Worker(_) => None,
        }
    }
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Change {
    /// A connector was seen for the first time, or again after its deletion.
    ConnectorAppeared {
        /// Whether it had been deleted before.
        again: bool,
    },
    /// Two plain lists lacked it.
    ConnectorDeleted,
    /// A connector instance or task has another state or another worker.
    State {
        /// The state before; `None` when it is new.
        from: Option<State>,
        /// The state now.
        to: State,
        /// The worker before, when it moved.
        from_worker: Option<WorkerId>,
        /// The worker now.
        worker: WorkerId,
        /// The one-line root cause, when it FAILED.
        root_cause: Option<Arc<str>>,
        /// True when nothing but a changed trace tells that it failed anew.
        inferred: bool,
    },
    /// A task is no longer listed.
    TaskRemoved,
    /// Another config version is in force.
    Config {
        /// The version before; `None` for the first one.
        from: Option<Fingerprint>,
        /// The version now.
        to: Fingerprint,
        /// Keys added, removed or with another value.
        keys: BTreeSet<Arc<str>>,
    },
    /// Another target state.
    Target {
        /// Before.
        from: Option<TargetState>,
        /// Now.
        to: TargetState,
    },
    /// A worker was seen for the first time or came back.
    WorkerCame {
        /// Whether it had been known before.
        again: bool,
    },
    /// A worker left.
    WorkerLeft {
        /// Whether its UNASSIGNED records came first.
        in_order: bool,
        /// The evidence, one sentence.
        evidence: Arc<str>,
    },
    /// A worker runs another version.
    WorkerVersion {
        /// Before.
        from: Arc<str>,
        /// Now.
        to: Arc<str>,
    },
    /// The set of members or the leader changed.
    Rebalance {
        /// Members now.
        members: usize,
        /// The leader now.
        leader: Option<WorkerId>,
        /// How long lost work is held back, in ms.
        delay_ms: i32,
    },
    /// The cluster answers again.
    Reachable,
    /// No worker of the cluster answers.
    Unreachable {
        /// Why.
        gap: Gap,
    },
    /// The workers report another Kafka cluster.
    KafkaCluster {
        /// Before.
        from: Arc<str>,
        /// Now.
        to: Arc<str>,
    },
    /// The cluster turned out to be another configured one again, and is not watched any more.
    Refused {
        /// The other one, which is watched.
        same_as: ClusterName,
    },
    /// It is no other configured one any more, and is watched.
    Admitted,
    /// Records were deleted before a sink had committed them. Told as it is noticed, and once more when it reads on.
    RecordsLost {
        /// The topic.
        topic: Arc<str>,
        /// The partition.
        partition: i32,
        /// The first offset.
        from: i64,
        /// The offset after the last.
        until: i64,
    },
    /// Nothing could be recorded for a time; what happened within is unknown.
    RecordingGap {
        /// When recording stopped.
        from: Timestamp,
        /// Why.
        why: Arc<str>,
    },
    /// What only a newer version of Signalbox knows, which recorded it.
    #[serde(other)]
    Other,
}
