//! What runs and does not get on.

use super::case::Case;
use crate::cause::Stall;

/// It does not keep up.
pub(super) const LAGGING: [&str; 3] = [
    "Look whether the system that it writes to is slower than usual",
    "Raise tasks.max, if its topics have more partitions than it has tasks",
    "Compare with what arrives: a burst passes by itself, a load that stays does not",
];

/// It stands.
pub(super) fn stalled(case: &Case<'_>, stall: Stall) -> Vec<String> {
    let to = case.names.address().map(|address| format!(" {address}"));
    let steps = match stall {
        Stall::Heartbeats => [
            match to {
                Some(at) => format!("Check that{at} is up, and lets the connector's user in"),
                None => "Check that the system it reads is up, and lets the connector's user in".to_owned(),
            },
            "Read the log of its worker: it retries there what it does not report".to_owned(),
            "Restart its tasks, once the system answers".to_owned(),
        ],
        Stall::Commits | Stall::NeverCommitted => [
            match to {
                Some(at) => format!("Check that{at} is up and takes writes: locks, full disks, limits"),
                None => {
                    "Check that the system it writes to is up and takes writes: locks, full disks, limits".to_owned()
                }
            },
            "Take a thread dump of its worker, if that is well: it shows where the task waits".to_owned(),
            "Restart the tasks that stand, once the system answers".to_owned(),
        ],
    };
    steps.to_vec()
}
