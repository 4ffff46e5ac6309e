//! What is said of what stands.

use super::{Standing, numbers};
use crate::Timestamp;
use crate::cause::Stall;
use crate::facts::Alive;
use crate::judge::case::Case;
use crate::names::WorkerId;
use crate::progress::{Measures, Waiting};
use crate::spelt;

/// Tasks that are named with their workers.
const NAMED: usize = 4;

/// `No commit for 4 min 10 s although 20,311 records wait in 3 of 6 partitions of orders`.
pub(super) fn text(case: &Case<'_>, measures: &Measures, standing: &[Standing<'_>], first: &Standing<'_>) -> String {
    let for_long = |since: Timestamp| spelt::time((case.now - since).num_seconds());
    if first.how == Stall::Heartbeats {
        let every = measures
            .source
            .as_ref()
            .and_then(|source| source.promised)
            .unwrap_or_default();
        let since = first.unit.moved.unwrap_or(first.since);
        return format!(
            "No heartbeat for {} although it is set to send one every {}",
            for_long(since),
            spelt::time(every.num_seconds())
        );
    }
    let moved = standing.iter().filter_map(|standing| standing.unit.moved).max();
    let waits = waiting(standing);
    let what = match (first.how, moved) {
        (Stall::NeverCommitted, _) => {
            let since = first.since.format("%H:%M:%S");
            return format!(
                "It has never committed an offset although {} came since {since} UTC",
                records(waits.records)
            );
        }
        (_, Some(moved)) => format!("No commit for {}", for_long(moved)),
        (_, None) => format!("No commit since it is watched, for {}", for_long(measures.watched)),
    };
    let numbers: Vec<String> = standing
        .iter()
        .filter_map(|standing| Some(standing.unit.task?.to_string()))
        .collect();
    let who = match numbers.len() {
        count if count == case.connector.tasks.len() => String::new(),
        0 => String::new(),
        1 => format!(" by task {}", numbers.join("")),
        _ => format!(" by tasks {}", numbers.join(", ")),
    };
    let wait = if waits.records == 1 { "waits" } else { "wait" };
    format!(
        "{what}{who} although {} {wait} in {}",
        records(waits.records),
        partitions(&waits)
    )
}

fn records(count: u64) -> String {
    match count {
        1 => "1 record".to_owned(),
        count => format!("{} records", spelt::count(count)),
    }
}

/// `3 of 6 partitions of orders`.
fn partitions(waits: &Waiting) -> String {
    let topics = waits.topics.join(", ");
    match (waits.partitions, waits.of) {
        (1, 1) => format!("the one partition of {topics}"),
        (some, all) if some == all => format!("all {all} partitions of {topics}"),
        (some, all) => format!("{some} of {all} partitions of {topics}"),
    }
}

/// What waits for all that stand.
fn waiting(standing: &[Standing<'_>]) -> Waiting {
    let mut all = Waiting::default();
    for Waiting {
        records,
        partitions,
        of,
        topics,
    } in standing.iter().map(|standing| &standing.unit.waiting)
    {
        all.records = all.records.saturating_add(*records);
        all.partitions += partitions;
        all.of += of;
        for topic in topics {
            if !all.topics.contains(topic) {
                all.topics.push(topic.clone());
            }
        }
    }
    all
}

/// `task 1 is on w2, which answers`.
pub(super) fn places(case: &Case<'_>, standing: &[Standing<'_>]) -> String {
    let said = numbers(case, standing).into_iter().filter_map(|number| {
        let worker = &case.connector.tasks.get(&number)?.worker_id;
        Some(format!("task {number} is on {worker}, {}", lives(case, worker)))
    });
    let said: Vec<String> = said.take(NAMED).collect();
    said.join("; ")
}

fn lives(case: &Case<'_>, worker: &WorkerId) -> &'static str {
    match case.cluster.workers.get(worker) {
        Some(worker) if worker.can_be_asked() => "which answers",
        Some(worker) if worker.alive == Alive::Yes => "which is in its group",
        _ => "of which nothing is heard",
    }
}
