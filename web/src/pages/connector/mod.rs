//! One connector.

mod chain;
mod config;
mod contents;
mod facts;
pub(crate) mod progress;
mod tasks;
mod trace;
pub(crate) mod value;
mod versions;

use askama::Template;
use console::{Chart, ConfigChange, ConnectorDetail, ConnectorItem, TimelinePage, TimelineQuery};
use model::Timestamp;
use model::advice;
use model::blocks::Series;
use model::fault::Scope;
use model::names::{ClusterName, ConnectorId};
use model::progress::PartitionLag;
use model::secrets::Definitions;
use model::verdict::{Health, Reason};

use super::cause::whose;
use super::history::Line;
use crate::chart::{Drawing, Range};
use crate::runbooks::Runbook;
use crate::shape::mark;
use crate::{Error, Frame, Links, rest, words};
use chain::{Chain, chain};
use config::{Config, config};
use contents::{Entry, contents};
use facts::{Fact, facts};
use progress::{Progress, progress};
use tasks::{Task, tasks};
use trace::{Trace, traces};
use versions::Versions;

/// Entries of the history beside the connector.
const LATELY: usize = 16;

#[derive(Template)]
#[template(path = "connector.html")]
struct Page<'a> {
    frame: &'a Frame,
    links: Links<'a>,
    favicon: &'static str,
    /// The word by which shape and colour go.
    mark: &'static str,
    item: &'a ConnectorItem,
    name: String,
    cluster: &'a ClusterName,
    says: &'static str,
    rest: Option<String>,
    reasons: &'a [Reason],
    cause: Option<Cause>,
    own: Option<Own>,
    /// Why what was seen last stands although it is old.
    standing: Option<String>,
    tasks: Vec<Task>,
    /// Whether REST says something else of any of them than we do.
    differ: bool,
    traces: Vec<Trace>,
    withheld: bool,
    chain: Option<Chain>,
    config: Option<Config>,
    /// Why defaults and documentation of the config's keys are missing.
    undefined: Option<Undefined<'a>>,
    facts: Vec<Fact>,
    progress: Option<Progress>,
    /// How a measure of it went, or why that cannot be read.
    chart: Option<Drawing>,
    uncharted: Option<&'a str>,
    versions: Result<Versions, &'a str>,
    /// Where the form that compares versions goes, with its hidden fields.
    comparing: (String, Vec<(&'static str, String)>),
    lately: Result<Vec<Line>, &'a str>,
    timeline: String,
    contents: Vec<Entry>,
    connector_json: String,
    config_json: Option<String>,
}

/// What a page cannot say of the keys of a config, and where it may be had.
struct Undefined<'a> {
    why: &'a str,
    /// Where a worker is asked.
    href: Option<String>,
}

/// What stands on a connector's page beside the connector itself.
#[derive(Clone, Copy, Debug)]
pub struct ConnectorBeside<'a> {
    /// What the plugin says about its keys, if that is kept; or why it cannot be read.
    pub definitions: Result<Option<&'a Definitions>, &'a str>,
    /// The two versions of the config that are to be compared: without the one, that before the other; without the
    /// other, the latest.
    pub compared: (Option<&'a str>, Option<&'a str>),
    /// Every partition that a sink reads; `None` where this server does not measure it.
    pub partitions: Option<&'a [PartitionLag]>,
    /// How its measures went over the range; `None` where nothing is measured, or why that cannot be read.
    pub chart: Result<Option<&'a Chart>, &'a str>,
    /// The range.
    pub range: Range,
    /// Which measure is shown; the usual one without.
    pub measure: Option<Series>,
}

impl Default for ConnectorBeside<'_> {
    fn default() -> Self {
        Self {
            definitions: Ok(None),
            compared: (None, None),
            partitions: None,
            chart: Ok(None),
            range: Range::default(),
            measure: None,
        }
    }
}

/// The connector's own fault while nobody hears whether it goes on.
struct Own {
    whose: String,
    root_cause: String,
    opened_at: Timestamp,
    unheard_since: Timestamp,
    steps: Vec<String>,
}

struct Cause {
    whose: String,
    sure: String,
    root_cause: String,
    why: Vec<String>,
    /// What to do, step by step.
    steps: Vec<String>,
    /// The alert that tells of a connector in this health.
    runbook: Option<&'static str>,
    /// The other connectors of the same fault.
    others: Vec<(String, String)>,
    more: usize,
}

