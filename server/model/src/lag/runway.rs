//! Retention runway: how long until records are deleted that the group has not read.

use chrono::TimeDelta;

use super::log::Log;
use super::place::distance;
use super::seconds::Seconds;

/// A longer runway is no estimate any more, in ms.
const LONGEST: f64 = 3_650.0 * 86_400_000.0;

/// How long until the offset that a group committed falls off the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Runway {
    /// The time that is left; never negative.
    pub left: TimeDelta,
    /// Whether it follows from the topic's retention; else from how fast the start of the log moves.
    pub by_retention: bool,
}

/// Estimates the runway of a partition in which records wait from `from` on.
///
/// `growth` says by how many seconds the lag in seconds grows each second: 1 where nothing is read, 0 where the group keeps
/// its distance, below 0 where it catches up. Two things tell: the topic's retention, which a record of that age reaches;
/// and the speed of the log's start, which does not fall behind faster than the group reads. The shorter one counts; `None`
/// where the group gets away from both, or nothing tells. Kafka deletes whole segments, so that it may take longer.
pub fn runway(
    from: i64,
    log: &Log,
    lag: Option<&Seconds>,
    retention: Option<TimeDelta>,
    growth: f64,
) -> Option<Runway> {
    if growth <= 0.0 {
        return None;
    }
    let time = |ms: f64, by_retention| {
        (ms.is_finite() && ms <= LONGEST).then(|| Runway {
            left: TimeDelta::milliseconds(ms.max(0.0) as i64),
            by_retention,
        })
    };
    let by_retention = lag.zip(retention).and_then(|(lag, retention)| {
        let left = retention.num_milliseconds() as f64 - lag.seconds as f64 * 1_000.0;
        time(left / growth.min(1.0), true)
    });
    let by_start = log.starts().speed().zip(log.start()).and_then(|(speed, start)| {
        // Whoever reads moves away from the start by the share that it does not fall behind.
        time(distance(start, from) as f64 / (speed * growth.min(1.0)), false)
    });
    match (by_retention, by_start) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::Timestamp;
    use crate::lag::{Logs, Method, TopicPartition};

    fn at(second: i64) -> Timestamp {
        DateTime::from_timestamp(1_795_000_000 + second, 0).unwrap()
    }

    fn log(starts: &[(i64, i64)]) -> Log {
        let (mut logs, topic): (Logs, Arc<str>) = (Logs::default(), "orders".into());
        logs.ended(&topic, 0, at(0), 1_000_000);
        for (second, start) in starts {
            logs.started(&topic, 0, at(*second), *start);
        }
        logs.log(&TopicPartition { topic, partition: 0 })
            .cloned()
            .unwrap_or_default()
    }

    fn lag(seconds: u64) -> Option<Seconds> {
        Some(Seconds {
            seconds,
            at_least: false,
            method: Method::RecordTimestamp,
            confidence: 0.9,
        })
    }

    #[test]
    fn the_runway_ends_where_retention_or_the_logs_start_arrives() {
        let hour = || Some(TimeDelta::hours(1));
        let still = log(&[(0, 0)]);
        // 10 offsets a second.
        let moving = log(&[(0, 0), (100, 1_000)]);
        for (what, log, lag, retention, growth, expected) in [
            (
                "nothing is read: ten minutes are left of the hour",
                &still,
                lag(3_000),
                hour(),
                1.0,
                Some((600, true)),
            ),
            (
                "it falls behind at half the speed",
                &still,
                lag(3_000),
                hour(),
                0.5,
                Some((1_200, true)),
            ),
            ("it keeps its distance", &still, lag(3_000), hour(), 0.0, None),
            ("it catches up", &moving, lag(3_000), hour(), -0.4, None),
            (
                "it is past it already",
                &still,
                lag(9_000),
                hour(),
                1.0,
                Some((0, true)),
            ),
            ("nothing tells", &still, lag(3_000), None, 1.0, None),
            ("the start moves", &moving, None, None, 1.0, Some((400, false))),
            (
                "the shorter one counts",
                &moving,
                lag(3_000),
                hour(),
                1.0,
                Some((400, false)),
            ),
        ] {
            let found = runway(5_000, log, lag.as_ref(), retention, growth);
            assert_eq!(
                found.map(|found| (found.left.num_seconds(), found.by_retention)),
                expected,
                "{what}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_is_never_negative_nor_infinite(
            from in any::<i64>(), start in 0..i64::MAX, seconds in any::<u64>(), retention in 1..i64::MAX / 2, growth in any::<f64>(),
        ) {
            let log = log(&[(0, 0), (100, start)]);
            let found = runway(from, &log, lag(seconds).as_ref(), Some(TimeDelta::milliseconds(retention)), growth);
            prop_assert!(found.is_none_or(|found| found.left >= TimeDelta::zero()));
        }
    }
}
