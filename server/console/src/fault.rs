//! Open faults.

use std::sync::Arc;

use model::Timestamp;
use model::actor::{Actor, Right};
use model::cause::Cause;
use model::fault::{Fault, Scope};
use model::names::TeamName;
use model::quiet::Quiet;
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
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub fn faults(&self, actor: &Actor) -> Result<Vec<FaultItem>, Error> {
        require(actor, Right::See)?;
        let fleet = self.fleet();
        Ok(worst(&fleet, &self.staleness(), usize::MAX).0)
    }
}

/// Clusters that are watched under no other name too.
fn counted(fleet: &Fleet) -> impl Iterator<Item = &Cluster> {
    let clusters = fleet.clusters.values();
    clusters
        .map(|cluster| &**cluster)
        .filter(|cluster| cluster.about.same_as.is_none())
}

/// The first `most` open faults of all clusters in the order of [`worst_first`], and how many there are beside them.
/// Only what is returned is put into words.
pub(crate) fn worst(fleet: &Fleet, staleness: &Staleness, most: usize) -> (Vec<FaultItem>, usize) {
    let faults = counted(fleet).flat_map(|cluster| cluster.faults.iter().map(move |fault| (cluster, fault)));
    let mut faults: Vec<_> = faults
        .map(|(cluster, fault)| (rank(fault, worst_member(cluster, fault, staleness)), cluster, fault))
        .collect();
    faults.sort_by_key(|(rank, _, _)| *rank);
    let more = faults.len().saturating_sub(most);
    let first = faults.iter().take(most);
    (
        first
            .map(|(_, cluster, fault)| fault_item(cluster, fault, staleness))
            .collect(),
        more,
    )
}

/// Causes for which a person is needed: open faults, and clusters that went out of sight without one on record. Where nobody
/// looks at any cluster that is the one cause, and all else is from before.
pub(crate) fn causes(fleet: &Fleet, staleness: &Staleness) -> usize {
    let nobody = counted(fleet).all(|cluster| !staleness.watched(&cluster.fresh));
    if nobody && counted(fleet).any(|cluster| cluster.fresh.as_of().is_some()) {
        return 1;
    }
    counted(fleet)
        .map(|cluster| cluster.faults.len() + usize::from(out_of_sight(cluster, staleness)))
        .sum()
}

/// Whether a cluster that was seen is no longer, and no fault says so: nobody was there to record one.
pub(crate) fn out_of_sight(cluster: &Cluster, staleness: &Staleness) -> bool {
    // That its workers cannot be asked does not tell that nobody asks.
    let of_all = |fault: &Arc<Fault>| fault.scope == Scope::Cluster && fault.unlisted_since.is_none();
    let told = || cluster.faults.iter().any(of_all);
    // While somebody looks, what is recorded tells of it, a fault included as soon as it is one.
    let unwatched = staleness.stale(&cluster.fresh) && !staleness.watched(&cluster.fresh);
    let seen = cluster.fresh.as_of().is_some() && unwatched;
    seen && cluster.about.same_as.is_none() && !told()
}

/// The fault by which the verdicts on a cluster's connectors stand as last listed, if they do.
pub(crate) fn unlisted(cluster: &Cluster) -> Option<&Arc<Fault>> {
    let told = |fault: &&Arc<Fault>| fault.unlisted_since.is_some();
    cluster
        .faults
        .iter()
        .find(told)
        .filter(|_| cluster.about.same_as.is_none())
}

/// What concerns many comes before what concerns one, then the worse, then the older.
pub(crate) fn worst_first(mut items: Vec<FaultItem>) -> Vec<FaultItem> {
    items.sort_by_key(|item| rank(&item.fault, item.worst));
    items
}

fn rank(fault: &Fault, worst: Health) -> (bool, Health, Timestamp) {
    (matches!(fault.scope, Scope::Connector(_)), worst, fault.opened_at)
}

fn worst_member(cluster: &Cluster, fault: &Fault, staleness: &Staleness) -> Health {
    if staleness.silent(&cluster.fresh) {
        return Health::Unknown;
    }
    let members = fault.members.iter().filter_map(|name| cluster.connectors.get(name));
    members
        .map(|connector| connector.verdict().health)
        .min()
        .unwrap_or(Health::Unknown)
}

/// What is wrong with a whole cluster.
fn of_cluster(fault: &Fault) -> String {
    let cluster = &fault.cluster;
    match &fault.cause {
        Some(Cause::Quiet(Quiet::Silent)) => format!("Nothing is heard of cluster {cluster}"),
        Some(Cause::Quiet(Quiet::Busy | Quiet::Unread)) => {
            format!("Cluster {cluster} answers, but does not tell how its connectors are")
        }
        Some(Cause::Quiet(Quiet::Starting)) => format!("No worker of cluster {cluster} is ready"),
        Some(Cause::Quiet(Quiet::Refusing)) => format!("No worker of cluster {cluster} lists its connectors"),
        Some(Cause::Unlisted { lives, listed }) => {
            let lives = if *lives { "lives and " } else { "" };
            let stands = match listed {
                true => "its verdicts stand as last listed",
                false => "what it runs was never listed",
            };
            format!("Cluster {cluster} {lives}cannot be asked: {stands}")
        }
        _ => {
            let told = fault
                .root_cause
                .replacen("the cluster", &format!("cluster {cluster}"), 1);
            let mut letters = told.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(letters).collect()
        }
    }
}

/// The fault, unheard since everything in its cluster is unknown where nobody was there to record that.
pub(crate) fn unheard(cluster: &Cluster, fault: &Arc<Fault>, staleness: &Staleness) -> Arc<Fault> {
    let told = fault.unheard_since.is_some() || fault.scope == Scope::Cluster;
    let since = staleness.unknown_since(&cluster.fresh);
    match since.filter(|_| !told && staleness.silent(&cluster.fresh)) {
        None => fault.clone(),
        unheard_since => Arc::new(Fault {
            unheard_since,
            ..(**fault).clone()
        }),
    }
}

pub(crate) fn fault_item(cluster: &Cluster, fault: &Arc<Fault>, staleness: &Staleness) -> FaultItem {
    let worst = worst_member(cluster, fault, staleness);
    let fault = &unheard(cluster, fault, staleness);
    let members = fault.members.iter().filter_map(|name| cluster.connectors.get(name));
    let mut teams: Vec<TeamName> = members
        .filter_map(|connector| connector.owner())
        .map(|owner| owner.team.clone())
        .collect();
    teams.sort();
    teams.dedup();
    let title = match &fault.scope {
        Scope::Cluster if staleness.silent(&cluster.fresh) && !staleness.watched(&cluster.fresh) => {
            format!("When somebody looked last: {}", of_cluster(fault))
        }
        Scope::Cluster => of_cluster(fault),
        Scope::Worker(worker) => {
            let how = match fault.cause {
                Some(Cause::Worker(loss)) => loss.says(),
                // An older version recorded it, whose sentence begins with the worker too.
                _ => "was lost",
            };
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
