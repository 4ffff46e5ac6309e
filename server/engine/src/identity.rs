//! Telling that two configured clusters are one: whichever stands first in the file is watched, the other is refused
//! by name. How they compare is `model::identity`'s. What the others are is taken from the view, so that it is the same
//! whichever server watches which of them.

use std::collections::BTreeMap;
use std::iter::successors;
use std::sync::{Arc, Mutex, PoisonError};

use model::facts::{ClusterAbout, ClusterFacts};
use model::fold::left_behind;
use model::identity::{Identity, Likeness};
use model::names::{ClusterName, WorkerId};
use tracing::{info, warn};
use view::{Cluster, Configured, Fleet};

use crate::ClusterSpec;

/// The cluster before this one in the file that is the same, by the facts of this one and what is recorded of the others.
pub(crate) fn twin(facts: &ClusterFacts, clusters: &[ClusterSpec], fleet: &Fleet) -> Option<ClusterName> {
    let (before, cluster) = placed(&facts.name, clusters)?;
    let (urls, asked) = configured(cluster);
    let own = Identity::of(&facts.about, facts.workers.values(), urls, asked);
    // A view that does not show what was decided here last is older than the reasons for it.
    let shown = fleet.clusters.get(&facts.name);
    let current = shown.is_some_and(|shown| shown.about.same_as == facts.about.same_as);
    let same = |earlier: &&ClusterSpec| {
        let said = facts.about.same_as.as_ref() == Some(&earlier.name);
        // Until somebody looked at it, at its new addresses if it begins anew, nothing recorded of it says what it is.
        let known = fleet.clusters.get(&earlier.name);
        let known = known.filter(|known| current && known.about.reachable_since.is_some());
        match known {
            _ if turns_back(facts, &earlier.name, fleet) => false,
            // Its addresses were corrected: whoever watches it lets it begin anew because this one is refused for it.
            Some(other) if said && moved(&other.about, earlier) => true,
            Some(other) => own.compare(&recorded(other, earlier, said), said) == Likeness::Same,
            None => said || !own.urls.is_disjoint(&earlier.addresses()),
        }
    };
    before.iter().find(same).map(|earlier| earlier.name.clone())
}

/// What another cluster is, as recorded; `before`: whether it was found to be the same before.
fn recorded(cluster: &Cluster, spec: &ClusterSpec, before: bool) -> Identity {
    let (urls, asked) = configured(spec);
    let mut identity = Identity::of(&cluster.about, cluster.workers.iter(), urls, asked);
    if before {
        // Whoever was led to another cluster's workers and is no more must not keep that one refused.
        let connectors = cluster.connectors.values().map(|connector| connector.facts());
        for id in left_behind(cluster.workers.iter(), connectors).keys() {
            identity.met.remove(id);
        }
    }
    identity
}

/// Whether an earlier cluster is itself refused, for this one or for one that is: by a server whose file has another
/// order, as while a new one is rolled out. Nobody would watch any of them, so this one is not refused for it; if it
/// already is, only the first of them by name lets go.
fn turns_back(facts: &ClusterFacts, earlier: &ClusterName, fleet: &Fleet) -> bool {
    let same_as = |name: &&ClusterName| fleet.clusters.get(*name)?.about.same_as.as_ref();
    let chain = successors(Some(earlier), same_as).take(fleet.clusters.len() + 1);
    let said = facts.about.same_as.as_ref() == Some(earlier);
    let mut lets_go = true;
    for name in chain {
        if *name == facts.name {
            return lets_go;
        }
        lets_go &= !said || facts.name < *name;
    }
    false
}

/// The clusters before this one in the file, and this one.
fn placed<'a>(name: &ClusterName, clusters: &'a [ClusterSpec]) -> Option<(&'a [ClusterSpec], &'a ClusterSpec)> {
    let position = clusters.iter().position(|cluster| cluster.name == *name)?;
    let (before, rest) = clusters.split_at(position);
    Some((before, rest.first()?))
}

/// Those that this server said to be refused, with the clusters that they are.
#[derive(Clone, Default)]
pub(crate) struct Refusals {
    told: Arc<Mutex<BTreeMap<ClusterName, ClusterName>>>,
}

impl Refusals {
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
pub(crate) fn same_address(facts: &ClusterFacts, clusters: &[ClusterSpec], fleet: &Fleet) -> Option<ClusterName> {
    let (before, cluster) = placed(&facts.name, clusters)?;
    let own = cluster.addresses();
    let shared = |earlier: &&ClusterSpec| !earlier.addresses().is_disjoint(&own);
    let same = before.iter().filter(shared);
    let mut same = same.filter(|earlier| !turns_back(facts, &earlier.name, fleet));
    same.next().map(|earlier| earlier.name.clone())
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
mod tests;
