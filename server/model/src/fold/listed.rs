//! The expanded list of a ready worker.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::folding::Folding;
use super::{beside, concealed, instance, members, unnamed};
use crate::Timestamp;
use crate::facts::{Alive, ConnectorFacts, InstanceFacts, StatusMissing, WorkerFacts};
use crate::kept;
use crate::names::{ConnectorName, WorkerId};
use crate::observe::{Listed, ListedConfig, ListedConnector, Source};
use crate::state::{State, TargetSource, TargetState};
use crate::transition::{Change, Subject};

/// Folds the whole list. A connector that is missing from it keeps its states, but they are no longer seen: connectors
/// without a status are left out by Connect, and only plain lists prove a deletion. What is missing from the first list
/// after a silence has not been seen since the list before it.
pub(super) fn listed(folding: &mut Folding<'_>, listed: &Listed, before_silence: Option<Timestamp>) {
    for (name, seen) in &listed.connectors {
        // A worker that reads its topics late may go on listing what was deleted.
        if folding.facts.told.deleted(name) {
            continue;
        }
        match beside::topic(folding, name, seen) {
            Some((told, rest)) => {
                connector(folding, name, &told);
                beside::rest(folding, name, &rest);
            }
            None => connector(folding, name, seen),
        }
    }
    if folding.holds_whole_copy(&listed.by) {
        vanished(folding, listed, before_silence);
    }
    let instances = listed
        .connectors
        .values()
        .flat_map(|seen| seen.instance.iter().chain(seen.tasks.values()));
    let named: BTreeSet<WorkerId> = instances.map(|instance| instance.worker_id.clone()).collect();
    put_right(folding, &named, Source::Rest);
    unnamed::renew(folding);
}

/// Marks the connectors of which a status was seen before and is not in this list. Of what was missing before a silence
/// already, the proof of its deletion has its time anew: nobody could give it meanwhile.
fn vanished(folding: &mut Folding<'_>, listed: &Listed, before_silence: Option<Timestamp>) {
    let told = folding.facts.told.clone();
    let still = |name| told.statuses_of(name).is_some_and(|told| told.instance.is_some());
    let shown = |name| listed.connectors.get(name).is_some_and(ListedConnector::has_status) || still(name);
    let connectors = folding.facts.connectors.values();
    let at = folding.at;
    let heard_again = before_silence.map(|_| at);
    let unseen: Vec<_> = connectors
        .filter(|known| known.deleted_at.is_none() && known.has_status())
        .filter(|known| !shown(&known.name))
        .cloned()
        .collect();
    for connector in unseen {
        let status_missing = match &connector.status_missing {
            Some(status) => StatusMissing {
                heard_again: heard_again.or(status.heard_again),
                ..status.clone()
            },
            None => StatusMissing {
                since: before_silence.unwrap_or(at),
                named: false,
                heard_again,
            },
        };
        if connector.status_missing.as_ref() != Some(&status_missing) {
            folding.put_connector(ConnectorFacts {
                status_missing: Some(status_missing),
                ..(*connector).clone()
            });
        }
    }
}

fn connector(folding: &mut Folding<'_>, name: &ConnectorName, seen: &ListedConnector) {
    let before = folding.facts.connectors.get(name).cloned();
    let new = before.as_ref().is_none_or(|old| old.deleted_at.is_some());
    let mut next = match before.as_deref() {
        Some(old) if !new => old.clone(),
        _ => appeared(folding, name, before.is_some()),
    };
    next.missing = None;
    if seen.has_status() {
        next.status_missing = None;
    }
    next.kind = seen.kind.or(next.kind);
    config(folding, &mut next, seen, new);
    if let Some(listed) = &seen.instance {
        let (facts, change) = instance::next(
            next.instance.as_ref(),
            listed,
            (Source::Rest, folding.at),
            folding.settings,
        );
        next.instance = Some(facts);
        if let (Some(change), false) = (change, new) {
            folding.transition(Source::Rest, Subject::Connector(name.clone()), change);
        }
    }
    target(folding, &mut next, new);
    tasks(folding, &mut next, seen, new);
    unstarted(&mut next, seen, folding.at);
    next.no_tasks_since = idle_since(&next, folding.at);
    folding.put_connector(next);
}

