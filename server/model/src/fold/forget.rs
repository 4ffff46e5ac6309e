//! What was gone for so long that nobody asks for it any more. Its history stays.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Touched, unnamed};
use crate::Timestamp;
use crate::facts::{ClusterFacts, ConnectorFacts, WorkerFacts};
use crate::names::WorkerId;
use crate::settings::Settings;

/// Workers that are not known to be gone, are no members of the group, and that the statuses of none but deleted connectors
/// name, each with the last of these deletions. Their addresses may answer for ever without running anything of this
/// cluster, as those of another one do, to which it was led for a time. A worker that merely lost its work to others is
/// not among them: nothing of what it ran was deleted.
pub fn left_behind<'a>(
    workers: impl Iterator<Item = &'a Arc<WorkerFacts>>,
    connectors: impl Iterator<Item = &'a ConnectorFacts> + Clone,
) -> BTreeMap<WorkerId, Timestamp> {
    let mut left = BTreeMap::new();
    for connector in connectors.clone() {
        let Some(deleted_at) = connector.deleted_at else {
            continue;
        };
        for (_, instance) in connector.instances() {
            let last = left.entry(instance.worker_id.clone()).or_insert(deleted_at);
            *last = deleted_at.max(*last);
        }
    }
    if left.is_empty() {
        return left;
    }
    let standing = workers.filter(|worker| !worker.alive.gone() && worker.member != Some(true));
    let standing: BTreeSet<&WorkerId> = standing.map(|worker| &worker.id).collect();
    left.retain(|id, _| standing.contains(id));
    for id in named(connectors) {
        if left.is_empty() {
            break;
        }
        left.remove(id);
    }
    left
}

/// The workers that statuses of existing connectors name, each as often as they do.
pub(super) fn named<'a>(connectors: impl Iterator<Item = &'a ConnectorFacts>) -> impl Iterator<Item = &'a WorkerId> {
    let live = connectors.filter(|known| known.deleted_at.is_none());
    live.flat_map(|connector| connector.instances())
        .map(|(_, instance)| &instance.worker_id)
}

/// Deleted connectors of a cluster that are kept, however lately they were deleted: a worker may name others at every list.
const DELETED: usize = 10_000;

/// Removes workers that are gone since [`Settings::worker_retention`] and that no status names, those that were
/// [`left_behind`] as long ago while others carry on, and connectors that were deleted [`Settings::deleted_retention`]
/// ago or before the last 10,000. So leave those that nothing names since that retention and that are not known to live,
/// earlier where they are more than 500; never one of the `configured` addresses. Nothing is told of them: nobody knew
/// them to live. Returns which rows are to be dropped, and which differ.
pub fn forget(
    facts: &mut ClusterFacts,
    configured: &BTreeSet<WorkerId>,
    settings: &Settings,
    now: Timestamp,
) -> Touched {
    let due = |since: Timestamp, retention| now - since >= retention;
    // Where no status names anybody, whoever answers is all that is known of the cluster.
    let known = || facts.connectors.values().map(Arc::as_ref);
    let left = match named(known()).next() {
        Some(_) => left_behind(facts.workers.values(), known()),
        None => BTreeMap::new(),
    };
    let mut deleted: Vec<_> = facts
        .connectors
        .values()
        .filter_map(|connector| Some((connector.deleted_at?, connector.name.clone())))
        .collect();
    deleted.sort_unstable_by(|one, other| other.cmp(one));
    let old = deleted.into_iter().enumerate();
    let old = old.filter(|(number, (at, _))| *number >= DELETED || due(*at, settings.deleted_retention));
    let connectors: BTreeSet<_> = old.map(|(_, (_, name))| name).collect();
    for name in &connectors {
        facts.connectors.remove(name);
    }
    let left_over = &facts.connectors;
    facts.told.forget(|name| left_over.contains_key(name));
    let gone = facts.workers.values();
    let gone = gone.filter(|worker| worker.surely_gone() && due(worker.since, settings.worker_retention));
    let mut workers: BTreeSet<WorkerId> = gone.map(|worker| worker.id.clone()).collect();
    if !workers.is_empty() {
        for id in named(facts.connectors.values().map(Arc::as_ref)) {
            workers.remove(id);
        }
    }
    let marked = unnamed::named(facts, now);
    let mut differ = renewed(facts, marked.workers);
    workers.extend(unnamed::due(facts, configured, |since| {
        due(since, settings.worker_retention)
    }));
    let left = left
        .into_iter()
        .filter(|(_, since)| due(*since, settings.worker_retention));
    workers.extend(left.map(|(id, _)| id));
    for id in &workers {
        facts.workers.remove(id);
    }
    let gap = facts.about.workers_gap.take();
    if gap.is_some() && !workers.is_empty() {
        // There is room for others, which the lists to come may name no differently.
        let taken = unnamed::named(facts, now);
        facts.about.workers_gap = taken.gap;
        differ.extend(renewed(facts, taken.workers));
    } else {
        facts.about.workers_gap = marked.gap;
    }
    let about = facts.about.workers_gap != gap;
    let known = facts.about.addresses.len();
    let (asked, standing) = (&facts.fresh.asked, &facts.workers);
    facts.about.addresses.retain(|address, _| {
        // One that is neither a worker's nor asked any more was asked while its worker was forgotten, or was configured.
        let lately = || {
            asked
                .get(address)
                .is_some_and(|at| !due(*at, settings.worker_retention))
        };
        let known = standing.contains_key(address) || configured.contains(address) || lately();
        known && !workers.contains(address)
    });
    let addresses = &facts.about.addresses;
    let told = |address: &WorkerId| standing.contains_key(address) || addresses.contains_key(address);
    facts.fresh.asked.retain(|address, _| told(address));
    Touched {
        about: about || facts.about.addresses.len() != known,
        lives: workers.clone(),
        workers: workers.into_iter().chain(differ).collect(),
        connectors,
    }
}

/// Puts these workers in place. Returns which they are.
fn renewed(facts: &mut ClusterFacts, workers: Vec<WorkerFacts>) -> BTreeSet<WorkerId> {
    let ids = workers.iter().map(|worker| worker.id.clone()).collect();
    let workers = workers.into_iter().map(|worker| (worker.id.clone(), Arc::new(worker)));
    facts.workers.extend(workers);
    ids
}
