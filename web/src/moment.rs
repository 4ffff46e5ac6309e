//! Moments in words: how long ago for a person, the exact time for who hovers, both for the script.

use std::fmt;

use askama::filters::HtmlSafe;
use chrono::{Datelike, TimeDelta};
use model::Timestamp;

/// A duration in words: `31 s`, `4 min 10 s`, `3 h 5 min`, `2 d 3 h`. Less than nothing, which clocks that differ can
/// give, is `0 s`.
pub(crate) fn fine(age: TimeDelta) -> String {
    let (big, small) = parts(age);
    match small {
        Some(small) => format!("{big} {small}"),
        None => big,
    }
}

/// The greater unit of [`fine`] alone.
pub(crate) fn coarse(age: TimeDelta) -> String {
    parts(age).0
}

fn parts(age: TimeDelta) -> (String, Option<String>) {
    let seconds = age.num_seconds().max(0);
    let (one, two, per, below) = match seconds {
        0..60 => return (format!("{seconds} s"), None),
        60..3_600 => ("min", "s", 60, 1),
        3_600..86_400 => ("h", "min", 3_600, 60),
        _ => ("d", "h", 86_400, 3_600),
    };
    let rest = (seconds % per) / below;
    let big = format!("{} {one}", crate::words::thousands((seconds / per).unsigned_abs()));
    (big, (rest > 0).then(|| format!("{rest} {two}")))
}

/// How long ago something began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Age {
    since: Timestamp,
    now: Timestamp,
    fine: bool,
}

impl Age {
    pub(crate) fn fine(since: Timestamp, now: Timestamp) -> Self {
        Self { since, now, fine: true }
    }

    pub(crate) fn coarse(since: Timestamp, now: Timestamp) -> Self {
        Self {
            since,
            now,
            fine: false,
        }
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let age = self.now - self.since;
        let (kind, text) = if self.fine {
            ("fine", fine(age))
        } else {
            ("coarse", coarse(age))
        };
        element(f, self.since, Some(kind), &text)
    }
}

impl HtmlSafe for Age {}

/// A time of day, with the day unless it is today's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    at: Timestamp,
    now: Timestamp,
    short: bool,
}

impl Clock {
    pub(crate) fn new(at: Timestamp, now: Timestamp) -> Self {
        Self { at, now, short: false }
    }

    /// To the minute, or the day alone.
    pub(crate) fn short(at: Timestamp, now: Timestamp) -> Self {
        Self { at, now, short: true }
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let today = self.at.date_naive() == self.now.date_naive();
        let form = match (today, self.at.year() == self.now.year(), self.short) {
            (true, _, false) => "%H:%M:%S",
            (true, _, true) => "%H:%M",
            (false, true, false) => "%-d %b %H:%M",
            (false, true, true) => "%-d %b",
            (false, false, _) => "%-d %b %Y",
        };
        element(f, self.at, None, &self.at.format(form).to_string())
    }
}

impl HtmlSafe for Clock {}

/// A day in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    at: Timestamp,
    now: Timestamp,
}

impl Day {
    pub(crate) fn new(at: Timestamp, now: Timestamp) -> Self {
        Self { at, now }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.at.format("%A %-d %B %Y");
        match (self.now.date_naive() - self.at.date_naive()).num_days() {
            0 => write!(f, "Today, {date}"),
            1 => write!(f, "Yesterday, {date}"),
            _ => write!(f, "{date}"),
        }
    }
}

impl HtmlSafe for Day {}

fn element(f: &mut fmt::Formatter<'_>, at: Timestamp, age: Option<&str>, text: &str) -> fmt::Result {
    let (machine, exact) = (at.format("%Y-%m-%dT%H:%M:%S%.3fZ"), at.format("%Y-%m-%d %H:%M:%S UTC"));
    write!(f, "<time datetime=\"{machine}\" title=\"{exact}\"")?;
    if let Some(kind) = age {
        write!(f, " data-age=\"{kind}\"")?;
    }
    write!(f, ">{text}</time>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_in_words() {
        let cases = [
            (-5, "0 s", "0 s"),
            (0, "0 s", "0 s"),
            (59, "59 s", "59 s"),
            (60, "1 min", "1 min"),
            (250, "4 min 10 s", "4 min"),
            (3_600, "1 h", "1 h"),
            (11_100, "3 h 5 min", "3 h"),
            (86_400, "1 d", "1 d"),
            (183_600, "2 d 3 h", "2 d"),
            (86_400 * 1_234, "1,234 d", "1,234 d"),
        ];
        for (seconds, long, short) in cases {
            assert_eq!(fine(TimeDelta::seconds(seconds)), long, "{seconds}");
            assert_eq!(coarse(TimeDelta::seconds(seconds)), short, "{seconds}");
        }
    }
}
