//! Moments in words: how long ago for a person, the exact time for who hovers, both for the script.

use std::fmt;

use askama::filters::HtmlSafe;
use chrono::{Datelike, NaiveDate, TimeDelta};
use model::Timestamp;

use crate::preferences::Zone;

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
    blank: bool,
}

impl Age {
    pub(crate) fn fine(since: Timestamp, now: Timestamp) -> Self {
        Self {
            since,
            now,
            fine: true,
            blank: false,
        }
    }

    pub(crate) fn coarse(since: Timestamp, now: Timestamp) -> Self {
        Self {
            since,
            now,
            fine: false,
            blank: false,
        }
    }

    /// Whether the script is to write it.
    pub(crate) fn blank(self, blank: bool) -> Self {
        Self { blank, ..self }
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
        element(f, self.since, Some(kind), if self.blank { "" } else { &text })
    }
}

impl HtmlSafe for Age {}

/// How long it is until something.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    until: Timestamp,
    now: Timestamp,
}

impl Left {
    pub(crate) fn new(until: Timestamp, now: Timestamp) -> Self {
        Self { until, now }
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        element(f, self.until, Some("left"), &fine(self.until - self.now))
    }
}

impl HtmlSafe for Left {}

/// A time of day in the reader's zone, with the day unless it is today's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    at: Timestamp,
    now: Timestamp,
    zone: Zone,
    form: Form,
}

/// How exact a [`Clock`] is.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// To the second, whatever the day.
    Time,
    /// To the second; of another day to the minute.
    Second,
    /// To the minute; of another day the day alone.
    Minute,
}

impl Clock {
    pub(crate) fn new(at: Timestamp, now: Timestamp, zone: Zone) -> Self {
        let form = Form::Second;
        Self { at, now, zone, form }
    }

    /// To the minute, or the day alone.
    pub(crate) fn short(self) -> Self {
        Self {
            form: Form::Minute,
            ..self
        }
    }

    /// Below a heading that says the day.
    pub(crate) fn time(self) -> Self {
        Self {
            form: Form::Time,
            ..self
        }
    }
}

impl Clock {
    /// The words alone, for places that hold nothing but text.
    pub(crate) fn text(&self) -> String {
        let (at, now) = (self.zone.local(self.at), self.zone.local(self.now));
        let today = at.date_naive() == now.date_naive();
        let form = match (self.form, today, at.year() == now.year()) {
            (Form::Time, _, _) | (Form::Second, true, _) => "%H:%M:%S",
            (Form::Minute, true, _) => "%H:%M",
            (Form::Second, false, true) => "%-d %b %H:%M",
            (Form::Minute, false, true) => "%-d %b",
            (_, false, false) => "%-d %b %Y",
        };
        at.format(form).to_string()
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        element(f, self.at, None, &self.text())
    }
}

impl HtmlSafe for Clock {}

/// A day of the reader's zone, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    date: NaiveDate,
    today: NaiveDate,
}

impl Day {
    pub(crate) fn new(at: Timestamp, now: Timestamp, zone: Zone) -> Self {
        Self {
            date: zone.local(at).date_naive(),
            today: zone.local(now).date_naive(),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date.format("%A %-d %B %Y");
        match (self.today - self.date).num_days() {
            0 => write!(f, "Today, {date}"),
            1 => write!(f, "Yesterday, {date}"),
            _ => write!(f, "{date}"),
        }
    }
}

impl HtmlSafe for Day {}

/// A span within sentences: `at 13:02`, `from 13:02 to 13:09`, with the days when it reaches over midnight.
pub(crate) fn span(from: Timestamp, to: Timestamp, zone: Zone) -> String {
    let (from, to) = (zone.local(from), zone.local(to));
    let form = match from.date_naive() == to.date_naive() {
        true => "%H:%M",
        false => "%-d %b %H:%M",
    };
    let (from, to) = (from.format(form).to_string(), to.format(form).to_string());
    match from == to {
        true => format!("at {to}"),
        false => format!("from {from} to {to}"),
    }
}

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
    fn a_time_and_its_day_are_those_of_the_readers_zone() {
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let (now, zone) = (at("2026-11-21T23:30:00Z"), Zone::parse("Europe/Berlin").unwrap());
        let shown = |clock: Clock| {
            let text = clock.to_string();
            text.split(['>', '<']).nth(2).unwrap().to_owned()
        };
        let clock = |text: &str| Clock::new(at(text), now, zone);
        let midnight = "2026-11-21T23:10:05Z";
        assert_eq!(shown(clock(midnight)), "00:10:05");
        assert_eq!(shown(Clock::new(at(midnight), now, Zone::default())), "23:10:05");
        assert_eq!(shown(clock("2026-11-21T22:10:05Z")), "21 Nov 23:10");
        assert_eq!(shown(clock("2026-11-21T22:10:05Z").short()), "21 Nov");
        assert_eq!(shown(clock("2026-11-21T22:10:05Z").time()), "23:10:05");
        assert_eq!(shown(clock("2025-12-31T23:30:00Z").short()), "1 Jan");
        assert_eq!(Day::new(now, now, zone).to_string(), "Today, Sunday 22 November 2026");
        assert_eq!(
            Day::new(at("2026-11-21T22:59:59Z"), now, zone).to_string(),
            "Yesterday, Saturday 21 November 2026"
        );
        assert_eq!(span(at(midnight), at("2026-11-21T23:10:50Z"), zone), "at 00:10");
        assert_eq!(
            span(at("2026-11-21T22:10:05Z"), at(midnight), zone),
            "from 21 Nov 23:10 to 22 Nov 00:10"
        );
        assert_eq!(
            span(at("2026-11-21T22:10:05Z"), at(midnight), Zone::default()),
            "from 22:10 to 23:10"
        );
    }

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
