//! Fleet and cluster.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::facts::{ClusterAbout, Freshness, WorkerFacts};
use model::fault::Fault;
use model::names::{ClusterName, ConnectorId, ConnectorName, TeamName, WorkerId};
use model::progress::{Reading, Readings};
use model::record::{ClusterRecord, ConnectorRecord};

use crate::{Alike, Alikes, Carried, Connector, Connectors, Progress, Staleness, Totals};

/// All clusters at one number of the feed.
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    /// By name.
    pub clusters: BTreeMap<ClusterName, Arc<Cluster>>,
    /// The last number of the feed that is in this snapshot.
    pub feed: i64,
    /// How often those numbers went back under this server, because the database became an older copy of itself: numbers
    /// of one count are not comparable with those of another.
    pub begun: u32,
    /// Clusters that may be another one.
    pub alike: Arc<Alikes>,
}

/// One cluster of a snapshot. All but `fresh`, which moves with every heartbeat, is shared by its clones; `progress` moves
/// every second and leaves the connectors alone.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Its name.
    pub name: ClusterName,
    /// The cluster as a whole.
    pub about: Arc<ClusterAbout>,
    /// Its workers, by address.
    pub workers: Arc<[Arc<WorkerFacts>]>,
    /// Its connectors, deleted ones included.
    pub connectors: Arc<Connectors>,
    /// What is measured of them.
    pub progress: Arc<Progress>,
    /// Its open faults, oldest first.
    pub faults: Arc<[Arc<Fault>]>,
    /// When each source was last true.
    pub fresh: Freshness,
    /// The number of the feed at which anything but `fresh` and `progress` last changed: its ETag.
    pub revision: i64,
}

impl Cluster {
    /// From a record, at one number of the feed.
    pub fn new(record: ClusterRecord, revision: i64) -> Self {
        let mut cluster = Self {
            name: record.name,
            about: Arc::new(record.about),
            workers: record.workers.into(),
            connectors: Arc::default(),
            progress: Arc::default(),
            faults: Arc::from([]),
            fresh: record.fresh,
            revision,
        };
        cluster.put_connectors(record.connectors, revision);
        cluster.put_faults(record.faults);
        cluster
    }

    /// Replaces or adds connectors.
    pub fn put_connectors(&mut self, records: Vec<ConnectorRecord>, revision: i64) {
        self.revision = self.revision.max(revision);
        if records.is_empty() {
            return;
        }
        let connectors = Arc::make_mut(&mut self.connectors).change();
        for record in records {
            let name = record.facts.name.clone();
            let fault = connectors.get(&name).and_then(|old| old.fault.clone());
            let connector = Connector {
                fault,
                revision,
                record,
            };
            connectors.insert(name, Arc::new(connector));
        }
        self.progress = Arc::new(self.progress.again());
    }

    /// Replaces what is measured of its connectors.
    pub fn put_progress(&mut self, readings: Readings) {
        self.progress = Arc::new(readings.into());
    }

    /// What is measured of one that exists.
    pub fn reading(&self, connector: &Connector) -> Option<&Reading> {
        let name = connector.facts().name.as_str();
        connector.live().then(|| self.progress.get(name)).flatten()
    }

    /// The same, if it is of now: see [`Progress::current`].
    pub fn current_reading(&self, connector: &Connector, staleness: &Staleness) -> Option<&Reading> {
        let name = connector.facts().name.as_str();
        let live = connector.live().then(|| self.progress.current(name, staleness));
        live.flatten()
    }

