//! What is recorded: facts with their verdict, and the history of both. `store` keeps these, `view` shows them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::facts::{ClusterAbout, ClusterFacts, ConnectorFacts, Freshness, WorkerFacts};
use crate::fault::Fault;
use crate::internal::LastWords;
use crate::names::{ClusterName, ConnectorName};
use crate::owner::Owner;
use crate::transition::Transition;
use crate::verdict::{Health, Reason, Verdict};

/// A connector as recorded: what is known, what it means, whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectorRecord {
    /// What is known.
    pub facts: Arc<ConnectorFacts>,
    /// What it means.
    pub verdict: Arc<Verdict>,
    /// Whose it is; `None` when no rule matches.
    pub owner: Option<Owner>,
}

/// A cluster as recorded, from which watchers go on and the view is built.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterRecord {
    /// Its name.
    pub name: ClusterName,
    /// The cluster as a whole.
    pub about: ClusterAbout,
    /// Its workers.
    pub workers: Vec<Arc<WorkerFacts>>,
    /// Its connectors, deleted ones included.
    pub connectors: Vec<ConnectorRecord>,
    /// Its open faults.
    pub faults: Vec<Arc<Fault>>,
    /// The last heartbeat.
    pub fresh: Freshness,
}

impl ClusterRecord {
    /// Of a cluster of which nothing is recorded yet.
    pub fn empty(name: &ClusterName) -> Self {
        Self {
            name: name.clone(),
            about: ClusterAbout::default(),
            workers: Vec::new(),
            connectors: Vec::new(),
            faults: Vec::new(),
            fresh: Freshness::default(),
        }
    }

    /// The facts alone, to go on observing from.
    pub fn facts(&self) -> ClusterFacts {
        ClusterFacts {
            name: self.name.clone(),
            about: self.about.clone(),
            workers: self
                .workers
                .iter()
                .map(|worker| (worker.id.clone(), worker.clone()))
                .collect(),
            connectors: self
                .connectors
                .iter()
                .map(|record| (record.facts.name.clone(), record.facts.clone()))
                .collect(),
            fresh: self.fresh.clone(),
            told: LastWords::default(),
        }
    }
}

/// A verdict that changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VerdictChange {
    /// When it was judged, by what was seen at that moment.
    pub at: Timestamp,
    /// Since when what it says is true, which is before it was judged where a grace or a window had to pass first; `None` of
    /// what older versions recorded.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// The connector.
    pub connector: ConnectorName,
    /// Before; `None` for the first verdict.
    pub from: Option<Health>,
    /// Now.
    pub to: Health,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Revision of the settings by which it was judged.
    pub settings: u64,
}

/// One entry of the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// The facts changed.
    Transition(Transition),
    /// A verdict changed.
    Verdict(VerdictChange),
    /// A fault opened.
    FaultOpened(Fault),
    /// A fault ended.
    FaultEnded(Fault),
}

impl Entry {
    /// When it happened.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Transition(transition) => transition.at,
            Self::Verdict(change) => change.at,
            Self::FaultOpened(fault) => fault.opened_at,
            Self::FaultEnded(fault) => fault.ended_at.unwrap_or(fault.opened_at),
        }
    }

    /// The connector concerned, if exactly one is.
    pub fn connector(&self) -> Option<&ConnectorName> {
        match self {
            Self::Transition(transition) => transition.subject.connector(),
            Self::Verdict(change) => Some(&change.connector),
            Self::FaultOpened(fault) | Self::FaultEnded(fault) => match &fault.scope {
                crate::scope::Scope::Connector(name) => Some(name),
                crate::scope::Scope::Cluster | crate::fault::Scope::Worker(_) => None,
            },
        }
    }
}

/// An entry as it was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryItem {
    /// Its number in the feed: unique and in the order of recording.
    pub id: i64,
    /// Its cluster.
    pub cluster: ClusterName,
    /// What happened.
    pub entry: Entry,
}

/// What a number of the feed is about: the whole content of a live event beside the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Changed {
    /// The cluster as a whole: reachability, group, versions.
    Cluster,
    /// One of its workers.
    Workers,
    /// A connector's facts.
    Connector,
    /// A connector's verdict (its facts may have changed too).
    Verdict,
    /// A connector was deleted.
    Deleted,
    /// The open faults.
    Faults,
}

impl Changed {
    /// The word stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Workers => "workers",
            Self::Connector => "connector",
            Self::Verdict => "verdict",
            Self::Deleted => "deleted",
            Self::Faults => "faults",
        }
    }

    /// Reads [`Changed::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Cluster,
            Self::Workers,
            Self::Connector,
            Self::Verdict,
            Self::Deleted,
            Self::Faults,
        ]
        .into_iter()
        .find(|changed| changed.as_str() == word)
    }
}

/// One number of the feed.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedItem {
    /// The number: visible in order, never reused.
    pub id: i64,
    /// When it was recorded, by the writer's clock.
    pub at: Timestamp,
    /// The cluster.
    pub cluster: ClusterName,
    /// The connector, where one is concerned.
    pub connector: Option<ConnectorName>,
    /// What changed.
    pub changed: Changed,
}
