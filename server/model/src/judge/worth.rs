//! When a connector is to be judged anew though no fact of it changed and no date has come: its measures say something else.

use super::lagging;
use crate::objective::Objective;
use crate::progress::Measures;
use crate::verdict::{Activity, Health, Verdict};

/// Whether measures say something that the last verdict does not know, which was given by those of `before`. All that time
/// alone changes is told by [`super::Judged::valid_until`].
pub fn worth_judging(now: &Measures, before: Option<&Measures>, objective: &Objective, previous: &Verdict) -> bool {
    let Some(before) = before else { return true };
    let over = |measures: &Measures| {
        let lag = measures.sink.as_ref().and_then(|sink| sink.lag.as_ref());
        lag.is_some_and(|lag| lagging::over(objective, lag).is_some())
    };
    let moved = now.moved() > before.moved();
    let differ = now.units.len() != before.units.len()
        || now.units.iter().zip(&before.units).any(|(now, before)| {
            let unit = |unit: &crate::progress::Unit| (unit.task, unit.known, unit.standing.is_some());
            let moved = now.moved > before.moved && previous.health == Health::Stalled;
            unit(now) != unit(before) || moved
        });
    let never = |measures: &Measures| measures.sink.as_ref().is_some_and(|sink| sink.never_committed);
    // What was not known may be known now.
    let unknown = previous.activity == Activity::Unknown && now.as_of > before.as_of;
    let anew = now.watched != before.watched || now.moved() < before.moved();
    differ
        || anew
        || unknown
        || moved && previous.activity != Activity::Active
        || over(now) != (previous.health == Health::Lagging)
        || over(now) && moved
        || now.rhythm != before.rhythm
        || never(now) != never(before)
}
