//! What a Connect cluster of the lab shall be.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::artifacts;

/// What a Connect cluster shall be. [`ClusterSpec::new`] gives one worker of the newest version with short times.
#[derive(Debug, Clone)]
pub struct ClusterSpec {
    /// Name in the lab, prefix of its workers' names and its internal topics.
    pub name: String,
    /// Group id; the name unless told.
    pub group_id: String,
    /// Connect version.
    pub version: String,
    /// How many workers start together.
    pub workers: usize,
    /// How long the leader keeps lost work back.
    pub rebalance_delay: Duration,
    /// How often sinks commit and sources flush their offsets.
    pub offset_flush: Duration,
    /// After what silence the group drops a worker.
    pub session_timeout: Duration,
    /// Heap of each worker in MB.
    pub heap_mb: u32,
    /// Worker properties that win over the lab's.
    pub properties: BTreeMap<String, String>,
}

impl ClusterSpec {
    /// One worker of the newest version: rebalance delay 20 s, offset flush 5 s, session timeout 10 s.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            group_id: name.to_owned(),
            version: artifacts::NEWEST.to_owned(),
            workers: 1,
            rebalance_delay: Duration::from_secs(20),
            offset_flush: Duration::from_secs(5),
            session_timeout: Duration::from_secs(10),
            heap_mb: 384,
            properties: BTreeMap::new(),
        }
    }

    /// The same with so many workers.
    #[must_use]
    pub fn workers(self, workers: usize) -> Self {
        Self { workers, ..self }
    }

    /// The same with this Connect version.
    #[must_use]
    pub fn version(self, version: &str) -> Self {
        Self {
            version: version.to_owned(),
            ..self
        }
    }

    /// The same with this `scheduled.rebalance.max.delay.ms`.
    #[must_use]
    pub fn rebalance_delay(self, rebalance_delay: Duration) -> Self {
        Self {
            rebalance_delay,
            ..self
        }
    }

    /// The same with one more worker property.
    #[must_use]
    pub fn property(mut self, key: &str, value: &str) -> Self {
        self.properties.insert(key.to_owned(), value.to_owned());
        self
    }
}
