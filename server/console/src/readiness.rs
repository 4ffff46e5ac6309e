//! Whether this server can do its work. Open on loopback: probes have no name.

use std::sync::Arc;

use crate::Console;

/// What `/readyz` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// What keeps it from being ready; `None`: ready.
    pub trouble: Option<Arc<str>>,
    /// Clusters configured.
    pub clusters: usize,
    /// Clusters whose states are recent.
    pub fresh: usize,
}

impl Console {
    /// Whether the view is complete and the database answers. Clusters that are away do not make a server unready:
    /// telling of them is its work.
    pub fn readiness(&self) -> Readiness {
        let (fleet, staleness) = (self.fleet(), self.staleness());
        let fresh = fleet
            .clusters
            .values()
            .filter(|cluster| !staleness.stale(&cluster.fresh))
            .count();
        Readiness {
            trouble: self.trouble.borrow().clone(),
            clusters: self.spec().clusters.len(),
            fresh,
        }
    }

    /// How many clusters are configured of which nothing is recorded yet, not even that they do not answer.
    pub fn awaited(&self) -> usize {
        let (fleet, spec) = (self.fleet(), self.spec());
        let known = |name| fleet.clusters.contains_key(name);
        spec.clusters.iter().filter(|cluster| !known(&cluster.name)).count()
    }
}
