//! Where a lag is heading: the median of the slopes between all pairs of points (Theil, 1950; Sen, 1968), which a few wild
//! ones do not move.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// How far back a trend looks, in ms.
const SPAN: i64 = 600_000;
/// The time between two points, in ms.
const STEP: i64 = 10_000;
/// Most points.
const MOST: usize = 61;
/// Fewest points that make a trend.
const FEWEST: usize = 3;
/// Within this share of the lag per minute it is steady.
const STEADY: f64 = 0.01;
/// A longer way to catch up is no estimate any more, in ms.
const LONGEST: f64 = 365.0 * 86_400_000.0;

/// Where a lag is heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// Nothing waits but what came since the last commit.
    CaughtUp,
    /// It shrinks by more than 1 % a minute.
    CatchingUp,
    /// It neither grows nor shrinks.
    Steady,
    /// It grows by more than 1 % a minute.
    FallingBehind,
    /// Records wait and nothing is committed.
    Frozen,
    /// One that only a newer version knows.
    #[serde(other)]
    Other,
}

impl Trend {
    /// `caught_up`, `catching_up`, `steady`, `falling_behind`, `frozen` or `other`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CaughtUp => "caught_up",
            Self::CatchingUp => "catching_up",
            Self::Steady => "steady",
            Self::FallingBehind => "falling_behind",
            Self::Frozen => "frozen",
            Self::Other => "other",
        }
    }
}

/// Where a lag is heading, and how fast.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heading {
    /// How fast it grows, in records per ms; negative where it shrinks.
    pub slope: f64,
    /// Whether it shrinks, grows, or neither.
    pub trend: Trend,
    /// How long until nothing waits, if it goes on like this. `None` where it does not shrink, or not within a year.
    pub caught_up_in: Option<TimeDelta>,
}

/// A lag over the last ten minutes, as it was just after commits: between two commits any lag grows, and that is no trend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// Moment in ms since 1970, and records.
    points: Vec<(i64, u64)>,
}

impl Series {
    /// What the lag was just after a commit. Of several within ten seconds the smallest counts. `rhythm` is the time between
    /// two commits: where it is long, the series reaches further back.
    pub fn tell(&mut self, at: Timestamp, records: u64, rhythm: TimeDelta) {
        let now = at.timestamp_millis();
        if self.points.last().is_some_and(|(last, _)| *last > now) {
            self.points.clear();
        }
        let span = SPAN.max(rhythm.num_milliseconds().saturating_mul(4));
        let begin = now.saturating_sub(span);
        let old = self.points.partition_point(|(at, _)| *at < begin);
        self.points.drain(..old);
        match self.points.last_mut() {
            Some((last, lag)) if now - *last < STEP => *lag = (*lag).min(records),
            _ => self.points.push((now, records)),
        }
        let surplus = self.points.len().saturating_sub(MOST);
        self.points.drain(..surplus);
    }

    /// It caught up: what the lag was before says nothing of the next one.
    pub fn clear(&mut self) {
        self.points.clear();
    }

    /// How fast the lag grows, in records per ms; negative where it shrinks. `None` before enough is known.
    pub fn slope(&self) -> Option<f64> {
        if self.points.len() < FEWEST {
            return None;
        }
        let mut slopes = Vec::with_capacity(self.points.len() * (self.points.len() - 1) / 2);
        for (index, (earlier, before)) in self.points.iter().enumerate() {
            for (later, after) in self.points.iter().skip(index + 1) {
                if later > earlier {
                    slopes.push((*after as f64 - *before as f64) / (later - earlier) as f64);
                }
            }
        }
        let middle = slopes.len() / 2;
        if slopes.is_empty() {
            return None;
        }
        let even = slopes.len().is_multiple_of(2);
        let (below, median, _) = slopes.select_nth_unstable_by(middle, f64::total_cmp);
        // Of an even number it is the mean of the two in the middle.
        let before = below.iter().copied().max_by(f64::total_cmp).filter(|_| even);
        Some(before.map_or(*median, |before| f64::midpoint(before, *median)))
    }

