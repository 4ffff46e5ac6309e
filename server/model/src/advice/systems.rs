//! Systems that do not answer, or answer with an error; what workers run out of.

use super::case::{Case, RESTART};

pub(super) fn network(case: &Case<'_>) -> Vec<String> {
    let first = match (case.names.host(), case.names.address()) {
        (Some(host), _) => format!("Look up {host} from the worker's host: its name does not resolve there"),
        (None, Some(address)) => format!("Test from the worker's host that {address} answers"),
        (None, None) if case.says(&["schema registry"]) => {
            "Test from the worker's host that the schema registry answers".to_owned()
        }
        (None, None) => "Test from the worker's host that the connector's other system answers".to_owned(),
    };
    let system = if case.says(&["schema registry"]) {
        "the schema registry"
    } else {
        "that system"
    };
    let then = match case.names.host() {
        Some(_) => "Correct the name in the config, or the name service".to_owned(),
        None => format!("Start {system}, or open the way to it, or correct its address in the config"),
    };
    vec![first, then, format!("{RESTART} once it answers")]
}

pub(super) fn kafka(case: &Case<'_>) -> Vec<String> {
    let first = if case.says(&["internal topic of the workers", "their own topics"]) {
        "Check the workers' own topics for configs, offsets and status: there, compacted, with leaders, writable"
            .to_owned()
    } else if case.says(&["mirror uses"]) {
        "Test both Kafka clusters of the mirror from the worker's host: one does not answer".to_owned()
    } else if case.says(&["in-sync replicas"]) {
        match case.names.topic() {
            Some(topic) => format!("Bring the missing brokers back: topic {topic} has too few in-sync replicas"),
            None => "Bring the missing brokers back: a topic has too few in-sync replicas".to_owned(),
        }
    } else if case.says(&["quota"]) {
        "Check the quotas and limits that the brokers set for this client".to_owned()
    } else if case.says(&["producer id", "sequence number"]) {
        return vec![
            "Restart the failed tasks: a new producer begins afresh".to_owned(),
            "Check the brokers for lost data or leaders, if it comes back".to_owned(),
        ];
    } else {
        match (case.names.topic(), case.names.address()) {
            (Some(topic), _) => format!("Check that topic {topic} exists and that its partitions have leaders"),
            (None, Some(address)) => format!("Test from the worker's host that the broker {address} answers"),
            (None, None) => "Check that the brokers run and answer the workers".to_owned(),
        }
    };
    vec![first, format!("{RESTART} once Kafka answers")]
}

/// The system at the connector's other end.
pub(super) fn other(case: &Case<'_>) -> Vec<String> {
    let system = case.known.class.as_str();
    let at = case
        .names
        .address()
        .map(|address| format!(" {address}"))
        .unwrap_or_default();
    if case.says(&["max.poll.interval.ms"]) {
        return vec![
            format!("Look at why the {system} system{at} takes a batch so slowly"),
            "Lower consumer.override.max.poll.records, or raise consumer.override.max.poll.interval.ms".to_owned(),
            RESTART.to_owned(),
        ];
    }
    if case.says(&[
        "no longer available",
        "needs a new snapshot",
        "changes that are to be read",
    ]) {
        if case.says(&["history topic"]) {
            return vec![
                "Set snapshot.mode to recovery, or take a new snapshot: the schema history topic lost its content"
                    .to_owned(),
                "Keep that topic for ever: retention.ms=-1, no compaction".to_owned(),
            ];
        }
        return vec![
            format!("Check what the {system} system{at} still keeps of its log: the position to go on from is gone"),
            "Take a new snapshot, or reset the connector's offsets to a position that is still there".to_owned(),
            "Lengthen that log's retention, so that it outlasts the next pause".to_owned(),
        ];
    }
    let first = if case.says(&["replication slot"]) {
        match case.names.slot() {
            Some(slot) => {
                format!("Look at slot {slot} in pg_replication_slots: who holds it, and whether it is needed")
            }
            None => "Look at pg_replication_slots: drop the slots that nobody needs, or raise max_replication_slots"
                .to_owned(),
        }
    } else if case.says(&[
        "disk",
        "no space left",
        "read-only",
        "flood-stage",
        "maxmemory",
        "data too large",
        "out of memory",
    ]) {
        format!("Free disk or memory of the {system} system{at}: it says that it ran out")
    } else if case.says(&[
        "429",
        "too many requests",
        "too_many_requests",
        "throttl",
        "limits its requests",
        "rate exceeded",
    ]) {
        format!("Slow the connector down, or ask for a higher limit of the {system} system{at}: it limits requests")
    } else if case.says(&["lock"]) && case.says(&["timeout", "deadlock"]) {
        format!("Look for what else holds locks in the {system} system{at}")
    } else {
        match (
            case.names.table(),
            case.says(&["does not exist", "missing", "not found", "unknown table"]),
        ) {
            (Some(table), true) => format!("Create {table} in the {system} system, or correct its name in the config"),
            _ => format!("Look at the {system} system{at}: whether it is up, and what its log says of this connector"),
        }
    };
    vec![first, format!("{RESTART} once that is mended")]
}

/// What workers and their hosts run out of.
pub(super) fn resource(case: &Case<'_>) -> Vec<String> {
    let steps: &[&str] = if case.says(&["no space left", "quota exceeded", "read-only"]) {
        &[
            "Free disk space on the host of the worker that ran the failed task",
            RESTART,
        ]
    } else if case.says(&["too many open files"]) {
        &[
            "Raise the limit of open files of the worker that ran the failed task, and see which of its tasks holds most",
            "Restart that worker",
            RESTART,
        ]
    } else if case.says(&["native thread"]) {
        &[
            "Raise the limit of threads on the worker's host, or move tasks to other workers",
            "Restart that worker",
            RESTART,
        ]
    } else {
        &[
            "Restart the worker that ran the failed task: after running out of memory it cannot be trusted",
            "Raise its memory, or give its connectors smaller batches or fewer tasks",
            "Restart what FAILED there, and look at its other tasks",
        ]
    };
    steps.iter().map(|step| (*step).to_owned()).collect()
}
