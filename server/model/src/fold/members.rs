//! The members of the Connect group: who is alive, who left and how, and what the leader holds back.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;

use super::folding::Folding;
use super::listed::unknown_worker;
use super::{returned, untold};
use crate::Timestamp;
use crate::facts::{Alive, GroupFacts, WorkerFacts};
use crate::heard::back_unlisted;
use crate::names::{ConnectorName, WorkerId};
use crate::observe::{Gap, GapKind, GroupMember, GroupMembers, Source};
use crate::state::State;
use crate::transition::{Change, Subject};

/// Folds what the coordinator said. A partial answer proves who is there and never who is not: of those that it leaves
/// out nothing was heard, as where Kafka does not answer at all.
pub(super) fn members(folding: &mut Folding<'_>, group: &GroupMembers) {
    if let Some(gap) = elsewhere(folding, group) {
        return untold::missing(folding, &gap);
    }
    let asked_before = folding.facts.about.group.as_ref().map(|known| &known.group_id);
    if asked_before.is_some_and(|known| *known != group.group_id) {
        untold::regrouped(folding);
    }
    if let Some(gap) = nobodys(folding, group) {
        return untold::missing(folding, &gap);
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
    let present = present(folding, group);
    // After a pause what is known of the workers is too old to be compared with: the statuses may be yesterday's.
    let recent = |last: Option<Timestamp>| last.is_some_and(|last| folding.at - last <= folding.settings.pause());
    let compared = recent(before) && recent(folding.facts.fresh.rest);
    for (id, member) in &present {
        came(folding, id, member, group, compared);
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
            untold::untold(folding, &half_told(group), left_out);
        }
    }
    if !group.partial {
        let known: Vec<Arc<WorkerFacts>> = folding.facts.workers.values().cloned().collect();
        for worker in known.iter().filter(|worker| !present.contains_key(&worker.id)) {
            absent(folding, worker, group);
        }
        group_facts(folding, group, before);
    }
}

/// The member at each address. While another process takes the place of one that died, the group lists both until the
/// session of the old one ends: until then the old one counts.
fn present<'a>(folding: &Folding<'_>, group: &'a GroupMembers) -> BTreeMap<&'a WorkerId, &'a GroupMember> {
    let mut present: BTreeMap<&WorkerId, &GroupMember> = BTreeMap::new();
    for member in &group.members {
        let known = folding.facts.workers.get(&member.worker_id);
        let same = known.is_some_and(|worker| worker.member_id.as_ref() == Some(&member.member_id));
        if same || !present.contains_key(&member.worker_id) {
            present.insert(&member.worker_id, member);
        }
    }
    present
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

