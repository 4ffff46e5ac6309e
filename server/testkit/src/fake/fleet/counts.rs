//! How often the fleet was asked what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::FakeFleet;

/// Requests since the last time they were forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Of all clusters.
    pub total: u64,
    /// Of all clusters, by method and target.
    pub paths: BTreeMap<String, u64>,
    /// By cluster, then by method and target.
    pub clusters: BTreeMap<String, BTreeMap<String, u64>>,
}

impl FakeFleet {
    /// How often each cluster was asked what.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (name, cluster) in self.clusters() {
            let own = counts.clusters.entry(name.to_owned()).or_default();
            for (asked, times) in (0..cluster.workers()).flat_map(|worker| cluster.counts(worker)) {
                counts.total += times;
                *counts.paths.entry(asked.clone()).or_default() += times;
                *own.entry(asked).or_default() += times;
            }
        }
        counts
    }

    /// Counts from 0 again.
    pub fn forget_counts(&self) {
        self.clusters().for_each(|(_, cluster)| cluster.forget_counts());
    }
}
