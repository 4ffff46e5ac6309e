//! What goes into a rule and what comes out.

use std::sync::Arc;

use chrono::TimeDelta;

use super::surroundings::Surroundings;
use crate::Timestamp;
use crate::cause::Cause;
use crate::facts::{ClusterFacts, ConnectorFacts};
use crate::objective::Objective;
use crate::observe::Source;
use crate::progress::Measures;
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

/// What is known of a connector's progress beside the facts, and what is asked of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress<'a> {
    /// What is measured of it.
    pub measured: Measured<'a>,
    /// What is asked of it.
    pub objective: Objective,
}

/// What is measured of a connector's progress.
#[derive(Clone, Copy, Debug, Default)]
pub enum Measured<'a> {
    /// Nothing ever: its Kafka is not looked at.
    #[default]
    Never,
    /// Nothing yet, or nothing at the moment: a server that just took over, or a Kafka that does not answer.
    Awaited,
    /// This.
    Now(&'a Measures),
}

/// What every rule reads.
pub(super) struct Case<'a> {
    pub(super) cluster: &'a ClusterFacts,
    pub(super) connector: &'a ConnectorFacts,
    pub(super) surroundings: &'a Surroundings,
    pub(super) settings: &'a Settings,
    pub(super) progress: Progress<'a>,
    pub(super) previous: Option<&'a Verdict>,
    pub(super) now: Timestamp,
}

impl<'a> Case<'a> {
    /// What is measured, if that is of now.
    pub(super) fn measures(&self) -> Option<&'a Measures> {
        match self.progress.measured {
            Measured::Now(measures) => Some(measures).filter(|now| self.now < now.as_of + self.settings.stale_after),
            Measured::Never | Measured::Awaited => None,
        }
    }

    /// The time without progress after which waiting work means stalled, as it is set.
    pub(super) fn stall_window(&self) -> TimeDelta {
        self.progress
            .objective
            .stall_window
            .unwrap_or(self.settings.stall_window)
    }
}
