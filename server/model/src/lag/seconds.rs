//! Lag in seconds: how old the next record is that the group has not committed.

use serde::{Deserialize, Serialize};

use super::history::Written;
use super::log::Log;
use super::place::NextRecord;
use crate::Timestamp;

/// A timestamp this far ahead of the present, in ms, is no moment of writing: producers may set any.
const AHEAD: i64 = 60_000;

/// How a lag in seconds was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// By the timestamp of the next unread record.
    RecordTimestamp,
    /// By when the log's end passed the next unread offset.
    Interpolated,
    /// One that only a newer version knows.
    #[serde(other)]
    Other,
}

impl Method {
    /// `record_timestamp`, `interpolated` or `other`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RecordTimestamp => "record_timestamp",
            Self::Interpolated => "interpolated",
            Self::Other => "other",
        }
    }
}

/// A lag in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seconds {
    /// How many; never negative.
    pub seconds: u64,
    /// Whether it may be more: the record was there when its log was first looked at.
    pub at_least: bool,
    /// How it was found.
    pub method: Method,
    /// How sure, 0 to 1.
    pub confidence: f32,
}

/// How old the record at `from` is, which is the next one that the group has not committed. `None` where nothing tells.
pub fn seconds(from: i64, log: &Log, next: Option<&NextRecord>, now: Timestamp) -> Option<Seconds> {
    let now = now.timestamp_millis();
    let written = next
        .filter(|next| next.found == Some(from))
        .and_then(|next| next.written)
        .map(|written| written.timestamp_millis())
        .filter(|written| *written >= 0 && written.saturating_sub(now) < AHEAD);
    if let Some(written) = written {
        return Some(Seconds {
            seconds: age(written, now),
            at_least: false,
            method: Method::RecordTimestamp,
            confidence: 0.95,
        });
    }
    let found = |at, at_least, confidence| Seconds {
        seconds: age(at, now),
        at_least,
        method: Method::Interpolated,
        confidence,
    };
    match log.ends().written(from) {
        Written::About { at, within } => Some(found(
            at,
            false,
            match within {
                0..=10_000 => 0.8,
                10_001..=60_000 => 0.6,
                _ => 0.4,
            },
        )),
        Written::Before(at) => Some(found(at, true, 0.2)),
        Written::NotYet => None,
    }
}

fn age(written: i64, now: i64) -> u64 {
    u64::try_from(now.saturating_sub(written) / 1_000).unwrap_or(0)
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

    fn log(ends: &[(i64, i64)]) -> Log {
        let (mut logs, topic): (Logs, Arc<str>) = (Logs::default(), "orders".into());
        for (second, end) in ends {
            logs.ended(&topic, 0, at(*second), *end);
        }
        logs.log(&TopicPartition { topic, partition: 0 })
            .cloned()
            .unwrap_or_default()
    }

    fn next(found: i64, written: Option<i64>) -> Option<NextRecord> {
        Some(NextRecord {
            from: found,
            until: found + 1,
            found: Some(found),
            written: written.map(at),
        })
    }

    #[test]
    fn the_records_own_timestamp_is_best_and_the_logs_history_stands_in_for_it() {
        let log = log(&[(0, 10), (10, 20), (70, 30), (400, 40)]);
        for (from, next, expected) in [
            (10, next(10, Some(-30)), Some((530, false, Method::RecordTimestamp))),
            (10, next(11, Some(-30)), Some((500, false, Method::Interpolated))),
            (10, next(10, None), Some((500, false, Method::Interpolated))),
            // A producer that writes tomorrow's timestamps.
            (10, next(10, Some(90_000)), Some((500, false, Method::Interpolated))),
            (10, next(10, Some(501)), Some((0, false, Method::RecordTimestamp))),
            (15, None, Some((495, false, Method::Interpolated))),
            (5, None, Some((500, true, Method::Interpolated))),
            (40, None, None),
        ] {
            let found = seconds(from, &log, next.as_ref(), at(500));
            let shown = found.map(|found| (found.seconds, found.at_least, found.method));
            assert_eq!(shown, expected, "{from} {next:?}");
        }
        let sure = |from| seconds(from, &log, None, at(500)).map(|found| found.confidence);
        assert_eq!(
            [sure(5), sure(10), sure(20), sure(30)],
            [Some(0.2), Some(0.8), Some(0.6), Some(0.4)]
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_is_never_negative_and_never_overflows(from in any::<i64>(), written in any::<i32>(), now in -9_000_i64..9_000) {
            let next = NextRecord { from, until: from, found: Some(from), written: DateTime::from_timestamp(i64::from(written), 0) };
            let log = log(&[(0, 10), (10, 20)]);
            for next in [Some(&next), None] {
                if let Some(found) = seconds(from, &log, next, at(now)) {
                    prop_assert!(found.seconds < 1 << 40 && (0.0..=1.0).contains(&found.confidence));
                }
            }
        }
    }
}
