//! What one look at a cluster saw, with its source and the time it was true.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use litemap::LiteMap;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::internal::{ConfigsSeen, StatusesSeen, TopicSeen};
use crate::names::{ClusterName, ConnectorName, WorkerId};
use crate::progressed::ProgressFacts;
use crate::secrets::{Config, Fingerprint, Redactor};
use crate::state::{ConnectorKind, State};
use crate::target::TargetSystem;
use crate::topics::Topics;

/// Where an observation came from; shown beside every reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A worker's REST API.
    Rest,
    /// The members of the Connect group, asked of Kafka.
    Group,
    /// A direct probe of a worker's REST address.
    Probe,
    /// The status topic of its workers, as it is written.
    StatusTopic,
    /// The config topic of its workers, as it is written.
    ConfigTopic,
    /// Offsets in Kafka: what groups committed and where logs end, or what sources wrote down.
    Offsets,
    /// Signalbox's own records (earlier facts, settings).
    Record,
    /// One that only a newer version of Signalbox knows, which recorded it.
    #[serde(other)]
    Other,
}

impl Source {
    /// The word shown at the right edge of a reason.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rest => "REST",
            Self::Group => "Kafka group",
            Self::Probe => "probe",
            Self::StatusTopic => "status topic",
            Self::ConfigTopic => "config topic",
            Self::Offsets => "Kafka offsets",
            Self::Record => "own record",
            Self::Other => "another source",
        }
    }
}

/// One look at one cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// When what was seen was true: the moment the answer began to be asked for.
    pub at: Timestamp,
    /// When the answer had come: that somebody answers is true from then on. A list may be ten seconds younger than the
    /// states in it.
    pub answered: Timestamp,
    /// What was seen.
    pub seen: Seen,
}

/// What a look saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Seen {
    /// The expanded list of one worker that is ready (its herder joined the group) and of this cluster, see
    /// [`crate::fold::Expected::believes`].
    Listed(Listed),
    /// The expanded list again, with a body equal to the last one from that worker.
    ListedUnchanged {
        /// The worker that answered.
        by: WorkerId,
    },
    /// A worker of this cluster answered while its status and config topics are known wholly: what lists and topics told
    /// stands.
    Stands {
        /// The worker that answered.
        by: WorkerId,
    },
    /// The plain list of one ready worker, asked because something was missing or the slow cadence came round.
    Named {
        /// The worker that answered.
        by: WorkerId,
        /// Every connector name it knows.
        names: Vec<ConnectorName>,
    },
    /// The members of the Connect group.
    Members(GroupMembers),
    /// An address answered as a Connect worker.
    Answered(WorkerAnswer),
    /// An address did not answer as a Connect worker.
    Silent {
        /// The address (`host:port`).
        address: WorkerId,
        /// Why.
        gap: Gap,
    },
    /// What a worker's slow questions said: health and plugins.
    Slow(WorkerSlow),
    /// Another configured cluster turned out to be this same one, or no longer does.
    SameAs(Option<ClusterName>),
    /// The list could not be had from any worker this time.
    ListMissing(Gap),
    /// The group's members could not be had this time.
    MembersMissing(Gap),
    /// How the reading of one of its internal topics stands.
    Topic(TopicSeen),
    /// What its status topic told.
    Statuses(StatusesSeen),
    /// What its config topic told.
    Configs(ConfigsSeen),
    /// What is to be put on record of the progress of these connectors, see [`crate::progress::Watch::record`].
    Progressed(BTreeMap<ConnectorName, ProgressFacts>),
    /// Recorded config versions of which more is masked than before, since a plugin calls it a password by now.
    Concealed(Vec<Concealed>),
    /// Nobody asks Kafka who is in the Connect group.
    Ungrouped,
}

/// A recorded config version of which more is masked than before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Concealed {
    /// Whose it is.
    pub connector: ConnectorName,
    /// As it is recorded now.
    pub config: Arc<ListedConfig>,
    /// What it showed.
    #[serde(skip)]
    pub struck: Struck,
}

/// Strikes out what is a secret by now. It is never shown and never written.
#[derive(Clone, Default)]
pub struct Struck(pub Redactor);

impl fmt::Debug for Struck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Struck")
    }
}

impl PartialEq for Struck {
    /// Observations are compared by what they tell.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// One expanded list, already free of secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// The worker that answered.
    pub by: WorkerId,
    /// What it knows, by name.
    pub connectors: BTreeMap<ConnectorName, ListedConnector>,
}

/// A connector in an expanded list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListedConnector {
    /// Source or sink; `None` when the answering worker lacks the plugin.
    pub kind: Option<ConnectorKind>,
    /// The masked config; `None` when `info` was missing.
    pub config: Option<Arc<ListedConfig>>,
    /// The connector instance; `None` when no status record exists yet.
    pub instance: Option<ListedInstance>,
    /// Tasks by number.
    pub tasks: LiteMap<u32, ListedInstance>,
    /// The tasks that are configured and have no status; `None` when `info` was missing, which tells them.
    #[serde(default)]
    pub unstarted: Option<Vec<u32>>,
}

