//! The first screen.

mod headline;
mod unseen;

use askama::Template;
use console::{ClusterItem, ConnectorQuery, Overview, TimelinePage, Trend};
use model::verdict::Health;
use view::Query;

use self::headline::{clusters_say, headline};
use self::unseen::{blind, fine, never_seen, unlooked};
use super::cause::Cause;
use super::history::Line;
use super::panel::{Panel, panels};
use super::trend::{Count, Hours, counts};
use crate::lamps::Layout;
use crate::{Error, Frame, Links};
use crate::{shape, words};

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
    let faults = overview.faults.iter().map(|fault| fault.worst);
    faults
        .filter(|health| health.unhealthy())
        .chain(shape::worst([&overview.totals]))
        .min()
}
