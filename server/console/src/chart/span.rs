//! A stretch of time and how finely it is told.

use chrono::{DateTime, TimeDelta};
use model::Timestamp;
use model::blocks::Tier;

/// Points that a chart has at most.
pub const MOST_POINTS: usize = 800;
/// Points that it is made for.
const POINTS: i64 = 720;

/// A stretch of time in points of the same length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When it begins: with a full step.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// What one point stands for.
    pub step: TimeDelta,
    tier: Tier,
}

impl Span {
    /// As finely as it is kept and as a chart can show it.
    ///
    /// # Errors
    /// Why there is no such stretch, in words.
    pub fn new(from: Timestamp, until: Timestamp, now: Timestamp) -> Result<Self, String> {
        if from >= until {
            return Err("`from` must lie before `until`".to_owned());
        }
        let until = until.min(now + TimeDelta::seconds(10));
        if from >= until {
            return Err("`from` must not lie in the future".to_owned());
        }
        let long = until - from;
        if long > Tier::Day.kept() {
            return Err(format!(
                "`from` and `until` may lie {} days apart at most",
                Tier::Day.kept().num_days()
            ));
        }
        // What is kept as long as that, and is no finer than it can be drawn.
        let reaches = |tier: &Tier| now - from <= tier.kept() && steps(long, *tier) <= 6 || *tier == Tier::Day;
        let tier = [Tier::Minutes, Tier::Hour, Tier::Day]
            .into_iter()
            .find(reaches)
            .unwrap_or(Tier::Day);
        let step = TimeDelta::seconds(i64::from(tier.step()) * steps(long, tier));
        let seconds = from.timestamp();
        let from = DateTime::from_timestamp(seconds - seconds.rem_euclid(step.num_seconds()), 0).unwrap_or(from);
        Ok(Self {
            from,
            until,
            step,
            tier,
        })
    }

    /// The kind of blocks that is fine enough.
    pub(super) fn tier(self) -> Tier {
        self.tier
    }

    /// How many points it has.
    pub fn points(self) -> usize {
        let (long, step) = (
            (self.until - self.from).num_milliseconds(),
            self.step.num_milliseconds().max(1),
        );
        usize::try_from(long.div_euclid(step) + i64::from(long % step > 0)).unwrap_or(0)
    }
}

/// So many points of a kind are one of the chart.
fn steps(long: TimeDelta, tier: Tier) -> i64 {
    let points = long.num_seconds() / i64::from(tier.step());
    (points / POINTS + i64::from(points % POINTS > 0)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        DateTime::from_timestamp(86_400 * 20_000 + second, 500_000_000).unwrap()
    }

    #[test]
    fn two_hours_two_days_and_ninety_days_are_told_as_finely_as_they_are_kept() {
        for (long, step, tier) in [
            (TimeDelta::minutes(5), 10, Tier::Minutes),
            (TimeDelta::hours(2), 10, Tier::Minutes),
            (TimeDelta::days(1), 120, Tier::Hour),
            (TimeDelta::days(2), 240, Tier::Hour),
            (TimeDelta::days(7), 1_200, Tier::Day),
            (TimeDelta::days(90), 10_800, Tier::Day),
        ] {
            let span = Span::new(at(0) - long, at(0), at(0)).unwrap();
            assert_eq!((span.step.num_seconds(), span.tier), (step, tier), "{long}");
            assert!(span.points() <= MOST_POINTS && span.from <= at(0) - long, "{long}");
            assert_eq!(span.from.timestamp() % step, 0);
        }
        // An hour of a month ago is not kept as finely.
        let old = Span::new(at(-30 * 86_400), at(-30 * 86_400 + 3_600), at(0)).unwrap();
        assert_eq!((old.step.num_seconds(), old.points()), (600, 7));
    }

    #[test]
    fn a_stretch_that_makes_no_sense_is_refused() {
        for (from, until) in [(0, 0), (5, 0), (-200 * 86_400, 0), (100, 200)] {
            assert!(Span::new(at(from), at(until), at(0)).is_err(), "{from} {until}");
        }
        assert_eq!(Span::new(at(-100), at(86_400), at(0)).unwrap().until, at(10));
    }
}
