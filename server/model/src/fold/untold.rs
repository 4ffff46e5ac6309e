//! Membership of which nothing is heard: Kafka does not answer, tells the half, is not asked any more, or is asked for
//! another group.
//!
//! Whoever answered at its address since Kafka told last lives; of all others nothing is known.

use std::sync::Arc;

use super::folding::Folding;
use crate::Timestamp;
use crate::facts::{Alive, WorkerFacts};
use crate::observe::Gap;

/// Kafka could not be asked. Once the last answer is stale, membership proves nothing any more: who was gone stays
/// gone, of the others only what their addresses answer is left.
pub(super) fn missing(folding: &mut Folding<'_>, gap: &Gap) {
    untold(folding, gap, |_| true);
}

/// Nothing was heard of the membership of these workers.
pub(super) fn untold(folding: &mut Folding<'_>, gap: &Gap, concerned: impl Fn(&WorkerFacts) -> bool) {
    folding.facts.about.group_gap = Some(gap.clone());
    let stale = |last: &Timestamp| folding.at - *last > folding.settings.stale_after;
    let Some(told) = folding.facts.fresh.group.filter(stale) else {
        return;
    };
    for worker in members(folding).iter().filter(|worker| concerned(worker)) {
        let mut next = (**worker).clone();
        next.member = None;
        // One that is gone stays gone until its address answers.
        if !worker.alive.gone() {
            // Kafka alone would tell that its work was given back: from now on what REST says of it counts.
            next.without_work_since = None;
            by_address(
                folding,
                &mut next,
                "Kafka no longer tells who is in the group",
                Some(told),
            );
        }
        folding.put_worker(next);
    }
}

/// Nobody asks Kafka who is in the group any more: what it said proves nothing from now on.
pub(super) fn ungrouped(folding: &mut Folding<'_>) {
    forget(folding, "Kafka is not asked any more who is in the Connect group");
    folding.facts.about.group_gap = None;
    // Nor does anybody read its topics.
    folding.facts.about.topics.clear();
    let told = &mut folding.facts.told;
    (told.statuses_whole, told.configs_whole) = (false, false);
}

/// Kafka is asked for another group: who was in the one before says nothing of who is in this one.
pub(super) fn regrouped(folding: &mut Folding<'_>) {
    forget(folding, "another Connect group is asked since");
}

/// Forgets the group and who was in it. One that was gone by it stays so where its own address tells whether it is.
fn forget(folding: &mut Folding<'_>, why: &str) {
    let told = folding.facts.fresh.group.take();
    folding.facts.about.group = None;
    for worker in members(folding) {
        let mut next = (*worker).clone();
        (next.member, next.member_id, next.without_work_since) = (None, None, None);
        if !worker.alive.gone() || !worker.ever_answered {
            by_address(folding, &mut next, why, told);
        }
        folding.put_worker(next);
    }
}

/// The workers of which it was told whether they are members.
fn members(folding: &Folding<'_>) -> Vec<Arc<WorkerFacts>> {
    let workers = folding.facts.workers.values();
    workers.filter(|worker| worker.member.is_some()).cloned().collect()
}

/// Judges by its address alone whether a worker lives; what it answered while Kafka still told says nothing of now.
fn by_address(folding: &Folding<'_>, worker: &mut WorkerFacts, why: &str, told: Option<Timestamp>) {
    let asked = folding.facts.fresh.asked.get(&worker.id);
    let asked = asked.is_some_and(|asked| told.is_none_or(|told| *asked > told));
    if worker.ever_answered && worker.probe_failures == 0 && asked {
        worker.evidence = format!("{why}; its address answers").into();
        return;
    }
    worker.alive = Alive::Unknown;
    worker.since = folding.at;
    worker.unconfirmed_since = None;
    worker.evidence = match asked || worker.probe_failures > 0 {
        true => format!("{why}, and its address does not answer"),
        false => format!("{why}, and its address was not asked since"),
    }
    .into();
}
