//! What REST says beside what we say.

use crate::state::State;
use crate::verdict::Health;

/// What REST says of a connector and its tasks, where that is not what `health` says: `RUNNING`, or
/// `RUNNING, 1 of 3 tasks FAILED`.
pub fn otherwise<'s>(health: Health, connector: &State, tasks: impl IntoIterator<Item = &'s State>) -> Option<String> {
    let tasks: Vec<&State> = tasks.into_iter().collect();
    if health.agrees_with(connector) && tasks.iter().all(|task| health.agrees_with(task)) {
        return None;
    }
    let mut others: Vec<(&State, usize)> = Vec::new();
    for task in tasks.iter().filter(|task| **task != connector) {
        match others.iter_mut().find(|(other, _)| other == task) {
            Some((_, count)) => *count += 1,
            None => others.push((task, 1)),
        }
    }
    let others = others.iter().map(|(other, count)| match (count, tasks.len()) {
        (1, 1) => format!(", its task {other}"),
        (2, 2) => format!(", both tasks {other}"),
        (some, all) if *some == all => format!(", all {all} tasks {other}"),
        (some, all) => format!(", {some} of {all} tasks {other}"),
    });
    Some(format!("{connector}{}", others.collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rest_is_quoted_where_it_says_something_else() {
        for (health, connector, tasks, expected) in [
            (Health::Healthy, "RUNNING", &["RUNNING"][..], None),
            (Health::Paused, "PAUSED", &["PAUSED", "PAUSED"], None),
            (Health::Unassigned, "RUNNING", &["RUNNING"], Some("RUNNING")),
            (Health::NoTasks, "RUNNING", &[], Some("RUNNING")),
            (Health::Failed, "RUNNING", &["FAILED"], Some("RUNNING, its task FAILED")),
            (
                Health::Failed,
                "RUNNING",
                &["FAILED", "FAILED"],
                Some("RUNNING, both tasks FAILED"),
            ),
            (
                Health::Failed,
                "RUNNING",
                &["FAILED", "FAILED", "FAILED"],
                Some("RUNNING, all 3 tasks FAILED"),
            ),
            (
                Health::Degraded,
                "RUNNING",
                &["FAILED", "RUNNING", "UNASSIGNED"],
                Some("RUNNING, 1 of 3 tasks FAILED, 1 of 3 tasks UNASSIGNED"),
            ),
        ] {
            let tasks: Vec<State> = tasks.iter().map(|task| State::parse(task)).collect();
            let said = otherwise(health, &State::parse(connector), &tasks);
            assert_eq!(said.as_deref(), expected);
        }
    }
}
