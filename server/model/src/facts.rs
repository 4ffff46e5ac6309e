//! What is known of a cluster: the durable facts, each with the time it was seen.
//!
//! Facts are only what observations said; judgements live in [`crate::verdict`]. They are stored as rows by `store` and
//! rebuilt from there, so every field added later needs a default.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use litemap::LiteMap;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::internal::{InternalTopic, LastWords, TopicFacts};
use crate::kept;
use crate::names::{ClusterName, ConnectorName, WorkerId};
use crate::observe::{Gap, HealthAnswer, ListedConfig, Plugin, Source};
pub use crate::progressed::{LostFacts, ProgressFacts, UnitFacts};
use crate::secrets::Fingerprint;
use crate::state::{ConnectorKind, State, TargetSource, TargetState};

/// Everything known of one cluster. A clone is cheap: connectors sit behind [`Arc`]s.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterFacts {
    /// Its name in the configuration.
    pub name: ClusterName,
    /// The cluster as a whole.
    pub about: ClusterAbout,
    /// Its workers, alive and gone.
    pub workers: BTreeMap<WorkerId, Arc<WorkerFacts>>,
    /// Its connectors; deleted ones stay, marked.
    pub connectors: BTreeMap<ConnectorName, Arc<ConnectorFacts>>,
    /// When each source was last true; not durable rows but the cluster's heartbeat.
    pub fresh: Freshness,
    /// The last words of its internal topics, in memory only.
    pub told: LastWords,
}

/// The cluster as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClusterAbout {
    /// Whether a worker gave a list lately. It turns false once two intervals passed without one, which is before the
    /// stale limit: until then, and for as long as the group has members, connectors keep their last verdicts.
    #[serde(default)]
    pub reachable: bool,
    /// Since when `reachable` holds.
    #[serde(default)]
    pub reachable_since: Option<Timestamp>,
    /// Why the last look got no list.
    #[serde(default)]
    pub gap: Option<Gap>,
    /// The lowest version among the workers that answer.
    #[serde(default)]
    pub version: Option<Arc<str>>,
    /// The Kafka cluster's id as the workers report it. It stays while connectors are known: who then answers with
    /// another one is another cluster, whose lists say nothing of this one.
    #[serde(default)]
    pub kafka_cluster_id: Option<Arc<str>>,
    /// The Connect group, when Kafka lets us see it.
    #[serde(default)]
    pub group: Option<GroupFacts>,
    /// Why Kafka does not tell who is in the group, where it should.
    #[serde(default)]
    pub group_gap: Option<Gap>,
    /// Set while statuses name more workers than are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workers_gap: Option<Gap>,
    /// How the reading of its internal topics stands, where its Kafka may be read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub topics: BTreeMap<InternalTopic, TopicFacts>,
    /// What each address, configured or discovered, last answered, in words.
    #[serde(default)]
    pub addresses: BTreeMap<WorkerId, Arc<str>>,
    /// Set when another configured cluster is this same group, which is refused: the other one's name.
    #[serde(default)]
    pub same_as: Option<ClusterName>,
    /// Set while it is refused no more and no list came since: what is known of its connectors is from before.
    #[serde(default)]
    pub admitted: bool,
}

/// The Connect group as last seen whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupFacts {
    /// `group.id`.
    pub group_id: Arc<str>,
    /// The coordinator's word for its state.
    pub state: Arc<str>,
    /// The leader among the members.
    pub leader: Option<WorkerId>,
    /// The member ids when it was last stable.
    #[serde(default)]
    pub members: BTreeSet<Arc<str>>,
    /// Since when it has had no member; `None` while it has some.
    pub empty_since: Option<Timestamp>,
    /// Whether anybody was ever seen in it.
    #[serde(default)]
    pub inhabited: bool,
    /// Since when it has members again, after it had none.
    #[serde(default)]
    pub members_since: Option<Timestamp>,
    /// Until when the leader holds lost work back (`scheduled.rebalance.max.delay.ms`), while it does.
    pub delay_until: Option<Timestamp>,
    /// Rebalances seen by this server: how often the member set or leader changed.
    pub rebalances: u64,
}

impl GroupFacts {
    /// Until when lost work is held back, as of `now`: a delay that ran out holds nothing back any more, though nobody
    /// may be there to say so, nor does that of a group without members, which has no leader.
    pub fn holds_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.delay_until
            .filter(|until| self.empty_since.is_none() && *until > now)
    }
}

