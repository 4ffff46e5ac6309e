//! Telling that two configured clusters are one: whichever stands first in the file is watched, the other is refused
//! by name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use model::facts::{Alive, ClusterFacts};
use model::names::{ClusterName, WorkerId};

/// What tells a Connect cluster from others.
#[derive(Clone)]
struct Identity {
    /// The Kafka cluster's id, as the workers say it.
    kafka: Option<Arc<str>>,
    /// The Connect group, where Kafka lets us see it.
    group: Option<Arc<str>>,
    /// Workers known to live; those that only a state names may have left their addresses to others long ago.
    living: BTreeSet<WorkerId>,
}

impl Identity {
    fn of(facts: &ClusterFacts) -> Self {
        let living = facts.workers.values().filter(|worker| worker.alive == Alive::Yes);
        Self {
            kafka: facts.about.kafka_cluster_id.clone(),
            group: facts.about.group.as_ref().map(|group| group.group_id.clone()),
            living: living.map(|worker| worker.id.clone()).collect(),
        }
    }

    /// Whether this cluster is `earlier` again. One Connect group of a Kafka cluster is one Connect cluster; where a
    /// group is not known, all workers that this one has must be workers of the earlier one: a single address in common
    /// may have passed from one cluster to the other.
    fn repeats(&self, earlier: &Self) -> bool {
        if self.kafka.is_none() || self.kafka != earlier.kafka {
            return false;
        }
        match (&self.group, &earlier.group) {
            (Some(own), Some(other)) => own == other,
            _ => !self.living.is_empty() && self.living.is_subset(&earlier.living),
        }
    }
}

/// What each cluster was seen to be; shared by all units of this server.
#[derive(Clone, Default)]
pub(crate) struct Identities(Arc<Mutex<BTreeMap<ClusterName, Identity>>>);

impl Identities {
    /// Notes what a cluster is and returns the cluster before it in `order` that is the same.
    pub(crate) fn note(&self, facts: &ClusterFacts, order: &[ClusterName]) -> Option<ClusterName> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = Identity::of(facts);
        let mut before = order.iter().take_while(|name| **name != facts.name);
        let same = before.find(|name| known.get(*name).is_some_and(|earlier| own.repeats(earlier)));
        let same = same.cloned();
        known.insert(facts.name.clone(), own);
        same
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(kafka: &str, group: Option<&str>, living: &[&str]) -> Identity {
        Identity {
            kafka: Some(kafka.into()),
            group: group.map(Into::into),
            living: living.iter().map(|id| WorkerId::from(*id)).collect(),
        }
    }

    #[test]
    fn one_group_is_one_cluster_whatever_its_addresses() {
        let orders = identity("k", Some("connect-orders"), &["a:8083", "b:8083"]);
        assert!(identity("k", Some("connect-orders"), &["c:8083"]).repeats(&orders));
        assert!(!identity("k", Some("connect-legacy"), &["a:8083"]).repeats(&orders));
        assert!(!identity("other", Some("connect-orders"), &["a:8083"]).repeats(&orders));
    }

    #[test]
    fn without_kafka_access_all_living_workers_must_be_the_earlier_ones() {
        let orders = identity("k", Some("connect-orders"), &["a:8083", "b:8083"]);
        assert!(identity("k", None, &["b:8083"]).repeats(&orders));
        assert!(
            !identity("k", None, &["b:8083", "c:8083"]).repeats(&orders),
            "one reused address"
        );
        assert!(!identity("k", None, &[]).repeats(&orders), "nobody is known to live");
        assert!(!identity("other", None, &["b:8083"]).repeats(&orders));
    }
}
