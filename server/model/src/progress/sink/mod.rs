//! What is measured of one sink: the commits of its group against the logs that it reads.

mod commits;
mod held;
mod look;
mod show;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;

use super::clock::Clock;
use super::keeps::{Holding, Keeps, holding, keeps};
use super::rhythm::Rhythm;
use crate::Timestamp;
use crate::facts::{ClusterAbout, ConnectorFacts, InstanceFacts, LostFacts, ProgressFacts};
use crate::lag::{Isolation, NextRecord, Reads, Series, TopicPartition};
use held::{Held, held_of};

pub use held::PartitionLag;

/// How long something is quiet before that is put on record, at least.
const QUIET: TimeDelta = TimeDelta::seconds(10);
/// Partitions whose losses are on record.
const MOST_LOSSES: usize = 64;

/// What is measured of one sink.
#[derive(Clone, Debug)]
pub struct SinkGauge {
    keeps: Keeps,
    reads: Reads,
    isolation: Isolation,
    holding: Holding,
    /// When its youngest task was started, where that was seen.
    started: Option<Timestamp>,
    topics: BTreeMap<Arc<str>, Vec<Held>>,
    assigned: BTreeMap<TopicPartition, u32>,
    /// The first is that of what belongs to no task.
    clocks: Vec<Clock>,
    rhythm: Rhythm,
    recorded_rhythm: Option<TimeDelta>,
    series: Series,
    /// What is on record, until the group's commits are known to go on from there.
    restored: Option<ProgressFacts>,
    answered: bool,
    watched: Option<Timestamp>,
    seen: Option<Timestamp>,
    /// Since when its group is between two assignments, while it is.
    rebalancing: Option<Timestamp>,
    /// Whether something was committed since the last look.
    trough: bool,
    /// Records that its group committed since it is looked at.
    passed: i64,
    total: Total,
}

/// All partitions together, at the last look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Total {
    records: u64,
    known: u32,
    unknown: u32,
    commits: u32,
}

impl SinkGauge {
    /// Begins, or goes on from what is on record of the connector.
    pub fn new(cluster: &ClusterAbout, connector: &ConnectorFacts) -> Self {
        let restored = connector.progress.clone();
        let kept = restored.as_ref().and_then(ProgressFacts::rhythm);
        let mut gauge = Self {
            keeps: Keeps::Hidden,
            reads: Reads::default(),
            isolation: Isolation::default(),
            holding: Holding::default(),
            started: None,
            topics: BTreeMap::new(),
            assigned: BTreeMap::new(),
            clocks: vec![Clock::of(None)],
            rhythm: Rhythm::restored(kept),
            recorded_rhythm: kept,
            series: Series::default(),
            restored,
            answered: false,
            watched: None,
            seen: None,
            rebalancing: None,
            trough: false,
            passed: 0,
            total: Total::default(),
        };
        gauge.connector(cluster, connector);
        gauge
    }

    /// The connector's config or states may have changed. Returns whether another group is to be watched.
    pub fn connector(&mut self, cluster: &ClusterAbout, connector: &ConnectorFacts) -> bool {
        let listed = connector.config.as_deref();
        let config = listed.map(|listed| &listed.config);
        let class = connector.class.as_deref();
        let keeps = keeps(&connector.name, class, config);
        self.reads = listed.map(|listed| Reads::of(&listed.topics)).unwrap_or_default();
        self.isolation = config.map(Isolation::of).unwrap_or_default();
        self.holding = holding(class, config);
        // What was there when somebody looked first may have been started at any time.
        let new = cluster
            .reachable_since
            .is_some_and(|since| since < connector.first_seen);
        let seen = |task: &&InstanceFacts| new || task.since > connector.first_seen;
        let youngest = connector.tasks.values().max_by_key(|task| task.since);
        self.started = youngest.filter(seen).map(|task| task.since);
        let reads = &self.reads;
        self.topics.retain(|topic, _| reads.reads(topic));
        let other = keeps.group() != self.keeps.group();
        if other {
            self.topics.clear();
            self.assigned.clear();
            self.clocks = vec![Clock::of(None)];
            self.series.clear();
            self.total = Total::default();
            (self.answered, self.watched) = (false, None);
        }
        self.keeps = keeps;
        other
    }