/// One connector, titled by its verdict. What is `beside` it, `versions` and `lately` may be missing for a reason, which is
/// shown.
///
/// # Errors
/// When the template fails.
pub fn connector(
    frame: &Frame,
    detail: &ConnectorDetail,
    versions: Result<&[ConfigChange], &str>,
    lately: Result<&TimelinePage, &str>,
    beside: &ConnectorBeside<'_>,
) -> Result<String, Error> {
    let (links, item) = (frame.links(), &detail.item);
    let lately = lately.map(|page| Line::newest(&page.items, LATELY, frame));
    let timeline = links.timeline(&TimelineQuery {
        cluster: Some(item.id.cluster.clone()),
        connector: Some(item.id.name.clone()),
        ..TimelineQuery::default()
    });
    let definitions = beside.definitions.ok().flatten();
    let undefined = match beside.definitions {
        Ok(Some(_)) => None,
        Ok(None) => Some("What its plugin says about its keys is not known here yet."),
        Err(why) => Some(why),
    };
    let version = detail
        .instance
        .as_ref()
        .and_then(|instance| instance.version.as_deref());
    let (tasks, traces, config) = (tasks(detail), traces(detail), config(detail, definitions));
    let cause = cause(item, links);
    let versions = versions.map(|changes| {
        let deleted_at = detail.item.deleted_at;
        versions::versions(changes, deleted_at, &item.id, beside.compared, links)
    });
    Ok(Page {
        favicon: item.verdict().map_or("signalbox", Health::as_str),
        mark: mark(item.verdict()),
        name: item.id.name.to_string(),
        cluster: &item.id.cluster,
        says: if item.deleted_at.is_some() {
            "was deleted"
        } else {
            item.health.says()
        },
        rest: rest::otherwise(item),
        reasons: &item.reasons,
        own: own(detail),
        standing: detail.unlisted.as_ref().map(|fault| words::sentence(&fault.root_cause)),
        contents: contents(detail, &tasks, &traces, cause.is_some(), versions.as_ref().ok()),
        differ: tasks.iter().any(|task| task.differs),
        undefined: undefined.map(|why| Undefined {
            why,
            href: item
                .class
                .as_deref()
                .map(|class| links.plugin(&item.id.cluster, class, version)),
        }),
        chain: chain(detail, links),
        withheld: detail.withheld,
        facts: facts(detail, links),
        progress: progress(item, beside.partitions),
        chart: beside
            .chart
            .ok()
            .flatten()
            .map(|chart| Drawing::of(chart, &item.id, item.kind, beside.range, beside.measure, frame)),
        uncharted: beside.chart.err(),
        comparing: links.comparing(&item.id),
        connector_json: links.connector_json(&item.id),
        config_json: links.config_json(&item.id).filter(|_| config.is_some()),
        cause,
        tasks,
        traces,
        config,
        frame,
        links,
        item,
        versions,
        lately,
        timeline,
    }
    .render()?)
}

fn own(detail: &ConnectorDetail) -> Option<Own> {
    let fault = detail.unheard.as_ref()?;
    Some(Own {
        whose: whose(fault.domain, fault.class.as_str()),
        root_cause: words::sentence(&fault.root_cause),
        opened_at: fault.opened_at,
        unheard_since: fault.unheard_since?,
        steps: advice::of_fault(fault),
    })
}

fn cause(item: &ConnectorItem, links: Links<'_>) -> Option<Cause> {
    let fault = item
        .fault
        .as_ref()
        .filter(|_| item.verdict().is_some_and(Health::unhealthy))?;
    let others = fault.members.iter().filter(|name| **name != item.id.name);
    let count = others.clone().count();
    let others = others.take(6).map(|name| {
        let id = ConnectorId {
            cluster: fault.cluster.clone(),
            name: name.clone(),
        };
        (name.to_string(), links.connector(&id))
    });
    let others: Vec<_> = match fault.scope {
        Scope::Connector(_) => Vec::new(),
        Scope::Worker(_) | Scope::Cluster => others.collect(),
    };
    Some(Cause {
        whose: whose(fault.domain, fault.class.as_str()),
        sure: format!("{:.0} %", f64::from(fault.confidence.clamp(0.0, 1.0)) * 100.0),
        root_cause: words::sentence(&fault.root_cause),
        why: fault.reasons.iter().map(|reason| words::sentence(reason)).collect(),
        steps: advice::of_fault(fault),
        runbook: item.verdict().and_then(Runbook::of),
        more: if others.is_empty() { 0 } else { count - others.len() },
        others,
    })
}
