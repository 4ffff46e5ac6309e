//! The members of the Connect group: who is alive, who left and how, and what the leader holds back.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;

use super::folding::Folding;
use super::listed::unknown_worker;
use super::returned;
use crate::Timestamp;
use crate::facts::{Alive, GroupFacts, WorkerFacts};
use crate::heard::back_unlisted;
use crate::names::WorkerId;
use crate::observe::{Gap, GapKind, GroupMember, GroupMembers, Source};
use crate::state::State;
use crate::transition::{Change, Subject};

/// Folds what the coordinator said. A partial answer proves who is there and never who is not: of those that it leaves
/// out nothing was heard, as where Kafka does not answer at all.
pub(super) fn members(folding: &mut Folding<'_>, group: &GroupMembers) {
    if let Some(gap) = elsewhere(folding, group) {
        return missing(folding, &gap);
    }
    let before = folding.facts.fresh.group;
    if !group.partial {
        let known_back = back_unlisted(&folding.facts.fresh, folding.facts.about.group.as_ref());
        if !group.members.is_empty() && !known_back && returned::was_silent(folding) {
            returned::doubt(folding);
        }
        folding.facts.fresh.group = Some(folding.at);
        folding.facts.about.group_gap = None;
    }
    let present: BTreeMap<&WorkerId, &GroupMember> =
        group.members.iter().map(|member| (&member.worker_id, member)).collect();
    for (id, member) in &present {
        came(folding, id, member, group);
    }
    let patience = folding.settings.interval * 2;
    if group.partial && before.is_none_or(|last| folding.at - last > patience) {
        // Members of a group that is just rebalancing are listed again before that.
        let left_out = |worker: &WorkerFacts| !present.contains_key(&worker.id);
        if folding
            .facts
            .workers
            .values()
            .any(|worker| worker.member.is_some() && left_out(worker))
        {
            untold(folding, &half_told(group), left_out);
        }
    }
    if !group.partial {
        let known: Vec<Arc<WorkerFacts>> = folding.facts.workers.values().cloned().collect();
        for worker in known.iter().filter(|worker| !present.contains_key(&worker.id)) {
            absent(folding, worker, group);
        }
        group_facts(folding, group);
    }
}

/// Kafka could not be asked. Once the last answer is stale, membership proves nothing any more: who was gone stays
/// gone, of the others only what their addresses answer is left.
pub(super) fn missing(folding: &mut Folding<'_>, gap: &Gap) {
    untold(folding, gap, |_| true);
}

/// A group of the same name in another Kafka cluster is another one: its members run nothing of this Connect cluster.
fn elsewhere(folding: &Folding<'_>, group: &GroupMembers) -> Option<Gap> {
    let (known, asked) = (
        folding.facts.about.kafka_cluster_id.as_ref()?,
        group.kafka_cluster_id.as_ref()?,
    );
    (known != asked).then(|| Gap {
        kind: GapKind::NotConnect,
        text: format!(
            "the Kafka that is asked for the group {} is cluster {asked} now, was {known}",
            group.group_id
        )
        .into(),
    })
}

fn half_told(group: &GroupMembers) -> Gap {
    let text = format!(
        "Kafka tells only in part who is in the group {}: its coordinator does not answer, or it does not settle",
        group.group_id
    );
    Gap {
        kind: GapKind::Partial,
        text: text.into(),
    }
}

/// Nothing was heard of the membership of these workers.
fn untold(folding: &mut Folding<'_>, gap: &Gap, concerned: impl Fn(&WorkerFacts) -> bool) {
    folding.facts.about.group_gap = Some(gap.clone());
    let stale = |last: &Timestamp| folding.at - *last > folding.settings.stale_after;
    let Some(told) = folding.facts.fresh.group.filter(stale) else {
        return;
    };
    let known: Vec<Arc<WorkerFacts>> = folding.facts.workers.values().cloned().collect();
    for worker in known
        .iter()
        .filter(|worker| worker.member.is_some() && concerned(worker))
    {
        let mut next = (**worker).clone();
        next.member = None;
        // What it answered while Kafka still told says nothing of now.
        let asked = folding.facts.fresh.asked.get(&worker.id);
        let asked = asked.is_some_and(|asked| *asked > told);
        if worker.alive.gone() {
            // It stays gone until its address answers.
        } else if worker.ever_answered && worker.probe_failures == 0 && asked {
            next.evidence = "Kafka no longer tells who is in the group; its address answers".into();
        } else {
            next.alive = Alive::Unknown;
            next.since = folding.at;
            next.evidence = match asked || worker.probe_failures > 0 {
                true => "Kafka no longer tells who is in the group, and its address does not answer".into(),
                false => "Kafka no longer tells who is in the group, and its address was not asked since".into(),
            };
        }
        folding.put_worker(next);
    }
}

