//! `stalled`: it is RUNNING, work waits, and nothing moved for the stall window.

mod diagnosis;
mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;

use super::case::{Case, Finding};
use super::{shown, window::Window};
use crate::Timestamp;
use crate::cause::Stall;
use crate::facts::InstanceFacts;
use crate::observe::Source;
use crate::progress::{Keeps, Measures, Unit};
use crate::state::State;
use crate::verdict::{Health, Reason};
use diagnosis::diagnosis;
use words::{places, text};

/// Kafka Connect's default of `offset.flush.interval.ms`: it stands for the rhythm of a sink whose own is not known.
const FLUSH: TimeDelta = TimeDelta::seconds(60);
/// So many of its own commit intervals pass before nothing moves.
const INTERVALS: i32 = 3;
/// A sink that ran before anybody looked is given this long to show its rhythm.
const UNFAMILIAR: TimeDelta = TimeDelta::minutes(10);

/// What was seen so long ago is of now; what is older says nothing of whether it moved since.
const SLACK: TimeDelta = TimeDelta::seconds(5);

/// A task that stands, or all of a connector.
struct Standing<'a> {
    unit: &'a Unit,
    since: Timestamp,
    how: Stall,
}

/// Some task stands, or all of it.
pub(super) fn rule(case: &Case<'_>, window: &mut Window) -> Option<Finding> {
    let measures = case.measures()?;
    let standing = standing(case, measures, window);
    let since = standing.iter().map(|standing| standing.since).min()?;
    let first = standing.iter().min_by_key(|standing| standing.since)?;
    let same = case.previous.is_some_and(|old| {
        let before = old.tasks.iter().filter(|(_, task)| task.health == Health::Stalled);
        before.map(|(number, _)| *number).eq(numbers(case, &standing))
    });
    let diagnosis = diagnosis(case, &standing, first.how);
    let kept = shown::still_good(case, Health::Stalled, since, window).filter(|_| same);
    let reasons = kept.unwrap_or_else(|| {
        let mut reasons = vec![Reason {
            text: text(case, measures, &standing, first).into(),
            evidence: places(case, &standing).into(),
            source: Source::Offsets,
            as_of: case.now,
        }];
        reasons.push(Reason {
            text: diagnosis.why.clone(),
            evidence: format!("{} · {}", diagnosis.domain.as_str(), diagnosis.class.as_str()).into(),
            source: Source::Record,
            as_of: case.now,
        });
        reasons
    });
    Some(Finding {
        health: Health::Stalled,
        since,
        reasons,
        diagnosis: Some(diagnosis),
    })
}

/// Whether a task stands, since when, and what is said of it.
pub(super) fn of_task(case: &Case<'_>, number: u32, window: &mut Window) -> Option<(Timestamp, Arc<str>)> {
    let measures = case.measures()?;
    let standing = standing(case, measures, window);
    let own = |standing: &&Standing<'_>| standing.unit.task.is_none_or(|task| task == number);
    let since = standing.iter().find(own)?.since;
    let moment = since.format("%H:%M:%S");
    Some((
        since,
        format!("nothing moves since {moment} UTC although work waits").into(),
    ))
}

/// What stands. Looks ahead to when anything would.
fn standing<'a>(case: &Case<'_>, measures: &'a Measures, window: &mut Window) -> Vec<Standing<'a>> {
    let stands = |unit: &'a Unit| {
        let (limit, how) = limit(case, measures)?;
        let started = started(case, unit)?;
        let since = unit.standing?.max(started);
        let mut ends = since + limit;
        if measures.rhythm.is_none() && measures.sink.is_some() && started <= measures.watched {
            ends = ends.max(measures.watched + UNFAMILIAR);
        }
        window.until(ends);
        let seen = measures.as_of + SLACK >= ends;
        if case.now >= ends && !seen {
            window.until(case.now + SLACK);
        }
        (case.now >= ends && seen).then_some(Standing { unit, since, how })
    };
    measures.units.iter().filter_map(stands).collect()
}

/// How long waiting work may stand; `None` where that says nothing.
fn limit(case: &Case<'_>, measures: &Measures) -> Option<(TimeDelta, Stall)> {
    let set = case.stall_window();
    if let Some(source) = &measures.source {
        return Some((set.max(source.promised? * INTERVALS), Stall::Heartbeats));
    }
    let sink = measures.sink.as_ref()?;
    let rhythm = match measures.rhythm {
        None if measures.gathers => return None,
        rhythm => rhythm.unwrap_or(FLUSH),
    };
    let how = match (sink.never_committed, &sink.keeps) {
        (false, _) => Stall::Commits,
        (true, Keeps::Group(_)) => Stall::NeverCommitted,
        (true, Keeps::Hidden | Keeps::Elsewhere { .. }) => return None,
    };
    Some((set.max(rhythm * INTERVALS), how))
}

/// When the youngest of a unit's tasks was started; `None` unless all of them are RUNNING.
fn started(case: &Case<'_>, unit: &Unit) -> Option<Timestamp> {
    let running = |facts: &InstanceFacts| (facts.state == State::Running).then_some(facts.since);
    match unit.task {
        Some(number) => running(case.connector.tasks.get(&number)?),
        None => {
            let all: Option<Vec<Timestamp>> = case.connector.tasks.values().map(running).collect();
            all?.into_iter().max()
        }
    }
}

/// The numbers of the tasks that stand, in order.
fn numbers(case: &Case<'_>, standing: &[Standing<'_>]) -> BTreeSet<u32> {
    let all = standing.iter().any(|standing| standing.unit.task.is_none());
    let tasks = case.connector.tasks.keys().copied();
    tasks
        .filter(|number| all || standing.iter().any(|standing| standing.unit.task == Some(*number)))
        .collect()
}
