//! What is held of one partition that a sink reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;

use crate::Timestamp;
use crate::facts::LostFacts;
use crate::lag::{
    Committed, Log, Lost, NextRecord, Place, Runway, Seconds, TopicPartition, Unknown, place, runway, seconds,
};

/// Partitions of one topic that a group may have commits for.
const MOST_PARTITIONS: usize = 100_000;
/// A commit that is younger than this, or than twice the rhythm, is behind what was read.
const READ_AHEAD: TimeDelta = TimeDelta::minutes(1);

/// One partition.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    pub(super) committed: Option<Committed>,
    /// When this was last told.
    pub(super) told: Option<Timestamp>,
    pub(super) next: Option<Box<NextRecord>>,
    /// Which clock it belongs to.
    pub(super) clock: usize,
    pub(super) moved: Option<Timestamp>,
    /// Since when something waits in it that it has not moved towards.
    pub(super) standing: Option<Timestamp>,
    /// Where its log ended when it was first seen.
    first_end: Option<i64>,
    /// Up to here nothing waited when it was looked at last: what falls off there is not lost.
    clear_until: i64,
    /// Records that were deleted before they were committed.
    lost: Option<Lost>,
    /// As much of them as is on record.
    recorded: Option<Box<LostFacts>>,
}

/// One partition of a sink, for a page.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionLag {
    /// Which.
    pub of: TopicPartition,
    /// The task that reads it, where that is known.
    pub task: Option<u32>,
    /// What the group committed.
    pub committed: Option<i64>,
    /// Where the log begins.
    pub start: Option<i64>,
    /// Where it ends.
    pub end: Option<i64>,
    /// Where the group stands.
    pub place: Place,
    /// The end less the commit, as Kafka's own tool tells it: entries that no reader sees count. `None` where it tells none.
    pub offsets: Option<u64>,
    /// The age of the next record, where one waits.
    pub seconds: Option<Seconds>,
    /// Records that were deleted before the group committed them.
    pub lost: Option<Lost>,
    /// How long until records are deleted that it has not read.
    pub runway: Option<Runway>,
}

/// What a partition is shown with.
#[derive(Clone, Copy)]
pub(super) struct Show {
    pub(super) retention: Option<TimeDelta>,
    pub(super) growth: f64,
    pub(super) now: Timestamp,
    /// As of when all was looked at.
    pub(super) seen: Timestamp,
}

impl Held {
    /// Its log was looked at. Notes that records were deleted before they were committed. What was read and not yet
    /// committed is not lost: only a commit that was old already counts.
    pub(super) fn meet(&mut self, log: &Log, at: Timestamp, rhythm: TimeDelta) {
        if self
            .first_end
            .is_none_or(|first| log.end().is_some_and(|end| end < first))
        {
            self.first_end = log.end();
        }
        let (Some(commit), Some(start)) = (self.committed, log.start()) else {
            return;
        };
        let unread = commit.offset.max(self.clear_until);
        if unread < start && at - commit.at >= READ_AHEAD.max(rhythm * 2) {
            let before = self
                .lost
                .filter(|lost| lost.from <= commit.offset && commit.offset < lost.until);
            let from = before.map_or(unread, |lost| lost.from);
            self.lost = Some(Lost { from, until: start });
        }
    }

    /// Nothing waits up to the log's end.
    pub(super) fn clear(&mut self, log: &Log) {
        if self.committed.is_some() {
            self.clear_until = log.end().unwrap_or(0);
        }
    }

    /// What of its losses is to be put on record: that there is one, and once more when it reads on behind it.
    pub(super) fn loss(&self, topic: &Arc<str>, partition: i32) -> Option<(LostFacts, bool)> {
        let lost = self.lost?;
        let facts = LostFacts {
            topic: topic.clone(),
            partition,
            from: lost.from,
            until: lost.until,
            over: self.committed.is_some_and(|commit| commit.offset >= lost.until),
        };
        let recorded = self.recorded.as_ref();
        let told = recorded.is_some_and(|old| old.from == facts.from && old.over == facts.over);
        match recorded.filter(|_| told) {
            Some(old) => Some(((**old).clone(), false)),
            None => Some((facts, true)),
        }
    }

