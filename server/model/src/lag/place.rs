//! Where a group stands in one partition.

use super::log::Log;
use crate::Timestamp;

/// A log that ends before a commit is younger than the commit when its end was seen this much later, in ms: else the end was
/// only seen before the commit was made.
const LATER: i64 = 10_000;
/// Entries at the end of a log that may be ones which no reader sees, where nobody may look: the markers of a transaction,
/// and what an aborted one left.
const UNSEEN: u64 = 5;

/// What a group committed for a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The next offset that it wants to read.
    pub offset: i64,
    /// When this was first seen.
    pub at: Timestamp,
}

/// What a reader found who looked for the next record that the group has not committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextRecord {
    /// From which offset on.
    pub from: i64,
    /// Up to which offset, this one not included.
    pub until: i64,
    /// The first record there; none where a reader is given nothing.
    pub found: Option<i64>,
    /// Its timestamp.
    pub written: Option<Timestamp>,
}

impl NextRecord {
    /// There is a record at `from`, or at some offset after it that was not told, with this timestamp.
    pub fn there(from: i64, written: Option<Timestamp>) -> Self {
        Self {
            from,
            until: from.saturating_add(1),
            found: Some(from),
            written,
        }
    }

    /// A reader was given nothing from `from` on, as of when the log ended at `end`.
    pub fn nothing(from: i64, end: i64) -> Self {
        Self {
            from,
            until: end,
            found: None,
            written: None,
        }
    }
}

/// Where a group stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Not to be told.
    Unknown(Unknown),
    /// It has read all that a reader can see.
    CaughtUp,
    /// Records wait.
    Waiting {
        /// From this offset on.
        from: i64,
        /// How many at most: there may be offsets among them that no reader sees.
        records: u64,
    },
}

/// Why it cannot be told where a group stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// It committed nothing for this partition.
    NoCommit,
    /// The end of the log was not seen.
    EndUnseen,
    /// The log ends before the commit: it was made anew, or lost its end.
    Recreated,
}

/// Records that were gone before the group read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The first offset.
    pub from: i64,
    /// The offset after the last.
    pub until: i64,
}

impl Lost {
    /// How many offsets.
    pub fn records(&self) -> u64 {
        distance(self.from, self.until)
    }
}

/// Tells where a group stands, from what it committed, the log, and what a reader found who looked.
///
/// What remains between commit and end may be nothing that a reader is ever given: markers of transactions above all, since
/// Connect commits the offset after the last record that it was given. Who may read decides that: where a reader found
/// nothing, the group has caught up. Where nobody may read, a handful of offsets that were there already when the commit was
/// made counts as such.
pub fn place(committed: Option<&Committed>, log: Option<&Log>, next: Option<&NextRecord>) -> Place {
    let Some((log, end)) = log.and_then(|log| Some((log, log.end()?))) else {
        return Place::Unknown(Unknown::EndUnseen);
    };
    let start = log.start().unwrap_or(0);
    let Some(commit) = committed else {
        // What is empty has nothing to read.
        return match log.start() {
            Some(start) if start >= end => Place::CaughtUp,
            _ => Place::Unknown(Unknown::NoCommit),
        };
    };
    if commit.offset > end {
        let later = log
            .end_seen()
            .is_some_and(|seen| seen - commit.at.timestamp_millis() > LATER);
        return match later {
            true => Place::Unknown(Unknown::Recreated),
            false => Place::CaughtUp,
        };
    }
    let mut from = commit.offset.max(start);
    let looked = next.filter(|next| next.from <= from && next.until > from);
    match looked {
        Some(next) => from = next.found.unwrap_or(next.until).clamp(from, end.max(from)),
        None if commit.offset >= start => {
            let there_before = log
                .ends()
                .since()
                .is_some_and(|since| since <= commit.at.timestamp_millis());
            if there_before && distance(from, end) <= UNSEEN {
                return Place::CaughtUp;
            }
        }
        None => {}
    }
    match distance(from, end) {
        0 => Place::CaughtUp,
        records => Place::Waiting { from, records },
    }
}

