//! The verdict on a connector of which nothing is heard.

use std::sync::Arc;

use super::case::{Case, Finding};
use super::surroundings::Silence;
use super::window::Window;
use crate::Timestamp;
use crate::cause::Cause;
use crate::observe::Source;
use crate::verdict::{Diagnosis, Health, Reason};

/// What is said of a connector, and of its tasks, whose status vanished.
const VANISHED: &str = "The workers know this connector, but its status has vanished";

/// `unknown`: the cluster is silent, no status of this connector exists yet, or its status vanished.
pub(super) fn rule(case: &Case<'_>, window: &mut Window) -> Option<Finding> {
    if let Some(silence) = &case.surroundings.silence {
        return Some(silent(silence));
    }
    if !case.connector.has_status() {
        return Some(without_status(
            case.connector.first_seen,
            "The workers know this connector, but no status of it exists yet",
            "in the plain list, without a status record",
            "a connector that was just created looks the same as one whose start hangs",
            Cause::NoStatusYet,
        ));
    }
    let (since, unseen) = vanished(case, window)?;
    if unseen == Unseen::SinceSilence {
        return Some(not_listed_again(since));
    }
    if let Some(first) = &case.connector.missing {
        return Some(without_status(
            since,
            UNPROVEN,
            &format!(
                "the list of {} lacked it first; a second one that proves it could not be had",
                first.by
            ),
            "a connector counts as deleted once a second worker, where there is one, lists it no more either",
            Cause::DeletionUnproven,
        ));
    }
    Some(without_status(
        since,
        VANISHED,
        "the expanded list shows no status of it any more; the states shown are the last ones seen",
        "its status records may have been removed or be unreadable; whether it runs cannot be told",
        Cause::StatusVanished,
    ))
}

/// What is said in its place while a ready worker does not list the connector either.
const UNPROVEN: &str = "This connector is listed no more; that it was deleted is not proven yet";

/// What is said of a connector that was not seen since before its cluster fell silent.
const SINCE_SILENCE: &str =
    "The cluster is heard again, and this connector was not seen since; whether it was deleted is not proven yet";

/// Why nothing is known of a connector of which a status was seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unseen {
    /// The lists since its cluster is heard again do not show it, and a deletion may still be proven: it stays as unknown
    /// as it was during the silence.
    SinceSilence,
    /// A ready worker does not list it either.
    Unproven,
    /// The workers know it, and show no status.
    Vanished,
}

impl Unseen {
    /// What is said of the connector, and of its tasks.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::SinceSilence => SINCE_SILENCE,
            Self::Unproven => UNPROVEN,
            Self::Vanished => VANISHED,
        }
    }
}

/// Since when its status has been missing, once that is no deletion which is still being proven, and why. A first plain
/// list without it gives the proof more time, unless it comes so late that the connector is unknown already.
pub(super) fn vanished(case: &Case<'_>, window: &mut Window) -> Option<(Timestamp, Unseen)> {
    let status = case.connector.status_missing.as_ref()?;
    let first = status.first_list();
    let in_time = first + case.settings.vanished_grace();
    let missing = case.connector.missing.as_ref();
    let ends = match missing {
        Some(missing) if missing.at < in_time => first + case.settings.deletion_grace(),
        _ => in_time,
    };
    window.until(ends);
    if case.now < ends {
        return status.heard_again.map(|_| (status.since, Unseen::SinceSilence));
    }
    let unseen = if missing.is_some() {
        Unseen::Unproven
    } else {
        Unseen::Vanished
    };
    Some((status.since, unseen))
}

fn not_listed_again(since: Timestamp) -> Finding {
    Finding::still_unknown(
        since,
        SINCE_SILENCE.into(),
        "the lists since then lack it; the states shown are the last ones seen".into(),
        "the cluster is heard again; not all of its connectors were seen since",
        "every connector of the cluster was out of sight, and whether these were deleted meanwhile is not proven yet",
    )
}

fn without_status(since: Timestamp, text: &str, evidence: &str, why: &str, cause: Cause) -> Finding {
    let text: Arc<str> = text.into();
    let diagnosis = Diagnosis::untold(0.3, text.clone(), why, cause);
    Finding::unknown(since, text, evidence.into(), diagnosis)
}

fn silent(silence: &Silence) -> Finding {
    let reason = Reason {
        text: silence.text.clone(),
        evidence: "the states shown are the last ones seen".into(),
        source: Source::Rest,
        as_of: silence.since,
    };
    Finding {
        health: Health::Unknown,
        since: silence.unknown_since,
        reasons: vec![reason],
        diagnosis: Some(silence.diagnosis()),
    }
}
