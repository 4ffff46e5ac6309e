//! Tasks get verdicts by the same rules.

use std::sync::Arc;

use litemap::LiteMap;

use super::case::Case;
use super::{crash, doubt, held, instance, silence, stalled, unstarted, window::Window};
use crate::Timestamp;
use crate::facts::InstanceFacts;
use crate::state::State;
use crate::trace;
use crate::verdict::{Health, TaskVerdict, Verdict};

/// A verdict for every task.
pub(super) fn verdicts(case: &Case<'_>, previous: Option<&Verdict>, window: &mut Window) -> LiteMap<u32, TaskVerdict> {
    let judge = |(number, facts): (&u32, &InstanceFacts)| {
        let (health, since, text) = find(case, *number, facts, window);
        let since = since.max(case.connector.first_seen);
        let before = previous.and_then(|verdict| verdict.tasks.get(number));
        let before_it = before.map(|task| (task.health, task.since));
        let since = super::since::since(case, health, since, before_it);
        // What it failed of before it was mended says nothing of how it is now.
        let counts = facts.state == State::Failed || health == Health::CrashLooping;
        let cause = match facts.trace.as_deref().filter(|_| counts) {
            Some(trace) => trace::root_cause(trace).map(|cause| cause.line),
            // Between two failures of a loop there is no trace to read.
            None => before
                .filter(|task| health == Health::CrashLooping && task.health == health)
                .and_then(|task| task.root_cause.clone()),
        };
        (
            *number,
            TaskVerdict {
                health,
                since,
                text,
                root_cause: cause,
            },
        )
    };
    let started = case.connector.tasks.iter().map(judge).collect::<Vec<_>>();
    let unstarted = unstarted::tasks(case, previous, window);
    started.into_iter().chain(unstarted).collect()
}

fn find(case: &Case<'_>, number: u32, facts: &InstanceFacts, window: &mut Window) -> (Health, Timestamp, Arc<str>) {
    if let Some(silence) = &case.surroundings.silence {
        return (Health::Unknown, silence.unknown_since, silence.text.clone());
    }
    if let Some((since, unseen)) = silence::vanished(case, window) {
        return (Health::Unknown, since, unseen.text().into());
    }
    let on = &instance::whereabouts(case, &facts.worker_id);
    let rests = match facts.state {
        State::Paused => Some(Health::Paused),
        State::Stopped => Some(Health::Stopped),
        _ => None,
    };
    // On a worker that is gone nothing follows a request to run.
    if let (Some(health), None) = (rests, instance::lost_worker(case, facts)) {
        return (health, facts.since, format!("{} on {on}", facts.state).into());
    }
    if let Some(failures) = crash::counted(facts, case.settings, case.now) {
        if let Some(over) = crash::over_at(failures, case.settings) {
            window.until(over);
        }
        let since = crash::began(failures, case.settings).unwrap_or(facts.since);
        let text = format!("failed {} times, {} now on {on}", failures.len(), facts.state);
        return (Health::CrashLooping, since, text.into());
    }
    if facts.state == State::Failed {
        return (Health::Failed, facts.since, format!("FAILED on {on}").into());
    }
    if let Some(worker) = instance::lost_worker(case, facts) {
        let how = match worker.without_work_since {
            Some(_) => "was not given it back",
            None => "is gone",
        };
        let text = format!(
            "{} says {} on {}, which {how}",
            instance::who_says(facts.source),
            facts.state,
            worker.id
        );
        let since = worker.without_work_since.unwrap_or(worker.since);
        return (Health::Unassigned, since, text.into());
    }
    if let Some((worker, since)) = instance::doubted_worker(case, facts).and_then(|w| Some((w, w.unconfirmed_since?))) {
        let text = format!(
            "{} says {} on {}, which {}",
            instance::who_says(facts.source),
            facts.state,
            worker.id,
            doubt::UNCONFIRMED
        );
        return (Health::Unknown, since, text.into());
    }
    match facts.state {
        State::Unassigned => {
            let ends = facts.since + case.settings.grace;
            window.until(ends);
            let health = if case.now < ends {
                Health::Restarting
            } else {
                Health::Unassigned
            };
            (health, facts.since, format!("UNASSIGNED, last on {on}").into())
        }
        State::Restarting => (Health::Restarting, facts.since, format!("RESTARTING on {on}").into()),
        State::Other(ref word) => (
            Health::Unknown,
            facts.since,
            format!("{word} on {on}, an unknown state").into(),
        ),
        State::Running => {
            if let Some((since, standing)) = stalled::of_task(case, number, window) {
                return (Health::Stalled, since, format!("RUNNING on {on}; {standing}").into());
            }
            match held::of_task(case, number) {
                Some(old) => (old.health, old.since, old.text.clone()),
                None => (Health::Healthy, facts.since, format!("RUNNING on {on}").into()),
            }
        }
        _ => (Health::Healthy, facts.since, format!("{} on {on}", facts.state).into()),
    }
}
