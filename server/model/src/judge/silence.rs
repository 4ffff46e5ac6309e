//! The verdict on a connector of which nothing is heard.

use std::sync::Arc;

use super::case::{Case, Finding};
use super::surroundings::Silence;
use crate::fault::Scope;
use crate::observe::Source;
use crate::verdict::{Class, Diagnosis, Domain, Health, Reason};

/// `unknown`: the cluster is silent, or no status of this connector exists yet.
pub(super) fn rule(case: &Case<'_>) -> Option<Finding> {
    if let Some(silence) = &case.surroundings.silence {
        return Some(silent(silence));
    }
    if case.connector.instance.is_some() || !case.connector.tasks.is_empty() {
        return None;
    }
    let since = case.connector.first_seen;
    let text: Arc<str> = "The workers know this connector, but no status of it exists yet".into();
    let reason = Reason {
        text: text.clone(),
        evidence: "in the plain list, without a status record".into(),
        source: Source::Rest,
        as_of: since,
    };
    let diagnosis = Diagnosis {
        domain: Domain::Unsure,
        class: Class::Unknown,
        confidence: 0.3,
        root_cause: text,
        why: "a connector that was just created looks the same as one whose start hangs".into(),
        shared: None,
    };
    Some(Finding {
        health: Health::Unknown,
        since,
        reasons: vec![reason],
        diagnosis: Some(diagnosis),
    })
}

fn silent(silence: &Silence) -> Finding {
    let reason = Reason {
        text: silence.text.clone(),
        evidence: "the states shown are the last ones seen".into(),
        source: Source::Rest,
        as_of: silence.since,
    };
    let diagnosis = Diagnosis {
        domain: Domain::Infrastructure,
        class: silence.class,
        confidence: 0.9,
        root_cause: silence.text.clone(),
        why: "every connector of the cluster is concerned at once, whatever it does".into(),
        shared: Some(Scope::Cluster),
    };
    Finding {
        health: Health::Unknown,
        since: silence.since,
        reasons: vec![reason],
        diagnosis: Some(diagnosis),
    }
}
