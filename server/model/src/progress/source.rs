//! What is measured of one source: its offsets, and the ends of the logs that it writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::Value;

use super::clock::{Clock, unlooked};
use super::measures::{Measures, SourceMeasures};
use crate::Timestamp;
use crate::facts::{ConnectorFacts, ProgressFacts};
use crate::lag::{Log, Logs};
use crate::secrets::Config;
use crate::source_offset::SourceOffset;
use crate::topics::{Meant, Rule, Topic};

/// Parts of a source whose offsets are remembered one by one; of the others only that one changed.
const MOST: usize = 4_096;
/// How long something is quiet before that is put on record.
const QUIET: TimeDelta = TimeDelta::seconds(10);
/// It has kept its promise so often that it is believed.
const KEPT: u32 = 3;
/// A longer time between two offsets says nothing of the flush interval.
const RARE: TimeDelta = TimeDelta::minutes(10);
/// The offset topic may be out of sight for so long before that tells otherwise: whoever loses Kafka loses one thing first.
const PASSING: TimeDelta = TimeDelta::seconds(5);

/// What is measured of one source.
#[derive(Clone, Debug)]
pub struct SourceGauge {
    promised: Option<TimeDelta>,
    /// Whether it keeps its offsets in a topic of its own, and not in that of the workers.
    own_topic: bool,
    kept: u32,
    /// The longest time between two of its offsets so far: they are written at the workers' flush interval, not when
    /// heartbeats are sent.
    longest: TimeDelta,
    writes: Vec<(Topic, Rule)>,
    /// The topics that it writes, as far as they are looked at, and the sum of their ends; of the logs at that number.
    topics: (u64, Vec<(Arc<str>, i64)>),
    offsets: BTreeMap<u64, SourceOffset>,
    digests: BTreeMap<u64, u64>,
    clock: Clock,
    /// Records that came to the logs that it writes, since it is looked at.
    passed: i64,
    last: Option<Arc<str>>,
    read_until: Option<Timestamp>,
    restored: Option<ProgressFacts>,
    watched: Option<Timestamp>,
    seen: Option<Timestamp>,
    /// As of when all that it wrote down was told last.
    whole: Option<Timestamp>,
    /// Whether it ever wrote into the workers' offset topic.
    told: bool,
}

impl SourceGauge {
    /// Begins, or goes on from what is on record of the connector.
    pub fn new(connector: &ConnectorFacts) -> Self {
        let mut gauge = Self {
            promised: None,
            own_topic: false,
            kept: 0,
            longest: TimeDelta::zero(),
            writes: Vec::new(),
            topics: (0, Vec::new()),
            offsets: BTreeMap::new(),
            digests: BTreeMap::new(),
            clock: Clock::of(None),
            passed: 0,
            last: None,
            read_until: None,
            restored: connector.progress.clone(),
            watched: None,
            seen: None,
            whole: None,
            told: false,
        };
        gauge.connector(connector);
        gauge
    }

    /// The connector's config may have changed.
    pub fn connector(&mut self, connector: &ConnectorFacts) {
        let listed = connector.config.as_deref();
        let config = listed.map(|listed| &listed.config);
        let promised = promised(connector.class.as_deref().unwrap_or_default(), config);
        self.own_topic = config.is_some_and(|config| config.get("offsets.storage.topic").is_some());
        if promised != self.promised {
            (self.promised, self.kept) = (promised, 0);
        }
        let writes = listed.map(|listed| listed.topics.writes.as_slice()).unwrap_or_default();
        if !self.writes.iter().map(|(topic, _)| topic).eq(writes) {
            self.writes = writes.iter().map(|topic| (topic.clone(), Rule::of(topic))).collect();
            self.topics = (0, Vec::new());
        }
    }

