//! Telling that two configured clusters are one: whichever stands first in the file is watched, the other is refused
//! by name. How they compare is `model::identity`'s.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::facts::ClusterFacts;
use model::identity::{Identity, Likeness};
use model::names::{ClusterName, WorkerId};
use view::Configured;

use crate::ClusterSpec;

/// What each cluster was seen to be; shared by all units of this server.
#[derive(Clone, Default)]
pub(crate) struct Identities(Arc<Mutex<BTreeMap<ClusterName, Identity>>>);

impl Identities {
    /// Notes what a cluster is and returns the cluster before it in the file that is the same.
    pub(crate) fn note(&self, facts: &ClusterFacts, clusters: &[ClusterSpec]) -> Option<ClusterName> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let position = clusters.iter().position(|cluster| cluster.name == facts.name)?;
        let (before, rest) = clusters.split_at(position);
        let (urls, asked) = rest.first().map(configured).unwrap_or_default();
        let own = Identity::of(&facts.about, facts.workers.values(), urls, asked);
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
