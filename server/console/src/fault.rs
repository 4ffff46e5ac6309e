//! Open faults.

use std::sync::Arc;

use model::actor::{Actor, Right};
use model::fault::{Fault, Scope};
use model::names::TeamName;
use model::verdict::Health;
use view::Cluster;

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

/// What concerns many comes before what concerns one, then the worse, then the older.
pub(crate) fn worst_first(mut items: Vec<FaultItem>) -> Vec<FaultItem> {
    let alone = |item: &FaultItem| matches!(item.fault.scope, Scope::Connector(_));
    items.sort_by_key(|item| (alone(item), item.worst, item.fault.opened_at));
    items
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
        Scope::Cluster => format!("Nothing is heard of cluster {}", fault.cluster),
        Scope::Worker(worker) => {
            let how = fault
                .root_cause
                .strip_prefix(&format!("worker {worker} "))
                .unwrap_or("is gone");
            format!("Worker {worker} of {} {how}", fault.cluster)
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
