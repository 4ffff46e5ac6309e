//! Which team owns a connector.

use std::collections::BTreeMap;
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};
use serde::{Deserialize, Serialize};

use crate::names::{ClusterName, ConnectorName, TeamName};
use crate::observe::ListedConfig;
use crate::topics::Topic;

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
pub struct Owners {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    team: TeamName,
    cluster: Option<GlobMatcher>,
    connector: Option<GlobMatcher>,
    topic: Option<GlobMatcher>,
    label: Option<(Arc<str>, Arc<str>)>,
    source: Arc<str>,
}

impl Owners {
    /// Compiles the rules; the first bad glob is refused. A rule without any part matches nothing, so that an empty
    /// table in the file never gives a team the whole fleet.
    pub fn new(teams: &[Team]) -> Result<Self, BadGlob> {
        let mut rules = Vec::new();
        for team in teams {
            for owns in team.owns.iter().filter(|owns| **owns != Owns::default()) {
                rules.push(Rule::compile(&team.name, owns)?);
            }
        }
        Ok(Self { rules })
    }

    /// The owner of a connector. A `topic` glob sees the topics that the config reads or writes by name, and prefixes that
    /// lie within it (`archive.*` holds all of `archive.`); an expression names none, so it matches none.
    pub fn of(
        &self,
        cluster: &ClusterName,
        labels: &BTreeMap<Arc<str>, Arc<str>>,
        connector: &ConnectorName,
        config: Option<&ListedConfig>,
    ) -> Option<Owner> {
        let rule = self
            .rules
            .iter()
            .find(|rule| rule.matches(cluster, labels, connector, config))?;
        Some(Owner {
            team: rule.team.clone(),
            source: rule.source.clone(),
        })
    }
}

impl Rule {
    fn compile(team: &TeamName, owns: &Owns) -> Result<Self, BadGlob> {
        let label = owns
            .label
            .as_ref()
            .map(|(key, value)| format!("label {key} = \"{value}\""));
        let source = [
            ("cluster", &owns.cluster),
            ("connector", &owns.connector),
            ("topic", &owns.topic),
        ]
        .into_iter()
        .filter_map(|(part, glob)| glob.as_ref().map(|glob| format!("{part} = \"{glob}\"")))
        .chain(label)
        .collect::<Vec<_>>()
        .join(", ");
        Ok(Self {
            team: team.clone(),
            cluster: owns.cluster.as_deref().map(glob).transpose()?,
            connector: owns.connector.as_deref().map(glob).transpose()?,
            topic: owns.topic.as_deref().map(glob).transpose()?,
            label: owns.label.clone(),
            source: source.into(),
        })
    }

    fn matches(
        &self,
        cluster: &ClusterName,
        labels: &BTreeMap<Arc<str>, Arc<str>>,
        connector: &ConnectorName,
        config: Option<&ListedConfig>,
    ) -> bool {
        let holds = |glob: &Option<GlobMatcher>, text: &str| glob.as_ref().is_none_or(|glob| glob.is_match(text));
        holds(&self.cluster, cluster.as_str())
            && holds(&self.connector, connector.as_str())
            && self
                .label
                .as_ref()
                .is_none_or(|(key, value)| labels.get(key) == Some(value))
            && self
                .topic
                .as_ref()
                .is_none_or(|glob| topics(config).any(|topic| covers(glob, topic)))
    }
}

/// What it reads or writes.
fn topics(config: Option<&ListedConfig>) -> impl Iterator<Item = &Topic> {
    let all = config.map(|config| &config.topics).into_iter();
    all.flat_map(|topics| topics.reads.iter().chain(&topics.writes))
}

/// Whether the glob matches a topic, or every topic of a prefix. Of an expression it cannot be told.
fn covers(glob: &GlobMatcher, topic: &Topic) -> bool {
    match topic {
        Topic::Named(name) => glob.is_match(&**name),
        Topic::Prefix(prefix) => glob.glob().glob().ends_with('*') && glob.is_match(&**prefix),
        Topic::Pattern(_) => false,
    }
}

pub(crate) fn glob(text: &str) -> Result<GlobMatcher, BadGlob> {
    GlobBuilder::new(text)
        .literal_separator(false)
        .backslash_escape(true)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|error| BadGlob {
            glob: text.into(),
            why: error.kind().to_string(),
        })
}
