//! What is still to be recorded of one cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::Timestamp;
use model::facts::{ClusterAbout, ClusterFacts, Freshness, WorkerFacts};
use model::fault::Fault;
use model::names::{ClusterName, ConnectorName, WorkerId};
use model::observe::Source;
use model::record::{Changed, ConnectorRecord, Entry};
use model::transition::{Change, Subject, Transition};
use store::{Batch, InForce};

use super::in_force::Configs;

/// History entries kept while the database is away; when there are more they give way to one recorded gap before the
/// next are added. What one look saw is never parted, however large its cluster is.
const MOST_ENTRIES: usize = 10_000;

/// Why configs are missing among the config versions.
const LOST_CONFIGS: &str = "more configs came into force than could be kept until the database took them; of each connector the last one is kept";

/// Rows that differ from what is recorded, and history that is not recorded yet.
#[derive(Clone, Default)]
pub(crate) struct Pending {
    pub(super) about: bool,
    pub(super) workers: BTreeSet<WorkerId>,
    pub(super) connectors: BTreeSet<ConnectorName>,
    pub(super) faults: BTreeMap<Arc<str>, Arc<Fault>>,
    pub(super) feed: BTreeSet<(Option<ConnectorName>, Changed)>,
    pub(super) heartbeat: bool,
    pub(super) entries: Vec<Entry>,
    pub(super) configs: Configs,
    /// History of these rows that may be what the database refuses.
    pub(super) withheld: Option<Withheld>,
    /// Whether a gap tells already that it was refused.
    pub(super) told: bool,
}

/// History in whose place a gap is recorded.
#[derive(Clone)]
pub(super) struct Withheld {
    pub(super) gap: Entry,
    pub(super) history: Vec<Entry>,
    /// What the database said.
    pub(super) why: String,
}

impl Pending {
    pub(super) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Puts one gap in the place of more entries than are kept while the database takes none, and one in that of configs.
    pub(super) fn give_way(&mut self) {
        if let [first, .., last] = self.entries.as_slice()
            && self.entries.len() >= MOST_ENTRIES
        {
            let why = "more happened than could be kept until the database took it";
            self.entries = vec![gap(beginning(first), last.at(), why)];
        }
        self.configs_give_way();
    }

    /// Drops configs that others followed, where they are more than are kept, and has one gap tell of all of them.
    pub(super) fn configs_give_way(&mut self) {
        let Some((from, at)) = self.configs.give_way() else {
            return;
        };
        let told = self.entries.iter().position(|entry| stands_for(entry, LOST_CONFIGS));
        let from = told.map_or(from, |told| beginning(&self.entries.remove(told)).min(from));
        let place = self.entries.partition_point(|entry| entry.at() <= at);
        self.entries.insert(place, gap(from, at, LOST_CONFIGS));
    }

    /// Only history.
    pub(super) fn of_entries(entries: Vec<Entry>) -> Self {
        Self {
            entries,
            ..Self::default()
        }
    }

    pub(super) fn take_entries(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.entries)
    }

    /// As a batch of this number; `piece` when it is a piece of one that was refused.
    pub(super) fn outgoing(
        mut self,
        number: i64,
        piece: bool,
        facts: &ClusterFacts,
        at: Timestamp,
        connector: impl Fn(&ConnectorName) -> Option<ConnectorRecord>,
    ) -> Outgoing {
        Outgoing {
            cluster: facts.name.clone(),
            number,
            at,
            about: self.about.then(|| facts.about.clone()),
            workers: self
                .workers
                .iter()
                .filter_map(|id| facts.workers.get(id).cloned())
                .collect(),
            workers_gone: self
                .workers
                .iter()
                .filter(|id| !facts.workers.contains_key(*id))
                .cloned()
                .collect(),
            connectors: self.connectors.iter().filter_map(connector).collect(),
            configs: self.configs.all(),
            connectors_gone: self
                .connectors
                .iter()
                .filter(|name| !facts.connectors.contains_key(*name))
                .cloned()
                .collect(),
            entries: {
                let gap = self.withheld.iter().map(|withheld| withheld.gap.clone());
                gap.chain(std::mem::take(&mut self.entries)).collect()
            },
            faults: self.faults.values().cloned().collect(),
            feed: self.feed.iter().cloned().collect(),
            fresh: facts.fresh.clone(),
            piece,
            rows: self,
        }
    }

    /// History that is not recorded yet.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether nothing is to be recorded but, perhaps, a heartbeat.
    pub(super) fn is_empty(&self) -> bool {
        !self.about
            && self.workers.is_empty()
            && self.connectors.is_empty()
            && self.configs.is_empty()
            && self.faults.is_empty()
            && self.entries.is_empty()
    }
}