    /// Where it is heading. `None` before enough is known.
    pub fn heading(&self) -> Option<Heading> {
        let slope = self.slope()?;
        let level = self.points.iter().map(|(_, lag)| *lag as f64).sum::<f64>() / self.points.len() as f64;
        let trend = match slope * 60_000.0 / level.max(1.0) {
            share if share > STEADY => Trend::FallingBehind,
            share if share < -STEADY => Trend::CatchingUp,
            _ => Trend::Steady,
        };
        let (_, lag) = *self.points.last()?;
        let time = lag as f64 / -slope;
        let ends = slope < 0.0 && time.is_finite() && time <= LONGEST;
        Some(Heading {
            slope,
            trend,
            caught_up_in: ends.then(|| TimeDelta::milliseconds(time as i64)),
        })
    }

    /// The clock was set back by this much, to `now`.
    pub fn set_back(&mut self, now: Timestamp, by: TimeDelta) {
        let (now, by) = (now.timestamp_millis(), by.num_milliseconds());
        if self.points.last().is_some_and(|(last, _)| *last > now) {
            for (at, _) in &mut self.points {
                *at -= by;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    impl Series {
        fn trend(&self) -> Option<Trend> {
            self.heading().map(|heading| heading.trend)
        }

        fn caught_up_in(&self) -> Option<TimeDelta> {
            self.heading()?.caught_up_in
        }
    }

    fn at(second: i64) -> Timestamp {
        DateTime::from_timestamp(1_795_000_000 + second, 0).unwrap()
    }

    fn told(lags: impl IntoIterator<Item = (i64, u64)>) -> Series {
        let mut series = Series::default();
        for (second, lag) in lags {
            series.tell(at(second), lag, TimeDelta::seconds(5));
        }
        series
    }

    #[test]
    fn a_lag_is_steady_within_one_percent_a_minute() {
        let line = |per_minute: i64| told((0..30).map(|step| (step * 20, (10_000 + step * per_minute / 3) as u64)));
        for (per_minute, expected) in [
            (0, Trend::Steady),
            (90, Trend::Steady),
            (-90, Trend::Steady),
            (120, Trend::FallingBehind),
            (-120, Trend::CatchingUp),
            (9_000, Trend::FallingBehind),
        ] {
            assert_eq!(line(per_minute).trend(), Some(expected), "{per_minute} a minute");
        }
    }

    #[test]
    fn wild_points_do_not_turn_a_trend() {
        let wild = told((0..30).map(|step| {
            (
                step * 20,
                if step % 7 == 3 {
                    900_000
                } else {
                    50_000 - step as u64 * 1_000
                },
            )
        }));
        assert_eq!(wild.trend(), Some(Trend::CatchingUp));
        let minutes = wild.caught_up_in().unwrap().num_minutes();
        assert!(
            (6..=8).contains(&minutes),
            "21,000 left at 3,000 a minute, and not {minutes} min"
        );
    }

    #[test]
    fn two_points_are_no_trend_and_ten_seconds_are_one_point() {
        assert_eq!(told([(0, 5), (20, 9)]).trend(), None);
        assert_eq!(told((0..10).map(|second| (second, 5))).trend(), None);
        assert_eq!(
            told([(0, 9), (1, 5), (20, 5), (40, 5)]).slope(),
            Some(0.0),
            "the smallest counts"
        );
        assert_eq!(told([(0, 5), (20, 9), (40, 12)]).caught_up_in(), None);
    }

    #[test]
    fn what_is_older_than_ten_minutes_is_forgotten_unless_commits_are_rare() {
        let series = told((0..200).map(|step| (step * 20, 7)));
        assert_eq!(series.points.len(), 31);
        let mut rare = Series::default();
        for step in 0..10 {
            rare.tell(at(step * 300), 7, TimeDelta::seconds(300));
        }
        assert_eq!((rare.points.len(), rare.trend()), (5, Some(Trend::Steady)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_trend_is_infinite_and_the_time_of_day_does_not_matter(
            points in prop::collection::vec((-70_i64..900, any::<u64>()), 0..150), later in 0..90_000_000_i64,
        ) {
            let mut second = 0;
            let points: Vec<(i64, u64)> = points.into_iter().map(|(wait, lag)| { second += wait; (second, lag) }).collect();
            let series = told(points.iter().copied());
            prop_assert!(series.points.len() <= MOST);
            prop_assert!(series.slope().is_none_or(f64::is_finite));
            prop_assert!(series.caught_up_in().is_none_or(|time| time >= TimeDelta::zero()));
            let moved = told(points.iter().map(|(second, lag)| (second + later, *lag)));
            prop_assert_eq!(series.trend(), moved.trend());
            prop_assert_eq!(series.caught_up_in(), moved.caught_up_in());
        }
    }
}
