//! The kinds by which entries of the history are told apart.

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// A connector or task has another state, or was asked for another.
    State,
    /// A verdict changed.
    Verdict,
    /// A config came into force.
    Config,
    /// A connector appeared or was deleted.
    Connector,
    /// A worker came, left, or runs another version.
    Worker,
    /// The group's members changed.
    Rebalance,
    /// A fault opened or ended.
    Fault,
    /// A cluster answers or does not, uses another Kafka, or is refused because it is configured twice.
    Cluster,
    /// Nothing could be recorded for a time.
    Gap,
}

impl EntryKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::State,
        Self::Verdict,
        Self::Config,
        Self::Connector,
        Self::Worker,
        Self::Rebalance,
        Self::Fault,
        Self::Cluster,
        Self::Gap,
    ];

    /// Reads [`EntryKind::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The words under which the history records it.
    pub(super) fn recorded(self) -> &'static [&'static str] {
        match self {
            Self::State => &["state", "task_removed", "target"],
            Self::Verdict => &["verdict"],
            Self::Config => &["config"],
            Self::Connector => &["connector_appeared", "connector_deleted"],
            Self::Worker => &["worker_came", "worker_left", "worker_version"],
            Self::Rebalance => &["rebalance"],
            Self::Fault => &["fault_opened", "fault_ended"],
            Self::Cluster => &["reachable", "unreachable", "kafka_cluster", "refused", "admitted"],
            Self::Gap => &["recording_gap", "other"],
        }
    }

    /// The lower-case word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Verdict => "verdict",
            Self::Config => "config",
            Self::Connector => "connector",
            Self::Worker => "worker",
            Self::Rebalance => "rebalance",
            Self::Fault => "fault",
            Self::Cluster => "cluster",
            Self::Gap => "gap",
        }
    }
}
