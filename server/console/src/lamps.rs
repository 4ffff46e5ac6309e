//! A cluster's connectors in short, in the order of their lamps.

use model::Timestamp;
use model::actor::{Actor, Right};
use model::names::{ClusterName, ConnectorName};
use model::verdict::{Activity, Health};
use view::Staleness;

use crate::{Console, Error, require};

/// The lamps of a cluster.
#[derive(Clone, Debug)]
pub struct Lamps {
    /// The cluster.
    pub cluster: ClusterName,
    /// The number of the feed at which it last changed.
    pub revision: i64,
    /// One a connector that exists: worst first, then longest in its verdict, then by name.
    pub items: Vec<Lamp>,
}

/// A connector in short.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lamp {
    /// Its health.
    pub health: Health,
    /// Since when.
    pub since: Timestamp,
    /// Its name.
    pub name: ConnectorName,
    /// Whether it is idle, which is well.
    pub idle: bool,
}

impl Console {
    /// The names behind the lamps of a cluster. Right: `see`.
    ///
    /// # Errors
    /// [`Error::Denied`]; [`Error::NotFound`].
    pub fn lamps(&self, actor: &Actor, name: &ClusterName) -> Result<Lamps, Error> {
        require(actor, Right::See)?;
        let fleet = self.fleet();
        let cluster = fleet
            .clusters
            .get(name)
            .ok_or_else(|| Error::NotFound(format!("there is no cluster {:?}", name.as_str())))?;
        let staleness = self.staleness();
        let unknown_since = staleness
            .silent(&cluster.fresh)
            .then(|| Staleness::unknown_since(&staleness, &cluster.fresh))
            .flatten();
        let mut items: Vec<Lamp> = cluster
            .live()
            .map(|connector| {
                let (health, verdict) = (staleness.health(&cluster.fresh, connector), connector.verdict());
                let since = match health == verdict.health {
                    true => verdict.since,
                    false => unknown_since.unwrap_or(verdict.since),
                };
                let name = connector.facts().name.clone();
                let idle = health == Health::Healthy && verdict.activity == Activity::Idle;
                Lamp {
                    health,
                    since,
                    name,
                    idle,
                }
            })
            .collect();
        items.sort_unstable();
        Ok(Lamps {
            cluster: name.clone(),
            revision: cluster.revision,
            items,
        })
    }
}
