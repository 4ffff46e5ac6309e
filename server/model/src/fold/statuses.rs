//! What the status topic tells: the states of connector instances and tasks, each as it was written.

use std::collections::BTreeSet;

use super::folding::Folding;
use super::listed::{idle_since, put_right};
use super::{instance, unnamed};
use crate::Timestamp;
use crate::facts::{ConnectorFacts, InstanceFacts};
use crate::internal::{StatusSeen, StatusesSeen};
use crate::names::{ConnectorName, WorkerId};
use crate::observe::{ListedInstance, Source};
use crate::transition::{Change, Subject};

/// Folds records that came in this order. That a connector exists is not theirs to tell: they outlive it.
pub(super) fn statuses(folding: &mut Folding<'_>, seen: &StatusesSeen) {
    if seen.whole {
        folding.facts.told.statuses.clear();
    }
    folding.facts.told.statuses_whole = true;
    let mut named: BTreeSet<WorkerId> = BTreeSet::new();
    let mut moved = false;
    for status in &seen.statuses {
        if folding.facts.told.status(status, folding.at) {
            moved |= one(folding, status);
            named.extend(status.status.as_ref().map(|said| said.worker_id.clone()));
        }
    }
    put_right(folding, &named, Source::StatusTopic);
    if moved {
        unnamed::renew(folding);
    }
}

/// Folds one record; whether another worker is named now.
fn one(folding: &mut Folding<'_>, status: &StatusSeen) -> bool {
    let Some(known) = existing(folding, &status.connector) else {
        return false;
    };
    let mut next = known;
    let before = match status.task {
        None => next.instance.as_ref(),
        Some(task) => next.tasks.get(&task),
    };
    let at = moment(folding, before, status.at);
    let Some(said) = &status.status else {
        // Of an instance without a status the lists tell whether that is a deletion.
        if let Some(task) = status.task.filter(|_| before.is_some()) {
            without(folding, next, task, at);
        }
        return false;
    };
    let worker = before.map(|old| old.worker_id.clone());
    let said = carried(said, before);
    let (facts, change) = instance::next(before, &said, (Source::StatusTopic, at), folding.settings);
    let name = next.name.clone();
    let subject = match status.task {
        None => {
            next.instance = Some(facts);
            Subject::Connector(name)
        }
        Some(task) => {
            next.tasks.insert(task, facts);
            next.unstarted.remove(&task);
            Subject::Task(name, task)
        }
    };
    if let Some(change) = change {
        folding.transition_at(at, Source::StatusTopic, subject, change);
    }
    next.status_missing = None;
    next.no_tasks_since = idle_since(&next, at);
    folding.put_connector(next);
    worker.as_ref() != Some(&said.worker_id)
}

/// The trace of a failure that is known already is kept as it was: a list may have brought it with more struck out of it
/// than was known to be secret when the record came.
fn carried(said: &ListedInstance, before: Option<&InstanceFacts>) -> ListedInstance {
    let same = before.filter(|old| old.trace_id.is_some() && old.trace_id == said.trace_id);
    ListedInstance {
        trace: same.and_then(|old| old.trace.clone()).or_else(|| said.trace.clone()),
        ..said.clone()
    }
}

/// When a record became true: as it was written, by a clock that may differ from ours; never after it came, nor before what
/// it follows.
fn moment(folding: &Folding<'_>, before: Option<&InstanceFacts>, written: Timestamp) -> Timestamp {
    let after = before.map_or(written, |old| old.since.max(written));
    after.min(folding.at)
}

fn existing(folding: &Folding<'_>, name: &ConnectorName) -> Option<ConnectorFacts> {
    let known = folding.facts.connectors.get(name)?;
    known.deleted_at.is_none().then(|| (**known).clone())
}

/// Takes a task out.
fn without(folding: &mut Folding<'_>, mut next: ConnectorFacts, task: u32, at: Timestamp) {
    let name = next.name.clone();
    next.tasks.remove(&task);
    next.no_tasks_since = idle_since(&next, at);
    folding.transition_at(at, Source::StatusTopic, Subject::Task(name, task), Change::TaskRemoved);
    folding.put_connector(next);
}
