//! A connector.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use console::{ConnectorDetail, ConnectorItem, ConnectorPage, InstanceItem, TaskItem};
use model::verdict;
use serde::Serialize;
use utoipa::ToSchema;

use super::lag::{Freshness, Lag, Progress};
use super::words::{Activity, ConnectorKind, EvidenceSource, TargetSource, TargetWord};
use super::{Fault, Topics, Verdict, totals};

/// A connector. In lists, traces are left out.
#[derive(Serialize, ToSchema)]
pub struct Connector {
    /// The cluster that runs it.
    pub cluster: String,
    /// Its name there.
    pub name: String,
    /// Null while no worker told.
    pub kind: Option<ConnectorKind>,
    /// `connector.class`.
    pub class: Option<String>,
    /// Whose it is; null when no rule of [[teams]] matches.
    pub owner: Option<Owner>,
    /// What was asked of it; null while unknown.
    pub target_state: Option<TargetState>,
    /// The state of the connector instance as a worker reports it; null while no status exists. It says nothing about
    /// progress: see `health`.
    pub state: Option<String>,
    /// The connector instance; null in lists, and while no status exists.
    pub instance: Option<Instance>,
    /// Its tasks that have a status.
    pub tasks: Vec<Task>,
    /// Its tasks that are configured and have none, so that nothing of them is reported: no worker started them, or their
    /// start has not finished.
    pub unstarted_tasks: Vec<UnstartedTask>,
    /// What it means.
    pub health: Health,
    /// The fault that it belongs to; null for those that need nobody.
    pub fault: Option<Fault>,
    /// The fault that it had when its cluster fell silent, of which nobody knows whether it goes on; `fault` is the
    /// cluster's meanwhile. Null in lists, and while the cluster is heard.
    pub unheard_fault: Option<Fault>,
    /// The fault of its cluster by which its verdict stands as last listed: workers live, and none of them can be asked.
    /// It is no member of it. Null in lists, and while its cluster lists it.
    pub unlisted_fault: Option<Fault>,
    /// How far behind it is; null for sources, and while that is not known: see `progress`.
    pub lag: Option<Lag>,
    /// How new the newest change is that a source has read; null for sinks, and where its offsets carry no time.
    pub freshness: Option<Freshness>,
    /// How far it has come; null where nothing is measured: its Kafka is not configured or does not tell.
    pub progress: Option<Progress>,
    /// Null: this version does not observe dead letter queues.
    #[schema(value_type = Option<Object>)]
    pub dlq: Option<()>,
    /// Null: nothing is muted.
    #[schema(value_type = Option<String>)]
    pub muted_by: Option<()>,
    /// The systems at its other end, credentials stripped.
    pub systems: Vec<System>,
    /// The topics that its config names. Null in lists.
    pub topics: Option<Topics>,
    /// When it was first seen.
    pub first_seen: DateTime<Utc>,
    /// When it was found deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// True when traces and config were left out for want of the right `see_config`; null in lists.
    pub withheld: Option<bool>,
}

/// Whose a connector is.
#[derive(Serialize, ToSchema)]
pub struct Owner {
    /// The team.
    pub team: String,
    /// The rule that matched.
    #[schema(example = "connector = \"payments-*\"")]
    pub source: String,
}

/// What was asked of a connector.
#[derive(Serialize, ToSchema)]
pub struct TargetState {
    /// What.
    pub value: TargetWord,
    /// How that is known.
    pub source: TargetSource,
}

/// A connector instance.
#[derive(Serialize, ToSchema)]
pub struct Instance {
    /// Its state as a worker reports it: in the status topic, where that is read, else by REST.
    pub state: String,
    /// What REST says of it; the same where nobody says otherwise.
    pub rest_state: String,
    /// Its health; null when its connector is deleted.
    pub verdict: Option<Verdict>,
    /// Since when it was seen in this state.
    pub since: DateTime<Utc>,
    /// Where.
    pub worker_id: String,
    /// Whether that worker lives; null when nothing decides.
    pub worker_alive: Option<bool>,
    /// The redacted trace, when FAILED and the asker has the right `see_config`.
    pub trace: Option<String>,
    /// The plugin's version as running.
    pub version: Option<String>,
}

