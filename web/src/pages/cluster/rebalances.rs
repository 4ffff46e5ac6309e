//! Rebalances over the last day, as bars, as a table, and one by one.

use console::Rebalances;
use model::Timestamp;

use crate::Frame;
use crate::moment::Clock;
use crate::pages::history::Line;
use crate::words;

/// The height of the bars.
const HEIGHT: usize = 48;
/// The width of an hour.
const HOUR: usize = 12;
/// Lines that are shown.
const MOST: usize = 8;

/// The section.
pub(super) struct Turns {
    pub(super) bars: Vec<Bar>,
    pub(super) width: usize,
    pub(super) height: usize,
    /// The most in an hour.
    pub(super) most: String,
    pub(super) from: Clock,
    pub(super) said: String,
    pub(super) lines: Vec<Line>,
    /// Whether anything is counted.
    pub(super) watched: bool,
}

/// An hour.
pub(super) struct Bar {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) height: usize,
    pub(super) from: Clock,
    /// `None`: it was not watched.
    pub(super) count: Option<String>,
}

impl Turns {
    pub(super) fn of(rebalances: &Rebalances, frame: &Frame) -> Self {
        let counts = || rebalances.hours.iter().filter_map(|hour| hour.count);
        let most = counts().max().unwrap_or(0);
        let bar = |(number, hour): (usize, &console::Hour)| {
            // One is to be seen beside any number.
            let height = hour.count.map_or(0, |count| match count {
                0 => 0,
                some => (some * HEIGHT / most.max(1)).max(3),
            });
            Bar {
                x: number * HOUR,
                y: HEIGHT - height,
                height,
                from: began(hour.from, frame),
                count: hour.count.map(|count| words::thousands(count as u64)),
            }
        };
        let all: usize = counts().sum();
        let unwatched = rebalances.hours.len() - counts().count();
        let over = match unwatched {
            0 => "in the last day".to_owned(),
            _ => format!(
                "in the {} that {} watched",
                words::counted(counts().count(), "hour", "hours"),
                words::form(counts().count(), "was", "were")
            ),
        };
        let first = rebalances.hours.first().map_or(frame.now, |hour| hour.from);
        Self {
            bars: rebalances.hours.iter().enumerate().map(bar).collect(),
            width: rebalances.hours.len() * HOUR,
            height: HEIGHT,
            most: words::thousands(most as u64),
            from: began(first, frame),
            said: format!(
                "{} {over}",
                words::sentence(&words::counted(all, "rebalance", "rebalances"))
            ),
            lines: Line::newest(&rebalances.items, MOST, frame),
            watched: counts().next().is_some(),
        }
    }
}

/// `14:00`, of another day with the day.
fn began(at: Timestamp, frame: &Frame) -> Clock {
    let clock = frame.clock(&at);
    match frame.day(&at) == frame.day(&frame.now) {
        true => clock.short(),
        false => clock,
    }
}