    /// The group whose commits this gauge wants to be told.
    pub fn group(&self) -> Option<&Arc<str>> {
        self.keeps.group()
    }

    /// Which ends of logs it sees.
    pub fn isolation(&self) -> Isolation {
        self.isolation
    }

    /// The topics whose logs it needs: those that the config names, that were told, and of which there are commits.
    pub fn topics(&self) -> impl Iterator<Item = &Arc<str>> {
        let held = self.topics.keys();
        held.chain(self.reads.named().filter(|name| !self.topics.contains_key(*name)))
    }

    /// A topic is there, which may be one that the config's expression means.
    pub fn topic(&mut self, topic: &Arc<str>) {
        if self.reads.reads(topic) && !self.topics.contains_key(topic) {
            self.topics.insert(topic.clone(), Vec::new());
        }
    }

    /// Whether its group is between two assignments (its state is neither Stable nor Empty), where that is known: meanwhile
    /// nobody reads, which is no standstill of the sink.
    pub fn rebalancing(&mut self, at: Timestamp, rebalancing: bool) {
        self.rebalancing = rebalancing.then(|| self.rebalancing.unwrap_or(at));
    }

    /// A reader looked for the next record of a partition.
    pub fn found(&mut self, of: &TopicPartition, next: NextRecord) {
        if self.reads.reads(&of.topic)
            && let Some(held) = held_of(&mut self.topics, of)
        {
            held.next = Some(Box::new(next));
        }
    }

    /// What is to be put on record, if anything is: it has been quiet for a while and that is not on record, or its rhythm
    /// is another.
    pub fn record(&mut self, at: Timestamp) -> Option<ProgressFacts> {
        self.watched?;
        let rhythm = self.rhythm.p95();
        let patience = QUIET.max(rhythm.unwrap_or_default() * 2);
        let quiet = self.clocks.iter().any(|clock| clock.quiet(at, patience));
        let (lost, news) = self.losses();
        if !quiet && !news && !differs(self.recorded_rhythm, rhythm) {
            return None;
        }
        self.recorded_rhythm = rhythm;
        for lost in &lost {
            let of = TopicPartition {
                topic: lost.topic.clone(),
                partition: lost.partition,
            };
            if let Some(held) = held_of(&mut self.topics, &of) {
                held.record(lost);
            }
        }
        let units = self.clocks.iter_mut().map(Clock::record).collect();
        Some(ProgressFacts::new(units, rhythm, lost))
    }

    /// What was lost, and whether some of it is not on record.
    fn losses(&self) -> (Vec<LostFacts>, bool) {
        let (mut all, mut news) = (Vec::new(), false);
        for (topic, held) in &self.topics {
            for (partition, held) in (0..).zip(held) {
                if let Some((lost, new)) = held.loss(topic, partition).filter(|_| all.len() < MOST_LOSSES) {
                    all.push(lost);
                    news |= new;
                }
            }
        }
        (all, news)
    }

    /// Whether it is not known yet what its group has committed.
    fn waits_for_commits(&self) -> bool {
        !self.answered && self.keeps.group().is_some()
    }

    /// Its own rhythm, where it is known.
    pub fn rhythm(&self) -> Option<TimeDelta> {
        self.rhythm.p95()
    }
}

/// Whether a rhythm differs so much that it is put on record: by more than a quarter.
fn differs(recorded: Option<TimeDelta>, now: Option<TimeDelta>) -> bool {
    match (recorded, now) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(recorded), Some(now)) => (now - recorded).abs() * 4 > recorded,
    }
}
