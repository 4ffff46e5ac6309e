//! `crash_looping`: it failed at least three times within ten minutes, whatever it is doing this moment.

use super::case::{Case, Finding};
use super::{diagnosis, instance, window::Window};
use crate::Timestamp;
use crate::facts::InstanceFacts;
use crate::settings::Settings;
use crate::spelt;
use crate::verdict::{Health, Reason};

/// Failures of an instance that count now, oldest first, when there are enough of them.
pub(super) fn counted<'a>(facts: &'a InstanceFacts, settings: &Settings, now: Timestamp) -> Option<&'a [Timestamp]> {
    let first = facts
        .failures
        .partition_point(|failure| now - *failure >= settings.crash_window);
    let counted = facts.failures.get(first..).unwrap_or_default();
    (counted.len() >= settings.crash_count).then_some(counted)
}

/// When the loop would be over without another failure: as the last of the needed failures leaves the window.
pub(super) fn over_at(counted: &[Timestamp], settings: &Settings) -> Option<Timestamp> {
    let index = counted.len().checked_sub(settings.crash_count)?;
    counted.get(index).map(|failure| *failure + settings.crash_window)
}

/// When it became a loop: with the last of the needed failures.
pub(super) fn began(counted: &[Timestamp], settings: &Settings) -> Option<Timestamp> {
    counted.get(settings.crash_count.checked_sub(1)?).copied()
}

/// The instance that failed most often decides.
pub(super) fn rule(case: &Case<'_>, window: &mut Window) -> Option<Finding> {
    let looping = case
        .connector
        .instances()
        .filter_map(|(place, facts)| Some((place, facts, counted(facts, case.settings, case.now)?)))
        .max_by_key(|(_, _, failures)| failures.len())?;
    let (place, facts, failures) = looping;
    if let Some(over) = over_at(failures, case.settings) {
        window.until(over);
    }
    let (first, last) = (failures.first().copied()?, failures.last().copied()?);
    let name = instance::name(place);
    let span = (last - first).num_seconds();
    let text = format!(
        "Its {name} failed {} times within {}; restarts do not help",
        failures.len(),
        spelt::time(span)
    );
    let reason = Reason {
        text: text.into(),
        evidence: format!(
            "{name} is {} on {} now",
            facts.state,
            instance::whereabouts(case, &facts.worker_id)
        )
        .into(),
        source: facts.source,
        as_of: last,
    };
    let since = began(failures, case.settings).unwrap_or(first);
    // Between two failures there is no trace to read; what was read from the last one still holds.
    let known = || {
        let loops = case.previous.filter(|old| old.health == Health::CrashLooping)?;
        loops.diagnosis.clone()
    };
    let diagnosis = match &facts.trace {
        Some(_) => None,
        None => known(),
    }
    .unwrap_or_else(|| diagnosis::of_failure(case, place, facts));
    let mut reasons = vec![reason];
    reasons.extend(diagnosis::cause_reason(&diagnosis, (facts.source, last)));
    Some(Finding {
        health: Health::CrashLooping,
        since,
        reasons,
        diagnosis: Some(diagnosis),
    })
}