/// A task.
#[derive(Serialize, ToSchema)]
pub struct Task {
    /// Its number.
    pub id: u32,
    /// Its state as a worker reports it: in the status topic, where that is read, else by REST.
    pub state: String,
    /// What REST says of it; the same where nobody says otherwise.
    pub rest_state: String,
    /// Its health; null when its connector is deleted.
    pub verdict: Option<Verdict>,
    /// Since when that holds; null before it was first judged.
    pub since: Option<DateTime<Utc>>,
    /// Why, one sentence; null before it was first judged.
    pub reason: Option<String>,
    /// Where it runs, as reported.
    pub worker_id: String,
    /// Whether that worker lives; null when nothing decides.
    pub worker_alive: Option<bool>,
    /// The redacted trace, when FAILED and the asker has the right `see_config`; null in lists.
    pub trace: Option<String>,
    /// One line, when FAILED.
    pub root_cause: Option<String>,
    /// The plugin's version as running.
    pub version: Option<String>,
}

/// A task that is configured and has no status.
#[derive(Serialize, ToSchema)]
pub struct UnstartedTask {
    /// Its number.
    pub id: u32,
    /// Its health.
    pub verdict: Verdict,
    /// Since when it is seen without a status.
    pub since: DateTime<Utc>,
    /// Why, one sentence; null before it was first judged.
    pub reason: Option<String>,
}

impl From<&console::UnstartedTask> for UnstartedTask {
    fn from(task: &console::UnstartedTask) -> Self {
        Self {
            id: task.number,
            verdict: task.health.into(),
            since: task.since,
            reason: task.text.as_deref().map(str::to_owned),
        }
    }
}

/// What a connector's state means.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// The verdict; null for a connector that is deleted, since nothing is well or ill about it any more.
    pub verdict: Option<Verdict>,
    /// The verdict that a deleted connector had when it was last seen; null for one that exists.
    pub last_verdict: Option<Verdict>,
    /// Since when it holds.
    pub since: DateTime<Utc>,
    /// When the connector's state was last seen.
    pub as_of: Option<DateTime<Utc>>,
    /// Whether that is too long ago.
    pub stale: bool,
    /// Whether it moves data.
    pub activity: Activity,
    /// Why, evidence first.
    pub reasons: Vec<Reason>,
}

/// One reason.
#[derive(Serialize, ToSchema)]
pub struct Reason {
    /// A sentence.
    pub text: String,
    /// The facts behind it.
    pub evidence: String,
    /// Where they came from.
    pub source: EvidenceSource,
    /// When the evidence began to hold.
    pub as_of: DateTime<Utc>,
}

/// A system at a connector's other end.
#[derive(Serialize, ToSchema)]
pub struct System {
    /// `postgresql`, `s3`, `kafka` and so on.
    pub kind: String,
    /// Where.
    pub address: String,
}

/// A word that occurs nowhere.
#[derive(Serialize, ToSchema)]
pub struct NearWord {
    /// As it was written.
    pub word: String,
    /// The words that were searched for instead.
    pub found: Vec<String>,
}

/// A page of connectors.
#[derive(Serialize, ToSchema)]
pub struct ConnectorList {
    /// The connectors.
    pub items: Vec<Connector>,
    /// Give it as `cursor` to get the next page; null at the end.
    pub next_cursor: Option<String>,
    /// How many match in all.
    pub matching: usize,
    /// Connectors by verdict that match, `health` set aside; deleted ones by the last that they had.
    pub totals: BTreeMap<&'static str, u32>,
    /// Words of `q` that occur nowhere, and those one edit away that were searched for instead.
    pub near: Vec<NearWord>,
    /// The oldest moment at which a cluster's states were last seen; null when one was never seen.
    pub as_of: Option<DateTime<Utc>>,
}

