//! One cluster.

mod assignment;
mod grid;
mod head;
mod matrix;
mod rebalances;

use askama::Template;
use console::{Assignment, ClusterDetail, ConnectorPage, ConnectorQuery, Rebalances, Seeing, Sight, TimelineQuery};
use model::Timestamp;
use model::names::WorkerId;
use model::verdict::Health;
use view::Query;

use super::cause::Cause;
use super::clusters::{labels, trouble};
use super::panel::{Panel, panel};
use super::row::Row;
use crate::at::At;
use crate::shape::Verdict;
use crate::words;
use crate::{Error, Frame, Links};
use assignment::Running;
use head::{Twin, headline, twin, worst};
use matrix::Matrix;
use rebalances::Turns;

/// Causes that are shown.
const CAUSES: usize = 8;

#[derive(Template)]
#[template(path = "cluster.html")]
struct Page<'a> {
    frame: &'a Frame,
    links: Links<'a>,
    favicon: &'static str,
    detail: &'a ClusterDetail,
    name: String,
    health: Health,
    headline: String,
    /// `2 of 3 workers`, or how many are known while none answers.
    known: String,
    trouble: Option<String>,
    /// Since when it has been so.
    trouble_since: Option<Timestamp>,
    /// The cluster that it is again, with where that is.
    same_as: Option<(String, String)>,
    /// The clusters that it may be.
    alike: Vec<Twin>,
    labels: String,
    panel: Panel,
    causes: Vec<Cause>,
    /// How many causes are not shown, with where all their connectors are.
    beyond: Option<(String, String)>,
    addresses: Vec<Address>,
    workers: Vec<Worker>,
    rows: Vec<Row>,
    more: Option<String>,
    timeline: String,
    running: Running,
    turns: Result<Turns, &'a str>,
    plugins: Matrix,
    sights: Vec<See<'a>>,
}

/// A source of what is known.
struct See<'a> {
    sight: &'a Sight,
    /// Whether somebody can do something about it.
    open: bool,
}

/// An address, configured or discovered.
struct Address {
    at: At,
    /// What it said when it was last asked.
    said: String,
    asked: Option<Timestamp>,
}

struct Worker {
    key: String,
    id: At,
    verdict: Verdict,
    evidence: String,
    since: Timestamp,
    version: String,
    leader: bool,
    connectors: String,
    tasks: String,
    /// What its own health says, unless that it is healthy.
    health: Option<String>,
}

/// One cluster: does it answer, which workers live, what is wrong, what it runs. `connectors` is a first page of its
/// connectors, worst first, `assignment` a part of who runs what, `rebalances` those of the last day or why they cannot be
/// read.
///
/// # Errors
/// When the template fails.
pub fn cluster(
    frame: &Frame,
    detail: &ClusterDetail,
    connectors: &ConnectorPage,
    assignment: &Assignment,
    rebalances: Result<&Rebalances, &str>,
) -> Result<String, Error> {
    let (links, item) = (frame.links(), &detail.item);
    let health = worst(detail);
    let panel = panel(item, links);
    let more = (connectors.matching > connectors.items.len()).then(|| links.connectors_of(Some(&item.name), None));
    Ok(Page {
        name: item.name.to_string(),
        headline: headline(detail),
        trouble: trouble(item),
        trouble_since: match item.reachable {
            _ if item.same_as.is_some() => item.reachable_since,
            true => item.as_of,
            false => item.reachable_since,
        },
        alike: item.alike.iter().map(|alike| twin(alike, links)).collect(),
        labels: labels(item),
        same_as: item
            .same_as
            .as_ref()
            .map(|other| (other.to_string(), links.cluster(other))),
        known: match item.reachable {
            _ if item.same_as.is_some() => "Neither watched nor counted".to_owned(),
            true => panel.workers.clone(),
            false => words::sentence(&words::counted(item.workers.len(), "worker known", "workers known")),
        },
        panel,
        causes: detail
            .faults
            .iter()
            .take(CAUSES)
            .map(|fault| Cause {
                cluster: None,
                ..Cause::of(fault, std::slice::from_ref(item), links)
            })
            .collect(),
        beyond: beyond(detail, links),
        addresses: addresses(frame, detail),
        workers: item.workers.iter().map(worker).collect(),
        rows: connectors
            .items
            .iter()
            .map(|item| Row {
                cluster: None,
                ..Row::of(item, links)
            })
            .collect(),
        timeline: links.timeline(&TimelineQuery {
            cluster: Some(item.name.clone()),
            ..TimelineQuery::default()
        }),
        running: Running::of(detail, assignment, links),
        turns: rebalances.map(|rebalances| Turns::of(rebalances, frame)),
        plugins: Matrix::of(&detail.plugins),
        sights: detail.sights.iter().map(see).collect(),
        favicon: health.as_str(),
        frame,
        links,
        detail,
        health,
        more,
    }
    .render()?)
}

fn beyond(detail: &ClusterDetail, links: Links<'_>) -> Option<(String, String)> {
    let more = detail.faults.len().checked_sub(CAUSES).filter(|more| *more > 0)?;
    let all = links.connectors(&ConnectorQuery::of(Query {
        clusters: [detail.item.name.clone()].into(),
        health: Health::ALL.into_iter().filter(|health| health.unhealthy()).collect(),
        ..Query::default()
    }));
    Some((words::counted(more, "more cause", "more causes"), all))
}

/// What each address said, as of when it was asked: what is older than the stale limit was so then.
fn addresses(frame: &Frame, detail: &ClusterDetail) -> Vec<Address> {
    let address = |(address, said): (&WorkerId, &std::sync::Arc<str>)| {
        let asked = detail.fresh.asked.get(address).copied();
        let old = asked.is_none_or(|asked| frame.now - asked > frame.stale_after) || !detail.item.reachable;
        let said = match said.strip_prefix("answers as ").filter(|_| old) {
            Some(what) => format!("answered as {what} when it was last asked"),
            None => said.strip_prefix(&format!("{address}: ")).unwrap_or(said).to_owned(),
        };
        Address {
            at: At::of(address.as_str()),
            said,
            asked,
        }
    };
    detail.addresses.iter().map(address).collect()
}

fn worker(item: &console::WorkerItem) -> Worker {
    let health = item
        .health
        .as_ref()
        .filter(|health| !health.ready || &*health.word != "healthy");
    Worker {
        key: item.id.to_string(),
        id: At::of(item.id.as_str()),
        verdict: Verdict::worker(item.alive),
        evidence: words::sentence(&item.evidence),
        since: item.since,
        version: item.version.as_deref().unwrap_or("unknown").to_owned(),
        leader: item.leader,
        connectors: words::thousands(u64::from(item.connectors)),
        tasks: words::thousands(u64::from(item.tasks)),
        health: health.map(|health| match health.message.is_empty() {
            true => health.word.to_string(),
            false => format!("{}: {}", health.word, health.message),
        }),
    }
}

fn see(sight: &Sight) -> See<'_> {
    See {
        sight,
        open: matches!(sight.state, Seeing::Refused | Seeing::NotGranted | Seeing::Partly),
    }
}
