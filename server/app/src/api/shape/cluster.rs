//! Clusters, workers, plugins.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use console::{ClusterItem, PluginLine, WorkerItem};
use model::facts::GroupFacts;
use model::names::WorkerId;
use serde::Serialize;
use utoipa::ToSchema;
use view::Alike;

use super::words::Seeing;
use super::{OpenFault, totals};

/// A Connect cluster.
#[derive(Serialize, ToSchema)]
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// Whether a worker answers: false once two intervals passed without an answer. Until the stale limit (`stale`), and
    /// for as long as the Connect group has members, the totals are those last seen. Workers that answer "busy" are
    /// reachable, though `stale` grows true.
    ///
    /// null: nobody has looked for the stale limit, as when the database of Signalbox is away, so that it is not known.
    pub reachable: Option<bool>,
    /// Since when; where it is null, when somebody looked last.
    pub reachable_since: Option<DateTime<Utc>>,
    /// Why no worker lists its connectors, where none answers or the states are stale.
    pub gap: Option<String>,
    /// When the states of its connectors were last seen.
    pub as_of: Option<DateTime<Utc>>,
    /// Whether that is too long ago.
    pub stale: bool,
    /// The lowest Connect version among its workers.
    pub version: Option<String>,
    /// The id of the Kafka cluster below it.
    pub kafka_cluster_id: Option<String>,
    /// Labels of the configuration.
    pub labels: BTreeMap<String, String>,
    /// Its workers.
    pub workers: Vec<Worker>,
    /// Connectors by verdict.
    pub totals: BTreeMap<&'static str, u32>,
    /// The other configured cluster that is this same group; this one is then not watched.
    pub same_as: Option<String>,
    /// Other configured clusters that may be this same one: both are watched and counted meanwhile.
    pub perhaps_same_as: Vec<PerhapsSame>,
}

/// Another configured cluster that may be the same one: it is on the same Kafka cluster and names the same workers.
/// Set `kafka` and `group_id` of both in the configuration, and their Connect groups tell; or remove one.
#[derive(Serialize, ToSchema)]
pub struct PerhapsSame {
    /// Its name.
    pub cluster: String,
    /// Whether both tell the id of the same Kafka cluster.
    pub same_kafka: bool,
    /// Workers that both name.
    pub workers: Vec<String>,
    /// Connectors that both list, by their names.
    pub common_connectors: usize,
    /// Connectors that this one lists.
    pub connectors: usize,
    /// Connectors that the other one lists.
    pub its_connectors: usize,
}

/// A cluster by itself.
#[derive(Serialize, ToSchema)]
pub struct ClusterDetail {
    /// As in lists.
    #[serde(flatten)]
    pub cluster: Cluster,
    /// The Connect group; null where Kafka does not let us see it.
    pub group: Option<Group>,
    /// Why Kafka does not tell who is in the group, where it should.
    pub group_gap: Option<String>,
    /// What each address, configured or discovered, last answered.
    pub addresses: BTreeMap<String, String>,
    /// When each of them was asked for that.
    pub addresses_asked: BTreeMap<String, DateTime<Utc>>,
    /// Its open faults.
    pub faults: Vec<OpenFault>,
    /// Plugins over its workers.
    pub plugins: Vec<Plugin>,
    /// How evenly its tasks lie on the workers that live.
    pub load: Load,
    /// What Signalbox sees of it and what not, those first that somebody can do something about.
    pub sees: Vec<Sight>,
}

/// How evenly a cluster's tasks lie on its workers, as REST says.
#[derive(Serialize, ToSchema)]
pub struct Load {
    /// Workers that live.
    pub workers: usize,
    /// Tasks that they run.
    pub tasks: u32,
    /// Tasks of the one that runs most.
    pub most: u32,
    /// `most` over the mean, which is `tasks` over `workers`: 1 when they lie evenly; null while no worker is known to live,
    /// or none runs a task.
    pub skew: Option<f64>,
    /// Tasks that REST still places on workers that are gone.
    pub left_behind: u32,
}

/// A source of what is known of a cluster.
#[derive(Serialize, ToSchema)]
pub struct Sight {
    /// What it is, in words.
    pub source: &'static str,
    /// How much of it is seen.
    pub state: Seeing,
    /// What is seen of it, or why nothing is.
    pub text: String,
    /// When it was last true.
    pub as_of: Option<DateTime<Utc>>,
    /// What one would gain, and by what; null where nothing is to be gained.
    pub gain: Option<&'static str>,
}

/// A Connect group as Kafka shows it.
#[derive(Serialize, ToSchema)]
pub struct Group {
    /// `group.id`.
    pub group_id: String,
    /// The coordinator's word for its state.
    pub state: String,
    /// The worker that leads it.
    pub leader: Option<String>,
    /// Since when it has had no member.
    pub empty_since: Option<DateTime<Utc>>,
    /// Until when work of lost workers is held back; null once that has passed.
    pub delay_until: Option<DateTime<Utc>>,
    /// Rebalances seen.
    pub rebalances: u64,
}

/// A worker.
#[derive(Serialize, ToSchema)]
pub struct Worker {
    /// Its cluster.
    pub cluster: String,
    /// Its advertised address.
    pub id: String,
    /// Whether it lives; null when nothing decides.
    pub alive: Option<bool>,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Connect's version.
    pub version: Option<String>,
    /// Connector instances that it runs, as reported.
    pub connectors: u32,
    /// Tasks that it runs, as reported.
    pub tasks: u32,
    /// What `alive` rests on.
    pub evidence: String,
    /// Whether it leads the group.
    pub leader: bool,
    /// Its own word for its health, since Connect 3.9.
    pub health: Option<String>,
}

