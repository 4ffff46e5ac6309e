//! Looking at all partitions: what waits, and since when.

use std::sync::Arc;

use super::held::held_of;
use super::{SinkGauge, Total};
use crate::Timestamp;
use crate::lag::{Log, Logs, Place, TopicPartition, Unknown};
use crate::progress::clock::unlooked;
use crate::progress::measures::Waiting;
use chrono::TimeDelta;

/// Topics that are named.
const NAMED: usize = 3;
/// A rebalance waits for no member longer than `max.poll.interval.ms`, by default this.
const LONGEST_REBALANCE: TimeDelta = TimeDelta::minutes(5);

impl SinkGauge {
    /// Looks at all partitions, about once a second. `at` is the moment as of which all commits of its group were told; it
    /// counts as no later than that at which its logs were seen last. A pause between two looks does not count as standing.
    pub fn look(&mut self, at: Timestamp, logs: &Logs) {
        let at = self.logs_seen(logs).map_or(at, |seen| seen.min(at));
        let mut pause = unlooked(self.seen, at);
        if let (true, Some(seen)) = (pause.is_zero() && self.rebalances(at), self.seen) {
            pause = at - seen;
        }
        self.seen = Some(at);
        if self.waits_for_commits() {
            return;
        }
        self.watched = Some(self.watched.map_or(at, |watched| watched.min(at)));
        if pause < TimeDelta::zero() {
            self.series.clear();
        }
        for clock in &mut self.clocks {
            clock.skip(pause, at);
        }
        self.meet(logs, at, pause);
        self.restore(at);
        let mut waiting = vec![(Waiting::default(), true); self.clocks.len()];
        let mut total = Total::default();
        let mut arrived = 0_u64;
        for (topic, held) in &mut self.topics {
            let logs = logs.partitions(topic);
            // Logs that are not told of any more hide how far it is, where it read them once.
            for held in held.iter().skip(logs.len()).filter(|held| held.committed.is_some()) {
                (total.commits, total.unknown) = (total.commits + 1, total.unknown + 1);
                if let Some((_, known)) = waiting.get_mut(held.clock) {
                    *known = false;
                }
            }
            for (held, log) in held.iter_mut().zip(logs) {
                let Some((waits, known)) = waiting.get_mut(held.clock) else {
                    continue;
                };
                let end_known = log.end_known(at);
                waits.of += 1;
                total.commits += u32::from(held.committed.is_some());
                let place = held.place(log);
                held.standing = match place {
                    Place::Waiting { .. } => Some(held.standing.unwrap_or(at)),
                    _ => None,
                };
                match place {
                    Place::Unknown(why) => {
                        total.unknown += 1;
                        *known = false;
                        if why == Unknown::NoCommit {
                            arrived = arrived.saturating_add(held.arrived(log));
                        }
                    }
                    Place::CaughtUp if end_known => {
                        total.known += 1;
                        held.clear(log);
                    }
                    Place::CaughtUp => {
                        total.unknown += 1;
                        *known = false;
                    }
                    // What waits by an end that was seen once waits still, and maybe more.
                    Place::Waiting { records, .. } => {
                        match end_known {
                            true => total.known += 1,
                            false => total.unknown += 1,
                        }
                        *known &= end_known;
                        total.records = total.records.saturating_add(records);
                        waits.adds(topic, records);
                    }
                }
            }
        }
        // A group that never committed anything leaves waiting what came since somebody looks.
        if let (0, 1.., Some((waits, _))) = (total.commits, arrived, waiting.first_mut()) {
            waits.records = arrived;
            waits.topics = self.topics.keys().take(NAMED).cloned().collect();
        }
        for (clock, (waits, known)) in self.clocks.iter_mut().zip(waiting) {
            clock.waits(waits, known, at);
        }
        self.total = total;
        let trough = std::mem::take(&mut self.trough);
        if total.records == 0 {
            self.series.clear();
        } else if trough {
            let rhythm = self.rhythm.p95().unwrap_or_default();
            self.series.tell(at, total.records, rhythm);
        }
    }

