//! What a row or an entry of the history is about. What is about one subject is recorded together or not at all: a row
//! without its history would be a change that nobody can read of, and history without its row would be told once more by
//! the next holder, who goes on from the rows.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::fault::{Fault, Scope};
use model::names::{ClusterName, ConnectorName, WorkerId};
use model::record::{Changed, Entry};
use model::transition;

use super::pending::{Pending, is_gap};

/// What has a row of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    Cluster,
    Worker(WorkerId),
    Connector(ConnectorName),
    /// One that concerns more than a connector.
    Fault(Arc<str>),
}

impl Subject {
    /// Of an entry; none for a gap, which belongs to no row.
    fn of(entry: &Entry) -> Option<Self> {
        if is_gap(entry) {
            return None;
        }
        Some(match entry {
            Entry::FaultOpened(fault) | Entry::FaultEnded(fault) => Self::of_fault(fault),
            Entry::Verdict(change) => Self::Connector(change.connector.clone()),
            Entry::Transition(transition) => match &transition.subject {
                transition::Subject::Cluster => Self::Cluster,
                transition::Subject::Worker(id) => Self::Worker(id.clone()),
                transition::Subject::Connector(name) | transition::Subject::Task(name, _) => {
                    Self::Connector(name.clone())
                }
            },
        })
    }

    /// A connector's own fault stands and falls with it: a fault that is open although its connector is well would be
    /// ended by the next holder, and opened again.
    fn of_fault(fault: &Fault) -> Self {
        match &fault.scope {
            Scope::Connector(name) => Self::Connector(name.clone()),
            Scope::Cluster | Scope::Worker(_) => Self::Fault(fault.id.clone()),
        }
    }

    /// In words, for a row of it.
    pub(super) fn words(&self, cluster: &ClusterName) -> String {
        match self {
            Self::Cluster => format!("what is known of {cluster} as a whole"),
            Self::Worker(id) => format!("what is known of the worker {id} of {cluster}"),
            Self::Connector(name) => format!("what is known of the connector {name} of {cluster}"),
            Self::Fault(_) => format!("a fault of {cluster}"),
        }
    }
}

impl Pending {
    /// What rows are about.
    pub(super) fn subjects(&self) -> BTreeSet<Subject> {
        let workers = self.workers.iter().cloned().map(Subject::Worker);
        let connectors = self.connectors.iter().cloned().map(Subject::Connector);
        let configs = self.configs.connectors().cloned().map(Subject::Connector);
        let faults = self.faults.values().map(|fault| Subject::of_fault(fault));
        let cluster = self.about.then_some(Subject::Cluster);
        cluster
            .into_iter()
            .chain(workers)
            .chain(connectors)
            .chain(configs)
            .chain(faults)
            .collect()
    }

    /// The same, and what its history is about.
    pub(super) fn all_subjects(&self) -> BTreeSet<Subject> {
        let told = self.entries.iter().filter_map(Subject::of);
        self.subjects().into_iter().chain(told).collect()
    }

    /// Takes out the rows and the history of these subjects, with what the feed tells of them. Gaps stay.
    pub(super) fn take_out(&mut self, subjects: &BTreeSet<Subject>) -> Self {
        let is_of = |subject: Subject| subjects.contains(&subject);
        let (entries, left) = std::mem::take(&mut self.entries)
            .into_iter()
            .partition(|entry| Subject::of(entry).is_some_and(is_of));
        self.entries = left;
        let mut out = Self {
            about: self.about && subjects.contains(&Subject::Cluster),
            entries,
            told: self.told,
            ..Self::default()
        };
        self.about &= !out.about;
        out.workers = self
            .workers
            .extract_if(.., |id| is_of(Subject::Worker(id.clone())))
            .collect();
        out.connectors = self
            .connectors
            .extract_if(.., |name| is_of(Subject::Connector(name.clone())))
            .collect();
        out.configs = self.configs.take_out(|name| is_of(Subject::Connector(name.clone())));
        out.faults = self
            .faults
            .extract_if(.., |_, fault| is_of(Subject::of_fault(fault)))
            .collect();
        let is_told = |name: &Option<ConnectorName>| {
            let name = name.as_ref().map(|name| Subject::Connector(name.clone()));
            name.is_some_and(is_of)
        };
        out.feed = self.feed.extract_if(.., |(name, _)| is_told(name)).collect();
        out.tell_rows();
        out
    }

    /// Has the feed tell of every row.
    fn tell_rows(&mut self) {
        let rows = [
            (self.about, Changed::Cluster),
            (!self.workers.is_empty(), Changed::Workers),
            (!self.faults.is_empty(), Changed::Faults),
        ];
        let of_cluster = rows.into_iter().filter(|(there, _)| *there);
        self.feed.extend(of_cluster.map(|(_, changed)| (None, changed)));
        let told: BTreeSet<&ConnectorName> = self.feed.iter().filter_map(|(name, _)| name.as_ref()).collect();
        let untold: Vec<_> = self
            .connectors
            .iter()
            .filter(|name| !told.contains(name))
            .cloned()
            .collect();
        self.feed
            .extend(untold.into_iter().map(|name| (Some(name), Changed::Connector)));
    }

    /// Adds what happened after it, or beside it.
    pub(super) fn add(&mut self, newer: Self) {
        self.about |= newer.about;
        self.workers.extend(newer.workers);
        self.connectors.extend(newer.connectors);
        self.faults.extend(newer.faults);
        self.feed.extend(newer.feed);
        self.configs.add(newer.configs);
        newer.entries.into_iter().for_each(|entry| self.push(entry));
    }
}
