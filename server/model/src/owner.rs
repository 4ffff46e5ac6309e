//! Which team owns a connector.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::names::{ClusterName, ConnectorName, TeamName};
use crate::secrets::Config;

/// A team with what it owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its name.
    pub name: TeamName,
    /// Whether it is the platform team, which owns workers and clusters.
    pub platform: bool,
    /// What it owns; the first rule of the first team that matches wins.
    pub owns: Vec<Owns>,
}

/// One rule of `[[teams]] owns`; every part given must match. Globs: `*`, `?`, `[…]`, `{a,b}`; `*` crosses slashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owns {
    /// Glob over the cluster's name.
    pub cluster: Option<Arc<str>>,
    /// Glob over the connector's name.
    pub connector: Option<Arc<str>>,
    /// Glob over any topic that the config names.
    pub topic: Option<Arc<str>>,
    /// Cluster label that must have this value.
    pub label: Option<(Arc<str>, Arc<str>)>,
}

/// An owner and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The team.
    pub team: TeamName,
    /// The rule that matched, readable: `connector = "s3-*"`.
    pub source: Arc<str>,
}

/// A refused glob.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{glob}` is no glob: {why}")]
pub struct BadGlob {
    /// The text.
    pub glob: Arc<str>,
    /// What is wrong with it.
    pub why: String,
}

/// Compiled rules of all teams.
#[derive(Clone, Debug, Default)]
pub struct Owners {}

impl Owners {
    /// Compiles the rules; the first bad glob is refused.
    pub fn new(teams: &[Team]) -> Result<Self, BadGlob> {
        let _ = teams;
        Ok(Self {})
    }

    /// The owner of a connector.
    pub fn of(
        &self,
        cluster: &ClusterName,
        labels: &BTreeMap<Arc<str>, Arc<str>>,
        connector: &ConnectorName,
        config: Option<&Config>,
    ) -> Option<Owner> {
        let _ = (cluster, labels, connector, config);
        None
    }
}