fn came(folding: &mut Folding<'_>, id: &WorkerId, member: &GroupMember, group: &GroupMembers) {
    let before = folding.facts.workers.get(id).cloned();
    let again = before.as_ref().is_some_and(|worker| worker.alive.gone());
    let heard_of = before.is_some();
    let mut next = match before {
        Some(worker) => (*worker).clone(),
        None => unknown_worker(id, folding.at, ""),
    };
    next.unconfirmed_since = None;
    if next.member.replace(true) != Some(true) {
        next.evidence = "it is a member of the Connect group".into();
    }
    if next.alive != Alive::Yes {
        if again && held_back(folding, member) {
            next.without_work_since = Some(next.since);
            next.evidence = "it is back in the Connect group and was not given its work back yet".into();
        }
        next.alive = Alive::Yes;
        next.since = folding.at;
        if again || !heard_of {
            folding.transition(Source::Group, Subject::Worker(id.clone()), Change::WorkerCame { again });
        }
    }
    let placed = &*group.state == "Stable" && (owns(member) || member.delay_ms.unwrap_or(0) == 0);
    if placed && next.without_work_since.take().is_some() {
        next.evidence = "it is a member of the Connect group and was given work".into();
    }
    folding.put_worker(next);
}

/// Whether the leader holds lost work back: the assignments say so, or did before the rebalance that hides them now.
fn held_back(folding: &Folding<'_>, member: &GroupMember) -> bool {
    let known = folding.facts.about.group.as_ref().and_then(|group| group.delay_until);
    member.delay_ms.is_some_and(|delay| delay > 0) || known.is_some_and(|until| until > folding.at)
}

fn owns(member: &GroupMember) -> bool {
    !member.connectors.is_empty() || !member.tasks.is_empty()
}

/// A worker that the group does not list. One that statuses name but that never was a member of the group as this
/// server saw it died before anybody watched; but a group without any member may be the wrong one, and an answer from
/// before the worker was heard of knows nothing of it.
fn absent(folding: &mut Folding<'_>, worker: &WorkerFacts, group: &GroupMembers) {
    let never_in = worker.member.is_none();
    if worker.since > folding.at || (group.members.is_empty() && never_in) {
        return;
    }
    if worker.alive.gone() {
        // During a rebalance members are on their way in: absence decides no doubt.
        let unconfirmed_since = match settled(group) {
            true => returned::still_in_doubt(folding, worker),
            false => worker.unconfirmed_since,
        };
        folding.put_worker(WorkerFacts {
            member: Some(false),
            unconfirmed_since,
            ..worker.clone()
        });
        return;
    }
    let in_order = let_go(folding, &worker.id);
    let carried = carries(folding, &worker.id);
    let evidence: Arc<str> = match (in_order, carried) {
        (true, _) => "it wrote UNASSIGNED for what it carried, then left the Connect group".into(),
        (false, true) => "it is not in the Connect group any more and REST still says it runs its tasks".into(),
        (false, false) => "it left the Connect group; it carried nothing that could tell how".into(),
    };
    let change = Change::WorkerLeft {
        in_order,
        evidence: evidence.clone(),
    };
    folding.transition(Source::Group, Subject::Worker(worker.id.clone()), change);
    folding.put_worker(WorkerFacts {
        alive: if in_order { Alive::GoneInOrder } else { Alive::Dead },
        since: folding.at,
        evidence,
        member: Some(false),
        without_work_since: None,
        ..worker.clone()
    });
}

