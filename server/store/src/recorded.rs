//! What the database said it had recorded under a lease, so that one that turns out to lack it is told from the one that
//! said so.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use model::names::ClusterName;

/// Of each cluster the number of the last batch that was recorded.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    last: Mutex<BTreeMap<ClusterName, i64>>,
    lost: AtomicBool,
}

impl Recorded {
    /// A batch of this number was recorded.
    pub(crate) fn note(&self, cluster: &ClusterName, number: i64) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.insert(cluster.clone(), number);
    }

    /// The last batch that was.
    pub(crate) fn last(&self, cluster: &ClusterName) -> Option<i64> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.get(cluster).copied()
    }

    /// Takes in which batch the database has now; whether it lacks one that it had.
    pub(crate) fn lacks(&self, cluster: &ClusterName, found: Option<i64>) -> bool {
        // Nothing is less than any number.
        let lacks = found < self.last(cluster);
        if lacks {
            self.lost.store(true, Ordering::Relaxed);
        }
        lacks
    }

    /// Whether it ever lacked one.
    pub(crate) fn lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }
}
