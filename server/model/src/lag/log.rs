//! The logs of topics as they were seen, shared by all groups that read them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;

use super::history::History;
use super::reads::Isolation;
use crate::Timestamp;

/// Partitions of a topic that are kept; Kafka's own limit for a cluster is of this order.
const MOST_PARTITIONS: usize = 100_000;

/// Ends of logs are asked for together, about once a second. One that was seen so much earlier than others, in ms, was not
/// told since.
const TOGETHER: i64 = 10_000;

/// A partition of a topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    /// The topic.
    pub topic: Arc<str>,
    /// The partition's number.
    pub partition: i32,
}

/// The log of one partition: where it begins and ends, and how both moved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    ends: History,
    starts: History,
}

impl Log {
    /// Its end: the offset of the next record to be written.
    pub fn end(&self) -> Option<i64> {
        self.ends.last().map(|(end, _)| end)
    }

    /// When the end was seen last, in ms since 1970.
    pub fn end_seen(&self) -> Option<i64> {
        self.ends.last().map(|(_, seen)| seen)
    }

    /// Whether its end is known as of `at`, give or take ten seconds; else it may be anywhere behind the one that was seen.
    pub fn end_known(&self, at: Timestamp) -> bool {
        self.end_seen()
            .is_some_and(|seen| at.timestamp_millis().saturating_sub(seen) <= TOGETHER)
    }

    /// Its start: the oldest offset that is still there.
    pub fn start(&self) -> Option<i64> {
        self.starts.last().map(|(start, _)| start)
    }

    /// How the end moved.
    pub fn ends(&self) -> &History {
        &self.ends
    }

    /// How the start moved.
    pub fn starts(&self) -> &History {
        &self.starts
    }
}

/// The logs of one Kafka cluster, as a reader of one isolation level sees them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Logs {
    topics: BTreeMap<Arc<str>, Topic>,
    number: u64,
}

/// The logs of one Kafka cluster, as readers of either isolation level see them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BothLogs {
    /// With what open transactions wrote.
    pub uncommitted: Logs,
    /// Without.
    pub committed: Logs,
}

impl BothLogs {
    /// As a reader sees them.
    pub fn of(&self, isolation: Isolation) -> &Logs {
        match isolation {
            Isolation::ReadUncommitted => &self.uncommitted,
            Isolation::ReadCommitted => &self.committed,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Topic {
    partitions: Vec<Log>,
    retention: Option<TimeDelta>,
}

impl Logs {
    /// The end of a partition was seen, at the isolation level of these logs. An answer that failed is not told: an offset
    /// below 0 says nothing.
    pub fn ended(&mut self, topic: &Arc<str>, partition: i32, at: Timestamp, end: i64) {
        let Some(log) = self.partition_of(topic, partition, end) else {
            return;
        };
        if log.ends.tell(at, end) {
            // What was before is another log.
            log.starts = History::default();
        }
    }

    /// The start of a partition was seen.
    pub fn started(&mut self, topic: &Arc<str>, partition: i32, at: Timestamp, start: i64) {
        if let Some(log) = self.partition_of(topic, partition, start) {
            log.starts.tell(at, start);
        }
    }

    /// How long a topic keeps its records (`retention.ms`); none where it keeps them for ever, only compacts, or is not known.
    pub fn retention(&mut self, topic: &Arc<str>, retention: Option<TimeDelta>) {
        let retention = retention.filter(|time| *time > TimeDelta::zero());
        self.topic(topic).retention = retention;
    }

    /// A topic is not looked at any more.
    pub fn forget(&mut self, topic: &str) {
        self.number += u64::from(self.topics.remove(topic).is_some());
    }

    /// A number that changes whenever a topic comes or goes.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The topics that are looked at.
    pub fn topics(&self) -> impl Iterator<Item = &Arc<str>> {
        self.topics.keys()
    }

    /// The log of a partition.
    pub fn log(&self, of: &TopicPartition) -> Option<&Log> {
        self.partitions(&of.topic).get(usize::try_from(of.partition).ok()?)
    }

    /// The logs of a topic's partitions, by their numbers; those of partitions that were not seen say nothing.
    pub fn partitions(&self, topic: &str) -> &[Log] {
        self.topics.get(topic).map_or(&[], |topic| &topic.partitions)
    }

    /// How long a topic keeps its records, where that is known.
    pub fn retention_of(&self, topic: &str) -> Option<TimeDelta> {
        self.topics.get(topic)?.retention
    }

    /// The clock was set back by this much, to `now`: what lies ahead keeps its age.
    pub fn set_back(&mut self, now: Timestamp, by: TimeDelta) {
        let (now, by) = (now.timestamp_millis(), by.num_milliseconds());
        for log in self.topics.values_mut().flat_map(|topic| &mut topic.partitions) {
            log.ends.set_back(now, by);
            log.starts.set_back(now, by);
        }
    }

    fn topic(&mut self, name: &Arc<str>) -> &mut Topic {
        self.number += u64::from(!self.topics.contains_key(name));
        self.topics.entry(name.clone()).or_default()
    }

    fn partition_of(&mut self, topic: &Arc<str>, partition: i32, offset: i64) -> Option<&mut Log> {
        let place = usize::try_from(partition)
            .ok()
            .filter(|place| *place < MOST_PARTITIONS)?;
        if offset < 0 {
            return None;
        }
        let topic = self.topic(topic);
        if topic.partitions.len() <= place {
            topic.partitions.resize_with(place + 1, Log::default);
        }
        topic.partitions.get_mut(place)
    }
}
