//! One connector, as lists and its own page show it.

use std::sync::Arc;

use model::Timestamp;
use model::actor::{Actor, Right};
use model::facts::{Alive, InstanceFacts};
use model::fault::Fault;
use model::names::{ConnectorId, WorkerId};
use model::observe::{ListedConfig, Source};
use model::owner::Owner;
use model::progress::{PartitionLag, Reading};
use model::state::{ConnectorKind, State, TargetSource, TargetState};
use model::target::TargetSystem;
use model::topics::Topics;
use model::verdict::{Activity, Health, Reason, TaskVerdict};
use view::{Cluster, Connector, Staleness};

use crate::cluster::alive;
use crate::fault::{unheard, unlisted};
use crate::{Console, Error, require};

/// A connector as lists show it: no trace, no config.
#[derive(Clone, Debug)]
pub struct ConnectorItem {
    /// Cluster and name.
    pub id: ConnectorId,
    /// Source or sink, when known.
    pub kind: Option<ConnectorKind>,
    /// `connector.class`.
    pub class: Option<Arc<str>>,
    /// Whose it is and by which rule.
    pub owner: Option<Owner>,
    /// What was asked of it and how that is known.
    pub target: Option<(TargetState, TargetSource)>,
    /// The connector instance's state: as the status topic says, where that is read, else as REST says.
    pub state: Option<State>,
    /// What REST says of it; the same where nobody says otherwise.
    pub rest_state: Option<State>,
    /// Its tasks that have a status.
    pub tasks: Vec<TaskItem>,
    /// Its tasks that are configured and have none.
    pub unstarted: Vec<UnstartedTask>,
    /// Its health to show: as recorded, or unknown when the data is too old. Of a deleted one the last: it has none now,
    /// see [`ConnectorItem::verdict`].
    pub health: Health,
    /// Since when.
    pub since: Timestamp,
    /// When its state was last seen.
    pub as_of: Option<Timestamp>,
    /// Whether that is too long ago.
    pub stale: bool,
    /// Whether it moves data.
    pub activity: Activity,
    /// What is measured of it, and when that was true; `None` where nothing is.
    pub progress: Option<(Reading, Timestamp)>,
    /// Why, evidence first.
    pub reasons: Vec<Reason>,
    /// The fault that it belongs to.
    pub fault: Option<Arc<Fault>>,
    /// The systems at its other end.
    pub systems: Vec<TargetSystem>,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was found deleted.
    pub deleted_at: Option<Timestamp>,
    /// The number of the feed at which it last changed.
    pub revision: i64,
}

impl ConnectorItem {
    /// The health that it has; `None` when it is deleted, and `health` only what it last was.
    pub fn verdict(&self) -> Option<Health> {
        self.deleted_at.is_none().then_some(self.health)
    }
}

/// A task that is configured and has no status: no worker started it, or its start has not finished.
#[derive(Clone, Debug)]
pub struct UnstartedTask {
    /// Its number.
    pub number: u32,
    /// Its health to show.
    pub health: Health,
    /// Since when it is seen without a status.
    pub since: Timestamp,
    /// Why, one sentence; `None` when it was listed after the last judgement.
    pub text: Option<Arc<str>>,
}

/// A task as lists show it.
#[derive(Clone, Debug)]
pub struct TaskItem {
    /// Its number.
    pub number: u32,
    /// Its state: as the status topic says, where that is read, else as REST says.
    pub state: State,
    /// What REST says of it; the same where nobody says otherwise.
    pub rest_state: State,
    /// Since when it was seen in this state.
    pub state_since: Timestamp,
    /// Its verdict; `None` when it was listed after the last judgement.
    pub verdict: Option<TaskVerdict>,
    /// Its health to show.
    pub health: Health,
    /// Where REST says it runs.
    pub worker: WorkerId,
    /// Whether that worker lives.
    pub worker_alive: Alive,
    /// One-line root cause, when it FAILED.
    pub root_cause: Option<Arc<str>>,
    /// The redacted trace; only on the connector's own page, for those who may see configs.
    pub trace: Option<Arc<str>>,
    /// The plugin's version as running.
    pub version: Option<Arc<str>>,
}

/// The connector instance on its own page.
#[derive(Clone, Debug)]
pub struct InstanceItem {
    /// Its state: as the status topic says, where that is read, else as REST says.
    pub state: State,
    /// What REST says of it; the same where nobody says otherwise.
    pub rest_state: State,
    /// Its health to show, which follows from the connector's verdict, its worker and the tasks.
    pub health: Health,
    /// Since when it was seen in this state.
    pub since: Timestamp,
    /// Since when the health is what it is: the state's time where the state says it, else that of its worker's loss, else
    /// that of the connector's verdict.
    pub health_since: Timestamp,
    /// Where.
    pub worker: WorkerId,
    /// Whether that worker lives.
    pub worker_alive: Alive,
    /// The redacted trace, for those who may see configs.
    pub trace: Option<Arc<str>>,
    /// The plugin's version as running.
    pub version: Option<Arc<str>>,
}

