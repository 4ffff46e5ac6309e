//! The verdict on a connector of which nothing is heard.

use std::sync::Arc;

use super::case::{Case, Finding};
use super::surroundings::Silence;
use super::window::Window;
use crate::Timestamp;
use crate::observe::Source;
use crate::verdict::{Class, Diagnosis, Domain, Health, Reason};

/// What is said of a connector, and of its tasks, whose status vanished.
pub(super) const VANISHED: &str = "The workers know this connector, but its status has vanished";

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
        ));
    }
    let since = vanished(case, window)?;
    if let Some(first) = &case.connector.missing {
        return Some(without_status(
            since,
            UNPROVEN,
            &format!(
                "the list of {} lacked it first; a second one that proves it could not be had",
                first.by
            ),
            "a connector counts as deleted once a second worker, where there is one, lists it no more either",
        ));
    }
    Some(without_status(
        since,
        VANISHED,
        "the expanded list shows no status of it any more; the states shown are the last ones seen",
        "its status records may have been removed or be unreadable; whether it runs cannot be told",
    ))
}

/// What is said in its place while a ready worker does not list the connector either.
pub(super) const UNPROVEN: &str = "This connector is listed no more; that it was deleted is not proven yet";

/// What is said of a connector without a status, and of its tasks.
pub(super) fn gone(case: &Case<'_>) -> &'static str {
    match case.connector.missing {
        Some(_) => UNPROVEN,
        None => VANISHED,
    }
}

/// Since when its status has been missing, once that is no deletion which is still being proven.
pub(super) fn vanished(case: &Case<'_>, window: &mut Window) -> Option<Timestamp> {
    let since = case.connector.status_missing.as_ref()?.since;
    let ends = since
        + match case.connector.missing {
            Some(_) => case.settings.deletion_grace(),
            None => case.settings.vanished_grace(),
        };
    window.until(ends);
    (case.now >= ends).then_some(since)
}

fn without_status(since: Timestamp, text: &str, evidence: &str, why: &str) -> Finding {
    let text: Arc<str> = text.into();
    let reason = Reason {
        text: text.clone(),
        evidence: evidence.into(),
        source: Source::Rest,
        as_of: since,
    };
    let diagnosis = Diagnosis {
        domain: Domain::Unsure,
        class: Class::Unknown,
        confidence: 0.3,
        root_cause: text,
        why: why.into(),
        shared: None,
    };
    Finding {
        health: Health::Unknown,
        since,
        reasons: vec![reason],
        diagnosis: Some(diagnosis),
    }
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