/// How far it is from one offset to a later one; 0 where it is not later.
pub(super) fn distance(from: i64, until: i64) -> u64 {
    u64::try_from(i128::from(until) - i128::from(from)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::lag::{Logs, TopicPartition};

    fn at(second: i64) -> Timestamp {
        DateTime::from_timestamp(1_795_000_000 + second, 0).unwrap()
    }

    /// A log that began at `start` and ended at `ends`, each at its second.
    fn log(start: Option<i64>, ends: &[(i64, i64)]) -> Log {
        let (mut logs, topic): (Logs, Arc<str>) = (Logs::default(), "orders".into());
        for (second, end) in ends {
            logs.ended(&topic, 0, at(*second), *end);
        }
        if let Some(start) = start {
            logs.started(&topic, 0, at(0), start);
        }
        logs.log(&TopicPartition { topic, partition: 0 })
            .cloned()
            .unwrap_or_default()
    }

    fn commit(second: i64, offset: i64) -> Option<Committed> {
        Some(Committed { offset, at: at(second) })
    }

    fn looked(from: i64, until: i64, found: Option<i64>) -> Option<NextRecord> {
        Some(NextRecord {
            from,
            until,
            found,
            written: None,
        })
    }

    #[test]
    fn every_way_in_which_a_group_can_stand() {
        use Unknown::{EndUnseen, NoCommit, Recreated};
        let waiting = |from, records| Place::Waiting { from, records };
        for (what, committed, log, next, expected) in [
            (
                "nothing was seen",
                None,
                log(None, &[]),
                None,
                Place::Unknown(EndUnseen),
            ),
            (
                "no commit is unknown, never 0",
                None,
                log(Some(0), &[(0, 9)]),
                None,
                Place::Unknown(NoCommit),
            ),
            (
                "nor is it 0 where the start is unknown",
                None,
                log(None, &[(0, 0)]),
                None,
                Place::Unknown(NoCommit),
            ),
            (
                "an empty partition has nothing to read",
                None,
                log(Some(7), &[(0, 7)]),
                None,
                Place::CaughtUp,
            ),
            ("all read", commit(0, 9), log(Some(0), &[(0, 9)]), None, Place::CaughtUp),
            (
                "some wait",
                commit(0, 9),
                log(Some(0), &[(0, 9), (1, 12)]),
                None,
                waiting(9, 3),
            ),
            (
                "many wait",
                commit(5, 9),
                log(Some(0), &[(0, 900)]),
                None,
                waiting(9, 891),
            ),
            (
                "committed after the end was seen",
                commit(2, 15),
                log(Some(0), &[(0, 9)]),
                None,
                Place::CaughtUp,
            ),
            (
                "made anew",
                commit(2, 15),
                log(Some(0), &[(0, 15), (30, 4)]),
                None,
                Place::Unknown(Recreated),
            ),
            (
                "cut off at its start",
                commit(0, 9),
                log(Some(20), &[(0, 50)]),
                None,
                waiting(20, 30),
            ),
            (
                "cut off to its end",
                commit(0, 9),
                log(Some(50), &[(0, 50)]),
                None,
                Place::CaughtUp,
            ),
            // Entries that no reader sees.
            (
                "looked and found nothing",
                commit(0, 9),
                log(Some(0), &[(5, 90)]),
                looked(9, 90, None),
                Place::CaughtUp,
            ),
            (
                "nothing until then",
                commit(0, 9),
                log(Some(0), &[(5, 90)]),
                looked(9, 80, None),
                waiting(80, 10),
            ),
            (
                "found behind a gap",
                commit(0, 9),
                log(Some(0), &[(5, 90)]),
                looked(9, 90, Some(50)),
                waiting(50, 40),
            ),
            (
                "looked before the last commit",
                commit(0, 60),
                log(Some(0), &[(5, 90)]),
                looked(9, 90, Some(50)),
                waiting(60, 30),
            ),
            (
                "that look has no end any more",
                commit(0, 9),
                log(Some(0), &[(5, 4)]),
                looked(9, 90, None),
                Place::CaughtUp,
            ),
            (
                "a marker was there before the commit",
                commit(5, 9),
                log(Some(0), &[(4, 10), (60, 10)]),
                None,
                Place::CaughtUp,
            ),
            (
                "a record came after the commit",
                commit(5, 9),
                log(Some(0), &[(4, 9), (6, 10)]),
                None,
                waiting(9, 1),
            ),
            (
                "a look knows better",
                commit(5, 9),
                log(Some(0), &[(4, 10)]),
                looked(9, 10, Some(9)),
                waiting(9, 1),
            ),
        ] {
            assert_eq!(place(committed.as_ref(), Some(&log), next.as_ref()), expected, "{what}");
        }
        assert_eq!(place(commit(0, 9).as_ref(), None, None), Place::Unknown(EndUnseen));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_lag_is_longer_than_the_log(
            offset in prop::option::of(any::<i64>()), start in prop::option::of(0..i64::MAX), end in any::<i64>(),
            next in prop::option::of((any::<i64>(), any::<i64>(), prop::option::of(any::<i64>()))),
        ) {
            let log = log(start, &[(0, end)]);
            let committed = offset.map(|offset| Committed { offset, at: at(0) });
            let next = next.and_then(|(from, until, found)| looked(from, until, found));
            if let Place::Waiting { from, records } = place(committed.as_ref(), Some(&log), next.as_ref()) {
                prop_assert!(records > 0 && records <= distance(from, end));
                prop_assert!(committed.is_some_and(|commit| commit.offset <= from) && start.is_none_or(|start| start <= from));
            }
        }
    }
}
