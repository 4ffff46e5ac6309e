//! How an offset of a log moved over time, in bounded memory.

use crate::Timestamp;

/// Most points of one history. Old ones are thinned out, so that it reaches far back and is exact where it is recent.
const MOST: usize = 32;
/// An answer that is older than the last by less than this, in ms, overtook it; by more, the clock was set back.
const OVERTAKEN: i64 = 60_000;

/// An offset that only grows, as seen over time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    points: Vec<Point>,
}

/// One value with the first and the last moment at which it was seen, in ms since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Point {
    offset: i64,
    first: i64,
    last: i64,
}

/// When the record at an offset was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// About then, in ms since 1970, give or take `within` ms.
    About {
        /// The moment between two looks.
        at: i64,
        /// The time between the looks, ms.
        within: i64,
    },
    /// No later than this, in ms since 1970: it was there when this log was first looked at.
    Before(i64),
    /// Not yet, as far as was seen.
    NotYet,
}

impl History {
    /// The offset was seen to be so. Returns whether it went back, which forgets all that was before: the log was cut off
    /// at its end, or made anew.
    pub fn tell(&mut self, at: Timestamp, offset: i64) -> bool {
        let now = at.timestamp_millis();
        let mut went_back = false;
        if let Some(last) = self.points.last_mut() {
            if now < last.last {
                if last.last - now < OVERTAKEN {
                    return false;
                }
                self.points.clear();
            } else if last.offset == offset {
                last.last = now;
                return false;
            } else if offset < last.offset {
                went_back = true;
                self.points.clear();
            }
        }
        if self.points.len() >= MOST {
            self.thin();
        }
        self.points.push(Point {
            offset,
            first: now,
            last: now,
        });
        went_back
    }

    /// Forgets every second point of the older half, and never the oldest.
    fn thin(&mut self) {
        let half = self.points.len() / 2;
        let mut index = 0;
        self.points.retain(|_| {
            index += 1;
            index > half || index % 2 == 1
        });
    }

    /// The newest value, and when it was last seen, in ms since 1970.
    pub fn last(&self) -> Option<(i64, i64)> {
        self.points.last().map(|point| (point.offset, point.last))
    }

    /// Since when the newest value is what it is, in ms since 1970, as far as was seen.
    pub fn since(&self) -> Option<i64> {
        self.points.last().map(|point| point.first)
    }

    /// When the record at an offset was written, where this is the history of a log's end.
    pub fn written(&self, offset: i64) -> Written {
        let next = self.points.partition_point(|point| point.offset <= offset);
        let Some(above) = self.points.get(next) else {
            return Written::NotYet;
        };
        let Some(below) = next.checked_sub(1).and_then(|before| self.points.get(before)) else {
            return Written::Before(above.first);
        };
        let within = (above.first - below.last).max(0);
        let (part, all) = (
            i128::from(offset) - i128::from(below.offset),
            i128::from(above.offset) - i128::from(below.offset),
        );
        let share = i128::from(within) * part / all.max(1);
        let at = below.last + i64::try_from(share).unwrap_or(within);
        Written::About { at, within }
    }

    /// How fast it moves, per ms, over all that is remembered; `None` before it was seen to move.
    pub fn speed(&self) -> Option<f64> {
        let (first, last) = (self.points.first()?, self.points.last()?);
        let time = last.last.checked_sub(first.first).filter(|time| *time > 0)?;
        let way = last.offset.checked_sub(first.offset).filter(|way| *way > 0)?;
        Some(way as f64 / time as f64)
    }

    /// Moves what lies ahead of the present back by as much as the clock was, all in ms.
    pub(super) fn set_back(&mut self, now: i64, by: i64) {
        if self.points.last().is_some_and(|point| point.last > now) {
            for point in &mut self.points {
                point.first = (point.first - by).min(now);
                point.last = (point.last - by).min(now);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn at(ms: i64) -> Timestamp {
        DateTime::from_timestamp_millis(ms).unwrap()
    }

    fn told(points: &[(i64, i64)]) -> History {
        let mut history = History::default();
        for (ms, offset) in points {
            history.tell(at(*ms), *offset);
        }
        history
    }

    #[test]
    fn a_record_was_written_between_the_looks_that_did_not_and_did_show_it() {
        // 10 until 2 s at least, 20 from 3 s on: the first of the ten came just after 2 s.
        let history = told(&[(1_000, 10), (2_000, 10), (3_000, 20), (9_000, 20), (10_000, 21)]);
        let about = |at, within| Written::About { at, within };
        for (offset, expected) in [
            (0, Written::Before(1_000)),
            (9, Written::Before(1_000)),
            (10, about(2_000, 1_000)),
            (15, about(2_500, 1_000)),
            (19, about(2_900, 1_000)),
            (20, about(9_000, 1_000)),
            (21, Written::NotYet),
        ] {
            assert_eq!(history.written(offset), expected, "{offset}");
        }
        assert_eq!(History::default().written(3), Written::NotYet);
    }

    #[test]
    fn a_log_that_went_back_begins_anew_and_an_answer_that_was_overtaken_says_nothing() {
        let mut history = told(&[(1_000, 10), (2_000, 20)]);
        assert!(!history.tell(at(1_500), 15), "an older answer came later");
        assert_eq!(history.last(), Some((20, 2_000)));
        assert!(history.tell(at(3_000), 5), "the log was made anew");
        assert_eq!(
            (history.last(), history.written(4)),
            (Some((5, 3_000)), Written::Before(3_000))
        );
        assert!(!history.tell(at(3_000 - 2 * OVERTAKEN), 7), "the clock was set back");
        assert_eq!(history.points.len(), 1);
    }

    #[test]
    fn the_speed_is_known_once_it_moved() {
        assert_eq!(told(&[(1_000, 10), (2_000, 10)]).speed(), None);
        assert_eq!(told(&[(1_000, 10), (3_000, 20)]).speed(), Some(0.005));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn memory_is_bounded_and_every_answer_lies_between_the_looks(
            steps in prop::collection::vec((0..100_000_i64, -3..i64::MAX / 2), 1..300),
            asked in any::<i64>(),
        ) {
            let (mut history, mut now, mut offset) = (History::default(), 0, 0_i64);
            for (wait, step) in steps {
                now += wait;
                offset = offset.saturating_add(step);
                history.tell(at(now), offset);
                prop_assert!(history.points.len() <= MOST);
                prop_assert!(history.points.is_sorted_by(|a, b| a.offset < b.offset && a.last <= b.first));
            }
            match history.written(asked) {
                Written::About { at, within } => prop_assert!(at >= 0 && at <= now && within >= 0),
                Written::Before(at) => prop_assert!(at <= now),
                Written::NotYet => prop_assert!(asked >= offset),
            }
            prop_assert!(history.speed().is_none_or(|speed| speed.is_finite() && speed > 0.0));
        }
    }
}
