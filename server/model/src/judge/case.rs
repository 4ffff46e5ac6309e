//! What goes into a rule and what comes out.

use super::surroundings::Surroundings;
use crate::Timestamp;
use crate::facts::{ClusterFacts, ConnectorFacts};
use crate::settings::Settings;
use crate::verdict::{Diagnosis, Health, Reason, Verdict};

/// What one rule found: the health, since when, and why.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Finding {
    pub(super) health: Health,
    pub(super) since: Timestamp,
    pub(super) reasons: Vec<Reason>,
    pub(super) diagnosis: Option<Diagnosis>,
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