impl ListedConnector {
    /// Whether the list shows any status of it.
    pub fn has_status(&self) -> bool {
        self.instance.is_some() || !self.tasks.is_empty()
    }
}

/// A config with what was read from it before it was masked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListedConfig {
    /// Fingerprint of all values: the identity of a config version.
    pub version: Fingerprint,
    /// Clear values, references and fingerprints.
    pub config: Config,
    /// The systems at the other end, credentials stripped.
    pub targets: Vec<TargetSystem>,
    /// The topics that it reads and writes.
    #[serde(default, skip_serializing_if = "Topics::is_empty")]
    pub topics: Topics,
}

/// State of a connector instance or task in one answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListedInstance {
    /// The state.
    pub state: State,
    /// The worker that wrote it.
    pub worker_id: WorkerId,
    /// The redacted trace, when FAILED.
    pub trace: Option<Arc<str>>,
    /// Fingerprint of the trace as it came, so that a better redaction is not taken for a new failure.
    pub trace_id: Option<Fingerprint>,
    /// The plugin's version as running (since 4.1).
    pub version: Option<Arc<str>>,
}

/// The members of a Connect group as the coordinator listed them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupMembers {
    /// `group.id` of the workers.
    pub group_id: Arc<str>,
    /// The coordinator's word: Stable, PreparingRebalance, CompletingRebalance, Empty, Dead.
    pub state: Arc<str>,
    /// True when not every broker answered: absence proves nothing then.
    pub partial: bool,
    /// The id of the Kafka cluster that was asked, where it is known.
    #[serde(default)]
    pub kafka_cluster_id: Option<Arc<str>>,
    /// The workers in the group.
    pub members: Vec<GroupMember>,
}

/// One worker in a Connect group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupMember {
    /// Its id in the group (`connect-<host:port>-<uuid>`).
    pub member_id: Arc<str>,
    /// Its advertised REST address.
    pub worker_id: WorkerId,
    /// The address as written, scheme and trailing slash included.
    pub url: Arc<str>,
    /// Whether the assignment names it as leader; `None` when no assignment could be read.
    pub leader: Option<bool>,
    /// The leader's REST address that its assignment names.
    pub leader_url: Option<Arc<str>>,
    /// How long the leader holds lost work back, in ms; 0 when nothing is held back.
    pub delay_ms: Option<i32>,
    /// Connector instances that it owns.
    pub connectors: Vec<ConnectorName>,
    /// Tasks that it owns.
    pub tasks: Vec<(ConnectorName, u32)>,
}

/// What `GET /` of a worker said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerAnswer {
    /// The address asked (`host:port`).
    pub address: WorkerId,
    /// Connect's version.
    pub version: Arc<str>,
    /// The Kafka cluster's id; absent before 1.1.
    pub kafka_cluster_id: Option<Arc<str>>,
}

/// What the slow questions to one worker said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerSlow {
    /// The worker.
    pub worker: WorkerId,
    /// `/health` (since 3.9).
    pub health: Option<HealthAnswer>,
    /// `/connector-plugins`; `None` when it could not be had.
    pub plugins: Option<Arc<Vec<Plugin>>>,
}

/// `/health` of a worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthAnswer {
    /// Whether it is a member of its group and its herder answers.
    pub ready: bool,
    /// `healthy`, `starting`, `unhealthy`.
    pub word: Arc<str>,
    /// The worker's own explanation.
    pub message: Arc<str>,
}

/// A plugin that a worker can load.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Plugin {
    /// Java class.
    pub class: Arc<str>,
    /// `source`, `sink`, `converter`, `header_converter`, `transformation`, `predicate`.
    pub kind: Arc<str>,
    /// Its version; absent when undefined.
    pub version: Option<Arc<str>>,
}

/// Why something could not be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The kind, for what follows from it.
    pub kind: GapKind,
    /// One sentence with the address asked, without secrets.
    pub text: Arc<str>,
}

/// Kinds of gaps, by what they prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    /// The connection was refused: nothing listens there.
    Refused,
    /// No answer within the deadline.
    TimedOut,
    /// The name did not resolve, or no route.
    Unreachable,
    /// TLS failed: expired, other name, unknown authority.
    Tls,
    /// 401 or 403.
    Denied,
    /// The worker answers but is still starting.
    Starting,
    /// A transient refusal: a rebalance, or a request that timed out inside the worker.
    Busy,
    /// Something answered that is no worker of this cluster: no Connect worker at all, or another cluster's.
    NotConnect,
    /// The answer was too large, cut short or not readable.
    Unreadable,
    /// The address lies outside what the configuration allows.
    Forbidden,
    /// Kafka answered for some brokers only.
    Partial,
    /// Anything else.
    #[serde(other)]
    Other,
}

impl GapKind {
    /// Whether nobody answers there. All else is an answer, be it of something that is no worker, of one that is starting
    /// or that refuses, or the address was not asked at all: that proves nobody's death.
    pub fn nobody_answers(self) -> bool {
        matches!(self, Self::Refused | Self::TimedOut | Self::Unreachable)
    }
}
