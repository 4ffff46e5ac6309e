//! How many connectors each choice of a facet would show: those that match everything else that was asked.

use std::collections::BTreeMap;

use model::names::{ClusterName, TeamName};
use model::state::ConnectorKind;
use model::verdict::{Class, Health};

use crate::index::{Index, Row};
use crate::selection::fails;
use crate::{Cluster, Totals};

/// Counts by facet, each with its own choice set aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// By health as shown.
    pub health: Totals,
    /// By owner, `None` being nobody.
    pub teams: BTreeMap<Option<TeamName>, u32>,
    /// By cluster.
    pub clusters: BTreeMap<ClusterName, u32>,
    /// Sources and sinks.
    pub kinds: BTreeMap<&'static str, u32>,
    /// By the fault's class, of those that have one.
    pub classes: BTreeMap<Class, u32>,
}

/// The same of one cluster, in a form that is quick to count.
pub(crate) struct Counts<'a> {
    cluster: &'a ClusterName,
    index: &'a Index,
    matching: usize,
    health: Totals,
    teams: Vec<u32>,
    all: u32,
    kinds: [u32; 2],
    classes: [u32; Class::ALL.len()],
}

impl<'a> Counts<'a> {
    pub(crate) fn new(cluster: &'a Cluster, index: &'a Index) -> Self {
        Self {
            cluster: &cluster.name,
            index,
            matching: 0,
            health: Totals::default(),
            teams: vec![0; index.teams.len() + 1],
            all: 0,
            kinds: [0; 2],
            classes: [0; Class::ALL.len()],
        }
    }

    /// Counts a row that fails of these.
    pub(crate) fn add(&mut self, row: &Row, health: Health, failing: u8) {
        let but = |own: u8| failing & !own == 0;
        self.matching += usize::from(failing == 0);
        if but(fails::HEALTH) {
            self.health.add(health);
        }
        if but(fails::TEAM) {
            self.teams.get_mut(row.team).into_iter().for_each(|count| *count += 1);
        }
        self.all += u32::from(but(fails::CLUSTER));
        if let Some(kind) = row.kind.filter(|_| but(fails::KIND)) {
            let [sources, sinks] = &mut self.kinds;
            match kind {
                ConnectorKind::Source => *sources += 1,
                ConnectorKind::Sink => *sinks += 1,
            }
        }
        if let Some(class) = row.class.filter(|_| but(fails::CLASS)) {
            let count = self.classes.get_mut(class as usize);
            count.into_iter().for_each(|count| *count += 1);
        }
    }

    /// How many match everything.
    pub(crate) fn matching(&self) -> usize {
        self.matching
    }
}

impl Facets {
    pub(crate) fn merge(&mut self, counts: &Counts<'_>) {
        self.health.merge(&counts.health);
        let teams = counts.index.teams.iter().map(|team| Some(team.clone())).chain([None]);
        for (team, count) in teams.zip(&counts.teams).filter(|(_, count)| **count > 0) {
            *self.teams.entry(team).or_default() += count;
        }
        if counts.all > 0 {
            self.clusters.insert(counts.cluster.clone(), counts.all);
        }
        let kinds = [ConnectorKind::Source, ConnectorKind::Sink].map(ConnectorKind::as_str);
        for (kind, count) in kinds.into_iter().zip(counts.kinds).filter(|(_, count)| *count > 0) {
            *self.kinds.entry(kind).or_default() += count;
        }
        for (class, count) in Class::ALL
            .into_iter()
            .zip(counts.classes)
            .filter(|(_, count)| *count > 0)
        {
            *self.classes.entry(class).or_default() += count;
        }
    }
}