/// Since when it is RUNNING without a task, as of `at`.
pub(super) fn idle_since(next: &ConnectorFacts, at: Timestamp) -> Option<Timestamp> {
    let runs = |instance: &InstanceFacts| instance.state == State::Running;
    let idle = next.task_count() == 0 && next.instance.as_ref().is_some_and(runs);
    idle.then(|| next.no_tasks_since.unwrap_or(at))
}

/// The facts of a connector that was not there before, with its first transition.
pub(super) fn appeared(folding: &mut Folding<'_>, name: &ConnectorName, again: bool) -> ConnectorFacts {
    appeared_at(folding, (Source::Rest, folding.at), name, again)
}

/// The same as another source told it.
pub(super) fn appeared_at(
    folding: &mut Folding<'_>,
    (source, at): (Source, Timestamp),
    name: &ConnectorName,
    again: bool,
) -> ConnectorFacts {
    let (subject, change) = (Subject::Connector(name.clone()), Change::ConnectorAppeared { again });
    folding.outside_at((source, at), subject, change);
    ConnectorFacts {
        name: name.clone(),
        kind: None,
        class: None,
        config: None,
        target: None,
        instance: None,
        tasks: Default::default(),
        unstarted: Default::default(),
        no_tasks_since: None,
        first_seen: at,
        status_missing: None,
        missing: None,
        deleted_at: None,
        progress: None,
    }
}

fn config(folding: &mut Folding<'_>, next: &mut ConnectorFacts, seen: &ListedConnector, new: bool) {
    let Some(config) = &seen.config else { return };
    // While the config topic is known wholly a list can only be older; what it shows better is what is masked less.
    let told = folding
        .facts
        .told
        .config_of(&next.name)
        .and_then(|told| told.config.as_ref());
    if told.is_some_and(|told| told.version != config.version) {
        return;
    }
    reconfigured(folding, (Source::Rest, folding.at), next, config, new);
}

/// Puts another config in place, and tells of it where it is another version.
pub(super) fn reconfigured(
    folding: &mut Folding<'_>,
    told: (Source, Timestamp),
    next: &mut ConnectorFacts,
    config: &Arc<ListedConfig>,
    new: bool,
) {
    next.class = config
        .config
        .text("connector.class")
        .map(Arc::from)
        .or(next.class.take());
    if let Some(old) = next.config.as_ref().filter(|old| old.version != config.version && !new) {
        let change = Change::Config {
            from: Some(old.version.clone()),
            to: config.version.clone(),
            keys: old.config.changed_keys(&config.config),
        };
        folding.outside_at(told, Subject::Connector(next.name.clone()), change);
    } else if new || next.config.is_none() {
        let change = Change::Config {
            from: None,
            to: config.version.clone(),
            keys: BTreeSet::new(),
        };
        folding.outside_at(told, Subject::Connector(next.name.clone()), change);
    }
    let before = next.config.replace(config.clone());
    if let Some(redactor) = before.and_then(|before| before.config.concealed_by(&config.config)) {
        // Of what runs again the last trace is kept, which may quote what was no secret then.
        concealed::strike(folding, next, &redactor);
    }
}

