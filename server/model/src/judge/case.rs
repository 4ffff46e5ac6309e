//! What goes into a rule and what comes out.

use std::sync::Arc;

use super::surroundings::Surroundings;
use crate::Timestamp;
use crate::cause::Cause;
use crate::facts::{ClusterFacts, ConnectorFacts};
use crate::observe::Source;
use crate::settings::Settings;
use crate::verdict::{Class, Diagnosis, Health, Reason, Verdict};

/// What one rule found: the health, since when, and why.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Finding {
    pub(super) health: Health,
    pub(super) since: Timestamp,
    pub(super) reasons: Vec<Reason>,
    pub(super) diagnosis: Option<Diagnosis>,
}

impl Finding {
    /// `unknown`, by what REST shows or no longer does.
    pub(super) fn unknown(since: Timestamp, text: Arc<str>, evidence: Arc<str>, diagnosis: Diagnosis) -> Self {
        let reason = Reason {
            text,
            evidence,
            source: Source::Rest,
            as_of: since,
        };
        Self {
            health: Health::Unknown,
            since,
            reasons: vec![reason],
            diagnosis: Some(diagnosis),
        }
    }

    /// As unknown as it was during a silence of the whole cluster, though that is heard again.
    pub(super) fn still_unknown(
        since: Timestamp,
        text: Arc<str>,
        evidence: Arc<str>,
        root_cause: &str,
        why: &str,
    ) -> Self {
        let diagnosis = Diagnosis::of_cluster(Class::Worker, 0.6, root_cause.into(), why, Cause::NotSeenSince);
        Self::unknown(since, text, evidence, diagnosis)
    }
}

/// What every rule reads.
pub(super) struct Case<'a> {
    pub(super) cluster: &'a ClusterFacts,
    pub(super) connector: &'a ConnectorFacts,
    pub(super) surroundings: &'a Surroundings,
    pub(super) settings: &'a Settings,
    pub(super) previous: Option<&'a Verdict>,
    pub(super) now: Timestamp,
}
