//! How finely and for how long measures are kept.

use chrono::{DateTime, TimeDelta};

use crate::Timestamp;

/// A kind of block: what it spans, and what one of its points stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// One point of 10 s, as it was measured.
    Moment,
    /// Ten minutes of points of 10 s.
    Minutes,
    /// An hour of points of a minute.
    Hour,
    /// A day, as UTC counts them, of points of ten minutes.
    Day,
}

impl Tier {
    /// The finest first.
    pub const ALL: [Self; 4] = [Self::Moment, Self::Minutes, Self::Hour, Self::Day];

    /// Seconds that a block spans. No two kinds span the same, so that this names a kind.
    pub fn span(self) -> u32 {
        match self {
            Self::Moment => 10,
            Self::Minutes => 600,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }

    /// The kind that spans so many seconds; `None` for one that only a newer version knows.
    pub fn of_span(span: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| i64::from(tier.span()) == span)
    }

    /// Seconds that one point stands for.
    pub fn step(self) -> u32 {
        match self {
            Self::Moment | Self::Minutes => 10,
            Self::Hour => 60,
            Self::Day => 600,
        }
    }

    /// Points of a block.
    pub fn points(self) -> usize {
        (self.span() / self.step()) as usize
    }

    /// How long blocks are kept from their start on: as long as they are shown, and until the next coarser ones are made of
    /// them.
    pub fn kept(self) -> TimeDelta {
        match self {
            Self::Moment => TimeDelta::minutes(30),
            Self::Minutes => TimeDelta::minutes(210),
            Self::Hour => TimeDelta::hours(50),
            Self::Day => TimeDelta::days(91),
        }
    }

    /// The kind that is gathered into these.
    pub fn finer(self) -> Option<Self> {
        match self {
            Self::Moment => None,
            Self::Minutes => Some(Self::Moment),
            Self::Hour => Some(Self::Minutes),
            Self::Day => Some(Self::Hour),
        }
    }

    /// When the block of this kind began in which a moment lies.
    pub fn start(self, at: Timestamp) -> Timestamp {
        let seconds = at.timestamp();
        let start = seconds - seconds.rem_euclid(i64::from(self.span()));
        DateTime::from_timestamp(start, 0).unwrap_or(at)
    }

    /// When a block ends that begins then.
    pub fn end(self, start: Timestamp) -> Timestamp {
        start + TimeDelta::seconds(i64::from(self.span()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_made_of_whole_ones_of_the_finer() {
        for tier in Tier::ALL {
            assert_eq!(Tier::of_span(i64::from(tier.span())), Some(tier));
            assert_eq!(tier.span() % tier.step(), 0);
            if let Some(finer) = tier.finer() {
                assert_eq!((tier.span() % finer.span(), tier.step() % finer.step()), (0, 0));
                let needed = TimeDelta::seconds(i64::from(tier.span()));
                assert!(finer.kept() > needed, "the first is gone before the last is there");
            }
        }
        assert_eq!(Tier::of_span(7), None);
        let at = DateTime::from_timestamp(86_400 * 20_000 + 5_025, 7).unwrap();
        let starts = Tier::ALL.map(|tier| tier.start(at).timestamp() - 86_400 * 20_000);
        assert_eq!(starts, [5_020, 4_800, 3_600, 0]);
    }
}
