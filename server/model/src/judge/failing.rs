//! `failed` and `degraded`.

use super::case::{Case, Finding};
use super::{diagnosis, instance};
use crate::facts::InstanceFacts;
use crate::state::State;
use crate::verdict::{Health, Reason};

/// The connector instance is FAILED or every task is; else some tasks are.
pub(super) fn rule(case: &Case<'_>) -> Option<Finding> {
    let failed = |facts: &InstanceFacts| facts.state == State::Failed;
    let connector = case.connector.instance.as_ref().filter(|facts| failed(facts));
    let tasks: Vec<(u32, &InstanceFacts)> = case
        .connector
        .tasks
        .iter()
        .filter(|(_, task)| failed(task))
        .map(|(number, task)| (*number, task))
        .collect();
    let all = case.connector.task_count();
    let (health, place, facts, text) = match (connector, tasks.first()) {
        (Some(facts), _) => {
            let text = match all {
                0 => "The connector itself FAILED; it has no tasks".to_owned(),
                _ => "The connector itself FAILED; its tasks run on with their old config".to_owned(),
            };
            (Health::Failed, None, facts, text)
        }
        (None, Some((number, task))) if tasks.len() == all => {
            let text = if all == 1 {
                "Its only task FAILED".to_owned()
            } else {
                format!("All {all} tasks FAILED")
            };
            (Health::Failed, Some(*number), *task, text)
        }
        (None, Some((number, task))) => {
            let text = format!("{} of {all} tasks FAILED, the others did not", tasks.len());
            (Health::Degraded, Some(*number), *task, text)
        }
        (None, None) => return None,
    };
    // The moment at which the state became what it is: degraded with its first failed task, failed with its last.
    let sinces = tasks.iter().map(|(_, task)| task.since);
    let since = match (connector, health) {
        (Some(facts), _) => facts.since,
        (None, Health::Degraded) => sinces.min().unwrap_or(facts.since),
        (None, _) => sinces.max().unwrap_or(facts.since),
    };
    let reason = Reason {
        text: text.into(),
        evidence: instance::evidence(case).into(),
        source: facts.source,
        as_of: since,
    };
    let diagnosis = diagnosis::of_failure(case, place, facts);
    let mut reasons = vec![reason];
    reasons.extend(diagnosis::cause_reason(&diagnosis, (facts.source, facts.since)));
    // What else does not run there is another's fault, and nobody should have to find it by himself.
    reasons.extend(super::placement::lost_reasons(case));
    Some(Finding {
        health,
        since,
        reasons,
        diagnosis: Some(diagnosis),
    })
}
