//! Clusters of which nothing is seen: what is said of them is neither good nor a zero.

use console::{ClusterItem, Overview};
use model::Timestamp;
use model::verdict::Health;

use crate::words;

/// The newest moment at which a cluster was seen, where nobody looks at any of them.
pub(super) fn unlooked(clusters: &[ClusterItem]) -> Option<Timestamp> {
    let watched = clusters.iter().filter(|cluster| cluster.same_as.is_none());
    let nobody = watched.clone().all(ClusterItem::unlooked);
    let seen = watched.filter_map(|cluster| cluster.as_of).max();
    seen.filter(|_| nobody)
}

/// Clusters that never showed their connectors: nothing is known of those, which is neither good nor a zero.
pub(super) fn never_seen(clusters: &[ClusterItem]) -> impl Iterator<Item = &ClusterItem> {
    clusters
        .iter()
        .filter(|cluster| cluster.as_of.is_none() && cluster.same_as.is_none())
}

/// Whether no cluster has shown its connectors yet.
pub(super) fn blind(overview: &Overview) -> bool {
    overview.as_of.is_none() && never_seen(&overview.clusters).next().is_some()
}

/// What is said where nothing is known to be wrong.
pub(super) fn fine(overview: &Overview) -> (Health, String) {
    let unseen: Vec<&str> = never_seen(&overview.clusters)
        .map(|cluster| cluster.name.as_str())
        .collect();
    match (blind(overview), unseen.is_empty()) {
        (true, _) => (
            Health::Unknown,
            "What needs a person is not known before a cluster has shown its connectors.".to_owned(),
        ),
        (false, false) => (
            Health::Unknown,
            format!(
                "Nothing is wrong that Signalbox can see. Nothing was seen yet of {}.",
                words::list(&unseen, 3)
            ),
        ),
        (false, true) => (Health::Healthy, "Nothing is wrong that Signalbox can see.".to_owned()),
    }
}
