//! Clusters, their workers and plugins.

mod load;
mod measured;
mod rebalances;
mod sight;
mod topics;

use std::collections::BTreeMap;
use std::sync::Arc;

use model::Timestamp;
use model::actor::{Actor, Right};
use model::facts::{Alive, Freshness, GroupFacts, WorkerFacts};
use model::names::{ClusterName, WorkerId};
use model::observe::{Gap, GapKind, HealthAnswer};
use view::{Alike, Carried, Cluster, Fleet, Staleness, Totals};

use crate::fault::{fault_item, out_of_sight, worst_first};
use crate::{Console, Error, FaultItem, require};

pub use load::{Assignment, AssignmentLine, Load, Placed};
pub use rebalances::{Hour, Rebalances};
pub use sight::{Seeing, Sight};

/// A cluster as lists show it.
#[derive(Clone, Debug)]
pub struct ClusterItem {
    /// Its name.
    pub name: ClusterName,
    /// Whether a worker answers: false once two intervals passed without an answer. One that answers "busy" is reachable,
    /// though the states grow `stale`. Connectors keep their last verdicts until the stale limit, and for as long as the
    /// group has members.
    pub reachable: bool,
    /// Whether somebody looked within the stale limit: a server, and a database that took what it saw. Else it is not known
    /// whether a worker answers, and it is not `reachable`.
    pub looked: bool,
    /// Since when a worker answers, or none does; where nobody looks, since when that is so.
    pub reachable_since: Option<Timestamp>,
    /// Why the last look got no list, where it got none.
    pub gap: Option<Gap>,
    /// When its connectors' states were last seen.
    pub as_of: Option<Timestamp>,
    /// Whether that is too long ago.
    pub stale: bool,
    /// Whether Kafka, which is asked, has not told for too long who is in its Connect group, or never did.
    pub group_unheard: bool,
    /// Whether it went out of sight although no fault of the whole cluster is on record: a cause that nobody recorded.
    pub out_of_sight: bool,
    /// The lowest Connect version among its workers.
    pub version: Option<Arc<str>>,
    /// The Kafka cluster's id.
    pub kafka_cluster_id: Option<Arc<str>>,
    /// Labels from the configuration.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// Its workers, by address.
    pub workers: Vec<WorkerItem>,
    /// Connectors by health.
    pub totals: Totals,
    /// One letter a connector would be too many for words: healths run-length, worst first.
    pub lamps: Vec<(model::verdict::Health, u32)>,
    /// The number of the feed at which it last changed.
    pub revision: i64,
    /// Set when it was refused because another configured cluster is the same one: then nothing of it is watched, judged or
    /// counted, it is not `reachable`, and its workers and plugins are told of that one.
    pub same_as: Option<ClusterName>,
    /// Other watched clusters that may be this one, and why.
    pub alike: Vec<Alike>,
}

impl ClusterItem {
    /// Whether nobody looks at it, though it is to be watched.
    pub fn unlooked(&self) -> bool {
        !self.looked && self.same_as.is_none()
    }
}

/// A worker.
#[derive(Clone, Debug)]
pub struct WorkerItem {
    /// Its cluster.
    pub cluster: ClusterName,
    /// Its advertised address.
    pub id: WorkerId,
    /// Whether it lives.
    pub alive: Alive,
    /// Since when.
    pub since: Timestamp,
    /// The evidence, one sentence.
    pub evidence: Arc<str>,
    /// Connect's version.
    pub version: Option<Arc<str>>,
    /// Connector instances that REST says it runs.
    pub connectors: u32,
    /// Tasks that REST says it runs.
    pub tasks: u32,
    /// Whether it leads the group.
    pub leader: bool,
    /// The last `/health`.
    pub health: Option<HealthAnswer>,
    /// Plugins that it can load; `None` when not asked yet.
    pub plugins: Option<usize>,
}

/// Versions of a plugin with the workers that have them; `None` where a plugin tells no version.
pub type Versions = BTreeMap<Option<Arc<str>>, Vec<WorkerId>>;

/// A plugin over the workers of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginLine {
    /// Its cluster.
    pub cluster: ClusterName,
    /// Java class.
    pub class: Arc<str>,
    /// `source`, `sink`, `converter` and so on.
    pub kind: Arc<str>,
    /// Versions with the workers that have them.
    pub versions: Versions,
    /// Living workers that told their plugins and lack this one.
    pub missing: Vec<WorkerId>,
}

/// A cluster with everything that its page shows.
#[derive(Clone, Debug)]
pub struct ClusterDetail {
    /// As in lists.
    pub item: ClusterItem,
    /// The Connect group, when Kafka lets us see it.
    pub group: Option<GroupFacts>,
    /// Why Kafka does not tell who is in the group, where it should.
    pub group_gap: Option<Gap>,
    /// When each source was last true.
    pub fresh: Freshness,
    /// What each configured address last answered.
    pub addresses: BTreeMap<WorkerId, Arc<str>>,
    /// Its open faults.
    pub faults: Vec<FaultItem>,
    /// Plugins over its workers.
    pub plugins: Vec<PluginLine>,
    /// How evenly its tasks lie on its workers.
    pub load: Load,
    /// What is seen of it, and what is not.
    pub sights: Vec<Sight>,
}

