//! The list of clusters.

use askama::Template;
use console::ClusterItem;
use model::Timestamp;
use model::verdict::Health;

use super::panel::{Panel, panels};
use crate::shape::{Verdict, worst};
use crate::words;
use crate::{Error, Frame, Links};

#[derive(Template)]
#[template(path = "clusters.html")]
struct Page<'a> {
    frame: &'a Frame,
    links: Links<'a>,
    favicon: &'static str,
    headline: String,
    clusters: Vec<Entry>,
}

struct Entry {
    panel: Panel,
    reach: Verdict,
    since: Option<Timestamp>,
    /// Why it does not answer, or that it is refused.
    trouble: Option<String>,
    /// The clusters that it may be, with where they are.
    alike: Vec<(String, String)>,
    connectors: String,
    as_of: Option<Timestamp>,
    labels: String,
}

/// All clusters with their lamps.
///
/// # Errors
/// When the template fails.
pub fn clusters(frame: &Frame, clusters: &[ClusterItem]) -> Result<String, Error> {
    let links = frame.links();
    Ok(Page {
        headline: headline(frame, clusters),
        clusters: panels(clusters, links)
            .into_iter()
            .zip(clusters)
            .map(|(panel, cluster)| entry(panel, cluster, links))
            .collect(),
        favicon: worst(clusters.iter().map(|cluster| &cluster.totals)).map_or("signalbox", Health::as_str),
        frame,
        links,
    }
    .render()?)
}

fn entry(panel: Panel, cluster: &ClusterItem, links: Links<'_>) -> Entry {
    Entry {
        panel,
        reach: Verdict::reach(cluster),
        since: cluster.reachable_since,
        trouble: trouble(cluster),
        alike: cluster
            .alike
            .iter()
            .map(|alike| (alike.other.to_string(), links.cluster(&alike.other)))
            .collect(),
        connectors: match &cluster.same_as {
            Some(other) => format!("its connectors are shown at {other}"),
            None => words::counted(cluster.totals.all() as usize, "connector", "connectors"),
        },
        as_of: cluster.as_of.filter(|_| cluster.same_as.is_none()),
        labels: labels(cluster),
    }
}

/// Why nothing recent is told of what a cluster runs, one sentence.
pub(crate) fn trouble(cluster: &ClusterItem) -> Option<String> {
    if let Some(other) = &cluster.same_as {
        return Some(format!(
            "This is the same Connect cluster as {other}, so it is refused: it is neither watched nor counted twice. Remove one of \
             the two from the configuration."
        ));
    }
    if !cluster.looked && cluster.as_of.is_some() {
        return Some(
            "Signalbox does not look at it, or cannot record what it sees: how it is now is not known.".to_owned(),
        );
    }
    let gap = cluster.gap.as_ref().filter(|_| !cluster.reachable || cluster.stale);
    gap.map(|gap| words::sentence(&gap.text))
}

/// `env prod, team data`.
pub(crate) fn labels(cluster: &ClusterItem) -> String {
    let pairs = cluster.labels.iter().map(|(key, value)| format!("{key} {value}"));
    pairs.collect::<Vec<_>>().join(", ")
}

fn headline(frame: &Frame, clusters: &[ClusterItem]) -> String {
    let refused = clusters.iter().filter(|cluster| cluster.same_as.is_some()).count();
    let silent = clusters.iter().filter(|cluster| !cluster.reachable).count() - refused;
    let count = words::sentence(&words::counted(clusters.len(), "cluster", "clusters"));
    let unseen = clusters.iter().filter(|cluster| cluster.unlooked()).count();
    if unseen > 0 {
        return match unseen == clusters.len() {
            true => format!("{count}, none looked at now."),
            false => format!("{count}, {} not looked at now.", words::number(unseen)),
        };
    }
    // Who answers may still have lost a worker.
    let lost = lost(clusters);
    match (clusters.len(), silent) {
        (0, _) => frame.no_cluster(),
        (_, silent) if refused > 0 => {
            let refused = twice(refused);
            match silent {
                0 => format!("{count}: {refused}, the others answer."),
                some => format!(
                    "{count}: {refused}, {} {} not answer.",
                    words::number(some),
                    words::form(some, "does", "do")
                ),
            }
        }
        (1, 0) => format!("{count}, answering{lost}."),
        (_, 0) => format!("{count}, all answering{lost}."),
        (1, _) => format!("{count}, not answering."),
        (_, some) => format!(
            "{count}, {} {} not answer.",
            words::number(some),
            words::form(some, "does", "do")
        ),
    }
}

/// `; one of five workers is gone`, if any is.
fn lost(clusters: &[ClusterItem]) -> String {
    let workers = || clusters.iter().flat_map(|cluster| &cluster.workers);
    let gone = workers().filter(|worker| worker.alive.gone()).count();
    if gone == 0 {
        return String::new();
    }
    format!(
        "; {} of {} {} gone",
        words::number(gone),
        words::counted(workers().count(), "worker", "workers"),
        words::form(gone, "is", "are")
    )
}

/// `one is configured twice and refused`.
pub(crate) fn twice(refused: usize) -> String {
    format!(
        "{} {} configured twice and refused",
        words::number(refused),
        words::form(refused, "is", "are")
    )
}
