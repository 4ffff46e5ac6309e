//! A count over the last day as a line of steps, drawn here, with its words.

use std::fmt::Write as _;

use chrono::TimeDelta;
use console::Trend;
use model::Timestamp;
use model::verdict::Health;

use crate::preferences::Zone;
use crate::words;

/// The drawing's height, and how far the line stays from its edges.
const HEIGHT: u32 = 24;
const EDGE: u32 = 2;
/// Points that one column of the drawing stands for: a quarter of an hour.
const POINTS: usize = 3;
/// From so many columns on a gap is drawn; a shorter one is a break in the line.
const GAP: usize = 12;

/// How the connectors of one health went over the last day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sparkline {
    /// The path of the line, one unit of width for each quarter of an hour.
    pub(crate) steps: String,
    /// The path of what nobody counted for long.
    pub(crate) gaps: String,
    /// Whether there was none all day.
    pub(crate) flat: bool,
    /// `3 now, at most 7 at 02:10 in the last day`.
    pub(crate) says: String,
}

/// The counts of one health, a value for each point; `None` is a gap.
pub(crate) fn values(trend: &Trend, health: Health) -> impl Iterator<Item = (Timestamp, Option<u32>)> + '_ {
    let value = move |totals: &view::Totals| totals.of(health);
    trend
        .points
        .iter()
        .map(move |point| (point.at, point.totals.as_ref().map(value)))
}

impl Sparkline {
    /// Of one health, of which there are `now` so many. Times are those of `zone`.
    pub(crate) fn of(trend: &Trend, health: Health, now: u32, zone: Zone) -> Self {
        let mut all: Vec<(Timestamp, Option<u32>)> = values(trend, health).collect();
        // The line ends at the number beside it.
        if let Some(last) = all.last_mut() {
            last.1 = Some(now);
        }
        let most = all.iter().filter_map(|(_, value)| *value).max().unwrap_or(0);
        let height = |value: u32| HEIGHT - EDGE - value * (HEIGHT - 2 * EDGE) / most.max(1);
        let drawn = drawn(&all, health);
        let (mut steps, mut gaps) = (String::new(), String::new());
        let mut place = 0;
        for run in drawn.chunk_by(|one, other| one == other) {
            let next = place + run.len();
            // Writing to a String cannot fail.
            let _ = match (run.first().copied().flatten(), steps.is_empty() || steps.ends_with(' ')) {
                (Some(value), true) => write!(steps, "M{place} {}H{next}", height(value)),
                (Some(value), false) => write!(steps, "V{}H{next}", height(value)),
                (None, _) => {
                    // What follows begins anew.
                    steps.push(' ');
                    match run.len() < GAP {
                        true => Ok(()),
                        false => write!(gaps, "M{place} {}H{next}", HEIGHT - EDGE),
                    }
                }
            };
            place = next;
        }
        // Now alone is a speck and no line.
        if drawn.iter().rev().skip(1).all(Option::is_none) {
            steps.clear();
        }
        Self {
            steps,
            gaps,
            flat: most == 0,
            says: says(&all, health, now, trend.step, zone),
        }
    }
}

/// The columns of the drawing: some points each, of which the worst is drawn. Finer ones would run into one another.
fn drawn(all: &[(Timestamp, Option<u32>)], health: Health) -> Vec<Option<u32>> {
    let worst = |points: &[(Timestamp, Option<u32>)]| {
        let known = points.iter().filter_map(|(_, value)| *value);
        if health == Health::Healthy {
            known.min()
        } else {
            known.max()
        }
    };
    let mut columns: Vec<Option<u32>> = all.chunks(POINTS).map(worst).collect();
    if let (Some(column), Some((_, now))) = (columns.last_mut(), all.last()) {
        *column = *now;
    }
    columns
}

