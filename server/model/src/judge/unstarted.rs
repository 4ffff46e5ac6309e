//! Tasks of a connector that is to run and that do not: configured ones without a status, and ones that still rest.
//!
//! Kafka Connect writes the first status of a task once its `start()` has returned. So a task whose start waits for a
//! system that is away has none, nor has one that no worker took; for REST both look as if they were not there.

use std::sync::Arc;

use super::case::{Case, Finding};
use super::window::Window;
use super::{intent, silence};
use crate::Timestamp;
use crate::cause::Cause;
use crate::observe::Source;
use crate::state::State;
use crate::verdict::{Diagnosis, Health, Reason, TaskVerdict, Verdict};

/// What is said of a task without a status.
const WITHOUT: &str = "no status of it exists: no worker started it, or its start has not finished";

/// Most tasks named in a sentence.
const NAMED: usize = 6;

/// `restarting` within the grace, `unknown` beyond it: nothing tells whether they will ever run.
pub(super) fn rule(case: &Case<'_>, window: &mut Window) -> Option<Finding> {
    let without: Vec<(u32, Timestamp)> = case.connector.unstarted.iter().map(|(n, at)| (*n, *at)).collect();
    let resting = resting(case);
    let since = without.iter().chain(&resting).map(|(_, at)| *at).min()?;
    let ends = since + case.settings.grace;
    window.until(ends);
    let (one, text) = match (without.is_empty(), resting.is_empty()) {
        (false, _) => (
            &without,
            "no status: no worker started it, or its start has not finished",
        ),
        _ => (
            &resting,
            "not run while the connector does: REST says PAUSED or STOPPED there alone",
        ),
    };
    let verb = match (without.is_empty(), one.len()) {
        (false, 1) => "has",
        (false, _) => "have",
        (true, 1) => "does",
        (true, _) => "do",
    };
    let (all, who) = (case.connector.task_count(), numbers(one));
    let text: Arc<str> = format!("{who} of {all} {verb} {text}").into();
    let reason = Reason {
        text: text.clone(),
        evidence: super::instance::evidence(case).into(),
        source: Source::Rest,
        as_of: since,
    };
    if case.now < ends {
        return Some(Finding {
            health: Health::Restarting,
            since,
            reasons: vec![reason],
            diagnosis: None,
        });
    }
    let diagnosis = Diagnosis::untold(
        0.3,
        text,
        "a start that waits for the system at the other end looks the same as a task that no worker took",
        Cause::NoStatusYet,
    );
    Some(Finding {
        health: Health::Unknown,
        since,
        reasons: vec![reason],
        diagnosis: Some(diagnosis),
    })
}

/// Tasks that are PAUSED or STOPPED though the connector runs, each since it could have followed, or is ahead of it.
fn resting(case: &Case<'_>) -> Vec<(u32, Timestamp)> {
    let asked = case.connector.instance.as_ref().map(|instance| instance.since);
    let rests = |state: &State| matches!(state, State::Paused | State::Stopped);
    if !intent::to_run(case) {
        return Vec::new();
    }
    let tasks = case.connector.tasks.iter().filter(|(_, task)| rests(&task.state));
    tasks
        .map(|(number, task)| (*number, asked.max(Some(task.since)).unwrap_or(task.since)))
        .collect()
}

/// `Task 2`, `Tasks 0, 2`.
fn numbers(tasks: &[(u32, Timestamp)]) -> String {
    let named: Vec<String> = tasks.iter().take(NAMED).map(|(number, _)| number.to_string()).collect();
    let more = match tasks.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let word = if tasks.len() == 1 { "Task" } else { "Tasks" };
    format!("{word} {}{more}", named.join(", "))
}

/// Verdicts on the tasks without a status.
pub(super) fn tasks<'a>(
    case: &'a Case<'_>,
    previous: Option<&'a Verdict>,
    window: &'a mut Window,
) -> impl Iterator<Item = (u32, TaskVerdict)> + 'a {
    let vanished = silence::vanished(case, window);
    case.connector.unstarted.iter().map(move |(number, since)| {
        let ends = *since + case.settings.grace;
        let (health, since, text) = match (&case.surroundings.silence, vanished) {
            (Some(silence), _) => (Health::Unknown, silence.unknown_since, silence.text.clone()),
            (None, Some((since, unseen))) => (Health::Unknown, since, unseen.text().into()),
            (None, None) if case.now < ends => {
                window.until(ends);
                (Health::Restarting, *since, WITHOUT.into())
            }
            (None, None) => (Health::Unknown, *since, WITHOUT.into()),
        };
        let before = previous.and_then(|verdict| verdict.tasks.get(number));
        let before = before.map(|task| (task.health, task.since));
        let verdict = TaskVerdict {
            health,
            since: super::since::since(case, health, since, before),
            text,
            root_cause: None,
        };
        (*number, verdict)
    })
}