/// Concludes the target state from the instance's state where that tells: PAUSED and STOPPED are only ever reached by
/// request, RUNNING only without one. The other states leave it as it was.
fn target(folding: &mut Folding<'_>, next: &mut ConnectorFacts, new: bool) {
    if let Some(told) = folding.facts.told.config_of(&next.name) {
        next.target = told.target().map(|target| (target, TargetSource::ConfigTopic));
        return;
    }
    let before = next.target.map(|(target, _)| target);
    let told = match next.instance.as_ref().map(|instance| &instance.state) {
        Some(State::Paused) => Some(TargetState::Paused),
        Some(State::Stopped) => Some(TargetState::Stopped),
        Some(State::Running) => Some(TargetState::Started),
        Some(State::Failed) if before == Some(TargetState::Started) || (before.is_none() && new) => {
            Some(TargetState::Started)
        }
        // It was resumed and failed as it began, or could not even be made where it was to rest: what was asked is not known
        // any more, and nobody is said to have asked for anything.
        Some(State::Failed) => {
            next.target = None;
            return;
        }
        _ => before,
    };
    let Some(to) = told else { return };
    if before != Some(to) {
        next.target = Some((to, TargetSource::Inferred));
        if before.is_some() && !new {
            folding.outside(
                Subject::Connector(next.name.clone()),
                Change::Target { from: before, to },
            );
        }
    }
}

fn tasks(folding: &mut Folding<'_>, next: &mut ConnectorFacts, seen: &ListedConnector, new: bool) {
    if !seen.has_status() {
        return;
    }
    let before = std::mem::take(&mut next.tasks);
    for (number, listed) in &seen.tasks {
        let (facts, change) = instance::next(before.get(number), listed, (Source::Rest, folding.at), folding.settings);
        next.tasks.insert(*number, facts);
        if let (Some(change), false) = (change, new) {
            folding.transition(Source::Rest, Subject::Task(next.name.clone(), *number), change);
        }
    }
    next.tasks = kept::tight(std::mem::take(&mut next.tasks));
    for number in before.keys().filter(|number| !seen.tasks.contains_key(number)) {
        folding.transition(
            Source::Rest,
            Subject::Task(next.name.clone(), *number),
            Change::TaskRemoved,
        );
    }
}

/// Tasks that are configured without a status. A list without `info` does not tell which are configured.
fn unstarted(next: &mut ConnectorFacts, seen: &ListedConnector, at: Timestamp) {
    let before = std::mem::take(&mut next.unstarted);
    let since = |number: &u32| before.get(number).copied().unwrap_or(at);
    let now = match &seen.unstarted {
        Some(unstarted) => unstarted.iter().map(|number| (*number, since(number))).collect(),
        None => before
            .iter()
            .map(|(number, since)| (*number, *since))
            .collect::<Vec<_>>(),
    };
    let without = now.into_iter().filter(|(number, _)| !next.tasks.contains_key(number));
    next.unstarted = kept::tight(without.collect());
}

/// A worker that was taken for dead is put right when its UNASSIGNED records turn up after all.
pub(super) fn put_right(folding: &mut Folding<'_>, named: &BTreeSet<WorkerId>, source: Source) {
    for id in named {
        let Some(worker) = folding.facts.workers.get(id).cloned() else {
            continue;
        };
        if worker.alive == Alive::Dead && members::let_go(folding, id) {
            let evidence: Arc<str> = "it wrote UNASSIGNED for what it carried before it left".into();
            let change = Change::WorkerLeft {
                in_order: true,
                evidence: evidence.clone(),
            };
            folding.transition(source, Subject::Worker(id.clone()), change);
            folding.put_worker(WorkerFacts {
                alive: Alive::GoneInOrder,
                evidence,
                ..(*worker).clone()
            });
        }
    }
}

/// A worker of which nothing but the name is known.
pub(super) fn unknown_worker(id: &WorkerId, at: crate::Timestamp, evidence: &str) -> WorkerFacts {
    WorkerFacts {
        id: id.clone(),
        alive: Alive::Unknown,
        since: at,
        first_seen: at,
        evidence: evidence.into(),
        version: None,
        ever_answered: false,
        answered_at: None,
        probe_failures: 0,
        failing_since: None,
        member: None,
        member_id: None,
        health: None,
        plugins: None,
        without_work_since: None,
        unconfirmed_since: None,
        unnamed_since: None,
    }
}
