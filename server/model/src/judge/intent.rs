//! `stopped` and `paused`: what was asked for, once the tasks follow.

use super::case::{Case, Finding};
use super::{instance, window::Window};
use crate::facts::InstanceFacts;
use crate::observe::Source;
use crate::state::{State, TargetSource, TargetState};
use crate::verdict::{Health, Reason};

/// Whether a task that is PAUSED or STOPPED was asked to run since. One that is so since later than the connector itself
/// changed is only ahead of it: of a pause the tasks may tell first.
pub(super) fn asked_since(case: &Case<'_>, task: &InstanceFacts) -> bool {
    let told = case
        .connector
        .instance
        .as_ref()
        .is_some_and(|own| own.since >= task.since);
    told && to_run(case)
}

/// Whether it is known that the connector is to run.
pub(super) fn to_run(case: &Case<'_>) -> bool {
    matches!(case.connector.target, Some((TargetState::Started, _)))
}

/// Target state says so, and the tasks follow: they are PAUSED or gone, or the grace for them to get there runs.
pub(super) fn rule(case: &Case<'_>, window: &mut Window) -> Option<Finding> {
    let (target, known_by) = case.connector.target?;
    let (health, word) = match target {
        TargetState::Started => return None,
        TargetState::Paused => (Health::Paused, "pause"),
        TargetState::Stopped => (Health::Stopped, "stop"),
    };
    let since = case
        .connector
        .instance
        .as_ref()
        .map_or(case.connector.first_seen, |instance| instance.since);
    let tasks = || case.connector.tasks.values();
    // A FAILED or UNASSIGNED task runs nothing either: it has followed as far as it can, and nobody waits for it.
    let runs_nothing = |state: &State| {
        matches!(
            state,
            State::Paused | State::Stopped | State::Failed | State::Unassigned
        )
    };
    // The config topic tells of the request before anybody followed it.
    let own = case.connector.instance.as_ref();
    if known_by == TargetSource::ConfigTopic && own.is_some_and(|own| !runs_nothing(&own.state)) {
        return None;
    }
    let follow = tasks().all(|task| runs_nothing(&task.state));
    let grace_ends = since + case.settings.grace;
    if !follow {
        window.until(grace_ends);
        if case.now >= grace_ends {
            return None;
        }
    }
    let text = match tasks().count() {
        0 => format!("Somebody asked it to {word}; it runs no task"),
        1 => format!("Somebody asked it to {word}; its task follows"),
        count => format!("Somebody asked it to {word}; its {count} tasks follow"),
    };
    let reason = Reason {
        text: text.into(),
        evidence: instance::evidence(case).into(),
        source: match known_by {
            TargetSource::ConfigTopic => Source::ConfigTopic,
            TargetSource::Inferred => Source::Rest,
        },
        as_of: since,
    };
    Some(Finding {
        health,
        since,
        reasons: vec![reason],
        diagnosis: None,
    })
}
