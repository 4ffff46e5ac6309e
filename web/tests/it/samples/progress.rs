//! What is measured of sample connectors.

use model::Timestamp;
use model::lag::{Method, Place, Seconds, TopicPartition, Trend, Unknown};
use model::progress::{LagReading, Oldest, PartitionLag, Reading, RunwayReading};
use model::verdict::Health;

use super::ago;

/// Of a sink of this health; of one that nobody sees nothing.
pub fn progress(health: Health) -> Option<(Reading, Timestamp)> {
    let (records, seconds, trend) = match health {
        Health::Stalled => (20_311, 250, Trend::Frozen),
        Health::Lagging => (1_204_990, 11_400, Trend::FallingBehind),
        Health::Healthy => (0, 0, Trend::CaughtUp),
        _ => return None,
    };
    let lag = LagReading {
        records,
        unknown_partitions: u32::from(health == Health::Lagging),
        oldest: (records > 0).then_some(Oldest {
            seconds,
            at_least: health == Health::Lagging,
            method: Method::RecordTimestamp,
            confidence: 0.95,
        }),
        trend: Some(trend),
        caught_up_in: None,
        runway: (health == Health::Lagging).then(|| RunwayReading {
            topic: "orders.events".into(),
            partition: 2,
            seconds: 11_400,
            by_retention: true,
        }),
    };
    let reading = Reading {
        moved: Some(ago(250)),
        standing: (records > 0).then(|| ago(250)),
        group: Some("connect-s3-archive".into()),
        lag: Some(lag),
        ..Reading::default()
    };
    Some((reading, ago(2)))
}

/// A partition that waits, one that is caught up, and one of which nothing is known.
pub fn partitions() -> Vec<PartitionLag> {
    let places = [
        Place::CaughtUp,
        Place::Waiting {
            from: 1_000,
            records: 20_311,
        },
        Place::Unknown(Unknown::NoCommit),
    ];
    let line = |(partition, place): (i32, Place)| {
        let waits = matches!(place, Place::Waiting { .. });
        let known = !matches!(place, Place::Unknown(_));
        PartitionLag {
            of: TopicPartition {
                topic: "orders.events".into(),
                partition,
            },
            task: known.then_some(1),
            committed: known.then_some(1_000),
            start: Some(0),
            end: Some(if waits { 21_311 } else { 1_000 }),
            place,
            offsets: known.then_some(if waits { 20_311 } else { 0 }),
            seconds: waits.then_some(Seconds {
                seconds: 250,
                at_least: false,
                method: Method::RecordTimestamp,
                confidence: 0.95,
            }),
            lost: None,
            runway: None,
        }
    };
    (0..).zip(places).map(line).collect()
}