impl Console {
    /// All clusters, by name. Right: `see`.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub fn clusters(&self, actor: &Actor) -> Result<Vec<ClusterItem>, Error> {
        require(actor, Right::See)?;
        Ok(self.cluster_items(&self.fleet()))
    }

    /// One cluster. Right: `see`.
    ///
    /// # Errors
    /// [`Error::Denied`]; [`Error::NotFound`].
    pub fn cluster(&self, actor: &Actor, name: &ClusterName) -> Result<ClusterDetail, Error> {
        require(actor, Right::See)?;
        let fleet = self.fleet();
        let cluster = fleet.clusters.get(name).ok_or_else(|| unknown(name))?;
        let staleness = self.staleness();
        let spec = self.spec();
        let spec = spec.clusters.iter().find(|known| known.name == *name);
        let item = self.cluster_item(&fleet, cluster);
        Ok(ClusterDetail {
            load: Load::of(&item.workers),
            sights: sight::sights(cluster, spec, &staleness),
            item,
            group: cluster.about.group.clone().map(|group| self.still_holding(group)),
            group_gap: cluster.about.group_gap.clone(),
            fresh: cluster.fresh.clone(),
            addresses: cluster.about.addresses.clone(),
            faults: worst_first(
                cluster
                    .faults
                    .iter()
                    .map(|fault| fault_item(cluster, fault, &staleness))
                    .collect(),
            ),
            plugins: plugin_lines(cluster),
        })
    }

    /// Which connectors of a cluster run where, as REST says: the part of this number, or the nearest that there is. Right:
    /// `see`.
    ///
    /// # Errors
    /// [`Error::Denied`]; [`Error::NotFound`].
    pub fn assignment(&self, actor: &Actor, name: &ClusterName, part: usize) -> Result<Assignment, Error> {
        require(actor, Right::See)?;
        let fleet = self.fleet();
        let cluster = fleet.clusters.get(name).ok_or_else(|| unknown(name))?;
        Ok(Assignment::of(cluster, part, &self.staleness()))
    }

    /// All workers. Right: `see`.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub fn workers(&self, actor: &Actor) -> Result<Vec<WorkerItem>, Error> {
        require(actor, Right::See)?;
        let staleness = self.staleness();
        Ok(self
            .fleet()
            .clusters
            .values()
            .flat_map(|cluster| worker_items(cluster, &staleness))
            .collect())
    }

    /// All plugins. Right: `see`.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub fn plugins(&self, actor: &Actor) -> Result<Vec<PluginLine>, Error> {
        require(actor, Right::See)?;
        Ok(self
            .fleet()
            .clusters
            .values()
            .flat_map(|cluster| plugin_lines(cluster))
            .collect())
    }

    pub(crate) fn cluster_items(&self, fleet: &Fleet) -> Vec<ClusterItem> {
        let clusters = fleet.clusters.values();
        clusters.map(|cluster| self.cluster_item(fleet, cluster)).collect()
    }

    /// The group with its rebalance delay only while that holds anything back.
    fn still_holding(&self, mut group: GroupFacts) -> GroupFacts {
        group.delay_until = group.holds_until(self.now());
        group
    }

    fn cluster_item(&self, fleet: &Fleet, cluster: &Cluster) -> ClusterItem {
        let staleness = self.staleness();
        let spec = self.spec();
        let labels = spec
            .clusters
            .iter()
            .find(|known| known.name == cluster.name)
            .map(|known| known.labels.clone());
        let totals = cluster.totals(&staleness);
        let looked = staleness.watched(&cluster.fresh);
        ClusterItem {
            name: cluster.name.clone(),
            reachable: reachable(cluster, &staleness),
            looked,
            reachable_since: match looked || cluster.refused() {
                // What is recorded is since when none answered, and not since when one says that it is busy.
                true if !cluster.about.reachable && puts_off(cluster) => None,
                true => cluster.about.reachable_since,
                false => cluster.fresh.tried,
            },
            gap: refusal(cluster).or_else(|| cluster.about.gap.clone()),
            as_of: cluster.fresh.as_of(),
            stale: staleness.stale(&cluster.fresh),
            group_unheard: group_unheard(cluster, &staleness),
            out_of_sight: out_of_sight(cluster, &staleness),
            version: cluster.about.version.clone(),
            kafka_cluster_id: cluster.about.kafka_cluster_id.clone(),
            labels: labels.unwrap_or_default(),
            workers: worker_items(cluster, &staleness),
            lamps: totals.iter().filter(|(_, count)| *count > 0).collect(),
            totals,
            revision: cluster.revision,
            same_as: cluster.about.same_as.clone(),
            alike: fleet.alike(&cluster.name).to_vec(),
        }
    }
}

