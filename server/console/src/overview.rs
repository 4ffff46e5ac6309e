//! The first screen: is anything wrong, whose is it, since when.

use model::Timestamp;
use model::actor::{Actor, Right};
use view::Totals;

use crate::{ClusterItem, Console, Error, FaultItem, require};

/// What the first screen shows.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Open faults, worst first.
    pub faults: Vec<FaultItem>,
    /// Connectors by health over the fleet.
    pub totals: Totals,
    /// Clusters by name.
    pub clusters: Vec<ClusterItem>,
    /// Connectors that nobody owns.
    pub unowned: usize,
    /// The oldest moment at which a cluster's states were last seen.
    pub as_of: Option<Timestamp>,
    /// The number of the feed.
    pub revision: i64,
}

impl Console {
    /// The overview. Right: `see`.
    pub fn overview(&self, actor: &Actor) -> Result<Overview, Error> {
        require(actor, Right::See)?;
        let fleet = self.fleet();
        let live = fleet.clusters.values().flat_map(|cluster| cluster.live());
        Ok(Overview {
            faults: self.faults(actor)?,
            totals: fleet.totals(&self.staleness()),
            clusters: fleet
                .clusters
                .values()
                .map(|cluster| self.cluster_item(cluster))
                .collect(),
            unowned: live.filter(|connector| connector.owner().is_none()).count(),
            as_of: fleet.as_of(),
            revision: fleet.feed,
        })
    }
}
