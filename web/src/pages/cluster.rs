//! One cluster.

use askama::Template;
use console::{ClusterDetail, ConnectorPage, PluginLine, TimelineQuery};
use model::Timestamp;
use model::names::WorkerId;
use model::verdict::Health;
use view::Alike;

use super::cause::Cause;
use super::clusters::{labels, trouble};
use super::overview::{Panel, panel};
use super::row::{Row, short_class};
use crate::at::At;
use crate::shape::Verdict;
use crate::words;
use crate::{Error, Frame, Links};

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
    addresses: Vec<Address>,
    workers: Vec<Worker>,
    rows: Vec<Row>,
    more: Option<String>,
    timeline: String,
    plugins: Vec<Plugin>,
    differing: usize,
}

/// A cluster that this one may be.
struct Twin {
    name: String,
    href: String,
    /// What both have, a clause.
    why: String,
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

struct Plugin {
    class: String,
    short: String,
    kind: String,
    versions: Vec<(String, String)>,
    missing: String,
    differs: bool,
}

/// One cluster: does it answer, which workers live, what is wrong, what it runs. `connectors` is a first page of its
/// connectors, worst first.
///
/// # Errors
/// When the template fails.
pub fn cluster(frame: &Frame, detail: &ClusterDetail, connectors: &ConnectorPage) -> Result<String, Error> {
    let (links, item) = (frame.links(), &detail.item);
    let mut plugins: Vec<Plugin> = detail.plugins.iter().map(plugin).collect();
    plugins.sort_by_key(|plugin| !plugin.differs);
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
            .map(|fault| Cause {
                cluster: None,
                ..Cause::of(fault, std::slice::from_ref(item), links)
            })
            .collect(),
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
        differing: plugins.iter().filter(|plugin| plugin.differs).count(),
        favicon: health.as_str(),
        frame,
        links,
        detail,
        health,
        more,
        plugins,
    }
    .render()?)
}

/// The state of the cluster as one shape: out of sight before all, then the worst of what it runs.
fn worst(detail: &ClusterDetail) -> Health {
    if !detail.item.reachable {
        return Health::Unknown;
    }
    if detail
        .item
        .workers
        .iter()
        .any(|worker| worker.alive == model::facts::Alive::Dead)
    {
        return Health::Unassigned;
    }
    let mut found = detail.item.totals.iter().filter(|(_, count)| *count > 0);
    found.next().map_or(Health::Healthy, |(health, _)| {
        if health.unhealthy() { health } else { Health::Healthy }
    })
}

/// What follows the name: `answers; one of three workers is gone`.
fn headline(detail: &ClusterDetail) -> String {
    let item = &detail.item;
    if item.same_as.is_some() {
        return "is refused: it is configured twice".to_owned();
    }
    if !item.looked && item.as_of.is_some() {
        return "is not looked at now".to_owned();
    }
    if !item.reachable {
        return if item.as_of.is_some() {
            "does not answer"
        } else {
            "has never answered"
        }
        .to_owned();
    }
    let gone = item.workers.iter().filter(|worker| worker.alive.gone()).count();
    let unhealthy = item.totals.unhealthy() as usize;
    if gone > 0 {
        return format!(
            "has lost {} of {}",
            words::number(gone),
            words::counted(item.workers.len(), "worker", "workers")
        );
    }
    match unhealthy {
        0 => "is well".to_owned(),
        some => format!(
            "answers; {} {} a person",
            words::counted(some, "connector", "connectors"),
            words::form(some, "needs", "need")
        ),
    }
}

fn twin(alike: &Alike, links: Links<'_>) -> Twin {
    let workers: Vec<&str> = alike.workers.iter().map(|id| id.as_str()).collect();
    let workers = match workers.len() {
        0 => None,
        count => Some(format!(
            "both name the {} {}",
            words::form(count, "worker", "workers"),
            words::list(&workers, 3)
        )),
    };
    let connectors = match (alike.common, alike.own, alike.others) {
        (0, _, _) => None,
        (common, own, others) if common == own && common == others => Some(format!(
            "both list the same {}",
            words::counted(common, "connector", "connectors")
        )),
        (common, own, others) => Some(format!(
            "{} on both lists of {} and {}",
            words::counted(common, "connector stands", "connectors stand"),
            words::number(own),
            words::number(others)
        )),
    };
    let both = [match alike.same_kafka {
        true => "they run on the same Kafka cluster".to_owned(),
        false => "they have an address in common".to_owned(),
    }];
    let both: Vec<String> = both.into_iter().chain(workers).chain(connectors).collect();
    let both: Vec<&str> = both.iter().map(String::as_str).collect();
    Twin {
        name: alike.other.to_string(),
        href: links.cluster(&alike.other),
        why: words::list(&both, both.len()),
    }
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

fn plugin(line: &PluginLine) -> Plugin {
    let names = |workers: &[WorkerId]| {
        let names: Vec<&str> = workers.iter().map(|worker| worker.as_str()).collect();
        words::list(&names, 5)
    };
    Plugin {
        class: line.class.to_string(),
        short: short_class(&line.class).to_owned(),
        kind: line.kind.replace('_', " "),
        versions: line
            .versions
            .iter()
            .map(|(version, workers)| (version.as_deref().unwrap_or("tells none").to_owned(), names(workers)))
            .collect(),
        missing: names(&line.missing),
        differs: line.versions.len() > 1 || !line.missing.is_empty(),
    }
}