/// The line in words.
fn says(all: &[(Timestamp, Option<u32>)], health: Health, now: u32, step: TimeDelta, zone: Zone) -> String {
    let known = all.iter().filter_map(|(at, value)| Some((*at, (*value)?)));
    // Of healthy ones it tells when there were fewest, of others when most; of several moments the latest.
    let (extreme, bound, never) = match health {
        Health::Healthy => (
            known.min_by_key(|(at, value)| (*value, -at.timestamp())),
            "at least",
            "never fewer",
        ),
        _ => (
            known.max_by_key(|(at, value)| (*value, at.timestamp())),
            "at most",
            "never more",
        ),
    };
    let number = |value: u32| match value {
        0 => "none".to_owned(),
        some => words::thousands(u64::from(some)),
    };
    let mut says = match extreme {
        Some((_, 0)) if now == 0 && health != Health::Healthy => "none now, none in the last day".to_owned(),
        Some((at, value)) if value != now => format!(
            "{} now, {bound} {} at {} in the last day",
            number(now),
            number(value),
            zone.local(at).format("%H:%M")
        ),
        _ => format!("{} now, {never} in the last day", number(now)),
    };
    let missing = all.iter().filter(|(_, value)| value.is_none()).count();
    if missing > 0 {
        let missing = step * i32::try_from(missing).unwrap_or(i32::MAX);
        let _ = write!(says, ", not counted for {}", crate::moment::fine(missing));
    }
    says
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use console::TrendPoint;

    use super::*;

    /// A day of which the last points are given.
    fn trend(health: Health, told: &[Option<u32>]) -> Trend {
        let step = TimeDelta::minutes(5);
        let value = |value: &Option<u32>| {
            value.map(|value| {
                let mut totals = view::Totals::default();
                totals.add_many(health, value);
                totals
            })
        };
        let point = |(place, told)| TrendPoint {
            at: DateTime::UNIX_EPOCH + step * place,
            totals: value(told),
        };
        Trend {
            step,
            points: (0..).zip(told).map(point).collect(),
        }
    }

    fn line(health: Health, told: &[Option<u32>], now: u32) -> Sparkline {
        Sparkline::of(&trend(health, told), health, now, Zone::default())
    }

    /// Each value for a quarter of an hour.
    fn quarters(told: &[Option<u32>]) -> Vec<Option<u32>> {
        told.iter().flat_map(|value| [*value; POINTS]).collect()
    }

    #[test]
    fn a_line_goes_in_steps_and_a_gap_breaks_it() {
        let day = quarters(&[Some(0), Some(0), Some(4), None, Some(2), Some(9)]);
        let drawn = line(Health::Failed, &day, 2);
        // The last quarter tells of now.
        assert_eq!(drawn.steps, "M0 22H2V14H3 M4 18H6");
        assert_eq!(drawn.gaps, "", "too short to be drawn");
        let long = quarters(&[[None; GAP].as_slice(), &[Some(1)], &[None; GAP], &[Some(1)]].concat());
        let drawn = line(Health::Failed, &long, 1);
        assert_eq!(
            (&*drawn.steps, &*drawn.gaps),
            (" M12 2H13 M25 2H26", "M0 22H12M13 22H25")
        );
    }

    #[test]
    fn the_worst_of_a_quarter_is_drawn() {
        let day = [
            Some(0),
            Some(4),
            Some(0),
            Some(1),
            None,
            Some(1),
            Some(0),
            Some(0),
            Some(0),
        ];
        assert_eq!(line(Health::Failed, &day, 0).steps, "M0 2H1V17H2V22H3");
        let day = [Some(4), Some(1), Some(4), Some(4), Some(4), Some(4)];
        assert_eq!(line(Health::Healthy, &day, 4).steps, "M0 17H1V2H2");
    }

    #[test]
    fn a_day_of_nothing_is_a_line_at_the_bottom() {
        let line = line(Health::Failed, &quarters(&[Some(0), Some(0)]), 0);
        assert_eq!((&*line.steps, &*line.gaps, line.flat), ("M0 22H2", "", true));
        assert_eq!(line.says, "none now, none in the last day");
    }

    #[test]
    fn words_tell_what_was_worst_and_when_it_was_so_last() {
        let says = |health, told: &[Option<u32>], now| line(health, told, now).says;
        let day = [Some(7), Some(7), Some(1), Some(1)];
        assert_eq!(
            says(Health::Failed, &day, 1),
            "1 now, at most 7 at 00:05 in the last day"
        );
        assert_eq!(says(Health::Failed, &day, 8), "8 now, never more in the last day");
        assert_eq!(says(Health::Healthy, &day, 1), "1 now, never fewer in the last day");
        assert_eq!(
            says(Health::Healthy, &day, 9),
            "9 now, at least 1 at 00:10 in the last day"
        );
        assert_eq!(
            says(Health::Healthy, &[Some(0), Some(1)], 3),
            "3 now, at least none at 00:00 in the last day"
        );
        let gap = [None, None, None];
        assert_eq!(
            says(Health::Failed, &gap, 3),
            "3 now, never more in the last day, not counted for 10 min"
        );
    }
}