    /// The partitions in which it is worth looking for the next record, with the offset from which on: those in which
    /// something remains and whose commit is older than `still`. Those that wait longest come first, at most `most`.
    pub fn questions(&self, logs: &Logs, now: Timestamp, still: TimeDelta, most: usize) -> Vec<(TopicPartition, i64)> {
        let mut questions = Vec::new();
        for (topic, held) in &self.topics {
            for ((partition, held), log) in (0..).zip(held).zip(logs.partitions(topic)) {
                let commit = held.committed.filter(|commit| now - commit.at >= still);
                if let (Some(commit), Some(from)) = (commit, held.question(log)) {
                    let topic = topic.clone();
                    questions.push((commit.at, TopicPartition { topic, partition }, from));
                }
            }
        }
        questions.sort_by_key(|(at, ..)| *at);
        questions.truncate(most);
        questions.into_iter().map(|(_, of, from)| (of, from)).collect()
    }

    /// When the end of any log that it reads was seen last.
    fn logs_seen(&self, logs: &Logs) -> Option<Timestamp> {
        let topics = self.topics().flat_map(|topic| logs.partitions(topic));
        let seen = topics.filter_map(Log::end_seen).max()?;
        Timestamp::from_timestamp_millis(seen)
    }

    /// Its group is between two assignments, and not for so long that this is what is wrong.
    fn rebalances(&self, at: Timestamp) -> bool {
        self.rebalancing
            .is_some_and(|since| at >= since && at - since < LONGEST_REBALANCE)
    }

    /// Makes room for the partitions that the logs show, and looks at each.
    fn meet(&mut self, logs: &Logs, at: Timestamp, pause: TimeDelta) {
        let missing = |name: &&Arc<str>| !self.topics.contains_key(*name);
        let named: Vec<Arc<str>> = self.reads.named().filter(missing).cloned().collect();
        for topic in named {
            self.topics.insert(topic, Vec::new());
        }
        let rhythm = self.rhythm.p95().unwrap_or_default();
        for (topic, held) in &mut self.topics {
            let logs = logs.partitions(topic);
            if held.len() < logs.len() {
                held.resize_with(logs.len(), Default::default);
            }
            for (held, log) in held.iter_mut().zip(logs) {
                if !pause.is_zero() {
                    held.skip(pause, at);
                }
                held.meet(log, at, rhythm);
            }
        }
    }

    /// Goes on from what is on record, at the first look.
    fn restore(&mut self, at: Timestamp) {
        let Some(facts) = self.restored.take() else { return };
        let then = facts.units.iter().map(|unit| unit.position).fold(0, i64::wrapping_add);
        let now = self
            .clocks
            .iter()
            .map(|clock| clock.position)
            .fold(0, i64::wrapping_add);
        for clock in &mut self.clocks {
            let own = facts.units.iter().find(|unit| unit.task == clock.task);
            // Of tasks that are not told apart any more, the one that stands longest counts.
            let all = || {
                facts
                    .units
                    .iter()
                    .min_by_key(|unit| (unit.standing.is_none(), unit.standing))
            };
            let Some(unit) = own.or_else(all) else { continue };
            let same = then == now || own.is_some_and(|own| own.position == clock.position);
            clock.go_on(unit, same, at);
        }
        for lost in &facts.lost {
            let of = TopicPartition {
                topic: lost.topic.clone(),
                partition: lost.partition,
            };
            if self.reads.reads(&lost.topic)
                && let Some(held) = held_of(&mut self.topics, &of)
            {
                held.go_on(lost);
            }
        }
        for held in self.topics.values_mut().flatten() {
            let clock = self.clocks.get(held.clock);
            held.moved = clock.and_then(|clock| clock.moved);
            held.standing = clock.and_then(|clock| clock.standing);
        }
    }
}

impl Waiting {
    fn adds(&mut self, topic: &Arc<str>, records: u64) {
        self.records = self.records.saturating_add(records);
        self.partitions += 1;
        if self.topics.len() < NAMED && self.topics.last() != Some(topic) {
            self.topics.push(topic.clone());
        }
    }
}