    /// What of its losses is on record now.
    pub(super) fn record(&mut self, facts: &LostFacts) {
        self.recorded = Some(Box::new(facts.clone()));
    }

    /// Goes on from what is on record.
    pub(super) fn go_on(&mut self, facts: &LostFacts) {
        let LostFacts { from, until, .. } = *facts;
        self.lost = Some(Lost { from, until });
        self.recorded = Some(Box::new(facts.clone()));
    }

    /// Records that came since it was first looked at.
    pub(super) fn arrived(&self, log: &Log) -> u64 {
        let came = self
            .first_end
            .zip(log.end())
            .map(|(first, end)| end.saturating_sub(first));
        came.and_then(|came| u64::try_from(came).ok()).unwrap_or(0)
    }

    /// Moves its clock over a time in which nobody looked; nothing is ahead of the present then.
    pub(super) fn skip(&mut self, time: TimeDelta, now: Timestamp) {
        self.standing = self.standing.map(|since| (since + time).min(now));
        self.moved = self.moved.map(|moved| moved.min(now));
        self.told = self.told.map(|told| told.min(now));
        if let Some(commit) = &mut self.committed {
            commit.at = commit.at.min(now);
        }
    }

    /// Where its group stands.
    pub(super) fn place(&self, log: &Log) -> Place {
        place(self.committed.as_ref(), Some(log), self.next.as_deref())
    }

    /// From where on it is worth looking for the next record, where that is not known.
    pub(super) fn question(&self, log: &Log) -> Option<i64> {
        let (commit, end) = (self.committed?, log.end()?);
        let from = commit.offset.max(log.start().unwrap_or(0));
        let known = |next: &NextRecord| {
            next.from <= from && (next.found.is_some_and(|found| found >= from) || next.until >= end)
        };
        (from < end && !self.next.as_deref().is_some_and(known)).then_some(from)
    }

    /// All that is known of it.
    pub(super) fn lag(&self, of: TopicPartition, task: Option<u32>, log: &Log, show: Show) -> PartitionLag {
        let place = match self.place(log) {
            Place::CaughtUp | Place::Waiting { .. } if !log.end_known(show.seen) => Place::Unknown(Unknown::EndUnseen),
            place => place,
        };
        let from = match place {
            Place::Waiting { from, .. } => Some(from),
            _ => None,
        };
        let age = from.and_then(|from| seconds(from, log, self.next.as_deref(), show.now));
        let committed = self.committed.map(|commit| commit.offset);
        let between = |(commit, end): (i64, i64)| u64::try_from(end.saturating_sub(commit)).unwrap_or(0);
        PartitionLag {
            of,
            task,
            committed,
            start: log.start(),
            end: log.end(),
            place,
            offsets: committed.zip(log.end()).map(between),
            seconds: age,
            lost: self.lost,
            runway: from.and_then(|from| runway(from, log, age.as_ref(), show.retention, show.growth)),
        }
    }
}

/// The place of a partition, which is made where it is not there.
pub(super) fn held_of<'a>(topics: &'a mut BTreeMap<Arc<str>, Vec<Held>>, of: &TopicPartition) -> Option<&'a mut Held> {
    let place = usize::try_from(of.partition)
        .ok()
        .filter(|place| *place < MOST_PARTITIONS)?;
    if !topics.contains_key(&of.topic) {
        topics.insert(of.topic.clone(), Vec::new());
    }
    let held = topics.get_mut(&of.topic)?;
    if held.len() <= place {
        held.resize_with(place + 1, Held::default);
    }
    held.get_mut(place)
}
