//! Reading connector instances and tasks alike.

use std::fmt::Write as _;

use super::case::Case;
use super::intent;
use crate::facts::{InstanceFacts, WorkerFacts};
use crate::names::WorkerId;
use crate::observe::Source;
use crate::state::State;

/// Most tasks named in one line of evidence.
const NAMED: usize = 6;

/// `connector` or `task 3`.
pub(super) fn name(place: Option<u32>) -> String {
    place.map_or_else(|| "connector".to_owned(), |number| format!("task {number}"))
}

/// The worker that REST names for an instance, when that worker is known not to run it: it is gone, or came back and
/// was not given its work back. A FAILED instance needs no worker to be what it is, nor does one that is PAUSED or STOPPED
/// unless it was asked to run since.
pub(super) fn lost_worker<'a>(case: &Case<'a>, instance: &InstanceFacts) -> Option<&'a WorkerFacts> {
    let worker = case.cluster.workers.get(&instance.worker_id)?;
    // A state that was seen to change since the worker is back was written by whoever runs it now.
    let idle = worker.without_work_since.is_some() && instance.since <= worker.since;
    (needs_worker(case, instance) && (worker.surely_gone() || idle)).then_some(&**worker)
}

/// The worker that REST names for an instance, when that worker was gone before the cluster fell silent and nothing tells
/// whether it is back.
pub(super) fn doubted_worker<'a>(case: &Case<'a>, instance: &InstanceFacts) -> Option<&'a WorkerFacts> {
    let worker = case.cluster.workers.get(&instance.worker_id)?;
    let doubted = worker.alive.gone() && worker.unconfirmed_since.is_some();
    (needs_worker(case, instance) && doubted).then_some(&**worker)
}

fn needs_worker(case: &Case<'_>, instance: &InstanceFacts) -> bool {
    match instance.state {
        State::Failed => false,
        State::Paused | State::Stopped => intent::asked_since(case, instance),
        _ => true,
    }
}

/// Whose word a state is, at the beginning of a sentence.
pub(super) fn who_says(source: Source) -> &'static str {
    match source {
        Source::StatusTopic => "The status topic",
        _ => "REST",
    }
}

/// A worker in a line of evidence: its address, and that it is gone where it is.
pub(super) fn whereabouts(case: &Case<'_>, id: &WorkerId) -> String {
    match case.cluster.workers.get(id) {
        Some(worker) if worker.surely_gone() => format!("{id}, which is gone"),
        _ => id.to_string(),
    }
}

/// What is said of it, in one short line: `connector RUNNING on a:1; task 0 FAILED on b:2`, and beside the status topic's
/// word what REST says where that is something else: `task 0 FAILED on b:2 (REST says RUNNING)`.
pub(super) fn evidence(case: &Case<'_>) -> String {
    let mut line = String::new();
    for (index, (place, instance)) in case.connector.instances().enumerate() {
        if index == NAMED {
            let _ = write!(line, "; and {} more", case.connector.tasks.len() + 1 - NAMED);
            break;
        }
        let separator = if index == 0 { "" } else { "; " };
        let _ = write!(
            line,
            "{separator}{} {} on {}",
            name(place),
            instance.state,
            whereabouts(case, &instance.worker_id)
        );
        if let Some(rest) = &instance.rest {
            let _ = write!(line, " (REST says {rest})");
        }
    }
    line
}