/// A connector with everything that its page shows.
#[derive(Clone, Debug)]
pub struct ConnectorDetail {
    /// As in lists, tasks with traces where allowed.
    pub item: ConnectorItem,
    /// Its own fault that was open when its cluster fell silent: nobody knows whether it goes on. `item.fault` is the
    /// cluster's meanwhile.
    pub unheard: Option<Arc<Fault>>,
    /// The fault of its cluster by which its verdict stands as last listed, if that is so: the workers live, and none of
    /// them can be asked. It is no member of it.
    pub unlisted: Option<Arc<Fault>>,
    /// The connector instance; `None` while no status exists.
    pub instance: Option<InstanceItem>,
    /// The topics that its config names.
    pub topics: Topics,
    /// The masked config, for those who may see configs.
    pub config: Option<Arc<ListedConfig>>,
    /// Whether config and traces were left out for want of a right.
    pub withheld: bool,
}

impl Console {
    /// Every partition that a sink reads, as this server measures it now; `None` where it does not, and for what is no sink.
    /// Right: `see`.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn partitions(&self, actor: &Actor, id: &ConnectorId) -> Result<Option<Vec<PartitionLag>>, Error> {
        require(actor, Right::See)?;
        Ok(self.live.partitions(id).await)
    }

    /// One connector, deleted ones included. Right: `see`; config and traces need `see_config`.
    ///
    /// # Errors
    /// [`Error::Denied`] without `see`; [`Error::NotFound`].
    pub fn connector(&self, actor: &Actor, id: &ConnectorId) -> Result<ConnectorDetail, Error> {
        require(actor, Right::See)?;
        let fleet = self.fleet();
        let Some((cluster, connector)) = fleet.connector(id) else {
            return Err(match fleet.clusters.get(&id.cluster) {
                // It may be there: nobody has shown yet what is.
                Some(cluster) if cluster.fresh.rest.is_none() && cluster.about.same_as.is_none() => {
                    Error::NotFound(format!(
                        "no worker of {} has shown its connectors yet, so that nothing is known of {:?}",
                        id.cluster,
                        id.name.as_str()
                    ))
                }
                Some(_) => Error::NotFound(format!(
                    "cluster {} has no connector {:?}",
                    id.cluster,
                    id.name.as_str()
                )),
                None => Error::NotFound(format!("there is no cluster {:?}", id.cluster.as_str())),
            });
        };
        if let Some(other) = &cluster.about.same_as {
            return Err(Error::NotFound(format!(
                "cluster {} is refused, because it is the same Connect cluster as {other}: look at {:?} of {other}, and remove \
                 one of the two clusters from the configuration",
                id.cluster,
                id.name.as_str()
            )));
        }
        let open = actor.may(Right::SeeConfig);
        let facts = connector.facts();
        let mut item = item(cluster, connector, &self.staleness());
        if open {
            for task in &mut item.tasks {
                let current = task.state == State::Failed || task.health == Health::CrashLooping;
                let known = facts.tasks.get(&task.number).filter(|_| current);
                task.trace = known.and_then(|facts| facts.trace.clone());
            }
        }
        let instance = facts.instance.as_ref().map(|instance| {
            let worker_alive = alive_on(cluster, &instance.worker_id, &self.staleness());
            let tasks = item.tasks.iter().map(|task| (Some(task.health), task.worker.as_str()));
            let worker = (instance.worker_id.as_str(), worker_alive.gone());
            let crashes = instance.state == State::Failed || item.health == Health::CrashLooping;
            let health = item.health.of_instance(&instance.state, worker, tasks);
            let lost = cluster.workers.iter().find(|known| known.id == instance.worker_id);
            let unassigned = worker_alive.gone() && health == Health::Unassigned;
            let lost = lost.filter(|_| unassigned).map(|worker| worker.since);
            InstanceItem {
                state: instance.state.clone(),
                rest_state: instance.rest_state().clone(),
                health,
                since: instance.since,
                health_since: match health.agrees_with(&instance.state) {
                    true => instance.since,
                    false => lost.unwrap_or(item.since).max(instance.since),
                },
                worker: instance.worker_id.clone(),
                worker_alive,
                trace: instance.trace.clone().filter(|_| open && crashes),
                version: instance.version.clone(),
            }
        });
        let config = facts.config.clone().filter(|_| open);
        let held = |fault: &&Arc<Fault>| fault.unheard_since.is_some() && fault.members.contains(&id.name);
        let held = cluster.faults.iter().find(held).filter(|_| item.deleted_at.is_none());
        let told = item.deleted_at.is_none() && !self.staleness().silent(&cluster.fresh);
        Ok(ConnectorDetail {
            item,
            unlisted: unlisted(cluster).filter(|_| told).cloned(),
            unheard: held.cloned(),
            topics: facts
                .config
                .as_ref()
                .map(|listed| listed.topics.clone())
                .unwrap_or_default(),
            instance,
            config,
            withheld: !open,
        })
    }
}