/// A group in which nobody is known to have been, while workers list: they are in another one, and it tells nothing of
/// them.
fn nobodys(folding: &Folding<'_>, group: &GroupMembers) -> Option<Gap> {
    let about = &folding.facts.about;
    let inhabited = about
        .group
        .as_ref()
        .is_some_and(|known| known.inhabited || !known.members.is_empty());
    let empty = group.members.is_empty() && !group.partial;
    (empty && !inhabited && about.reachable).then(|| Gap {
        kind: GapKind::Other,
        text: format!(
            "the Connect group {} has no member, though workers answer: check `group_id`, which is their `group.id`",
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

fn came(folding: &mut Folding<'_>, id: &WorkerId, member: &GroupMember, group: &GroupMembers, compared: bool) {
    let before = folding.facts.workers.get(id).cloned();
    let again = before.as_ref().is_some_and(|worker| worker.alive.gone());
    let heard_of = before.is_some();
    let mut next = match before {
        Some(worker) => (*worker).clone(),
        None => unknown_worker(id, folding.at, ""),
    };
    let doubted = next.unconfirmed_since.take().is_some();
    if next.member.replace(true) != Some(true) {
        next.evidence = "it is a member of the Connect group".into();
    }
    if next.alive != Alive::Yes {
        // Until the group has settled nobody is given anything that was surely lost. Of a group that had emptied all is
        // lost together until a list comes, and nothing is held back.
        let unsettled = !doubted && &*group.state != "Stable" && !emptied(folding);
        if again && (held_back(folding, member) || unsettled) {
            next.without_work_since = Some(next.since);
            next.evidence = "it is back in the Connect group and was not given its work back yet".into();
        }
        next.alive = Alive::Yes;
        next.since = folding.at;
        if again || !heard_of {
            folding.transition(Source::Group, Subject::Worker(id.clone()), Change::WorkerCame { again });
        }
    }
    let placed = || member.delay_ms.unwrap_or(0) == 0 || (owns(member) && gave_all(folding, member));
    if next.without_work_since.is_some() && &*group.state == "Stable" && placed() {
        next.without_work_since = None;
        next.evidence = "it is a member of the Connect group and was given work".into();
    }
    replaced(folding, &mut next, member, group, compared);
    folding.put_worker(next);
}

/// Another member under the address of one that was there until now: its process ended and another one began between two
/// looks. What the old one carried is lost while the leader holds it back, as with one that was seen gone, unless the new
/// one has all of it: a process that joins anew under another id, as after a long pause, keeps its work and says so. Where
/// nothing is held back, all was placed at once.
fn replaced(
    folding: &mut Folding<'_>,
    next: &mut WorkerFacts,
    member: &GroupMember,
    group: &GroupMembers,
    compared: bool,
) {
    // What is too old to be compared with is compared once it is not.
    if &*group.state != "Stable" || group.partial || (!compared && next.member_id.is_some()) {
        return;
    }
    let before = next.member_id.replace(member.member_id.clone());
    // One that was in the group beside the old one is no new process: two workers name the same address.
    let at_it = group.members.iter().filter(|other| other.worker_id == member.worker_id);
    let known = folding.facts.about.group.as_ref().map(|group| &group.members);
    let beside = |before: &Arc<str>| known.is_some_and(|ids| ids.contains(before) && ids.contains(&member.member_id));
    let alone = at_it.count() == 1;
    let another = alone && before.is_some_and(|before| before != member.member_id && !beside(&before));
    // One that was seen gone in between has been told of already.
    let unseen = another && next.since < folding.at && next.without_work_since.is_none();
    let held_back = member.delay_ms.is_some_and(|delay| delay > 0);
    if !unseen || !held_back || gave_all(folding, member) {
        return;
    }
    let in_order = let_go(folding, &next.id);
    let evidence: Arc<str> = "another process under its address took its place in the Connect group".into();
    let id = Subject::Worker(next.id.clone());
    folding.transition(Source::Group, id.clone(), Change::WorkerLeft { in_order, evidence });
    folding.transition(Source::Group, id, Change::WorkerCame { again: true });
    next.since = folding.at;
    next.without_work_since = Some(folding.at);
    next.evidence = "it joined its group anew, as a new process does, and was not given the work of before yet".into();
}

/// Whether a member owns everything that REST says runs at its address.
fn gave_all(folding: &Folding<'_>, member: &GroupMember) -> bool {
    on_worker(folding, &member.worker_id).all(|(name, task, state)| {
        let idle = matches!(state, State::Failed | State::Paused | State::Stopped);
        let owned = || match task {
            None => member.connectors.contains(name),
            Some(task) => member
                .tasks
                .iter()
                .any(|(owner, number)| owner == name && *number == task),
        };
        idle || owned()
    })
}

/// Whether the group had no member left, as far as is known from before this look, and nothing was listed since.
fn emptied(folding: &Folding<'_>) -> bool {
    let group = folding.facts.about.group.as_ref();
    group.is_some_and(|group| group.empty_since.is_some()) || back_unlisted(&folding.facts.fresh, group)
}

/// Whether the leader holds lost work back: the assignments say so, or did before the rebalance that hides them now.
fn held_back(folding: &Folding<'_>, member: &GroupMember) -> bool {
    let known = folding.facts.about.group.as_ref().and_then(|group| group.delay_until);
    // What a leader held back that is gone with all the others nobody holds back any more.
    let known = known.is_some_and(|until| until > folding.at) && !emptied(folding);
    known || member.delay_ms.is_some_and(|delay| delay > 0)
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
            member_id: None,
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
        member_id: None,
        without_work_since: None,
        ..worker.clone()
    });
}

/// What is said to be on a worker: connector, task, state.
fn on_worker<'a>(
    folding: &'a Folding<'_>,
    id: &'a WorkerId,
) -> impl Iterator<Item = (&'a ConnectorName, Option<u32>, &'a State)> {
    let live = folding
        .facts
        .connectors
        .values()
        .filter(|connector| connector.deleted_at.is_none());
    live.flat_map(|known| {
        known
            .instances()
            .map(move |(task, instance)| (&known.name, task, instance))
    })
    .filter(move |(_, _, instance)| instance.worker_id == *id)
    .map(|(name, task, instance)| (name, task, &instance.state))
}

/// Whether a worker wrote UNASSIGNED for everything that it carried and that was not moved since, as one does that leaves
/// in order: a single one may be left over from an earlier rebalance. REST hides the UNASSIGNED of tasks, so that they
/// count only where no connector instance tells; one that FAILED may write nothing any more.
pub(super) fn let_go(folding: &Folding<'_>, id: &WorkerId) -> bool {
    let could_write = || on_worker(folding, id).filter(|(_, _, state)| **state != State::Failed);
    let instances = could_write().any(|(_, task, _)| task.is_none());
    let mut telling = could_write()
        .filter(|(_, task, _)| task.is_none() == instances)
        .peekable();
    telling.peek().is_some() && telling.all(|(_, _, state)| *state == State::Unassigned)
}

fn carries(folding: &Folding<'_>, id: &WorkerId) -> bool {
    on_worker(folding, id).next().is_some()
}

/// `told`: when the group was told of before.
fn group_facts(folding: &mut Folding<'_>, group: &GroupMembers, told: Option<Timestamp>) {
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
    // Whoever was not asked for long lost its members at a moment that nobody saw, and speaks until then for nothing.
    let patience = folding.settings.interval * 2;
    let seen = told
        .is_some_and(|told| folding.at - told <= patience)
        .then_some(folding.at);
    let emptied = || seen.or(told).or(folding.facts.fresh.listed()).unwrap_or(folding.at);
    let empty_since = group
        .members
        .is_empty()
        .then(|| old_empty.unwrap_or_else(emptied).min(folding.at));
    folding.facts.about.group = Some(GroupFacts {
        group_id: group.group_id.clone(),
        state: group.state.clone(),
        leader,
        members,
        empty_since,
        inhabited: !group.members.is_empty() || before.as_ref().is_some_and(|old| old.inhabited),
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
