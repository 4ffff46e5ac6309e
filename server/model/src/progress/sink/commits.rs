//! What the group committed, and which task reads what.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::SinkGauge;
use super::held::held_of;
use crate::Timestamp;
use crate::lag::{Committed, TopicPartition};
use crate::progress::clock::Clock;

/// A commit that was told later and is older than the last by less than this was overtaken by it.
const OVERTAKEN: TimeDelta = TimeDelta::minutes(1);
/// The partitions of a task are committed at once: within this time.
const AT_ONCE: TimeDelta = TimeDelta::seconds(1);
/// Something waits so soon after a commit that it counts from there.
const BUSY: TimeDelta = TimeDelta::seconds(5);

impl SinkGauge {
    /// All that the group has committed, as of `at`: what is missing it has not. Commits that were told since are newer.
    pub fn commits(&mut self, at: Timestamp, commits: &[(TopicPartition, i64)]) {
        let named: BTreeSet<&TopicPartition> = commits.iter().map(|(of, _)| of).collect();
        let mut gone = Vec::new();
        for (topic, held) in &self.topics {
            for (partition, _) in (0..).zip(held).filter(|(_, held)| held.committed.is_some()) {
                let topic = topic.clone();
                gone.push(TopicPartition { topic, partition });
            }
        }
        gone.retain(|of| !named.contains(of));
        let known = self.answered;
        for of in gone {
            self.commit(at, &of, None, known);
        }
        for (of, offset) in commits {
            self.commit(at, of, Some(*offset), known);
        }
        self.answered = true;
    }

    /// The group committed an offset for a partition, or its commit was deleted (`None`). `at` is by this server's clock, as
    /// all moments here: when it was told, and not what a broker wrote down.
    pub fn committed(&mut self, at: Timestamp, of: &TopicPartition, offset: Option<i64>) {
        self.commit(at, of, offset, true);
    }

    /// `known`: whether what was committed before is known, so that another offset is a move.
    fn commit(&mut self, at: Timestamp, of: &TopicPartition, offset: Option<i64>, known: bool) {
        if !self.reads.reads(&of.topic) {
            return;
        }
        let task = self.assigned.get(of).copied();
        let place = self.clocks.iter().position(|clock| clock.task == task).unwrap_or(0);
        let (Some(held), Some(clock)) = (held_of(&mut self.topics, of), self.clocks.get_mut(place)) else {
            return;
        };
        if held.told.is_some_and(|told| told > at && told - at < OVERTAKEN) {
            return;
        }
        held.told = Some(at);
        held.clock = place;
        let offset = offset.filter(|offset| *offset >= 0);
        let before = held.committed.map(|commit| commit.offset);
        if before == offset {
            return;
        }
        held.committed = offset.map(|offset| Committed { offset, at });
        let way = offset.unwrap_or(0).wrapping_sub(before.unwrap_or(0));
        clock.position = clock.position.wrapping_add(way);
        if !known || offset.is_none() {
            return;
        }
        held.standing = held.standing.map(|_| at);
        if before.is_some_and(|before| offset < Some(before)) {
            // Somebody set it back: what it does from now on counts.
            clock.standing = clock.standing.map(|_| at);
            return;
        }
        held.moved = Some(at);
        if before.is_some() {
            self.passed = self.passed.saturating_add(way);
        }
        self.trough = true;
        if clock.moved.is_none_or(|moved| at - moved >= AT_ONCE) {
            let begun = clock.moved.max(self.started);
            // Under load something waits again as soon as the last commit is made.
            let busy = |since: &Timestamp| clock.standing.is_some_and(|standing| standing - *since <= BUSY);
            let waits = clock.moved.filter(busy).or(clock.standing);
            // What came and was committed between two looks hardly waited.
            let waited = waits.map_or(TimeDelta::zero(), |since| at - since);
            self.rhythm.committed(waited, begun.map(|begun| at - begun));
        }
        clock.moves(at);
    }

    /// Which task reads which partitions, as the group's members say. Empty where that is not known.
    pub fn assigned(&mut self, tasks: BTreeMap<TopicPartition, u32>) {
        if tasks == self.assigned {
            return;
        }
        let numbers: BTreeSet<u32> = tasks.values().copied().collect();
        let all = std::iter::once(None).chain(numbers.into_iter().map(Some));
        let mut clocks: Vec<Clock> = all.map(Clock::of).collect();
        for (topic, held) in &mut self.topics {
            for (partition, held) in (0..).zip(held) {
                let topic = topic.clone();
                let task = tasks.get(&TopicPartition { topic, partition }).copied();
                held.clock = clocks.iter().position(|clock| clock.task == task).unwrap_or(0);
                if let Some(clock) = clocks.get_mut(held.clock) {
                    let offset = held.committed.map_or(0, |commit| commit.offset);
                    clock.takes(held.moved, held.standing, offset);
                }
            }
        }
        // A task stands since its own partitions moved last.
        clocks.iter_mut().for_each(Clock::settle);
        let before = std::mem::replace(&mut self.clocks, clocks);
        if let (Some(old), Some(new)) = (before.first(), self.clocks.first_mut()) {
            new.keeps_what_was_recorded(old);
        }
        self.assigned = tasks;
    }
}
