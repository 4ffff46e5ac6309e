//! Whether a connector moves data.

use chrono::TimeDelta;

use super::case::Case;
use super::{shown, window::Window};
use crate::observe::Source;
use crate::progress::{Keeps, Measures};
use crate::verdict::{Activity, Health, Reason};

/// Active when it moved within the stall window; idle when it did not and nothing waits; unknown where that cannot be told.
/// With it what is to be said of that.
pub(super) fn activity(case: &Case<'_>, health: Health, window: &mut Window) -> (Activity, Option<Reason>) {
    let moving = matches!(health, Health::Healthy | Health::Lagging | Health::Stalled);
    let Some(measures) = case.measures().filter(|_| moving) else {
        return (Activity::Unknown, None);
    };
    window.until(measures.as_of + case.settings.stale_after);
    let activity = of(case, measures, window);
    let text = match (health, activity) {
        (Health::Healthy, Activity::Idle) if measures.sink.is_some() => {
            "Nothing waits: all that it reads is committed, and nothing came for a while"
        }
        (Health::Healthy, Activity::Idle) => "It wrote nothing for a while, as when its source has nothing new",
        (Health::Healthy, Activity::Unknown) => match unknown(measures) {
            Some(text) => text,
            None => return (activity, None),
        },
        _ => return (activity, None),
    };
    let reason = Reason {
        text: text.into(),
        evidence: keeps(measures).unwrap_or_default().into(),
        source: Source::Offsets,
        as_of: shown::as_of(case, text),
    };
    (activity, Some(reason))
}

fn of(case: &Case<'_>, measures: &Measures, window: &mut Window) -> Activity {
    let rhythm = measures.rhythm.unwrap_or(TimeDelta::zero());
    let while_ = case.stall_window().max(rhythm * 3);
    let mut within = |moment| {
        let ends = moment + while_;
        window.until(ends);
        case.now < ends
    };
    if measures.moved().is_some_and(&mut within) {
        return Activity::Active;
    }
    if within(measures.watched) || !measures.known() {
        return Activity::Unknown;
    }
    match measures.units.iter().all(|unit| unit.waiting.records == 0) {
        true => Activity::Idle,
        false => Activity::Unknown,
    }
}

/// Why it cannot be told whether it moves.
fn unknown(measures: &Measures) -> Option<&'static str> {
    let sink = measures.sink.as_ref()?;
    match (&sink.keeps, sink.never_committed) {
        (Keeps::Hidden, _) => Some("As which group it reads is hidden in its config: how far it is cannot be told"),
        (Keeps::Elsewhere { .. }, true) => {
            Some("It keeps its offsets elsewhere: how far it is cannot be told from Kafka")
        }
        (Keeps::Group(_), true) => Some("Its group has not committed anything: how far it is cannot be told"),
        _ => None,
    }
}

/// Where it keeps its offsets.
fn keeps(measures: &Measures) -> Option<String> {
    match &measures.sink.as_ref()?.keeps {
        Keeps::Group(group) => Some(format!("consumer group {group}")),
        Keeps::Hidden => None,
        Keeps::Elsewhere { place, .. } => Some(format!("it keeps its offsets {place}")),
    }
}