/// A plugin over the workers of a cluster.
#[derive(Serialize, ToSchema)]
pub struct Plugin {
    /// Its cluster.
    pub cluster: String,
    /// Java class.
    pub class: String,
    /// `source`, `sink`, `converter` and so on.
    pub kind: String,
    /// Versions with the workers that have them.
    pub versions: Vec<PluginVersion>,
    /// Living workers that lack it.
    pub missing: Vec<String>,
}

/// A version of a plugin.
#[derive(Serialize, ToSchema)]
pub struct PluginVersion {
    /// The version; null where the plugin tells none.
    pub version: Option<String>,
    /// Workers that have it.
    pub workers: Vec<String>,
}

macro_rules! list {
    ($(#[$doc:meta])* $list:ident of $item:ident from $model:ident) => {
        $(#[$doc])*
        #[derive(Serialize, ToSchema)]
        pub struct $list {
            /// All of them.
            pub items: Vec<$item>,
            /// Always null: all are in `items`.
            pub next_cursor: Option<String>,
        }

        impl From<&[$model]> for $list {
            fn from(items: &[$model]) -> Self {
                Self { items: items.iter().map($item::from).collect(), next_cursor: None }
            }
        }
    };
}

list! {
    /// Clusters by name.
    ClusterList of Cluster from ClusterItem
}
list! {
    /// Workers by cluster and address.
    WorkerList of Worker from WorkerItem
}
list! {
    /// Plugins by cluster, kind and class.
    PluginList of Plugin from PluginLine
}

impl From<&ClusterItem> for Cluster {
    fn from(item: &ClusterItem) -> Self {
        Self {
            name: item.name.as_str().into(),
            reachable: (item.looked || item.same_as.is_some()).then_some(item.reachable),
            reachable_since: item.reachable_since,
            gap: item
                .gap
                .as_ref()
                .filter(|_| !item.reachable || item.stale)
                .map(|gap| gap.text.to_string()),
            as_of: item.as_of,
            stale: item.stale,
            version: item.version.as_deref().map(str::to_owned),
            kafka_cluster_id: item.kafka_cluster_id.as_deref().map(str::to_owned),
            labels: item
                .labels
                .iter()
                .map(|(key, value)| (key.to_string(), value.to_string()))
                .collect(),
            workers: item.workers.iter().map(Worker::from).collect(),
            totals: totals(&item.totals),
            same_as: item.same_as.as_ref().map(|name| name.as_str().into()),
            perhaps_same_as: item.alike.iter().map(PerhapsSame::from).collect(),
        }
    }
}

impl From<&Alike> for PerhapsSame {
    fn from(alike: &Alike) -> Self {
        Self {
            cluster: alike.other.as_str().into(),
            same_kafka: alike.same_kafka,
            workers: alike.workers.iter().map(|id| id.as_str().into()).collect(),
            common_connectors: alike.common,
            connectors: alike.own,
            its_connectors: alike.others,
        }
    }
}

impl From<&console::ClusterDetail> for ClusterDetail {
    fn from(detail: &console::ClusterDetail) -> Self {
        let text = |(address, answer): (&WorkerId, &Arc<str>)| (address.to_string(), answer.to_string());
        let asked = detail.fresh.asked.iter();
        let asked = asked.filter(|(address, _)| detail.addresses.contains_key(*address));
        Self {
            cluster: Cluster::from(&detail.item),
            group: detail.group.as_ref().map(Group::from),
            group_gap: detail.group_gap.as_ref().map(|gap| gap.text.to_string()),
            addresses: detail.addresses.iter().map(text).collect(),
            addresses_asked: asked.map(|(address, at)| (address.to_string(), *at)).collect(),
            faults: detail.faults.iter().map(OpenFault::from).collect(),
            plugins: detail.plugins.iter().map(Plugin::from).collect(),
            load: Load {
                workers: detail.load.workers,
                tasks: detail.load.tasks,
                most: detail.load.most,
                skew: detail.load.skew(),
                left_behind: detail.load.left_behind,
            },
            sees: detail.sights.iter().map(Sight::from).collect(),
        }
    }
}

impl From<&console::Sight> for Sight {
    fn from(sight: &console::Sight) -> Self {
        Self {
            source: sight.source,
            state: sight.state.into(),
            text: sight.text.clone(),
            as_of: sight.as_of,
            gain: sight.gain,
        }
    }
}

impl From<&GroupFacts> for Group {
    fn from(group: &GroupFacts) -> Self {
        Self {
            group_id: group.group_id.to_string(),
            state: group.state.to_string(),
            leader: group.leader.as_ref().map(|leader| leader.as_str().into()),
            empty_since: group.empty_since,
            delay_until: group.delay_until,
            rebalances: group.rebalances,
        }
    }
}

impl From<&WorkerItem> for Worker {
    fn from(item: &WorkerItem) -> Self {
        Self {
            cluster: item.cluster.as_str().into(),
            id: item.id.as_str().into(),
            alive: item.alive.as_bool(),
            since: item.since,
            version: item.version.as_deref().map(str::to_owned),
            connectors: item.connectors,
            tasks: item.tasks,
            evidence: item.evidence.to_string(),
            leader: item.leader,
            health: item.health.as_ref().map(|health| health.word.to_string()),
        }
    }
}

impl From<&PluginLine> for Plugin {
    fn from(line: &PluginLine) -> Self {
        let names = |workers: &[WorkerId]| workers.iter().map(|id| id.as_str().into()).collect();
        Self {
            cluster: line.cluster.as_str().into(),
            class: line.class.to_string(),
            kind: line.kind.to_string(),
            versions: line
                .versions
                .iter()
                .map(|(version, workers)| PluginVersion {
                    version: version.as_deref().map(str::to_owned),
                    workers: names(workers),
                })
                .collect(),
            missing: names(&line.missing),
        }
    }
}
