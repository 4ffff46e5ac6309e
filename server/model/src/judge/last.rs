//! The last true verdict on a connector that was deleted.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Timestamp;
use crate::facts::{Alive, ClusterFacts, ConnectorFacts, WorkerFacts};
use crate::settings::Settings;
use crate::verdict::{Health, Verdict};

use super::{Surroundings, judge};

/// What a deleted connector was like, where the verdict on it had already turned to `unknown` because it was seen no
/// more: that was its deletion, which was not proven yet. Judged by its states as of the last list that showed them;
/// `None` where the last verdict was about anything that was seen.
pub fn last_true(
    cluster: &ClusterFacts,
    connector: &ConnectorFacts,
    settings: &Settings,
    last: &Verdict,
) -> Option<Verdict> {
    let since = connector.status_missing.as_ref()?.since;
    connector.deleted_at.filter(|_| last.health == Health::Unknown)?;
    let seen = ConnectorFacts {
        status_missing: None,
        missing: None,
        deleted_at: None,
        ..connector.clone()
    };
    let workers = cluster.workers.iter();
    let then = ClusterFacts {
        name: cluster.name.clone(),
        about: cluster.about.clone(),
        workers: workers.map(|(id, worker)| (id.clone(), as_of(worker, since))).collect(),
        connectors: BTreeMap::new(),
        fresh: cluster.fresh.clone(),
        told: Default::default(),
    };
    let judged = judge(&then, &seen, &Surroundings::default(), settings, None, since);
    Some(judged.verdict)
}

/// A worker that is gone since then was not gone then.
fn as_of(worker: &Arc<WorkerFacts>, then: Timestamp) -> Arc<WorkerFacts> {
    let lost = worker.without_work_since.filter(|since| *since <= then);
    if !(worker.alive.gone() && worker.since > then) && lost == worker.without_work_since {
        return worker.clone();
    }
    Arc::new(WorkerFacts {
        alive: Alive::Yes,
        without_work_since: lost,
        unconfirmed_since: None,
        ..(**worker).clone()
    })
}