    /// A record of the offset topic: the source wrote down an offset for a part of what it reads at `at`, the record's own
    /// time, or dropped it (`None`). What was written before the server looked counts as well: it tells when it moved last.
    pub fn offset(&mut self, at: Timestamp, partition: &Value, offset: Option<&Value>) {
        self.told = true;
        let part = digest(partition);
        let Some(offset) = offset else {
            self.offsets.remove(&part);
            self.digests.remove(&part);
            return;
        };
        let now = digest(offset);
        let before = self.digests.get(&part).copied();
        if before.is_some() || self.digests.len() < MOST {
            self.digests.insert(part, now);
        }
        if before == Some(now) {
            // Heartbeats write the same offset again, which is a sign of life and no news.
            self.moves(at);
            return;
        }
        let way = now.wrapping_sub(before.unwrap_or(0));
        self.clock.position = self.clock.position.wrapping_add_unsigned(way);
        self.moves(at);
        let read = SourceOffset::read(partition, offset);
        self.read_until = self.read_until.max(read.read_until);
        self.last = read.words(self.offsets.get(&part)).map(Arc::from).or(self.last.take());
        if before.is_some() || self.offsets.len() < MOST {
            self.offsets.insert(part, read);
        }
    }

    fn moves(&mut self, at: Timestamp) {
        if self.watched.is_some() && self.clock.moved.is_none_or(|moved| at > moved) {
            self.kept = self.kept.saturating_add(1);
        }
        if let Some(before) = self.clock.moved.filter(|before| at > *before) {
            self.longest = self.longest.max((at - before).min(RARE));
        }
        self.clock.moves(at);
    }

    /// Looks at what is told of it, about once a second: its offsets, and the ends of the logs that it writes. `offsets` is
    /// the moment as of which all that stands in the workers' offset topic was told; `None` where that is not read to its end.
    ///
    /// It is looked at as of when either told something last, and not at all where neither tells anything new: what was seen
    /// grows old then, and whoever is not seen is not idle. A pause between two looks does not count as standing.
    pub fn look(&mut self, now: Timestamp, logs: &Logs, offsets: Option<Timestamp>) {
        self.find(logs);
        // Of a source that keeps its offsets in a topic of its own that of the workers tells only if it wrote there, too.
        let offsets = offsets.filter(|_| self.told || !self.own_topic);
        let Some(at) = offsets.max(self.logs_seen(logs)).map(|told| told.min(now)) else {
            return;
        };
        if self.seen.is_some_and(|seen| at <= seen && seen <= now) {
            return;
        }
        let pause = unlooked(self.seen, at);
        self.seen = Some(at);
        self.watched = Some(self.watched.map_or(at, |watched| watched.min(at)));
        self.whole = offsets.max(self.whole).map(|whole| whole.min(at));
        self.clock.skip(pause, at);
        if let Some(facts) = self.restored.take()
            && let Some(unit) = facts.units.first()
        {
            let same = unit.position == self.clock.position;
            let moved = self.clock.moved;
            self.clock.go_on(unit, same, at);
            // The offsets' own times tell when it moved since.
            self.clock.moved = moved.max(unit.moved.map(|moved| moved.min(at)));
            if unit.standing.is_some() {
                self.kept = KEPT;
            }
        }
        self.written(at, logs);
        // The clocks of workers and brokers may be ahead.
        self.clock.moved = self.clock.moved.map(|moved| moved.min(at));
        // Where the offset topic is not read to its end, heartbeats may be written that are not seen.
        let whole = self.whole.is_some_and(|whole| at - whole <= PASSING);
        if self.promised.is_some() && self.kept >= KEPT && whole {
            let since = self.clock.standing.or(self.clock.moved).unwrap_or(at);
            self.clock.standing = Some(since);
        } else {
            self.clock.standing = None;
        }
        self.clock.known = whole || self.shows(at, logs);
    }

