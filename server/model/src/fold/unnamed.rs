//! Workers of which only statuses tell: who is taken in, and who is named no more.
//!
//! Whatever a list says costs a bounded number of workers: members of the group are Kafka's to tell, of all others so
//! many are kept. One that is not known to live and that nothing names any more is marked with the time, for
//! [`super::forget`]: behind an ingress every restart of a pod leaves one whose address nobody here can reach.

use std::collections::BTreeSet;

use super::folding::Folding;
use super::listed::unknown_worker;
use crate::Timestamp;
use crate::facts::{Alive, ClusterFacts, WorkerFacts};
use crate::names::WorkerId;
use crate::observe::{Gap, GapKind};

/// Workers of a cluster that are kept beyond the members of its group, whatever statuses name: far more than clusters
/// have, and few enough to be asked.
const MOST: usize = 1_000;

/// Takes in the workers that statuses name, and marks those that they name no more.
pub(super) fn renew(folding: &mut Folding<'_>) {
    let Named { workers, gap } = named(&folding.facts, folding.at);
    for worker in workers {
        folding.put_worker(worker);
    }
    folding.facts.about.workers_gap = gap;
}

/// What statuses make of the workers.
pub(super) struct Named {
    /// Those that differ from before.
    pub(super) workers: Vec<WorkerFacts>,
    /// Set where statuses name more than are kept.
    pub(super) gap: Option<Gap>,
}

/// Compares the workers with what the statuses of existing connectors name at `at`.
pub(super) fn named(facts: &ClusterFacts, at: Timestamp) -> Named {
    let named: BTreeSet<&WorkerId> = super::forget::named(facts.connectors.values().map(AsRef::as_ref)).collect();
    let marked = facts.workers.values().filter_map(|worker| {
        let since = match idle(worker) && !named.contains(&worker.id) {
            true => worker.unnamed_since.or(Some(at)),
            false => None,
        };
        (since != worker.unnamed_since).then(|| WorkerFacts {
            unnamed_since: since,
            ..(**worker).clone()
        })
    });
    let mut workers: Vec<WorkerFacts> = marked.collect();
    let kept = facts.workers.values().filter(|worker| worker.member != Some(true));
    let room = MOST.saturating_sub(kept.count());
    let mut new = named.into_iter().filter(|id| !facts.workers.contains_key(*id));
    let evidence = "statuses name it; nothing else is known of it yet";
    workers.extend(new.by_ref().take(room).map(|id| unknown_worker(id, at, evidence)));
    let gap = new.next().map(|_| Gap {
        kind: GapKind::Other,
        text: format!(
            "statuses name more workers than the {MOST} that are kept beside the members of the Connect group: nothing \
             is known of the others"
        )
        .into(),
    });
    Named { workers, gap }
}

/// Whether nothing but a status could make this worker matter: it is not known to live or to be gone, and nothing waits
/// for what becomes of it.
fn idle(worker: &WorkerFacts) -> bool {
    worker.alive == Alive::Unknown
        && worker.member != Some(true)
        && worker.without_work_since.is_none()
        && worker.unconfirmed_since.is_none()
}

/// How many workers that nothing names are kept, however short a time ago something did: so much room stays for others.
const UNNAMED: usize = MOST / 2;

/// Those of the marked workers whose time has come, or that are more than are kept. While Kafka does not tell who is in
/// the group, its last members stay: they may live.
pub(super) fn due(
    facts: &ClusterFacts,
    configured: &BTreeSet<WorkerId>,
    due: impl Fn(Timestamp) -> bool,
) -> BTreeSet<WorkerId> {
    let untold = facts.about.group_gap.is_some();
    let may_go = |worker: &&std::sync::Arc<WorkerFacts>| {
        !(configured.contains(&worker.id) || untold && worker.member_id.is_some())
    };
    let mut marked: Vec<(Timestamp, &WorkerId)> = facts
        .workers
        .values()
        .filter(may_go)
        .filter_map(|worker| Some((worker.unnamed_since?.max(worker.since), &worker.id)))
        .collect();
    marked.sort_unstable_by(|one, other| other.cmp(one));
    let all = marked.into_iter().enumerate();
    all.filter(|(number, (since, _))| *number >= UNNAMED || due(*since))
        .map(|(_, (_, id))| id.clone())
        .collect()
}
