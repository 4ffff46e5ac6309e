//! Numbers in reasons. Lag changes every second, and a reason that changed with it would be written down every second: so a
//! reason stands until it is old for what it tells.

use chrono::TimeDelta;

use super::case::Case;
use super::window::Window;
use crate::Timestamp;
use crate::verdict::{Health, Reason};

/// A reason stands at least for so long.
const LEAST: TimeDelta = TimeDelta::minutes(1);
/// And for this part of the time that it tells of.
const PART: i32 = 10;

/// The reasons of the last verdict, where it was of this health, and they are young for what has held since `since`.
pub(super) fn still_good(
    case: &Case<'_>,
    health: Health,
    since: Timestamp,
    window: &mut Window,
) -> Option<Vec<Reason>> {
    let old = case.previous.filter(|old| old.health == health)?;
    let told = old.reasons.first()?.as_of;
    let until = told + LEAST.max((told - since) / PART);
    window.until(until);
    // What is told of a moment ahead was told before the clock was set back.
    (told <= case.now && case.now < until).then(|| old.reasons.clone())
}

/// Since when a text stands among the reasons: since now, unless the last verdict had it.
pub(super) fn as_of(case: &Case<'_>, text: &str) -> Timestamp {
    let reasons = case.previous.map(|old| old.reasons.as_slice()).unwrap_or_default();
    let before = reasons.iter().find(|reason| *reason.text == *text);
    before.map_or(case.now, |reason| reason.as_of.min(case.now))
}
