//! What the judge reads of progress: a view that is made anew whenever it is asked for, and never stored.

use std::sync::Arc;

use chrono::TimeDelta;

use super::keeps::Keeps;
use crate::Timestamp;
use crate::lag::{Runway, Seconds, TopicPartition, Trend};

/// How a connector progresses.
#[derive(Clone, Debug, PartialEq)]
pub struct Measures {
    /// When it was looked at last.
    pub as_of: Timestamp,
    /// Since when it is looked at: nothing is known of before.
    pub watched: Timestamp,
    /// Its tasks, where it is known which task reads what; else all of it in one.
    pub units: Vec<Unit>,
    /// Its rhythm: how long it waits for its commits (95th percentile), or what is known of its like. `None`: unknown.
    pub rhythm: Option<TimeDelta>,
    /// Whether only its own rhythm can tell that it stands, because it gathers records before it commits them.
    pub gathers: bool,
    /// A count that grows with each record that goes through, from any number on: only what it grew by between two looks
    /// says something. `None` where nothing tells.
    pub passed: Option<i64>,
    /// What is known of a sink.
    pub sink: Option<SinkMeasures>,
    /// What is known of a source.
    pub source: Option<SourceMeasures>,
}

impl Measures {
    /// When anything of it moved last, as far as was seen.
    pub fn moved(&self) -> Option<Timestamp> {
        self.units.iter().filter_map(|unit| unit.moved).max()
    }

    /// Whether it is known of every part whether something waits.
    pub fn known(&self) -> bool {
        self.units.iter().all(|unit| unit.known)
    }
}

/// A task, or all of a connector.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// The task's number; `None`: all of the connector.
    pub task: Option<u32>,
    /// When it moved last, as far as was seen.
    pub moved: Option<Timestamp>,
    /// Since when work waits and nothing moved, without the time in which nobody looked. `None` while nothing waits.
    pub standing: Option<Timestamp>,
    /// Whether it is known whether something waits.
    pub known: bool,
    /// What waits.
    pub waiting: Waiting,
}

/// The work that waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Records, at most.
    pub records: u64,
    /// In so many partitions.
    pub partitions: u32,
    /// Of so many.
    pub of: u32,
    /// The topics, the first three.
    pub topics: Vec<Arc<str>>,
}

/// What is known of a sink.
#[derive(Clone, Debug, PartialEq)]
pub struct SinkMeasures {
    /// Where it keeps its offsets.
    pub keeps: Keeps,
    /// Whether its group was asked, and has never committed anything.
    pub never_committed: bool,
    /// How far it is behind; `None` while that is unknown.
    pub lag: Option<Lag>,
}

/// How far a sink is behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Lag {
    /// Records, over all partitions of which it is known.
    pub records: u64,
    /// Partitions of which it is not known: without a commit, or whose log was made anew.
    pub unknown_partitions: u32,
    /// The age of the oldest record that waits; `None` where nothing tells, and where nothing waits.
    pub seconds: Option<Seconds>,
    /// Where it is heading; `None` before that is known.
    pub trend: Option<Trend>,
    /// How long until nothing waits, while it catches up.
    pub caught_up_in: Option<TimeDelta>,
    /// The shortest runway of its partitions, where one ends.
    pub runway: Option<(TopicPartition, Runway)>,
    /// When it was true.
    pub as_of: Timestamp,
}

/// What is known of a source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceMeasures {
    /// It moves at least so often, whatever its source does (heartbeats), as far as its offsets showed: where it does not, it
    /// stands.
    pub promised: Option<TimeDelta>,
    /// The moment that its newest offset carries: what was changed in its source then has been read.
    pub read_until: Option<Timestamp>,
    /// Its newest offset in words, and what it moved by before: `LSN 0/19275F0, 1.2 kB further`.
    pub position: Option<Arc<str>>,
}

impl SourceMeasures {
    /// How old the newest change is that was read, in seconds; `None` where its offsets carry no time.
    pub fn freshness(&self, now: Timestamp) -> Option<u64> {
        u64::try_from((now - self.read_until?).num_seconds().max(0)).ok()
    }
}
