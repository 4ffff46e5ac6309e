//! One cluster among others: its lamps, and what is said beside them.

use console::ClusterItem;
use model::Timestamp;

use crate::Links;
use crate::lamps::{Lamps, Layout};
use crate::words;

/// A cluster's lamps.
pub(crate) struct Panel {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) version: Option<String>,
    /// `3 of 3 workers`, or why that cannot be told.
    pub(crate) workers: String,
    /// Whether that is all of them, and they answer.
    pub(crate) well: bool,
    /// Whether they show what was seen too long ago.
    pub(crate) aged: bool,
    /// When its states were last seen; of a refused cluster nothing is.
    pub(crate) as_of: Option<Timestamp>,
    pub(crate) lamps: Lamps,
}

/// The panels of several clusters, their lamps of one size.
pub(crate) fn panels(clusters: &[ClusterItem], links: Links<'_>) -> Vec<Panel> {
    let layout = Layout::of(clusters);
    clusters
        .iter()
        .map(|cluster| laid_out(cluster, layout, links))
        .collect()
}

/// The panel of a cluster that is alone on its page.
pub(crate) fn panel(cluster: &ClusterItem, links: Links<'_>) -> Panel {
    laid_out(cluster, Layout::of(std::slice::from_ref(cluster)), links)
}

fn laid_out(cluster: &ClusterItem, layout: Layout, links: Links<'_>) -> Panel {
    let workers = &cluster.workers;
    let alive = workers.iter().filter(|worker| !worker.alive.gone()).count();
    let sure = workers.iter().all(|worker| worker.alive.as_bool().is_some());
    let counted = match (workers.len(), cluster.reachable, sure) {
        _ if cluster.same_as.is_some() => "refused: configured twice".to_owned(),
        (_, false, _) if !cluster.looked => "not looked at".to_owned(),
        (_, false, _) => "does not answer".to_owned(),
        (0, true, _) => "no worker known".to_owned(),
        (all, true, true) => format!("{alive} of {all} {}", words::form(all, "worker", "workers")),
        (all, true, false) => {
            let certain = workers
                .iter()
                .filter(|worker| worker.alive.as_bool() == Some(true))
                .count();
            format!("{certain} of {all} workers seen alive")
        }
    };
    Panel {
        name: cluster.name.to_string(),
        href: links.cluster(&cluster.name),
        version: cluster.version.as_deref().map(str::to_owned),
        workers: counted,
        well: cluster.reachable && alive == workers.len(),
        aged: cluster.stale,
        as_of: cluster.as_of.filter(|_| cluster.same_as.is_none()),
        lamps: Lamps::of(cluster, layout, links),
    }
}
