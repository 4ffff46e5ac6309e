//! Telling that two configured clusters are one: whichever stands first in the file is watched, the other is refused
//! by name. How they compare is `model::identity`'s.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::facts::{ClusterAbout, ClusterFacts};
use model::fold::left_behind;
use model::identity::{Identity, Likeness};
use model::names::{ClusterName, WorkerId};
use tracing::{info, warn};
use view::Configured;

use crate::ClusterSpec;

/// What each cluster was seen to be; shared by all units of this server.
#[derive(Clone, Default)]
pub(crate) struct Identities {
    seen: Arc<Mutex<BTreeMap<ClusterName, Identity>>>,
    /// Those that this server said to be refused, with the clusters that they are.
    told: Arc<Mutex<BTreeMap<ClusterName, ClusterName>>>,
}

impl Identities {
    /// Notes what a cluster is and returns the cluster before it in the file that is the same.
    pub(crate) fn note(&self, facts: &ClusterFacts, clusters: &[ClusterSpec]) -> Option<ClusterName> {
        let mut known = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let position = clusters.iter().position(|cluster| cluster.name == facts.name)?;
        let (before, rest) = clusters.split_at(position);
        let (urls, asked) = rest.first().map(configured).unwrap_or_default();
        let mut own = Identity::of(&facts.about, facts.workers.values(), urls, asked);
        // Whoever was led to another cluster's workers and is no more must not keep that one refused.
        for id in left_behind(facts).keys() {
            own.met.remove(id);
        }
        let said = |earlier: &&ClusterSpec| facts.about.same_as.as_ref() == Some(&earlier.name);
        let same = |earlier: &&ClusterSpec| match known.get(&earlier.name) {
            Some(other) => own.compare(other, said(earlier)) == Likeness::Same,
            // Not looked at yet, or by another server: what was recorded stays, and an address tells by itself.
            None => said(earlier) || !own.urls.is_disjoint(&configured(earlier).0),
        };
        let same = before.iter().find(same).map(|cluster| cluster.name.clone());
        known.insert(facts.name.clone(), own);
        same
    }

    /// Says to whoever runs the server that a cluster is refused, and that it is no more: each once.
    pub(crate) fn tell(&self, name: &ClusterName, same_as: Option<&ClusterName>) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.get(name) == same_as {
            return;
        }
        let Some(other) = same_as else {
            told.remove(name);
            info!(cluster = %name, "the cluster is refused no more, and is watched");
            return;
        };
        told.insert(name.clone(), other.clone());
        warn!(
            cluster = %name,
            same_as = %other,
            "the cluster is refused: it is the same Connect cluster as {other}, which stands before it in the configuration; it is \
             neither watched nor judged nor counted a second time; remove one of the two from the configuration"
        );
    }
}

/// Whether a cluster is configured with none of the addresses any more that what is recorded of it was learnt at.
pub(crate) fn moved(about: &ClusterAbout, cluster: &ClusterSpec) -> bool {
    let (_, asked) = configured(cluster);
    let known = |address: &WorkerId| about.addresses.contains_key(address);
    !asked.is_empty() && !about.addresses.is_empty() && !asked.iter().any(known)
}

/// The first cluster before this one in the file that is configured with one of its addresses: that tells, before anybody
/// looked, that they are one.
pub(crate) fn same_address(name: &ClusterName, clusters: &[ClusterSpec]) -> Option<ClusterName> {
    let position = clusters.iter().position(|cluster| cluster.name == *name)?;
    let (before, rest) = clusters.split_at(position);
    let own = rest.first()?.addresses();
    let same = before.iter().find(|earlier| !earlier.addresses().is_disjoint(&own));
    same.map(|earlier| earlier.name.clone())
}

/// The addresses of a cluster as its configuration has them: whole, and host and port of those that are only that.
pub(crate) fn configured(cluster: &ClusterSpec) -> Configured {
    let bare = cluster.urls.iter().filter(|url| url.path() == "/");
    let asked = bare.filter_map(|url| {
        let port = url.port_or_known_default()?;
        Some(WorkerId::from(format!("{}:{port}", url.host_str()?).as_str()))
    });
    (cluster.addresses(), asked.collect())
}

#[cfg(test)]
mod tests {
    use model::Timestamp;
    use model::facts::{Alive, ConnectorFacts};
    use model::record::ClusterRecord;
    use model::verdict::Health;
    use testkit::samples::{connector, workers};

    use super::*;
    use crate::Tls;

    fn spec(name: &str, url: &str) -> ClusterSpec {
        ClusterSpec {
            name: name.into(),
            formerly: Vec::new(),
            urls: vec![url.parse().unwrap()],
            auth: None,
            tls: Tls::default(),
            labels: BTreeMap::new(),
            kafka: None,
            group_id: None,
        }
    }

    /// A cluster of one Kafka cluster whose workers live and run a connector each.
    fn facts(name: &str, ids: &[&str]) -> ClusterFacts {
        let mut facts = ClusterRecord::empty(&name.into()).facts();
        facts.about.kafka_cluster_id = Some("kafka".into());
        for id in ids {
            let mut worker = (*workers()[0]).clone();
            (worker.id, worker.alive, worker.member) = ((*id).into(), Alive::Yes, None);
            facts.workers.insert(worker.id.clone(), Arc::new(worker));
            let mut runs: ConnectorFacts = (*connector(id, Health::Healthy).facts).clone();
            runs.tasks = Default::default();
            runs.instance.as_mut().unwrap().worker_id = (*id).into();
            facts.connectors.insert(runs.name.clone(), Arc::new(runs));
        }
        facts
    }

    #[test]
    fn workers_that_the_first_left_behind_keep_nobody_refused() {
        let clusters = [spec("orders", "http://o1:8083"), spec("legacy", "http://l1:8083")];
        let identities = Identities::default();
        let mut orders = facts("orders", &["o1:8083", "l1:8083"]);
        let mut legacy = facts("legacy", &["l1:8083"]);
        legacy.about.same_as = Some("orders".into());
        identities.note(&orders, &clusters);
        assert_eq!(
            identities.note(&legacy, &clusters),
            Some("orders".into()),
            "it runs something there"
        );
        let ran = orders.connectors.get_mut("l1:8083").unwrap();
        Arc::make_mut(ran).deleted_at = Some(Timestamp::default());
        identities.note(&orders, &clusters);
        assert_eq!(identities.note(&legacy, &clusters), None, "it only answers");
    }
}
