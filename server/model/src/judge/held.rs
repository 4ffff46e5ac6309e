//! What was stalled or lagging stays so while nobody can tell: a server that took over knows no offsets for a moment, and a
//! Kafka that does not answer mends nothing.

use super::case::{Case, Finding, Measured};
use super::shown;
use crate::observe::Source;
use crate::verdict::{Health, Reason, TaskVerdict};

/// What is said beside it.
const AWAITED: &str = "How it moves since is not known: its offsets are not seen at the moment";

/// The last verdict was about its progress, which is awaited, and no task was started since.
fn holds(case: &Case<'_>) -> bool {
    let awaited = match case.progress.measured {
        Measured::Never => false,
        Measured::Awaited => true,
        Measured::Now(_) => case.measures().is_none(),
    };
    let old = case
        .previous
        .filter(|old| matches!(old.health, Health::Stalled | Health::Lagging));
    let started = case.connector.tasks.values().map(|task| task.since).max();
    awaited && old.is_some_and(|old| started.is_some_and(|started| started <= old.since))
}

pub(super) fn rule(case: &Case<'_>) -> Option<Finding> {
    let old = case.previous.filter(|_| holds(case))?;
    let mut reasons = old.reasons.clone();
    if reasons.iter().all(|reason| *reason.text != *AWAITED) {
        reasons.push(Reason {
            text: AWAITED.into(),
            evidence: "what is said of it is as of the last look".into(),
            source: Source::Offsets,
            as_of: shown::as_of(case, AWAITED),
        });
    }
    Some(Finding {
        health: old.health,
        since: old.since,
        reasons,
        diagnosis: old.diagnosis.clone(),
    })
}

/// The verdict on a task that stood.
pub(super) fn of_task<'a>(case: &Case<'a>, number: u32) -> Option<&'a TaskVerdict> {
    let old = case.previous.filter(|_| holds(case))?.tasks.get(&number)?;
    (old.health == Health::Stalled).then_some(old)
}
