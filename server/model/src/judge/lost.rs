//! A cluster that has lost its workers together: one event, and not one for each of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::Timestamp;
use crate::cause::Cause;
use crate::facts::{ClusterFacts, WorkerFacts};
use crate::heard::back_unlisted;
use crate::names::WorkerId;
use crate::settings::Settings;
use crate::verdict::{Class, Diagnosis};

/// No worker is left: those that were lost since one of them answered last.
#[derive(Clone, Debug, PartialEq)]
pub struct Lost {
    /// Those that were lost together.
    pub workers: BTreeSet<WorkerId>,
    /// When the first of them was lost.
    pub since: Timestamp,
    /// Whether some are back, and the last list that was asked for did not come.
    pub returning: bool,
    /// What happened, one sentence.
    pub text: Arc<str>,
}

impl Lost {
    /// What is wrong with the cluster.
    pub(crate) fn diagnosis(&self) -> Diagnosis {
        Diagnosis::of_cluster(
            Class::Worker,
            0.95,
            self.text.clone(),
            "the workers were lost together, which concerns everything that they carried",
            Cause::AllLost,
        )
    }
}

/// Finds who was lost together: every worker is gone, or is still in the group only until its session ends there and does
/// not answer. Those count that were lost after somebody answered last, or within two looks of the last one. It holds
/// until a list comes or the cluster counts as silent, also while they are back in their group, one after the other.
pub(super) fn lost(cluster: &ClusterFacts, settings: &Settings) -> Option<Lost> {
    let group = cluster.about.group.as_ref();
    let workers = || cluster.workers.values();
    let emptied = group.is_some_and(|group| group.empty_since.is_some()) && cluster.about.group_gap.is_none();
    let back = group.and_then(|group| group.members_since);
    let back = back.filter(|_| back_unlisted(&cluster.fresh, group));
    let returning = back.is_some();
    let asked = cluster.about.gap.as_ref().is_some_and(|gap| !gap.kind.worker_answers());
    let left = |worker: &Arc<WorkerFacts>| worker.surely_gone() || asked && silent(worker);
    if !emptied && !returning && !workers().all(left) {
        return None;
    }
    let moments = || workers().filter_map(|worker| Some((worker, lost_at(worker)?)));
    let last = moments().map(|(_, at)| at).max().max(back)?;
    let together = last - settings.interval * 2;
    let from = cluster.fresh.listed().map_or(together, |listed| listed.min(together));
    let together = || moments().filter(|(_, at)| *at >= from);
    let since = together().map(|(_, at)| at).min().unwrap_or(last);
    let workers: BTreeSet<WorkerId> = together().map(|(worker, _)| worker.id.clone()).collect();
    let held = |worker: &&Arc<WorkerFacts>| !emptied && !returning && !worker.surely_gone();
    let moment = |at: Timestamp| at.format("%H:%M:%S");
    let text = match (back, cluster.workers.values().filter(held).count()) {
        (Some(back), _) if group.is_some_and(|group| group.empty_since.is_none()) => format!(
            "all workers of the cluster were lost; since {} UTC they come back, and none has listed its connectors yet",
            moment(back)
        ),
        (_, 0) => format!(
            "all workers of the cluster were lost, the last one at {} UTC",
            moment(last)
        ),
        (_, held) => {
            let (lost, all) = (workers.len(), workers.len() + held);
            format!("no worker of the cluster answers any more, and {lost} of {all} are gone")
        }
    };
    Some(Lost {
        workers,
        since,
        returning: returning && cluster.about.gap.is_some(),
        text: text.into(),
    })
}

/// A member that answered before and does not any more.
fn silent(worker: &WorkerFacts) -> bool {
    worker.ever_answered && worker.probe_failures > 0
}

/// When a worker was lost that is gone, or back without its work.
fn lost_at(worker: &WorkerFacts) -> Option<Timestamp> {
    let gone = worker.surely_gone().then_some(worker.since);
    worker.without_work_since.or(gone)
}