/// When what an entry tells of began: for a gap that stands for earlier ones, when those did.
pub(super) fn beginning(entry: &Entry) -> Timestamp {
    match entry {
        Entry::Transition(Transition {
            change: Change::RecordingGap { from, .. },
            ..
        }) => *from,
        other => other.at(),
    }
}

/// Whether an entry stands for what could not be recorded.
pub(super) fn is_gap(entry: &Entry) -> bool {
    matches!(
        entry,
        Entry::Transition(Transition {
            change: Change::RecordingGap { .. },
            ..
        })
    )
}

/// Whether it is a gap for this reason.
fn stands_for(entry: &Entry, reason: &str) -> bool {
    matches!(
        entry,
        Entry::Transition(Transition {
            change: Change::RecordingGap { why, .. },
            ..
        }) if **why == *reason
    )
}

/// The entry that stands for what could not be recorded.
pub(super) fn gap(from: Timestamp, at: Timestamp, why: &str) -> Entry {
    Entry::Transition(Transition {
        at,
        source: Source::Record,
        subject: Subject::Cluster,
        change: Change::RecordingGap { from, why: why.into() },
        actor: None,
    })
}

/// A batch that owns what it tells, so that the ledger can go on while it is being recorded.
pub(crate) struct Outgoing {
    cluster: ClusterName,
    number: i64,
    at: Timestamp,
    about: Option<ClusterAbout>,
    workers: Vec<Arc<WorkerFacts>>,
    workers_gone: Vec<WorkerId>,
    connectors: Vec<ConnectorRecord>,
    configs: Vec<InForce>,
    connectors_gone: Vec<ConnectorName>,
    entries: Vec<Entry>,
    faults: Vec<Arc<Fault>>,
    feed: Vec<(Option<ConnectorName>, Changed)>,
    fresh: Freshness,
    /// Whether it is a piece of one that was refused.
    pub(super) piece: bool,
    /// What it was made of, but for the entries.
    rows: Pending,
}

impl Outgoing {
    /// As the store takes it.
    pub(crate) fn batch(&self) -> Batch<'_> {
        Batch {
            cluster: &self.cluster,
            number: self.number,
            at: self.at,
            about: self.about.as_ref(),
            workers: &self.workers,
            workers_gone: &self.workers_gone,
            connectors: &self.connectors,
            configs: &self.configs,
            connectors_gone: &self.connectors_gone,
            entries: &self.entries,
            faults: &self.faults,
            feed: &self.feed,
            fresh: &self.fresh,
        }
    }

    pub(super) fn cluster(&self) -> &ClusterName {
        &self.cluster
    }

    pub(super) fn at(&self) -> Timestamp {
        self.at
    }

    /// What it was made of.
    pub(super) fn into_pending(mut self) -> Pending {
        if self.rows.withheld.is_some() {
            self.entries.remove(0);
        }
        Pending {
            entries: self.entries,
            ..self.rows
        }
    }

    /// Its history.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// When the earliest of it happened.
    pub(super) fn begins(&self) -> Option<Timestamp> {
        let entries = self.entries.iter().map(beginning);
        entries.chain(self.rows.begins()).min()
    }

    /// How much history it stands for.
    pub(super) fn held(&self) -> usize {
        // The gap in the place of what is withheld is none of it.
        self.entries.len() - usize::from(self.rows.withheld.is_some()) + self.rows.held()
    }

    #[cfg(test)]
    pub(crate) fn connectors(&self) -> &[ConnectorRecord] {
        &self.connectors
    }

    #[cfg(test)]
    pub(crate) fn faults(&self) -> &[Arc<Fault>] {
        &self.faults
    }
}
