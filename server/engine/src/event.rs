//! Live events, published once the view contains what they tell of.

use model::Timestamp;
use model::names::{ClusterName, ConnectorId, ConnectorName};
use model::record::{Changed, FeedItem};
use model::verdict::Health;
use view::Fleet;

/// One event: a number of the feed with the health that the view shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The feed's number.
    pub id: i64,
    /// When it was recorded.
    pub at: Timestamp,
    /// The cluster.
    pub cluster: ClusterName,
    /// The connector, where one is concerned.
    pub connector: Option<ConnectorName>,
    /// What changed.
    pub changed: Changed,
    /// The health now, where a connector is concerned.
    pub health: Option<Health>,
}

impl Event {
    /// From a number of the feed, with what a view shows of the connector.
    pub fn new(item: FeedItem, fleet: &Fleet) -> Self {
        let FeedItem {
            id,
            at,
            cluster,
            connector,
            changed,
        } = item;
        let health = connector.clone().and_then(|name| {
            let cluster = cluster.clone();
            let (_, connector) = fleet.connector(&ConnectorId { cluster, name })?;
            Some(connector.verdict().health)
        });
        Self {
            id,
            at,
            cluster,
            connector,
            changed,
            health,
        }
    }
}
