//! The upright axis: round numbers, in the unit that people read them in.

use chrono::TimeDelta;
use model::blocks::Series;

use crate::{moment, words};

/// Round lengths of time, in seconds.
const TIMES: [f64; 22] = [
    10.0,
    20.0,
    30.0,
    60.0,
    120.0,
    300.0,
    600.0,
    1_200.0,
    1_800.0,
    3_600.0,
    7_200.0,
    14_400.0,
    21_600.0,
    43_200.0,
    86_400.0,
    172_800.0,
    432_000.0,
    864_000.0,
    1_728_000.0,
    4_320_000.0,
    8_640_000.0,
    31_536_000.0,
];

/// From 0 to `top`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    series: Series,
    pub(crate) top: f64,
}

impl Scale {
    /// So that all of these values lie on it.
    pub(crate) fn of(series: Series, points: &[Option<f64>]) -> Self {
        let most = points.iter().copied().flatten().fold(0.0, f64::max);
        let top = match series {
            Series::LAG_SECONDS | Series::FRESHNESS => {
                let round = TIMES.into_iter().find(|round| *round >= most);
                round.unwrap_or_else(|| decimal(most))
            }
            _ => decimal(most),
        };
        Self { series, top }
    }

    /// The words of its top, its middle and its foot.
    pub(crate) fn heights(self) -> Vec<String> {
        [self.top, self.top / 2.0, 0.0]
            .into_iter()
            .map(|value| self.words(value))
            .collect()
    }

    /// A value in words.
    pub(crate) fn words(self, value: f64) -> String {
        match self.series {
            Series::LAG_SECONDS | Series::FRESHNESS => {
                moment::fine(TimeDelta::try_seconds(value.round() as i64).unwrap_or(TimeDelta::MAX))
            }
            Series::RATE if value > 0.0 && value < 9.95 => format!("{value:.1}/s"),
            Series::RATE => format!("{}/s", words::thousands(value.round() as u64)),
            _ => words::thousands(value.round() as u64),
        }
    }
}

/// The next of 2, 4, 10, 20, 40, 100 and so on: their halves are round too.
fn decimal(most: f64) -> f64 {
    let mut ten = 1.0;
    loop {
        for round in [2.0, 4.0, 10.0] {
            if round * ten >= most {
                return round * ten;
            }
        }
        ten *= 10.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heights(series: Series, most: f64) -> Vec<String> {
        Scale::of(series, &[None, Some(most)]).heights()
    }

    #[test]
    fn axes_end_at_round_numbers_above_the_highest_value() {
        assert_eq!(heights(Series::LAG_RECORDS, 1_300.0), ["2,000", "1,000", "0"]);
        assert_eq!(heights(Series::LAG_RECORDS, 0.0), ["2", "1", "0"]);
        assert_eq!(
            heights(Series::LAG_RECORDS, 4e9),
            ["4,000,000,000", "2,000,000,000", "0"]
        );
        assert_eq!(heights(Series::LAG_SECONDS, 61.0), ["2 min", "1 min", "0 s"]);
        assert_eq!(heights(Series::FRESHNESS, 4_000.0), ["2 h", "1 h", "0 s"]);
        assert_eq!(heights(Series::RATE, 1.2), ["2.0/s", "1.0/s", "0/s"]);
        assert!(heights(Series::LAG_RECORDS, f64::from(u32::MAX) * 1e9)[0].len() > 20);
    }
}
