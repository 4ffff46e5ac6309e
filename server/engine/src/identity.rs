//! Telling that two configured clusters are one: whichever stands first in the file is watched, the other is refused
//! by name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use model::facts::ClusterFacts;
use model::names::{ClusterName, WorkerId};

/// A worker of a Kafka cluster: no two Connect clusters share one.
type Identity = (Arc<str>, WorkerId);

/// Which workers each cluster was seen to have; shared by all units of this server.
#[derive(Clone, Default)]
pub(crate) struct Identities(Arc<Mutex<BTreeMap<ClusterName, BTreeSet<Identity>>>>);

impl Identities {
    /// Notes the workers of a cluster and returns the cluster before it in `order` that has one of them too.
    pub(crate) fn note(&self, facts: &ClusterFacts, order: &[ClusterName]) -> Option<ClusterName> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own: BTreeSet<Identity> = match &facts.about.kafka_cluster_id {
            Some(kafka) => {
                let living = facts.workers.values().filter(|worker| !worker.alive.gone());
                living.map(|worker| (kafka.clone(), worker.id.clone())).collect()
            }
            None => BTreeSet::new(),
        };
        let before = order.iter().take_while(|name| **name != facts.name);
        let same = before
            .filter_map(|name| Some((name, known.get(name)?)))
            .find(|(_, other)| !other.is_disjoint(&own));
        let same = same.map(|(name, _)| name.clone());
        known.insert(facts.name.clone(), own);
        same
    }
}
