//! The level axis: full hours or days by the reader's clock.

use chrono::{DateTime, Datelike, TimeDelta, Timelike};
use console::Span;

use crate::preferences::Zone;

/// A time on the axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    /// Its place in hundredths of the width.
    pub(crate) place: String,
    pub(crate) words: String,
}

/// Times that the axis of a stretch shows: every half an hour, twelve hours or 15 days, as they come.
pub(crate) fn ticks(span: Span, zone: Zone) -> Vec<Tick> {
    let long = span.until - span.from;
    let (every, form) = match long.num_hours() {
        0..=3 => (TimeDelta::minutes(30), "%H:%M"),
        4..=72 => (TimeDelta::hours(12), "%a %H:%M"),
        73..=400 => (TimeDelta::days(2), "%-d %b"),
        _ => (TimeDelta::days(15), "%-d %b"),
    };
    let begin = zone.local(span.from);
    // The midnight before, by the reader's clock: half hours and hours are full from there.
    let since = TimeDelta::seconds(i64::from(begin.num_seconds_from_midnight()));
    let mut at: DateTime<_> = begin - since;
    if every >= TimeDelta::days(15) {
        at -= TimeDelta::days(i64::from(begin.day0()));
    }
    let mut ticks = Vec::new();
    while at < span.until {
        let place = (at.to_utc() - span.from).num_seconds() as f64 / long.num_seconds().max(1) as f64 * 100.0;
        // Words at the edges would be cut off.
        if (4.0..=96.0).contains(&place) {
            ticks.push(Tick {
                place: format!("{place:.2}"),
                words: zone.local(at.to_utc()).format(form).to_string(),
            });
        }
        at += every;
    }
    ticks
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn words(hours: i64) -> Vec<String> {
        let until = DateTime::from_timestamp(1_795_269_600, 0).unwrap();
        let span = Span::new(until - TimeDelta::hours(hours), until, until).unwrap();
        ticks(span, Zone::default())
            .into_iter()
            .map(|tick| tick.words)
            .collect()
    }

    #[test]
    fn times_are_full_ones_and_neither_many_nor_cut_off() {
        assert_eq!(words(2), ["12:30", "13:00", "13:30"]);
        assert_eq!(words(48), ["Fri 00:00", "Fri 12:00", "Sat 00:00", "Sat 12:00"]);
        let days = words(90 * 24);
        assert!((4..=7).contains(&days.len()), "{days:?}");
    }
}