fn unknown(name: &ClusterName) -> Error {
    Error::NotFound(format!("there is no cluster {:?}", name.as_str()))
}

/// Whether Kafka is asked for the group, and has not told for longer than the stale limit, or never: of a `group_id` that
/// is mistyped it never tells.
fn group_unheard(cluster: &Cluster, staleness: &Staleness) -> bool {
    let late = |heard: Timestamp| staleness.now - heard > staleness.limit;
    cluster.about.group_gap.is_some() && !cluster.refused() && cluster.fresh.group.is_none_or(late)
}

/// Whether a worker of it answers, as far as anybody looked lately: with a list, or that it is busy or starting.
pub(crate) fn reachable(cluster: &Cluster, staleness: &Staleness) -> bool {
    (cluster.about.reachable || puts_off(cluster)) && !cluster.refused() && staleness.watched(&cluster.fresh)
}

/// Whether a worker answered the last look, though with no list.
fn puts_off(cluster: &Cluster) -> bool {
    let gap = cluster.about.gap.as_ref();
    gap.is_some_and(|gap| gap.kind.worker_answers())
}

/// Why nobody lists what a refused cluster runs.
pub(crate) fn refusal(cluster: &Cluster) -> Option<Gap> {
    let other = cluster.about.same_as.as_ref()?;
    let text = format!(
        "it is the same Connect cluster as {other}, so it is refused and not watched twice: remove one of the two from the \
         configuration"
    );
    Some(Gap {
        kind: GapKind::Other,
        text: text.into(),
    })
}

/// Whether a worker lives, as far as that is known: who was seen alive and is not looked at any more may live or not, and
/// who was gone was gone.
pub(crate) fn alive(worker: &WorkerFacts, looked: bool) -> Alive {
    match worker.alive {
        Alive::Yes if !looked => Alive::Unknown,
        alive => alive,
    }
}

fn worker_items(cluster: &Cluster, staleness: &Staleness) -> Vec<WorkerItem> {
    if cluster.refused() {
        return Vec::new();
    }
    let carried = cluster.carried();
    let leader = cluster.about.group.as_ref().and_then(|group| group.leader.as_ref());
    let looked = staleness.watched(&cluster.fresh);
    let doubted = |worker: &WorkerFacts| alive(worker, looked) != worker.alive;
    let item = |worker: &Arc<WorkerFacts>| {
        let Carried { connectors, tasks } = carried
            .and_then(|carried| carried.get(&worker.id))
            .copied()
            .unwrap_or_default();
        WorkerItem {
            cluster: cluster.name.clone(),
            id: worker.id.clone(),
            alive: alive(worker, looked),
            since: worker.since,
            evidence: match doubted(worker) {
                true => format!("when somebody looked last: {}", worker.evidence).into(),
                false => worker.evidence.clone(),
            },
            version: worker.version.clone(),
            connectors,
            tasks,
            leader: leader == Some(&worker.id),
            // What a worker said of itself before it was gone says nothing of it now.
            health: worker.health.clone().filter(|_| !worker.alive.gone()),
            plugins: worker.plugins.as_ref().map(|plugins| plugins.len()),
        }
    };
    cluster.workers.iter().map(item).collect()
}

fn plugin_lines(cluster: &Cluster) -> Vec<PluginLine> {
    if cluster.refused() {
        return Vec::new();
    }
    let told: Vec<&Arc<WorkerFacts>> = cluster
        .workers
        .iter()
        .filter(|worker| worker.plugins.is_some())
        .collect();
    let living: Vec<&Arc<WorkerFacts>> = told.iter().copied().filter(|worker| !worker.alive.gone()).collect();
    // While none lives, what the last ones told is all that is known.
    let telling = if living.is_empty() { told } else { living };
    let mut lines: BTreeMap<(Arc<str>, Arc<str>), Versions> = BTreeMap::new();
    for worker in &telling {
        for plugin in worker.plugins.iter().flat_map(|plugins| plugins.iter()) {
            let line = lines.entry((plugin.kind.clone(), plugin.class.clone())).or_default();
            line.entry(plugin.version.clone()).or_default().push(worker.id.clone());
        }
    }
    let line = |((kind, class), versions): (_, Versions)| {
        let lacks = |worker: &&&Arc<WorkerFacts>| !versions.values().flatten().any(|id| *id == worker.id);
        let missing = telling.iter().filter(lacks).map(|worker| worker.id.clone()).collect();
        PluginLine {
            cluster: cluster.name.clone(),
            class,
            kind,
            versions,
            missing,
        }
    };
    lines.into_iter().map(line).collect()
}