fn on_worker<'a>(folding: &'a Folding<'_>, id: &'a WorkerId) -> impl Iterator<Item = (Option<u32>, &'a State)> {
    let live = folding
        .facts
        .connectors
        .values()
        .filter(|connector| connector.deleted_at.is_none());
    live.flat_map(|connector| connector.instances())
        .filter(move |(_, instance)| instance.worker_id == *id)
        .map(|(task, instance)| (task, &instance.state))
}

/// Whether a worker wrote UNASSIGNED for everything that it carried and that was not moved since, as one does that leaves
/// in order: a single one may be left over from an earlier rebalance. REST hides the UNASSIGNED of tasks, so that they
/// count only where no connector instance tells; one that FAILED may write nothing any more.
pub(super) fn let_go(folding: &Folding<'_>, id: &WorkerId) -> bool {
    let could_write = || on_worker(folding, id).filter(|(_, state)| **state != State::Failed);
    let instances = could_write().any(|(task, _)| task.is_none());
    let mut telling = could_write().filter(|(task, _)| task.is_none() == instances).peekable();
    telling.peek().is_some() && telling.all(|(_, state)| *state == State::Unassigned)
}

fn carries(folding: &Folding<'_>, id: &WorkerId) -> bool {
    on_worker(folding, id).next().is_some()
}

fn group_facts(folding: &mut Folding<'_>, group: &GroupMembers) {
    let before = folding.facts.about.group.clone();
    let stable = &*group.state == "Stable";
    let delay_ms = group.members.iter().filter_map(|member| member.delay_ms).max();
    let delay_until = delay_until(before.as_ref(), delay_ms, stable, folding.at);
    let ids: std::collections::BTreeSet<Arc<str>> =
        group.members.iter().map(|member| member.member_id.clone()).collect();
    let settled = settled(group);
    let known = before.as_ref().and_then(|old| old.leader.clone());
    let leader = leader(group).or_else(|| known.filter(|_| !settled));
    let changed = before.as_ref().is_some_and(|old| {
        settled && (old.members != ids || old.leader != leader || old.delay_until.is_some() != delay_until.is_some())
    });
    if changed {
        let change = Change::Rebalance {
            members: group.members.len(),
            leader: leader.clone(),
            delay_ms: delay_ms.unwrap_or(0),
        };
        folding.transition(Source::Group, Subject::Cluster, change);
    }
    let members = match &before {
        Some(old) if !settled => old.members.clone(),
        _ => ids,
    };
    let old_empty = before.as_ref().and_then(|old| old.empty_since);
    folding.facts.about.group = Some(GroupFacts {
        group_id: group.group_id.clone(),
        state: group.state.clone(),
        leader,
        members,
        empty_since: group.members.is_empty().then(|| old_empty.unwrap_or(folding.at)),
        members_since: match old_empty {
            Some(_) if !group.members.is_empty() => Some(folding.at),
            _ => before.as_ref().and_then(|old| old.members_since),
        },
        delay_until,
        rebalances: before.as_ref().map_or(0, |old| old.rebalances) + u64::from(changed),
    });
}

/// Whether its members are all there will be for now.
fn settled(group: &GroupMembers) -> bool {
    &*group.state == "Stable" || group.members.is_empty()
}

fn leader(group: &GroupMembers) -> Option<WorkerId> {
    group
        .members
        .iter()
        .find(|member| member.leader == Some(true))
        .map(|member| member.worker_id.clone())
}

/// The delay runs from the moment at which it was first seen, and one that is seen after its end is another; while a
/// rebalance is under way the assignments say nothing, so what was known stays.
fn delay_until(before: Option<&GroupFacts>, delay_ms: Option<i32>, stable: bool, at: Timestamp) -> Option<Timestamp> {
    let known = before.and_then(|old| old.delay_until);
    match delay_ms {
        Some(delay) if delay > 0 => known
            .filter(|until| *until > at)
            .or(Some(at + TimeDelta::milliseconds(delay.into()))),
        _ if stable => None,
        _ => known,
    }
}
