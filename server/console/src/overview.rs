//! The first screen: is anything wrong, whose is it, since when.

use model::Timestamp;
use model::actor::{Actor, Right};
use model::verdict::Health;
use view::Totals;

use crate::fault::{unlisted, worst};
use crate::{ClusterItem, Console, Error, FaultItem, require};

/// Most faults on the first screen.
const MOST: usize = 50;

/// What the first screen shows.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Open faults, worst first: the first 50. Nobody reads more at once, and a page of thousands would be slow just
    /// when it is needed.
    pub faults: Vec<FaultItem>,
    /// Open faults that are not among these.
    pub more_faults: usize,
    /// Connectors by health over the fleet.
    pub totals: Totals,
    /// Clusters by name.
    pub clusters: Vec<ClusterItem>,
    /// Connectors whose verdicts stand as last listed, too long ago: their workers live and cannot be asked.
    pub standing: usize,
    /// Connectors that nobody owns.
    pub unowned: usize,
    /// The oldest moment at which a cluster's states were last seen.
    pub as_of: Option<Timestamp>,
    /// The number of the feed.
    pub revision: i64,
}

impl Console {
    /// The overview. Right: `see`.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub fn overview(&self, actor: &Actor) -> Result<Overview, Error> {
        require(actor, Right::See)?;
        let fleet = self.fleet();
        let staleness = self.staleness();
        let teams = fleet
            .clusters
            .values()
            .flat_map(|cluster| cluster.team_totals(&staleness));
        let unowned = teams.filter(|(owner, _)| owner.is_none());
        let unowned: u32 = unowned.map(|(_, totals)| totals.all()).sum();
        let (faults, more_faults) = worst(&fleet, &staleness, MOST);
        let standing = fleet.clusters.values().filter(|cluster| unlisted(cluster).is_some());
        let standing = standing.map(|cluster| cluster.totals(&staleness));
        let standing: u32 = standing.map(|totals| totals.all() - totals.of(Health::Unknown)).sum();
        Ok(Overview {
            faults,
            more_faults,
            totals: fleet.totals(&staleness),
            clusters: self.cluster_items(&fleet),
            standing: standing as usize,
            unowned: unowned as usize,
            as_of: fleet.as_of(),
            revision: fleet.feed,
        })
    }
}
