//! Open faults.

use std::sync::Arc;

use model::actor::{Actor, Right};
use model::fault::{Fault, Scope};
use model::heard::Quiet;
use model::names::TeamName;
use model::verdict::Health;
use view::{Cluster, Fleet, Staleness};

use crate::{Console, Error, require};

/// A fault with whose connectors it concerns.
#[derive(Clone, Debug)]
pub struct FaultItem {
    /// The fault.
    pub fault: Arc<Fault>,
    /// The worst health among its members.
    pub worst: Health,
    /// Teams that own members, by name.
    pub teams: Vec<TeamName>,
    /// What a person would say: `Worker 10.0.0.7:8083 of legacy is gone`.
    pub title: String,
}

impl Console {
    /// Open faults of all clusters, worst first, then oldest. Right: `see`.
    pub fn faults(&self, actor: &Actor) -> Result<Vec<FaultItem>, Error> {
        require(actor, Right::See)?;
        let fleet = self.fleet();
        let items = fleet
            .clusters
            .values()
            .filter(|cluster| cluster.about.same_as.is_none());
        let items: Vec<FaultItem> = items
            .flat_map(|cluster| cluster.faults.iter().map(|fault| fault_item(cluster, fault)))
            .collect();
        Ok(worst_first(items))
    }
}

/// Causes for which a person is needed: open faults, and clusters that went out of sight without one on record.
pub(crate) fn causes(fleet: &Fleet, staleness: &Staleness) -> usize {
    let clusters = fleet
        .clusters
        .values()
        .filter(|cluster| cluster.about.same_as.is_none());
    clusters
        .map(|cluster| cluster.faults.len() + usize::from(out_of_sight(cluster, staleness)))
        .sum()
}

/// Whether a cluster that was seen is no longer, and no fault says so: nobody was there to record one.
pub(crate) fn out_of_sight(cluster: &Cluster, staleness: &Staleness) -> bool {
    let told = || cluster.faults.iter().any(|fault| fault.scope == Scope::Cluster);
    let seen = cluster.fresh.as_of().is_some() && staleness.stale(&cluster.fresh);
    seen && cluster.about.same_as.is_none() && !told()
}

/// What concerns many comes before what concerns one, then the worse, then the older.
pub(crate) fn worst_first(mut items: Vec<FaultItem>) -> Vec<FaultItem> {
    let alone = |item: &FaultItem| matches!(item.fault.scope, Scope::Connector(_));
    items.sort_by_key(|item| (alone(item), item.worst, item.fault.opened_at));
    items
}

/// What is wrong with a whole cluster.
fn of_cluster(fault: &Fault) -> String {
    let cluster = &fault.cluster;
    match Quiet::told(&fault.root_cause) {
        Some(Quiet::Silent) => format!("Nothing is heard of cluster {cluster}"),
        Some(Quiet::Busy) => format!("Cluster {cluster} answers, but does not tell how its connectors are"),
        Some(Quiet::Starting) => format!("No worker of cluster {cluster} is ready"),
        Some(Quiet::Refusing) => format!("No worker of cluster {cluster} lists its connectors"),
        None => format!("Cluster {cluster}: {}", fault.root_cause),
    }
}

pub(crate) fn fault_item(cluster: &Cluster, fault: &Arc<Fault>) -> FaultItem {
    let members = || fault.members.iter().filter_map(|name| cluster.connectors.get(name));
    let worst = members()
        .map(|connector| connector.verdict().health)
        .min()
        .unwrap_or(Health::Unknown);
    let mut teams: Vec<TeamName> = members()
        .filter_map(|connector| connector.owner())
        .map(|owner| owner.team.clone())
        .collect();
    teams.sort();
    teams.dedup();
    let title = match &fault.scope {
        Scope::Cluster => of_cluster(fault),
        Scope::Worker(worker) => {
            let how = fault
                .root_cause
                .strip_prefix(&format!("worker {worker} "))
                .unwrap_or("is gone");
            format!("Worker {worker} of {} {how}", fault.cluster)
        }
        Scope::Connector(name) if fault.unheard_since.is_some() => {
            format!("{name} needed a person when it was last heard")
        }
        Scope::Connector(name) => format!("{} {}", name, worst.says()),
    };
    FaultItem {
        fault: fault.clone(),
        worst,
        teams,
        title,
    }
}