/// When each source was last true.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freshness {
    /// The last expanded list, by the moment it was asked for: the states in it are not younger.
    #[serde(default)]
    pub rest: Option<Timestamp>,
    /// When that list had come: until then a worker is known to have answered.
    #[serde(default)]
    pub answered: Option<Timestamp>,
    /// The last whole answer about the group's members.
    #[serde(default)]
    pub group: Option<Timestamp>,
    /// The last time anybody looked, successfully or not.
    #[serde(default)]
    pub tried: Option<Timestamp>,
    /// When somebody began to look again after nobody had for longer than the stale limit: a silence counts from then on,
    /// for while nobody looked nobody failed to answer.
    #[serde(default)]
    pub resumed: Option<Timestamp>,
    /// When each address was last asked for what [`ClusterAbout::addresses`] tells of it.
    #[serde(default)]
    pub asked: BTreeMap<WorkerId, Timestamp>,
}

impl Freshness {
    /// The moment at which the connectors' states were last seen.
    pub fn as_of(&self) -> Option<Timestamp> {
        self.rest
    }

    /// The last moment at which a worker gave a list.
    pub fn listed(&self) -> Option<Timestamp> {
        self.answered.max(self.rest)
    }
}

/// One worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerFacts {
    /// Its advertised address.
    pub id: WorkerId,
    /// Whether it lives.
    pub alive: Alive,
    /// Since when `alive` holds.
    pub since: Timestamp,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// The evidence for `alive`, one sentence.
    pub evidence: Arc<str>,
    /// Connect's version, once it answered.
    #[serde(default)]
    pub version: Option<Arc<str>>,
    /// Whether its address ever answered this server as a Connect worker.
    #[serde(default)]
    pub ever_answered: bool,
    /// The last time its address answered; moved only when `probe_failures` resets.
    #[serde(default)]
    pub answered_at: Option<Timestamp>,
    /// Failed probes in a row.
    #[serde(default)]
    pub probe_failures: u32,
    /// The first of the failed probes in a row.
    #[serde(default)]
    pub failing_since: Option<Timestamp>,
    /// Whether it is in the Connect group; `None` when Kafka was never seen.
    #[serde(default)]
    pub member: Option<bool>,
    /// Its id in the group when that was last settled: another one under the same address is another process.
    #[serde(default)]
    pub member_id: Option<Arc<str>>,
    /// Set while it is back in its group but was not given its work back: since when it had been gone. The leader holds
    /// lost work back for the rebalance delay, even from the worker that lost it.
    #[serde(default)]
    pub without_work_since: Option<Timestamp>,
    /// Set while it is gone only by what was seen before the whole cluster fell silent: since when the cluster is heard
    /// again. It may have returned with the others; until the group or a probe tells, it is neither gone nor alive for
    /// the judge, and what ran on it stays unknown.
    #[serde(default)]
    pub unconfirmed_since: Option<Timestamp>,
    /// Set while it is not known to live, nor to be gone, and no status names it: since when, as far as somebody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unnamed_since: Option<Timestamp>,
    /// The last `/health`.
    #[serde(default)]
    pub health: Option<HealthAnswer>,
    /// What it can load.
    #[serde(default)]
    pub plugins: Option<Arc<Vec<Plugin>>>,
}

impl WorkerFacts {
    /// All of it that decides about the work it carries: whether it lives, since when it is without work, and since when
    /// its death is in doubt.
    pub fn runs(&self) -> (Alive, Option<Timestamp>, Option<Timestamp>) {
        (self.alive, self.without_work_since, self.unconfirmed_since)
    }

    /// Whether its own address can be asked: it lives, answered before and did not fail to since.
    pub fn can_be_asked(&self) -> bool {
        self.alive == Alive::Yes && self.ever_answered && self.probe_failures == 0
    }

    /// Whether it is known to be gone, by evidence that still counts.
    pub fn surely_gone(&self) -> bool {
        self.alive.gone() && self.unconfirmed_since.is_none()
    }
}

/// Whether a worker lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alive {
    /// A member of the group, or an address that answers.
    Yes,
    /// It left the group in order: its UNASSIGNED records came first.
    GoneInOrder,
    /// It left without a word.
    Dead,
    /// No evidence decides.
    #[serde(other)]
    Unknown,
}

impl Alive {
    /// `true`, `false` or nothing, as the API says it.
    pub fn as_bool(self) -> Option<bool> {
        match self {
            Self::Yes => Some(true),
            Self::GoneInOrder | Self::Dead => Some(false),
            Self::Unknown => None,
        }
    }

    /// Whether the worker is known to be gone.
    pub fn gone(self) -> bool {
        self.as_bool() == Some(false)
    }
}

