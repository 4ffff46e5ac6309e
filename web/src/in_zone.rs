//! Sentences of the record as their reader's clock has it: where one says `14:06:02 UTC`, the same moment in the zone that
//! every other time on the page is in.

use std::borrow::Cow;

use chrono::NaiveTime;
use model::Timestamp;

use crate::preferences::Zone;

/// How a sentence ends a time of day, and how long that is.
const UTC: &str = " UTC";
const TIME: usize = "14:06:02".len();

/// `text` with the times of day in it moved into `zone`. Which day they are of it does not say; it is that of `now`, which
/// decides only on which side of a change of clocks they lie.
pub(crate) fn in_zone(text: &str, now: Timestamp, zone: Zone) -> Cow<'_, str> {
    if zone.is_utc() || !text.contains(UTC) {
        return Cow::Borrowed(text);
    }
    let mut moved = String::with_capacity(text.len());
    let mut parts = text.split(UTC).peekable();
    while let Some(part) = parts.next() {
        let last = parts.peek().is_none();
        match split(part).filter(|_| !last) {
            Some((before, time)) => {
                let at = now.date_naive().and_time(time).and_utc();
                moved.push_str(before);
                moved.push_str(&zone.local(at).format("%H:%M:%S").to_string());
            }
            None => {
                moved.push_str(part);
                moved.push_str(if last { "" } else { UTC });
            }
        }
    }
    Cow::Owned(moved)
}

/// What ends with a time of day, without it, and the time.
fn split(text: &str) -> Option<(&str, NaiveTime)> {
    let (before, time) = text.split_at_checked(text.len().checked_sub(TIME)?)?;
    Some((before, NaiveTime::parse_from_str(time, "%H:%M:%S").ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_within_a_sentence_are_those_of_the_readers_clock() {
        let now: Timestamp = "2026-11-23T06:10:00Z".parse().unwrap();
        let new_york = Zone::parse("America/New_York").unwrap();
        let said =
            "held back until 06:05:02 UTC; nothing moves since 00:00:01 UTC although UTC is told, and at 25:00:00 UTC";
        assert_eq!(
            in_zone(said, now, new_york),
            "held back until 01:05:02; nothing moves since 19:00:01 although UTC is told, and at 25:00:00 UTC"
        );
        assert_eq!(in_zone(said, now, Zone::default()), said);
        assert_eq!(in_zone("é UTC", now, new_york), "é UTC");
    }
}
