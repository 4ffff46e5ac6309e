//! The one thing that readers add to the record: data that stopped coming is unknown.

use chrono::TimeDelta;
use model::Timestamp;
use model::facts::Freshness;
use model::verdict::Health;

use crate::Connector;

/// How old data may be, and what time it is.
#[derive(Clone, Copy, Debug)]
pub struct Staleness {
    /// The present.
    pub now: Timestamp,
    /// From this age on data is stale.
    pub limit: TimeDelta,
}

impl Staleness {
    /// When the cluster was last heard by any source.
    pub fn heard(fresh: &Freshness) -> Option<Timestamp> {
        fresh.listed().max(fresh.group)
    }

    /// Whether the states shown for a cluster are stale.
    pub fn stale(&self, fresh: &Freshness) -> bool {
        fresh.rest.is_none_or(|rest| self.now - rest > self.limit)
    }

    /// Whether nothing at all was heard for the stale limit, so that every verdict is unknown whatever was recorded:
    /// the server that watched this cluster may be gone too.
    pub fn silent(&self, fresh: &Freshness) -> bool {
        Self::heard(fresh).is_none_or(|heard| self.now - heard > self.limit)
    }

    /// The health to show.
    pub fn health(&self, fresh: &Freshness, connector: &Connector) -> Health {
        if self.silent(fresh) {
            Health::Unknown
        } else {
            connector.verdict().health
        }
    }
}
