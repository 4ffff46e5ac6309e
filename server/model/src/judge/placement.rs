//! Who runs it: `unassigned`, `no_tasks`, `restarting`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::case::{Case, Finding};
use super::{instance, window::Window};
use crate::Timestamp;
use crate::cause::{Cause, Loss};
use crate::facts::{Alive, WorkerFacts};
use crate::names::WorkerId;
use crate::observe::Source;
use crate::scope::Scope;
use crate::state::State;
use crate::verdict::{Class, Diagnosis, Domain, Health, Reason};

/// What sits on workers that are gone, by worker.
fn gone<'a>(case: &Case<'a>) -> BTreeMap<&'a WorkerId, (&'a WorkerFacts, Vec<Option<u32>>)> {
    let mut gone: BTreeMap<&WorkerId, (&WorkerFacts, Vec<Option<u32>>)> = BTreeMap::new();
    for (place, facts) in case.connector.instances() {
        if let Some(worker) = instance::lost_worker(case, facts) {
            let entry = gone.entry(&worker.id).or_insert_with(|| (worker, Vec::new()));
            entry.1.push(place);
        }
    }
    gone
}

/// What sits on workers that are gone, where that is not the verdict.
pub(super) fn lost_reasons(case: &Case<'_>) -> Vec<Reason> {
    let gone = gone(case);
    gone.values()
        .map(|(worker, places)| gone_reason(case, worker, places))
        .collect()
}

/// `unassigned` at once when something sits on a worker that is gone.
pub(super) fn on_gone_workers(case: &Case<'_>, window: &mut Window) -> Option<Finding> {
    let gone = gone(case);
    let since = gone
        .values()
        .map(|(worker, _)| worker.without_work_since.unwrap_or(worker.since))
        .min()?;
    let mut reasons: Vec<Reason> = gone
        .values()
        .map(|(worker, places)| gone_reason(case, worker, places))
        .collect();
    reasons.extend(delay_reason(case, window));
    let (worker, _) = gone.into_values().next()?;
    let how = match worker.alive {
        Alive::GoneInOrder => Loss::InOrder,
        Alive::Yes => Loss::Idle,
        _ => Loss::Gone,
    };
    let diagnosis = Diagnosis {
        domain: Domain::Infrastructure,
        class: Class::Worker,
        confidence: 0.95,
        root_cause: format!("worker {} {}", worker.id, how.says()).into(),
        why: "the worker that ran it was lost, which concerns everything that it carried".into(),
        cause: Some(Cause::Worker(how)),
        shared: Some(Scope::Worker(worker.id.clone())),
    };
    Some(Finding {
        health: Health::Unassigned,
        since,
        reasons,
        diagnosis: Some(diagnosis),
    })
}

fn gone_reason(case: &Case<'_>, worker: &WorkerFacts, places: &[Option<u32>]) -> Reason {
    let how = match worker.alive {
        Alive::GoneInOrder => "left in order",
        Alive::Yes => "is back and was not given its work back yet",
        _ => "is gone without a word",
    };
    let mut states: Vec<(&State, Vec<Option<u32>>)> = Vec::new();
    let there = case.connector.instances();
    let mut sources = BTreeSet::new();
    for (place, facts) in there.filter(|(place, _)| places.contains(place)) {
        sources.insert(facts.source);
        match states.iter_mut().find(|(state, _)| **state == facts.state) {
            Some((_, places)) => places.push(place),
            None => states.push((&facts.state, vec![place])),
        }
    }
    let said = states.iter().map(|(state, places)| {
        let the = if places.contains(&None) { "the " } else { "" };
        format!("{state} for {the}{}", list(places))
    });
    let said = said.collect::<Vec<_>>().join(" and ");
    let who = match sources.contains(&Source::StatusTopic) {
        true => "the status topic",
        false => "REST",
    };
    let text = format!("Worker {} {how}; {who} still says {said} there", worker.id);
    Reason {
        text: text.into(),
        evidence: worker.evidence.clone(),
        source: told_by(worker),
        as_of: worker.since,
    }
}

/// Whose word it is that a worker is gone or back: the group's only while it tells of this worker. Else REST tells of the
/// UNASSIGNED records that a worker wrote before it left, and probes of all others.
fn told_by(worker: &WorkerFacts) -> Source {
    match (worker.member, worker.alive) {
        (Some(_), _) => Source::Group,
        (None, Alive::GoneInOrder) => Source::Rest,
        (None, _) => Source::Probe,
    }
}

/// `connector and tasks 0, 2`.
fn list(places: &[Option<u32>]) -> String {
    let numbers: Vec<String> = places.iter().flatten().map(u32::to_string).collect();
    let tasks = match numbers.len() {
        0 => None,
        1 => Some(format!("task {}", numbers.join(""))),
        _ => Some(format!("tasks {}", numbers.join(", "))),
    };
    let connector = places.contains(&None).then(|| "connector".to_owned());
    [connector, tasks]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" and ")
}

