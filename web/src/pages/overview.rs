//! The first screen.

use askama::Template;
use console::{ClusterItem, ConnectorQuery, Overview, TimelinePage, Trend};
use model::Timestamp;
use model::verdict::Health;
use view::Query;

use super::cause::Cause;
use super::history::Line;
use super::trend::{Count, Hours, counts};
use crate::lamps::{Lamps, Layout};
use crate::words;
use crate::{Error, Frame, Links};

/// Entries of the history beside the fleet.
const LATELY: usize = 9;

/// Causes that are shown at once; the others are folded, so that what lies below is found.
const FIRST: usize = 6;

#[derive(Template)]
#[template(path = "overview.html")]
struct Page<'a> {
    frame: &'a Frame,
    links: Links<'a>,
    favicon: &'static str,
    overview: &'a Overview,
    headline: String,
    clusters_say: String,
    /// Those that are seen first.
    causes: Vec<Cause>,
    /// Those that are folded.
    others: Vec<Cause>,
    /// How many these are, in words.
    others_are: String,
    /// How many are not listed, in words, and where the connectors are that they concern.
    more: Option<(String, String)>,
    now: Vec<Count>,
    /// What is said where no cause is known, and whether that is good.
    fine: (Health, String),
    /// The counts of the last day by the hour, or why there are none.
    hours: Result<Hours, &'a str>,
    layout: Layout,
    fleet: Vec<Panel>,
    lately: Result<Vec<Line>, &'a str>,
}

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

/// Is anything wrong, whose is it, since when. `trend` is how the counts went over the last day.
///
/// # Errors
/// When the template fails.
pub fn overview(
    frame: &Frame,
    overview: &Overview,
    lately: Result<&TimelinePage, &str>,
    trend: Result<&Trend, &str>,
) -> Result<String, Error> {
    let links = frame.links();
    let mut causes: Vec<Cause> = overview
        .faults
        .iter()
        .map(|fault| Cause::of(fault, &overview.clusters, links))
        .collect();
    // Where nobody looks at anything there is one thing to do, and all else is from before.
    let (first, all, rest) = match unlooked(&overview.clusters) {
        Some(seen) => {
            causes.insert(0, Cause::unlooked(&overview.clusters, seen, links));
            (1, 1, ("cause from before", "causes from before"))
        }
        None => {
            let unrecorded = overview.clusters.iter().filter(|cluster| cluster.out_of_sight);
            causes.extend(unrecorded.filter_map(|cluster| Some(Cause::stale(cluster, cluster.as_of?, links))));
            let told = |cluster: &ClusterItem| overview.faults.iter().any(|item| item.fault.cluster == cluster.name);
            let untold = never_seen(&overview.clusters).filter(|cluster| !told(cluster));
            causes.extend(untold.filter_map(|cluster| Cause::unseen(cluster, frame.now, links)));
            let all = causes.len() + overview.more_faults;
            (FIRST, all, ("more cause", "more causes"))
        }
    };
    let others = causes.split_off(causes.len().min(first));
    let lately = lately.map(|page| Line::newest(&page.items, LATELY, frame));
    Ok(Page {
        headline: headline(frame, overview, all),
        more: more(overview.more_faults, links),
        clusters_say: clusters_say(overview),
        now: counts(&overview.totals, blind(overview), trend.ok(), frame),
        fine: fine(overview),
        hours: trend.map(|trend| Hours::of(trend, frame)),
        layout: Layout::of(&overview.clusters),
        fleet: panels(&overview.clusters, links),
        favicon: worst(overview).map_or("signalbox", Health::as_str),
        frame,
        links,
        overview,
        others_are: words::sentence(&words::counted(others.len(), rest.0, rest.1)),
        others,
        causes,
        lately,
    }
    .render()?)
}

/// The newest moment at which a cluster was seen, where nobody looks at any of them.
fn unlooked(clusters: &[ClusterItem]) -> Option<Timestamp> {
    let watched = clusters.iter().filter(|cluster| cluster.same_as.is_none());
    let nobody = watched.clone().all(ClusterItem::unlooked);
    let seen = watched.filter_map(|cluster| cluster.as_of).max();
    seen.filter(|_| nobody)
}

/// Clusters that never showed their connectors: nothing is known of those, which is neither good nor a zero.
fn never_seen(clusters: &[ClusterItem]) -> impl Iterator<Item = &ClusterItem> {
    clusters
        .iter()
        .filter(|cluster| cluster.as_of.is_none() && cluster.same_as.is_none())
}

/// Whether no cluster has shown its connectors yet.
fn blind(overview: &Overview) -> bool {
    overview.as_of.is_none() && never_seen(&overview.clusters).next().is_some()
}

/// What is said where nothing is known to be wrong.
fn fine(overview: &Overview) -> (Health, String) {
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

/// Where what is not listed is found: every connector that needs a person, page by page.
fn more(faults: usize, links: Links<'_>) -> Option<(String, String)> {
    let unhealthy = Health::ALL.into_iter().filter(|health| health.unhealthy());
    let query = ConnectorQuery::of(Query {
        health: unhealthy.collect(),
        ..Query::default()
    });
    (faults > 0).then(|| {
        (
            words::counted(faults, "more cause", "more causes"),
            links.connectors(&query),
        )
    })
}

/// The worst of what there is; of a fault without connectors nothing is known.
fn worst(overview: &Overview) -> Option<Health> {
    let found = overview.totals.iter().find(|(_, count)| *count > 0);
    let found = found.map(|(health, _)| if health.unhealthy() { health } else { Health::Healthy });
    let faults = overview.faults.iter().map(|fault| fault.worst);
    faults.filter(|health| health.unhealthy()).chain(found).min()
}

fn headline(frame: &Frame, overview: &Overview, causes: usize) -> String {
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

fn clusters_say(overview: &Overview) -> String {
    let unheard: Vec<&str> = overview
        .clusters
        .iter()
        .filter(|cluster| cluster.group_unheard)
        .map(|cluster| cluster.name.as_str())
        .collect();
    let answering = answering(overview);
    match unheard.is_empty() {
        true => answering,
        false => format!(
            "{answering} Kafka does not tell which workers of {} live.",
            words::list(&unheard, 3)
        ),
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
