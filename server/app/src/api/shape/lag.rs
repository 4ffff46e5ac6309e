//! How far a connector is.

use chrono::{DateTime, Utc};
use console::ConnectorItem;
use model::Timestamp;
use model::lag::{Place, Unknown};
use model::progress::{LagReading, PartitionLag, Reading};
use serde::Serialize;
use utoipa::ToSchema;

use super::words::{LagMethod, LagTrend};

/// How far a sink is behind. What is not known is null, and never 0.
#[derive(Serialize, ToSchema)]
pub struct Lag {
    /// Records that its group has not committed, over all partitions of which that is known; null where it is known only of
    /// such in which none waits.
    pub records: Option<u64>,
    /// Whether more may wait, in partitions of which it is not known.
    pub records_at_least: bool,
    /// Partitions of which it is not known: without a commit, or made anew since.
    pub unknown_partitions: u32,
    /// Age in seconds of the oldest record that waits, 0 when none does; null while nothing tells.
    pub seconds: Option<u64>,
    /// Whether that may be more; null with `seconds`, and when nothing waits.
    pub at_least: Option<bool>,
    /// How `seconds` was found; null with it, and when nothing waits.
    pub method: Option<LagMethod>,
    /// How sure `seconds` is, 0 to 1; null with `method`.
    pub confidence: Option<f32>,
    /// Where it is heading; null before that is known.
    pub trend: Option<LagTrend>,
    /// In how many seconds nothing waits any more; null unless it catches up.
    pub eta_seconds: Option<u64>,
    /// How long until records are deleted that it has not read; null where none will be, or nothing tells.
    pub runway: Option<Runway>,
    /// When this was true.
    pub as_of: DateTime<Utc>,
}

/// How long until records of a partition are deleted that a sink has not read: the shortest of all its partitions.
#[derive(Serialize, ToSchema)]
pub struct Runway {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// Seconds that are left.
    pub seconds: u64,
    /// Whether it follows from the topic's retention; else from how fast the log is cut off at its start.
    pub by_retention: bool,
}

/// How far a connector has come.
#[derive(Serialize, ToSchema)]
pub struct Progress {
    /// When it moved last, as far as was seen; null while it was not seen to move.
    pub moved_at: Option<DateTime<Utc>>,
    /// Since when work waits and nothing moved; null while nothing waits.
    pub standing_since: Option<DateTime<Utc>>,
    /// The consumer group of a sink; null for sources, and where its config hides it.
    pub group: Option<String>,
    /// Why it is not known how far a sink is behind; null where it is, and for sources.
    pub lag_unknown: Option<String>,
    /// The newest offset of a source in words; null where none was seen.
    pub position: Option<String>,
    /// When this was true.
    pub as_of: DateTime<Utc>,
}

/// How new the newest change is that a source has read.
#[derive(Serialize, ToSchema)]
pub struct Freshness {
    /// Its age in seconds.
    pub seconds: u64,
    /// When it was made.
    pub read_until: DateTime<Utc>,
}

/// Every partition that a sink reads.
#[derive(Serialize, ToSchema)]
pub struct LagDetail {
    /// All of them together; null while that is not known.
    pub lag: Option<Lag>,
    /// Each; null where the server that was asked does not watch the cluster itself, see `system`.
    pub items: Option<Vec<PartitionItem>>,
    /// Always null: all are in `items`.
    pub next_cursor: Option<String>,
}

/// One partition that a sink reads.
#[derive(Serialize, ToSchema)]
pub struct PartitionItem {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The task that reads it; null where that is not known.
    pub task: Option<u32>,
    /// The offset that its group committed; null where it committed none.
    pub committed: Option<i64>,
    /// Where the log begins; null while that was not seen.
    pub start: Option<i64>,
    /// Where the log ends, as the sink sees it; null while that was not seen.
    pub end: Option<i64>,
    /// End less commit, as Kafka's own tool tells it: entries that no reader sees count. Null where it tells none.
    pub offsets: Option<u64>,
    /// Records that wait, at most; null while that is not known.
    pub records: Option<u64>,
    /// Why that is not known; null where it is.
    pub unknown: Option<&'static str>,
    /// The age in seconds of the next record that waits; null where none does, or nothing tells.
    pub seconds: Option<u64>,
    /// How that was found; null with it.
    pub method: Option<LagMethod>,
    /// How many records were deleted before they were read; null where none was seen to be.
    pub lost: Option<u64>,
    /// Seconds until records are deleted that it has not read; null where none will be, or nothing tells.
    pub runway_seconds: Option<i64>,
}

impl Lag {
    /// Of a reading that was true then.
    pub(super) fn of(lag: &LagReading, as_of: Timestamp) -> Self {
        Self {
            records: lag.waiting(),
            records_at_least: lag.at_least(),
            unknown_partitions: lag.unknown_partitions,
            seconds: lag.seconds(),
            at_least: lag.oldest.map(|oldest| oldest.at_least),
            method: lag.oldest.map(|oldest| oldest.method.into()),
            confidence: lag.oldest.map(|oldest| oldest.confidence),
            trend: lag.trend.map(LagTrend::from),
            eta_seconds: lag.caught_up_in,
            runway: lag.runway.as_ref().map(|runway| Runway {
                topic: runway.topic.to_string(),
                partition: runway.partition,
                seconds: runway.seconds,
                by_retention: runway.by_retention,
            }),
            as_of,
        }
    }
}

impl Freshness {
    /// As of when the reading was true: an answer that is given again tells no other age.
    pub(super) fn of(reading: &Reading, as_of: Timestamp) -> Option<Self> {
        Some(Self {
            seconds: reading.freshness(as_of)?,
            read_until: reading.read_until?,
        })
    }
}

impl LagDetail {
    /// Of a connector, with its partitions where they are known.
    pub fn of(item: &ConnectorItem, partitions: Option<&[PartitionLag]>) -> Self {
        let progress = item.progress.as_ref();
        Self {
            lag: progress.and_then(|(reading, as_of)| Some(Lag::of(reading.lag.as_ref()?, *as_of))),
            items: partitions.map(|partitions| partitions.iter().map(PartitionItem::from).collect()),
            next_cursor: None,
        }
    }
}

impl Progress {
    /// Of a reading that was true then.
    pub(super) fn of(reading: &Reading, as_of: Timestamp) -> Self {
        let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
        Self {
            moved_at: reading.moved,
            standing_since: reading.standing,
            group: text(&reading.group),
            lag_unknown: text(&reading.why_unknown),
            position: text(&reading.position),
            as_of,
        }
    }
}

impl From<&PartitionLag> for PartitionItem {
    fn from(lag: &PartitionLag) -> Self {
        let (records, unknown) = match lag.place {
            Place::Unknown(Unknown::NoCommit) => (None, Some("no_commit")),
            Place::Unknown(Unknown::EndUnseen) => (None, Some("end_unseen")),
            Place::Unknown(Unknown::Recreated) => (None, Some("recreated")),
            Place::CaughtUp => (Some(0), None),
            Place::Waiting { records, .. } => (Some(records), None),
        };
        Self {
            topic: lag.of.topic.to_string(),
            partition: lag.of.partition,
            task: lag.task,
            committed: lag.committed,
            start: lag.start,
            end: lag.end,
            offsets: lag.offsets,
            records,
            unknown,
            seconds: lag.seconds.map(|seconds| seconds.seconds),
            method: lag.seconds.map(|seconds| seconds.method.into()),
            lost: lag.lost.map(|lost| lost.records()),
            runway_seconds: lag.runway.map(|runway| runway.left.num_seconds()),
        }
    }
}
