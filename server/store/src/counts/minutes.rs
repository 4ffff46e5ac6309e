//! An hour in a row: `7f3h196 . . 12h199` are four minutes, of which the second and third count as the first, and 10 and
//! 11 are missing.

use std::fmt::Write as _;
use std::sync::Arc;

use chrono::TimeDelta;
use model::Timestamp;
use model::verdict::Health;

use super::{Counted, Minute};

/// The next minute, counting as the one before.
pub(super) const SAME: &str = ".";

/// A minute that says all of itself.
pub(super) fn whole(minute: u32, counted: &Counted) -> String {
    let mut text = minute.to_string();
    for (health, count) in counted.iter().filter(|(_, count)| *count > 0) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}{count}", health.letter());
    }
    text
}

/// Reads an hour. What makes no sense is left out, and the dots after it: a gap is better than a number that is not true.
pub(super) fn read(hour: Timestamp, text: &str) -> Vec<Minute> {
    let mut minutes: Vec<Minute> = Vec::new();
    let mut before: Option<(u32, Counted)> = None;
    for word in text.split_ascii_whitespace() {
        before = match word {
            SAME => before.map(|(minute, counted)| (minute + 1, counted)),
            word => parsed(word),
        };
        before = before.filter(|(minute, _)| *minute < 60);
        if let Some((minute, counted)) = &before {
            minutes.push(Minute {
                at: hour + TimeDelta::minutes(i64::from(*minute)),
                counted: counted.clone(),
            });
        }
    }
    minutes
}

fn parsed(word: &str) -> Option<(u32, Counted)> {
    let (minute, mut rest) = number(word)?;
    let mut counted: Vec<(Health, u32)> = Vec::new();
    while let Some(letter) = rest.chars().next() {
        let (count, after) = number(rest.strip_prefix(letter)?)?;
        let health = Health::of_letter(letter).unwrap_or(Health::Unknown);
        match counted.iter_mut().find(|(known, _)| *known == health) {
            Some((_, known)) => *known = known.saturating_add(count),
            None => counted.push((health, count)),
        }
        rest = after;
    }
    counted.sort_unstable();
    Some((minute, Arc::from(counted)))
}

/// The number that a text begins with, and what follows.
fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn told(text: &str) -> Vec<(i64, Vec<(Health, u32)>)> {
        let minutes = read(DateTime::UNIX_EPOCH, text).into_iter();
        minutes
            .map(|minute| (minute.at.timestamp() / 60, minute.counted.to_vec()))
            .collect()
    }

    #[test]
    fn what_is_written_is_read_and_what_is_missing_is_a_gap() {
        let some = vec![(Health::Failed, 3), (Health::Healthy, 196)];
        let counted: Counted = Arc::from(some.clone());
        assert_eq!(whole(7, &counted), "7f3h196");
        assert_eq!(whole(0, &Arc::from(vec![(Health::Failed, 0)])), "0");
        let all = vec![(Health::Healthy, 199)];
        assert_eq!(
            told("7f3h196 . . 12h199 13"),
            [(7, some.clone()), (8, some.clone()), (9, some), (12, all), (13, vec![])]
        );
    }

    #[test]
    fn what_makes_no_sense_is_left_out_with_the_dots_after_it() {
        assert_eq!(told("f3 . 5x 6h . 99h1 . . 8h1"), [(8, vec![(Health::Healthy, 1)])]);
        assert_eq!(told(". . 59h1 ."), [(59, vec![(Health::Healthy, 1)])]);
        assert_eq!(told("5h99999999999 6h1é"), []);
        // A verdict of a newer version.
        assert_eq!(told("5z4k1"), [(5, vec![(Health::Unknown, 5)])]);
    }
}