/// Until when the rebalance delay explains that nobody has taken the work over; afterwards it explains nothing.
fn delay_reason(case: &Case<'_>, window: &mut Window) -> Option<Reason> {
    let group = case.cluster.about.group.as_ref()?;
    let until = group.holds_until(case.now)?;
    window.until(until);
    let as_of = case.cluster.fresh.group?;
    let moment = until.format("%H:%M:%S");
    Some(Reason {
        text: format!("The leader holds the lost work back until {moment} UTC in case the worker returns").into(),
        evidence: "scheduled.rebalance.max.delay.ms, seen as the delay in the group's assignments".into(),
        source: Source::Group,
        as_of,
    })
}

/// `unassigned` when it is UNASSIGNED beyond the grace.
pub(super) fn beyond_grace(case: &Case<'_>, window: &mut Window) -> Option<Finding> {
    let waiting: Vec<(Option<u32>, Timestamp, Source)> = case
        .connector
        .instances()
        .filter(|(_, facts)| facts.state == State::Unassigned)
        .map(|(place, facts)| (place, facts.since, facts.source))
        .collect();
    let (since, source) = waiting.iter().map(|(_, since, source)| (*since, *source)).min()?;
    let ends = since + case.settings.grace;
    window.until(ends);
    if case.now < ends {
        return None;
    }
    let places: Vec<Option<u32>> = waiting.into_iter().map(|(place, ..)| place).collect();
    let mut reasons = vec![Reason {
        text: format!("No worker runs the {}", list(&places)).into(),
        evidence: instance::evidence(case).into(),
        source,
        as_of: since,
    }];
    reasons.extend(delay_reason(case, window));
    let diagnosis = Diagnosis::of_cluster(
        Class::Worker,
        0.7,
        "no worker of the cluster takes over the work that is UNASSIGNED".into(),
        "placing work on workers is the cluster's task, and no worker took it",
        Cause::NotTakenOver,
    );
    Some(Finding {
        health: Health::Unassigned,
        since,
        reasons,
        diagnosis: Some(diagnosis),
    })
}

/// RUNNING without tasks for longer than the grace.
pub(super) fn no_tasks(case: &Case<'_>, window: &mut Window) -> Option<Finding> {
    let since = case.connector.no_tasks_since?;
    let ends = since + case.settings.grace;
    window.until(ends);
    if case.now < ends {
        return None;
    }
    let text: Arc<str> = "The connector is RUNNING but has no tasks: nothing moves".into();
    let reason = Reason {
        text: text.clone(),
        evidence: instance::evidence(case).into(),
        source: Source::Rest,
        as_of: since,
    };
    let diagnosis = Diagnosis {
        domain: Domain::Connector,
        class: Class::Config,
        confidence: 0.6,
        root_cause: "it generated no task configs".into(),
        why: "a connector decides by its config and its source how many tasks there are; here it found nothing to do"
            .into(),
        cause: Some(Cause::NoTaskConfigs),
        shared: None,
    };
    Some(Finding {
        health: Health::NoTasks,
        since,
        reasons: vec![reason],
        diagnosis: Some(diagnosis),
    })
}

/// RESTARTING, or UNASSIGNED within the grace.
pub(super) fn restarting(case: &Case<'_>) -> Option<Finding> {
    let passing = |state: &State| matches!(state, State::Restarting | State::Unassigned);
    let (since, source) = case
        .connector
        .instances()
        .filter(|(_, facts)| passing(&facts.state))
        .map(|(_, facts)| (facts.since, facts.source))
        .min()?;
    let reason = Reason {
        text: "It is being started or moved".into(),
        evidence: instance::evidence(case).into(),
        source,
        as_of: since,
    };
    Some(Finding {
        health: Health::Restarting,
        since,
        reasons: vec![reason],
        diagnosis: None,
    })
}

/// A state that this version does not know is not painted green.
pub(super) fn unread(case: &Case<'_>) -> Option<Finding> {
    let (place, facts) = case
        .connector
        .instances()
        .find(|(_, facts)| matches!(facts.state, State::Other(_)))?;
    let text: Arc<str> = format!(
        "{} says {} for the {}, a state that Signalbox does not know",
        instance::who_says(facts.source),
        facts.state,
        list(&[place])
    )
    .into();
    let reason = Reason {
        text: text.clone(),
        evidence: instance::evidence(case).into(),
        source: facts.source,
        as_of: facts.since,
    };
    let diagnosis = Diagnosis::untold(
        0.1,
        text,
        "the workers are newer than this server's knowledge of them",
        Cause::UnknownState,
    );
    Some(Finding {
        health: Health::Unknown,
        since: facts.since,
        reasons: vec![reason],
        diagnosis: Some(diagnosis),
    })
}
