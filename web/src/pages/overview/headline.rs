//! What is said first: whether anything is wrong, and whether the clusters answer.

use console::{ClusterItem, Overview};
use model::verdict::Health;

use super::unseen::{blind, never_seen};
use crate::{Frame, words};

pub(super) fn headline(frame: &Frame, overview: &Overview, causes: usize) -> String {
    if overview.clusters.is_empty() {
        return frame.no_cluster();
    }
    let (all, healthy) = (
        overview.totals.all() as usize,
        overview.totals.of(Health::Healthy) as usize,
    );
    let unhealthy = overview.totals.unhealthy() as usize;
    if blind(overview) && unhealthy == 0 {
        let count = never_seen(&overview.clusters).count();
        return match count {
            1 => "The cluster has not shown its connectors yet.".to_owned(),
            _ => format!(
                "{}: none has shown its connectors yet.",
                words::sentence(&words::counted(count, "cluster", "clusters"))
            ),
        };
    }
    let first = words::needs(causes, unhealthy);
    let second = match (all, healthy) {
        (0, _) => "No connector is known.".to_owned(),
        (1, 1) => "The only connector is healthy.".to_owned(),
        (1, _) => "The only connector is not healthy.".to_owned(),
        (all, 0) if overview.totals.of(Health::Unknown) > 0 => {
            format!(
                "None of {} connectors is known to be healthy.",
                words::thousands(all as u64)
            )
        }
        (all, 0) => format!("None of {} connectors is healthy.", words::thousands(all as u64)),
        (all, healthy) if all == healthy => {
            format!("All {} connectors are healthy.", words::thousands(all as u64))
        }
        (all, healthy) => format!(
            "{} of {} {} {} healthy.",
            words::thousands(healthy as u64),
            words::thousands(all as u64),
            words::form(all, "connector", "connectors"),
            words::form(healthy, "is", "are")
        ),
    };
    let standing = match overview.standing {
        0 => String::new(),
        some => format!(
            " {} as last listed.",
            words::sentence(&words::counted(some, "verdict stands", "verdicts stand"))
        ),
    };
    format!("{first} {second}{standing}")
}

/// Whether the clusters answer, and what is odd about them though they do.
pub(super) fn clusters_say(overview: &Overview) -> String {
    let clusters = &overview.clusters;
    let said = [Some(answering(overview)), untold(clusters), twins(clusters)];
    let said: Vec<String> = said.into_iter().flatten().collect();
    said.join(" ")
}

/// Those of whose Connect group Kafka does not tell.
fn untold(clusters: &[ClusterItem]) -> Option<String> {
    let unheard = clusters.iter().filter(|cluster| cluster.group_unheard);
    let unheard: Vec<&str> = unheard.map(|cluster| cluster.name.as_str()).collect();
    let names = words::list(&unheard, 3);
    (!unheard.is_empty()).then(|| format!("Kafka does not tell which workers of {names} live."))
}

/// Those that may be one, each two of them once: whoever reads a total has to know that they may be in it twice.
fn twins(clusters: &[ClusterItem]) -> Option<String> {
    let pairs = clusters.iter().flat_map(|cluster| {
        let others = cluster.alike.iter().map(|alike| &alike.other);
        let others = others.filter(|other| cluster.name < **other);
        others.map(|other| (cluster.name.as_str(), other.as_str()))
    });
    let pairs: Vec<(&str, &str)> = pairs.collect();
    match pairs.as_slice() {
        [] => None,
        [(one, other)] => Some(format!(
            "{one} and {other} may be the same Connect cluster: both are watched and counted."
        )),
        several => {
            let several: Vec<String> = several
                .iter()
                .map(|(one, other)| format!("{one} with {other}"))
                .collect();
            let several: Vec<&str> = several.iter().map(String::as_str).collect();
            let several = words::list(&several, 3);
            Some(format!(
                "Perhaps one Connect cluster each: {several}; all are watched and counted."
            ))
        }
    }
}

fn answering(overview: &Overview) -> String {
    let clusters = &overview.clusters;
    let count = words::sentence(&words::counted(clusters.len(), "cluster", "clusters"));
    let unseen: Vec<&str> = clusters
        .iter()
        .filter(|cluster| cluster.unlooked())
        .map(|cluster| cluster.name.as_str())
        .collect();
    if !unseen.is_empty() {
        return match unseen.len() == clusters.len() {
            true => format!("{count}, none looked at now."),
            false => format!(
                "{count}; {} {} not looked at now.",
                words::list(&unseen, 3),
                words::form(unseen.len(), "is", "are")
            ),
        };
    }
    let silent: Vec<&str> = clusters
        .iter()
        .filter(|cluster| !cluster.reachable && cluster.same_as.is_none())
        .map(|cluster| cluster.name.as_str())
        .collect();
    let refused: Vec<&str> = clusters
        .iter()
        .filter(|cluster| cluster.same_as.is_some())
        .map(|cluster| cluster.name.as_str())
        .collect();
    if !refused.is_empty() {
        let twice = format!(
            "{} {} configured twice and refused",
            words::list(&refused, 3),
            words::form(refused.len(), "is", "are")
        );
        return match silent.len() {
            0 => format!("{count}; {twice}, the others answer."),
            some => format!(
                "{count}; {twice}; {} {} not answer.",
                words::list(&silent, 3),
                words::form(some, "does", "do")
            ),
        };
    }
    match (silent.len(), clusters.len()) {
        (0, 1) => format!("{count}, answering."),
        (0, _) => format!("{count}, all answering."),
        (some, all) if some == all && all > 1 => format!("{count}, none answering."),
        (1, 1) => format!("{count}, not answering."),
        (some, _) => format!(
            "{count}; {} {} not answer.",
            words::list(&silent, 3),
            words::form(some, "does", "do")
        ),
    }
}