/// One connector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectorFacts {
    /// Its name.
    pub name: ConnectorName,
    /// Source or sink.
    #[serde(default)]
    pub kind: Option<ConnectorKind>,
    /// `connector.class`.
    #[serde(default, deserialize_with = "kept::read_some_word")]
    pub class: Option<Arc<str>>,
    /// The config in force, masked.
    #[serde(default)]
    pub config: Option<Arc<ListedConfig>>,
    /// What was asked of it.
    #[serde(default)]
    pub target: Option<(TargetState, TargetSource)>,
    /// The connector instance; `None` while no status record exists.
    #[serde(default)]
    pub instance: Option<InstanceFacts>,
    /// Its tasks.
    #[serde(default, deserialize_with = "kept::read_map")]
    pub tasks: LiteMap<u32, InstanceFacts>,
    /// Tasks that are configured and have no status, each since when: no worker started them, or their start has not
    /// finished.
    #[serde(
        default,
        deserialize_with = "kept::read_map",
        skip_serializing_if = "LiteMap::is_empty"
    )]
    pub unstarted: LiteMap<u32, Timestamp>,
    /// Since when it has had no task, nor one that is configured, while RUNNING.
    #[serde(default)]
    pub no_tasks_since: Option<Timestamp>,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// Set while expanded lists show no status of it, although they did before. Of a deleted connector it stays as it was:
    /// what it was like until then is its last true verdict.
    #[serde(default)]
    pub status_missing: Option<StatusMissing>,
    /// The first plain list without it, while a second one is awaited.
    #[serde(default)]
    pub missing: Option<Missing>,
    /// When it was found deleted.
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
    /// What is on record of its progress; the present is measured, see [`crate::progress`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<ProgressFacts>,
}

impl ConnectorFacts {
    /// The connector instance (`None`) and its tasks (their numbers), as far as they have a status.
    pub fn instances(&self) -> impl Iterator<Item = (Option<u32>, &InstanceFacts)> {
        let tasks = self.tasks.iter().map(|(number, task)| (Some(*number), task));
        self.instance.iter().map(|instance| (None, instance)).chain(tasks)
    }

    /// How many tasks it has, started or not.
    pub fn task_count(&self) -> usize {
        self.tasks.len() + self.unstarted.len()
    }

    /// Whether a status of it was ever seen.
    pub fn has_status(&self) -> bool {
        self.instances().next().is_some()
    }
}

/// A status that was there and is seen no more. Connect leaves connectors without one out of its expanded list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusMissing {
    /// The first expanded list without it; after a silence of the whole cluster the last list before that, since when
    /// nothing is known of it.
    pub since: Timestamp,
    /// Whether a plain list still named the connector when the time that a deletion needs had passed.
    #[serde(default)]
    pub named: bool,
    /// Set where `since` lies before a silence: the first list after it, from which on a deletion may be proven.
    #[serde(default)]
    pub heard_again: Option<Timestamp>,
}

impl StatusMissing {
    /// The first expanded list without it: from then on counts the time that a deletion needs to be proven.
    pub fn first_list(&self) -> Timestamp {
        self.heard_again.unwrap_or(self.since)
    }
}

/// The first of the two plain lists that prove a deletion.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Missing {
    /// When.
    pub at: Timestamp,
    /// Whose list.
    pub by: WorkerId,
}

/// A connector instance or a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstanceFacts {
    /// The state as reported.
    pub state: State,
    /// Since when it was seen in this state on this worker.
    pub since: Timestamp,
    /// Where.
    pub worker_id: WorkerId,
    /// The redacted trace of its last failure, while FAILED and as long as that failure counts; at most 64 kB.
    #[serde(default)]
    pub trace: Option<Arc<str>>,
    /// Fingerprint of the trace as it came.
    #[serde(default)]
    pub trace_id: Option<Fingerprint>,
    /// The plugin's version as running.
    #[serde(default, deserialize_with = "kept::read_some_word")]
    pub version: Option<Arc<str>>,
    /// When it was seen or inferred to fail, newest last, within the crash window.
    #[serde(default)]
    pub failures: Vec<Timestamp>,
    /// Who told first that it is so: REST or the status topic.
    #[serde(default = "by_rest", skip_serializing_if = "is_by_rest")]
    pub source: Source,
    /// What REST said last, where that is not what the status topic says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<State>,
}

impl InstanceFacts {
    /// The state that REST shows of it.
    pub fn rest_state(&self) -> &State {
        self.rest.as_ref().unwrap_or(&self.state)
    }
}

fn by_rest() -> Source {
    Source::Rest
}

fn is_by_rest(source: &Source) -> bool {
    *source == Source::Rest
}
