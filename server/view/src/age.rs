//! The one thing that readers add to the record: data that stopped coming is unknown.

use chrono::TimeDelta;
use model::Timestamp;
use model::facts::Freshness;
use model::heard;
use model::progress::Readings;
use model::verdict::Health;

use crate::{Cluster, Connector};

/// What the record of a cluster's silence may take from the stale limit on. While somebody looks, the judge says itself
/// that nothing is heard; readers wait for its word, so that all say the same with the same reason.
const RECORDING: TimeDelta = TimeDelta::seconds(5);

/// How old data may be, and what time it is.
#[derive(Clone, Copy, Debug)]
pub struct Staleness {
    /// The present.
    pub now: Timestamp,
    /// From this age on data is stale.
    pub limit: TimeDelta,
}

/// What time alone changes of what is shown of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// See [`Staleness::stale`].
    pub stale: bool,
    /// See [`Staleness::watched`].
    pub watched: bool,
    /// See [`Staleness::silent`].
    pub silent: bool,
    /// See [`Staleness::measured`].
    pub measured: bool,
}

impl Staleness {
    /// All that age makes of a cluster now.
    pub fn condition(&self, cluster: &Cluster) -> Condition {
        let fresh = &cluster.fresh;
        Condition {
            stale: self.stale(fresh),
            watched: self.watched(fresh),
            silent: self.silent(fresh),
            measured: self.measured(&cluster.progress),
        }
    }

    /// When the cluster was last heard by any source.
    pub fn heard(fresh: &Freshness) -> Option<Timestamp> {
        heard::heard(fresh, None)
    }

    /// From when on nothing is known of what runs in a cluster that is silent.
    pub fn unknown_since(&self, fresh: &Freshness) -> Option<Timestamp> {
        Self::heard(fresh).map(|heard| heard::unknown_since(heard, self.limit))
    }

    /// Whether the states shown for a cluster are stale.
    pub fn stale(&self, fresh: &Freshness) -> bool {
        fresh.rest.is_none_or(|rest| self.now - rest > self.limit)
    }

    /// Whether somebody looked at the cluster within the stale limit, so that what is recorded of it is a judgement of
    /// now.
    pub fn watched(&self, fresh: &Freshness) -> bool {
        fresh.tried.is_some_and(|tried| self.now - tried <= self.limit)
    }

    /// Whether nothing at all was heard for the stale limit and nobody was there to record it, so that every verdict is
    /// unknown whatever was recorded.
    pub fn silent(&self, fresh: &Freshness) -> bool {
        let limit = match self.watched(fresh) {
            true => self.limit + RECORDING,
            false => self.limit,
        };
        Self::heard(fresh).is_none_or(|heard| self.now - heard > limit)
    }

    /// Whether somebody looked within the stale limit how far the connectors of a cluster have come.
    pub fn measured(&self, readings: &Readings) -> bool {
        readings.as_of.is_some_and(|as_of| self.now - as_of <= self.limit)
    }

    /// The health to show. What was deleted is not out of sight when its cluster is: its last word stays as it was.
    pub fn health(&self, fresh: &Freshness, connector: &Connector) -> Health {
        if connector.live() && self.silent(fresh) {
            Health::Unknown
        } else {
            connector.verdict().health
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    /// A cluster that was heard and looked at so many seconds ago, with a stale limit of 30 s.
    fn silent(heard: i64, tried: i64) -> bool {
        let now = DateTime::UNIX_EPOCH + TimeDelta::hours(1);
        let ago = |seconds| Some(now - TimeDelta::seconds(seconds));
        let limit = TimeDelta::seconds(30);
        let fresh = Freshness {
            rest: ago(heard),
            answered: ago(heard),
            tried: ago(tried),
            ..Freshness::default()
        };
        Staleness { now, limit }.silent(&fresh)
    }

    #[test]
    fn a_reader_waits_five_seconds_for_the_record_of_a_silence_and_not_longer() {
        assert!(!silent(35, 1), "the judge is about to say so");
        assert!(silent(36, 1), "whatever it says");
        // Nobody looks, so that nobody will say so.
        assert!(!silent(30, 30) && !silent(30, 31));
        assert!(silent(31, 31));
    }
}
