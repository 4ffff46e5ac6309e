//! What REST says beside what we say.

use console::ConnectorItem;
use model::state::State;

/// What REST says of a connector, where that is not what we say: `RUNNING`, or `RUNNING, one of three tasks FAILED`.
pub(crate) fn otherwise(item: &ConnectorItem) -> Option<String> {
    let state = item.state.as_ref()?;
    let same = item.health.agrees_with(state) && item.tasks.iter().all(|task| item.health.agrees_with(&task.state));
    if same || item.deleted_at.is_some() {
        return None;
    }
    let mut others: Vec<(&State, usize)> = Vec::new();
    for task in item.tasks.iter().filter(|task| task.state != *state) {
        match others.iter_mut().find(|(other, _)| *other == &task.state) {
            Some((_, count)) => *count += 1,
            None => others.push((&task.state, 1)),
        }
    }
    // A connector that FAILED because all its tasks did is told by its tasks.
    let tasks = others.iter().map(|(other, count)| {
        let of = item.tasks.len();
        match (count, of) {
            (1, 1) => format!(", its task {other}"),
            (2, 2) => format!(", both tasks {other}"),
            (all, of) if *all == of => format!(", all {of} tasks {other}"),
            (some, of) => format!(", {some} of {of} tasks {other}"),
        }
    });
    Some(format!("{state}{}", tasks.collect::<String>()))
}
