//! What was gone for so long that nobody asks for it any more. Its history stays.

use std::collections::BTreeSet;

use super::Touched;
use crate::Timestamp;
use crate::facts::{ClusterFacts, ConnectorFacts};
use crate::names::WorkerId;
use crate::settings::Settings;

/// Removes workers that are gone since [`Settings::worker_retention`] and that no status names, and connectors that were
/// deleted [`Settings::deleted_retention`] ago. Returns what was removed: these rows are to be dropped.
pub fn forget(facts: &mut ClusterFacts, settings: &Settings, now: Timestamp) -> Touched {
    let due = |since: Timestamp, retention| now - since >= retention;
    let deleted = |connector: &ConnectorFacts| {
        let at = connector.deleted_at;
        at.is_some_and(|at| due(at, settings.deleted_retention))
    };
    let old = facts.connectors.values().filter(|connector| deleted(connector));
    let connectors: BTreeSet<_> = old.map(|connector| connector.name.clone()).collect();
    for name in &connectors {
        facts.connectors.remove(name);
    }
    let gone = facts.workers.values();
    let gone = gone.filter(|worker| worker.surely_gone() && due(worker.since, settings.worker_retention));
    let mut workers: BTreeSet<WorkerId> = gone.map(|worker| worker.id.clone()).collect();
    if !workers.is_empty() {
        let live = facts.connectors.values().filter(|known| known.deleted_at.is_none());
        for (_, instance) in live.flat_map(|connector| connector.instances()) {
            workers.remove(&instance.worker_id);
        }
    }
    for id in &workers {
        facts.workers.remove(id);
    }
    let known = facts.about.addresses.len();
    facts.about.addresses.retain(|address, _| !workers.contains(address));
    facts.fresh.asked.retain(|address, _| !workers.contains(address));
    Touched {
        about: facts.about.addresses.len() != known,
        lives: workers.clone(),
        workers,
        connectors,
    }
}