impl From<&ConnectorItem> for Connector {
    fn from(item: &ConnectorItem) -> Self {
        let progress = item.progress.as_ref();
        Self {
            cluster: item.id.cluster.as_str().into(),
            name: item.id.name.as_str().into(),
            kind: item.kind.as_ref().map(ConnectorKind::from),
            class: item.class.as_deref().map(str::to_owned),
            owner: item.owner.as_ref().map(|owner| Owner {
                team: owner.team.as_str().into(),
                source: owner.source.to_string(),
            }),
            target_state: item.target.as_ref().map(|(value, source)| TargetState {
                value: value.into(),
                source: source.into(),
            }),
            state: item.state.as_ref().map(ToString::to_string),
            instance: None,
            tasks: item
                .tasks
                .iter()
                .map(|task| Task::of(task, item.deleted_at.is_some()))
                .collect(),
            unstarted_tasks: item.unstarted.iter().map(UnstartedTask::from).collect(),
            health: Health {
                verdict: item.verdict().map(Verdict::from),
                last_verdict: item.deleted_at.map(|_| item.health.into()),
                since: item.since,
                as_of: item.as_of,
                stale: item.stale,
                activity: (&item.activity).into(),
                reasons: item.reasons.iter().map(Reason::from).collect(),
            },
            fault: item.fault.as_deref().map(Fault::from),
            unheard_fault: None,
            unlisted_fault: None,
            lag: progress.and_then(|(reading, as_of)| Some(Lag::of(reading.lag.as_ref()?, *as_of))),
            freshness: progress.and_then(|(reading, as_of)| Freshness::of(reading, *as_of)),
            progress: progress.map(|(reading, as_of)| Progress::of(reading, *as_of)),
            dlq: None,
            muted_by: None,
            systems: item
                .systems
                .iter()
                .map(|system| System {
                    kind: system.kind.to_string(),
                    address: system.address.to_string(),
                })
                .collect(),
            topics: None,
            first_seen: item.first_seen,
            deleted_at: item.deleted_at,
            withheld: None,
        }
    }
}

impl From<&ConnectorDetail> for Connector {
    fn from(detail: &ConnectorDetail) -> Self {
        Self {
            instance: detail
                .instance
                .as_ref()
                .map(|instance| Instance::of(instance, detail.item.deleted_at.is_some())),
            withheld: Some(detail.withheld),
            unheard_fault: detail.unheard.as_deref().map(Fault::from),
            unlisted_fault: detail.unlisted.as_deref().map(Fault::from),
            topics: Some((&detail.topics).into()),
            ..Self::from(&detail.item)
        }
    }
}

impl Instance {
    /// The instance of a connector that exists, or of one that is deleted.
    fn of(item: &InstanceItem, deleted: bool) -> Self {
        Self {
            state: item.state.to_string(),
            rest_state: item.rest_state.to_string(),
            verdict: (!deleted).then(|| item.health.into()),
            since: item.since,
            worker_id: item.worker.as_str().into(),
            worker_alive: item.worker_alive.as_bool(),
            trace: item.trace.as_deref().map(str::to_owned),
            version: item.version.as_deref().map(str::to_owned),
        }
    }
}

impl Task {
    /// The task of a connector that exists, or of one that is deleted.
    fn of(item: &TaskItem, deleted: bool) -> Self {
        Self {
            id: item.number,
            state: item.state.to_string(),
            rest_state: item.rest_state.to_string(),
            verdict: (!deleted).then(|| item.health.into()),
            since: item.verdict.as_ref().map(|verdict| verdict.since),
            reason: item.verdict.as_ref().map(|verdict| verdict.text.to_string()),
            worker_id: item.worker.as_str().into(),
            worker_alive: item.worker_alive.as_bool(),
            trace: item.trace.as_deref().map(str::to_owned),
            root_cause: item.root_cause.as_deref().map(str::to_owned),
            version: item.version.as_deref().map(str::to_owned),
        }
    }
}

impl From<&verdict::Reason> for Reason {
    fn from(reason: &verdict::Reason) -> Self {
        Self {
            text: reason.text.to_string(),
            evidence: reason.evidence.to_string(),
            source: (&reason.source).into(),
            as_of: reason.as_of,
        }
    }
}

impl From<&ConnectorPage> for ConnectorList {
    fn from(page: &ConnectorPage) -> Self {
        Self {
            items: page.items.iter().map(Connector::from).collect(),
            next_cursor: page.next_cursor.clone(),
            matching: page.matching,
            totals: totals(&page.totals),
            near: page
                .near
                .iter()
                .map(|near| NearWord {
                    word: near.word.clone(),
                    found: near.found.clone(),
                })
                .collect(),
            as_of: page.as_of,
        }
    }
}