    /// Finds the topics that it writes among those that are looked at.
    fn find(&mut self, logs: &Logs) {
        if self.topics.0 == logs.number() {
            return;
        }
        let means = |name: &Arc<str>| {
            self.writes.iter().any(|(own, rule)| match own {
                Topic::Named(own) => own == name,
                _ => rule.means(&Topic::Named(name.clone())) == Some(Meant::Yes),
            })
        };
        let before: BTreeMap<Arc<str>, i64> = std::mem::take(&mut self.topics.1).into_iter().collect();
        let meant = logs.topics().filter(|name| means(name));
        let topics = meant.map(|name| (name.clone(), before.get(name).copied().unwrap_or(-1)));
        self.topics = (logs.number(), topics.collect());
    }

    /// When the end of any log that it writes was seen last.
    fn logs_seen(&self, logs: &Logs) -> Option<Timestamp> {
        let topics = self.topics.1.iter().flat_map(|(topic, _)| logs.partitions(topic));
        Timestamp::from_timestamp_millis(topics.filter_map(Log::end_seen).max()?)
    }

    /// Whether the logs that it writes show by themselves whether it writes: the ends of all of them are seen.
    fn shows(&self, at: Timestamp, logs: &Logs) -> bool {
        let known = |log: &Log| log.end_known(at);
        let topics = &self.topics.1;
        !topics.is_empty() && topics.iter().all(|(topic, _)| logs.partitions(topic).iter().all(known))
    }

    fn written(&mut self, at: Timestamp, logs: &Logs) {
        let mut moved = false;
        for (topic, before) in &mut self.topics.1 {
            let ends = logs.partitions(topic).iter().filter_map(Log::end);
            let sum = ends.fold(0_i64, i64::saturating_add);
            if *before >= 0 && sum > *before {
                moved = true;
                self.passed = self.passed.saturating_add(sum - *before);
            }
            *before = sum;
        }
        if moved {
            self.moves(at);
        }
    }

    /// What is to be put on record, if anything is.
    pub fn record(&mut self, at: Timestamp) -> Option<ProgressFacts> {
        self.watched?;
        let patience = QUIET.max(self.promised.unwrap_or_default() * 2);
        let quiet = self.clock.quiet(at, patience);
        quiet.then(|| ProgressFacts::new(vec![self.clock.record()], None, Vec::new()))
    }

    /// What the judge reads; `None` before it was looked at.
    pub fn measures(&self) -> Option<Measures> {
        Some(Measures {
            as_of: self.seen?,
            watched: self.watched?,
            units: vec![self.clock.measures()],
            rhythm: None,
            gathers: false,
            passed: (!self.topics.1.is_empty()).then_some(self.passed),
            sink: None,
            source: Some(SourceMeasures {
                promised: self
                    .promised
                    .filter(|_| self.kept >= KEPT)
                    .map(|promised| promised.max(self.longest)),
                read_until: self.read_until,
                position: self.last.clone(),
            }),
        })
    }
}

/// How often a source says that it moves, whatever its source does. Debezium's heartbeats (`heartbeat.interval.ms`, off by
/// default) and MirrorMaker's own heartbeat connector (`emit.heartbeats.interval.seconds`, by default 1).
fn promised(class: &str, config: Option<&Config>) -> Option<TimeDelta> {
    let number = |key: &str| config?.text(key)?.trim().parse::<i64>().ok();
    let time = if class.starts_with("io.debezium.") {
        TimeDelta::try_milliseconds(number("heartbeat.interval.ms")?)
    } else if class.ends_with("MirrorHeartbeatConnector") {
        let off = config.and_then(|config| config.text("emit.heartbeats.enabled")) == Some("false");
        let seconds = number("emit.heartbeats.interval.seconds").unwrap_or(1);
        TimeDelta::try_seconds(seconds).filter(|_| !off)
    } else {
        None
    };
    time.filter(|time| *time > TimeDelta::zero() && *time <= TimeDelta::days(1))
}

/// A digest of a JSON value (FNV-1a, 64 bits).
fn digest(value: &Value) -> u64 {
    let bytes = value.to_string().into_bytes();
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
