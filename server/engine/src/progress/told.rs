//! What those who ask Kafka tell the gauges, and what the gauges want to be told.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use kafka::offsets::{Commit, Standing};
use model::Timestamp;
use model::lag::{Isolation, TopicPartition};
use model::names::{ClusterName, ConnectorName};
use serde_json::Value;

/// News from Kafka. Moments are by this server's clock.
#[derive(Debug)]
pub(crate) enum Told {
    /// Of consumer groups.
    Commits(Commits),
    /// Of logs.
    Ends(Ends),
    /// Of records that were looked for.
    Samples(Vec<Sample>),
    /// Of the offset topic of a Connect cluster.
    Offsets(Offsets),
}

/// What groups committed since the last time, and how far all that they committed is known.
#[derive(Debug, Default)]
pub(crate) struct Commits {
    /// When it was taken.
    pub(crate) at: Timestamp,
    /// At most one for each partition of each group.
    pub(crate) commits: Vec<Commit>,
    /// Groups that stand otherwise than before.
    pub(crate) standings: Vec<(Arc<str>, Standing)>,
    /// As of when each partition of `__consumer_offsets` in which wanted groups are was read completely.
    pub(crate) complete: BTreeMap<i32, Timestamp>,
    /// How many partitions `__consumer_offsets` has.
    pub(crate) partitions: i32,
}

/// Where logs begin and end.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    /// When it was asked.
    pub(crate) at: Timestamp,
    /// Topics that were made anew, or are there no more: what was known of their logs is of others.
    pub(crate) anew: Vec<Arc<str>>,
    /// Topics that were not looked at before.
    pub(crate) topics: Vec<Arc<str>>,
    /// Ends, as a reader of the isolation level sees them.
    pub(crate) ends: Vec<(Isolation, TopicPartition, i64)>,
    /// Starts, which are the same for all.
    pub(crate) starts: Vec<(TopicPartition, i64)>,
}

/// A record that is to be looked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Question {
    pub(crate) cluster: ClusterName,
    pub(crate) sink: ConnectorName,
    pub(crate) isolation: Isolation,
    pub(crate) of: TopicPartition,
    /// From which offset on.
    pub(crate) from: i64,
    /// Where the log ended, as far as was seen when it was asked.
    pub(crate) end: i64,
}

/// What was found.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) question: Question,
    pub(crate) found: Found,
}

/// What is at an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A record, with its timestamp.
    Record(Option<Timestamp>),
    /// Nothing that a reader sees.
    Nothing,
}

/// What sources wrote down.
#[derive(Debug)]
pub(crate) struct Offsets {
    pub(crate) cluster: ClusterName,
    /// In the order of the topic.
    pub(crate) records: Vec<OffsetRecord>,
    /// As of when all that stands in the topic was told; `None` while it is not.
    pub(crate) complete: Option<Timestamp>,
}

/// One record of an offset topic.
#[derive(Debug)]
pub(crate) struct OffsetRecord {
    pub(crate) connector: ConnectorName,
    /// The record's own time.
    pub(crate) at: Timestamp,
    /// Which part of the source.
    pub(crate) partition: Value,
    /// How far that was read; `None` when it was reset.
    pub(crate) offset: Option<Value>,
}

/// What the gauges want to be told of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Consumer groups.
    pub(crate) groups: BTreeSet<Arc<str>>,
    /// Topics, with the isolation levels at which they are read.
    pub(crate) topics: BTreeMap<Arc<str>, BTreeSet<Isolation>>,
}