    /// Forgets connectors of which nothing is recorded any more.
    pub fn forget_connectors<'a>(&mut self, names: impl IntoIterator<Item = &'a ConnectorName>) {
        for name in names {
            if self.connectors.contains_key(name) {
                Arc::make_mut(&mut self.connectors).change().remove(name);
                self.progress = Arc::new(self.progress.again());
            }
        }
    }

    /// Replaces the open faults and ties connectors to them: each to one, which is its cluster's while that is silent.
    pub fn put_faults(&mut self, mut faults: Vec<Arc<Fault>>) {
        faults.sort_by(|left, right| (left.opened_at, &left.id).cmp(&(right.opened_at, &right.id)));
        let known: BTreeMap<&str, &Arc<Fault>> = self.faults.iter().map(|fault| (&*fault.id, fault)).collect();
        for fault in &mut faults {
            // One that did not change stays the same one, so that telling ties apart below is cheap.
            if let Some(same) = known.get(&*fault.id).filter(|old| **old == fault) {
                *fault = Arc::clone(same);
            }
        }
        let mut of: BTreeMap<&ConnectorName, &Arc<Fault>> = BTreeMap::new();
        for fault in faults.iter().filter(|fault| fault.unheard_since.is_none()) {
            of.extend(fault.members.iter().map(|member| (member, fault)));
        }
        let other = self.connectors.iter().filter_map(|(name, connector)| {
            let fault = of.get(name).copied();
            let same = match (&connector.fault, fault) {
                (Some(old), Some(new)) => Arc::ptr_eq(old, new),
                (old, new) => old.is_none() && new.is_none(),
            };
            (!same).then(|| (name.clone(), fault.cloned()))
        });
        let other: Vec<_> = other.collect();
        if !other.is_empty() {
            let connectors = Arc::make_mut(&mut self.connectors).change();
            for (name, fault) in other {
                if let Some(connector) = connectors.get_mut(&name) {
                    Arc::make_mut(connector).fault = fault;
                }
            }
        }
        self.faults = faults.into();
    }

    /// Whether it is not watched, because another configured cluster is this same one.
    pub fn refused(&self) -> bool {
        self.about.same_as.is_some()
    }

    /// Connectors that exist. A cluster that was refused because another one is the same has none of its own.
    pub fn live(&self) -> impl Iterator<Item = &Arc<Connector>> {
        let refused = self.refused();
        self.connectors
            .values()
            .filter(move |connector| !refused && connector.live())
    }

    /// Counts by the health to show.
    pub fn totals(&self, staleness: &Staleness) -> Totals {
        if self.about.same_as.is_some() {
            return Totals::default();
        }
        self.connectors.index().totals(false, staleness.silent(&self.fresh))
    }

    /// Counts of connectors that exist by owner, `None` being nobody, and by the health to show.
    pub fn team_totals(&self, staleness: &Staleness) -> impl Iterator<Item = (Option<&TeamName>, Totals)> {
        let silent = staleness.silent(&self.fresh);
        let own = self.about.same_as.is_none().then(|| self.connectors.index());
        own.into_iter().flat_map(move |index| index.team_totals(silent))
    }

    /// What REST says each worker runs, of connectors that exist; workers that run nothing are left out.
    pub fn carried(&self) -> Option<&BTreeMap<WorkerId, Carried>> {
        self.about.same_as.is_none().then(|| self.connectors.carried())
    }
}

impl Fleet {
    /// One connector.
    pub fn connector(&self, id: &ConnectorId) -> Option<(&Arc<Cluster>, &Arc<Connector>)> {
        let cluster = self.clusters.get(&id.cluster)?;
        cluster.connectors.get(&id.name).map(|connector| (cluster, connector))
    }

    /// The clusters that this one may be, by name.
    pub fn alike(&self, cluster: &ClusterName) -> &[Alike] {
        self.alike.get(cluster).map_or(&[], Vec::as_slice)
    }

    /// Counts over all clusters.
    pub fn totals(&self, staleness: &Staleness) -> Totals {
        let mut totals = Totals::default();
        for cluster in self.clusters.values() {
            totals.merge(&cluster.totals(staleness));
        }
        totals
    }

    /// The oldest moment at which the states of a cluster were last seen, of those that were ever seen; the others are
    /// told apart as such, and refused ones are told of by those that they are. `None` when none was.
    pub fn as_of(&self) -> Option<model::Timestamp> {
        let watched = self.clusters.values().filter(|cluster| !cluster.refused());
        watched.filter_map(|cluster| cluster.fresh.rest).min()
    }
}
