//! What is shown of a sink: to the judge, and on pages.

use chrono::TimeDelta;

use super::SinkGauge;
use super::held::{PartitionLag, Show};
use crate::Timestamp;
use crate::lag::{Heading, Log, Logs, Place, Runway, Seconds, TopicPartition, Trend};
use crate::progress::clock::Clock;
use crate::progress::measures::{Lag, Measures, SinkMeasures};

/// What came since the last commit is no lag to speak of: so long, or twice the rhythm.
const FRESH: TimeDelta = TimeDelta::seconds(10);
/// Without a commit for so long, or three times its rhythm, a lag is frozen.
const FROZEN: TimeDelta = TimeDelta::seconds(60);

impl SinkGauge {
    /// What the judge reads; `None` before its group and the logs were looked at. `usual` is the rhythm of other sinks on the
    /// same workers, which stands in for its own.
    pub fn measures(&self, logs: &Logs, now: Timestamp, usual: Option<TimeDelta>) -> Option<Measures> {
        if self.waits_for_commits() {
            return None;
        }
        let rhythm = self.rhythm.p95().or(usual.filter(|_| !self.holding.gathers));
        let rhythm = rhythm.max(self.holding.every);
        let read = |clock: &&Clock| clock.task.is_some() || clock.waiting.of > 0 || self.clocks.len() == 1;
        Some(Measures {
            as_of: self.seen?,
            watched: self.watched?,
            units: self.clocks.iter().filter(read).map(Clock::measures).collect(),
            rhythm,
            gathers: self.holding.gathers,
            passed: (self.total.commits > 0).then_some(self.passed),
            sink: Some(SinkMeasures {
                keeps: self.keeps.clone(),
                never_committed: self.total.commits == 0,
                lag: (self.total.known > 0).then(|| self.lag(logs, now, rhythm)),
            }),
            source: None,
        })
    }

    /// Every partition, for a page.
    pub fn partitions(&self, logs: &Logs, now: Timestamp) -> Vec<PartitionLag> {
        let growth = self.growth(logs, now, self.rhythm.p95(), self.series.heading());
        self.each(logs, now, growth).collect()
    }

    fn lag(&self, logs: &Logs, now: Timestamp, rhythm: Option<TimeDelta>) -> Lag {
        let heading = if self.total.records > 0 {
            self.series.heading()
        } else {
            None
        };
        let mut oldest: Option<Seconds> = None;
        let mut shortest: Option<(TopicPartition, Runway)> = None;
        if self.total.records > 0 {
            let growth = self.growth(logs, now, rhythm, heading);
            let each = self.each(logs, now, growth);
            for partition in each.filter(|partition| matches!(partition.place, Place::Waiting { .. })) {
                let older = |found: &Seconds| oldest.is_none_or(|old| found.seconds > old.seconds);
                oldest = partition.seconds.filter(older).or(oldest);
                let shorter = |found: &Runway| shortest.as_ref().is_none_or(|(_, old)| found < old);
                if let Some(found) = partition.runway.filter(shorter) {
                    shortest = Some((partition.of, found));
                }
            }
        }
        let fresh = FRESH.max(rhythm.unwrap_or_default() * 2).num_seconds();
        let age = |oldest: Seconds| i64::try_from(oldest.seconds).unwrap_or(i64::MAX);
        let is_fresh = oldest.is_some_and(|oldest| !oldest.at_least && age(oldest) <= fresh);
        let whole = self.total.unknown == 0;
        let trend = match self.total.records {
            0 => whole.then_some(Trend::CaughtUp),
            _ if self.frozen(now, rhythm) => Some(Trend::Frozen),
            _ if is_fresh && whole => Some(Trend::CaughtUp),
            _ => heading.map(|heading| heading.trend),
        };
        Lag {
            records: self.total.records,
            unknown_partitions: self.total.unknown,
            seconds: oldest,
            trend,
            caught_up_in: heading
                .filter(|_| trend == Some(Trend::CatchingUp))
                .and_then(|heading| heading.caught_up_in),
            runway: shortest.filter(|_| trend != Some(Trend::CaughtUp)),
            as_of: self.seen.unwrap_or(now),
        }
    }

    fn frozen(&self, now: Timestamp, rhythm: Option<TimeDelta>) -> bool {
        let limit = FROZEN.max(rhythm.unwrap_or_default() * 3);
        let stands = |clock: &Clock| clock.standing.is_none_or(|since| now - since >= limit);
        self.clocks.iter().all(stands)
    }

    /// By how many seconds its lag in seconds grows each second: all of them where nothing moves, else the share of what is
    /// written that it does not keep up with.
    fn growth(&self, logs: &Logs, now: Timestamp, rhythm: Option<TimeDelta>, heading: Option<Heading>) -> f64 {
        if self.frozen(now, rhythm) {
            return 1.0;
        }
        let Some(heading) = heading.filter(|heading| heading.trend == Trend::FallingBehind) else {
            return 0.0;
        };
        let logs = self.topics.keys().flat_map(|topic| logs.partitions(topic));
        let written: f64 = logs.filter_map(|log| log.ends().speed()).sum();
        let share = heading.slope / written;
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 1.0 }
    }

    fn each(&self, logs: &Logs, now: Timestamp, growth: f64) -> impl Iterator<Item = PartitionLag> {
        self.topics.iter().flat_map(move |(topic, held)| {
            let retention = logs.retention_of(topic);
            let show = Show {
                retention,
                growth,
                now,
                seen: self.seen.unwrap_or(now),
            };
            let logs = logs.partitions(topic);
            let all = (0..).zip(held).enumerate();
            all.filter_map(move |(place, (partition, held))| {
                let task = self.clocks.get(held.clock).and_then(|clock| clock.task);
                let topic = topic.clone();
                let of = TopicPartition { topic, partition };
                match logs.get(place) {
                    Some(log) => Some(held.lag(of, task, log, show)),
                    None => held.committed.map(|_| held.lag(of, task, &Log::default(), show)),
                }
            })
        })
    }
}