pub(crate) fn item(cluster: &Cluster, connector: &Connector, staleness: &Staleness) -> ConnectorItem {
    let facts = connector.facts();
    let verdict = connector.verdict();
    let health = staleness.health(&cluster.fresh, connector);
    let heard = Staleness::heard(&cluster.fresh);
    let mut reasons = verdict.reasons.clone();
    let overtaken = health != verdict.health;
    if overtaken {
        reasons.insert(
            0,
            Reason {
                text: unrecorded(cluster, staleness).into(),
                evidence: "what follows was true when it was last seen".into(),
                source: Source::Record,
                as_of: heard.unwrap_or(facts.first_seen),
            },
        );
    }
    ConnectorItem {
        id: ConnectorId {
            cluster: cluster.name.clone(),
            name: facts.name.clone(),
        },
        kind: facts.kind,
        class: facts.class.clone(),
        owner: connector.owner().cloned(),
        target: facts.target,
        state: facts.instance.as_ref().map(|instance| instance.state.clone()),
        rest_state: facts.instance.as_ref().map(|instance| instance.rest_state().clone()),
        tasks: facts
            .tasks
            .iter()
            .map(|(number, task)| task_item(cluster, connector, *number, task, staleness, overtaken))
            .collect(),
        unstarted: unstarted(connector, overtaken),
        health,
        since: if let Some(deleted_at) = facts.deleted_at {
            deleted_at
        } else if overtaken {
            staleness.unknown_since(&cluster.fresh).unwrap_or(verdict.since)
        } else {
            verdict.since
        },
        as_of: cluster.fresh.as_of(),
        stale: staleness.stale(&cluster.fresh),
        activity: if overtaken { Activity::Unknown } else { verdict.activity },
        progress: progress(cluster, connector, staleness),
        reasons,
        fault: connector.fault.as_ref().map(|fault| unheard(cluster, fault, staleness)),
        systems: facts
            .config
            .iter()
            .flat_map(|config| config.targets.iter().cloned())
            .collect(),
        first_seen: facts.first_seen,
        deleted_at: facts.deleted_at,
        revision: connector.revision,
    }
}

/// What is measured of a connector, and when that was true. Of what is old only that is told which still holds.
fn progress(cluster: &Cluster, connector: &Connector, staleness: &Staleness) -> Option<(Reading, Timestamp)> {
    let reading = cluster.reading(connector)?;
    let as_of = cluster.progress.as_of(reading)?;
    let told = match cluster.current_reading(connector, staleness) {
        Some(current) => current.clone(),
        None => reading.aged(),
    };
    Some((told, as_of))
}

/// Why readers say unknown where the record does not. While somebody looks that is so only until the first list after
/// nobody did.
fn unrecorded(cluster: &Cluster, staleness: &Staleness) -> String {
    let since = match Staleness::heard(&cluster.fresh) {
        Some(heard) => format!(" since {}", heard.format("%H:%M:%S UTC")),
        None => String::new(),
    };
    match staleness.watched(&cluster.fresh) {
        true => format!(
            "Nothing newer is recorded about the states of {}{since} yet",
            cluster.name
        ),
        false => format!("No server has recorded anything about {}{since}", cluster.name),
    }
}

fn task_item(
    cluster: &Cluster,
    connector: &Connector,
    number: u32,
    task: &InstanceFacts,
    staleness: &Staleness,
    overtaken: bool,
) -> TaskItem {
    let verdict = connector.verdict().tasks.get(&number).cloned();
    let recorded = verdict.as_ref().map_or(Health::Unknown, |verdict| verdict.health);
    TaskItem {
        number,
        state: task.state.clone(),
        rest_state: task.rest_state().clone(),
        state_since: task.since,
        health: if overtaken { Health::Unknown } else { recorded },
        root_cause: verdict.as_ref().and_then(|verdict| verdict.root_cause.clone()),
        verdict,
        worker: task.worker_id.clone(),
        worker_alive: alive_on(cluster, &task.worker_id, staleness),
        trace: None,
        version: task.version.clone(),
    }
}

fn unstarted(connector: &Connector, overtaken: bool) -> Vec<UnstartedTask> {
    let unstarted = connector.facts().unstarted.iter();
    unstarted
        .map(|(number, since)| {
            let verdict = connector.verdict().tasks.get(number).filter(|_| !overtaken);
            UnstartedTask {
                number: *number,
                health: verdict.map_or(Health::Unknown, |verdict| verdict.health),
                since: *since,
                text: verdict.map(|verdict| verdict.text.clone()),
            }
        })
        .collect()
}

/// Whether the worker that an instance is said to run on lives, as far as that is known.
fn alive_on(cluster: &Cluster, worker: &WorkerId, staleness: &Staleness) -> Alive {
    let looked = staleness.watched(&cluster.fresh);
    let known = cluster.workers.iter().find(|known| known.id == *worker);
    known.map_or(Alive::Unknown, |known| alive(known, looked))
}
