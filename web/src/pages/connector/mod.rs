//! One connector.

mod config;
mod facts;
mod parts;
mod versions;

use askama::Template;
use console::{ConfigChange, ConnectorDetail, ConnectorItem, TimelinePage, TimelineQuery};
use model::Timestamp;
use model::advice;
use model::fault::Scope;
use model::names::{ClusterName, ConnectorId};
use model::verdict::{Health, Reason};

use super::cause::whose;
use super::history::Line;
use crate::shape::mark;
use crate::{Error, Frame, Links, rest, words};
use config::{Config, config};
use facts::{Fact, facts};
use parts::{Task, Trace, tasks, traces};
use versions::Version;

/// Entries of the history beside the connector.
const LATELY: usize = 12;

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
    traces: Vec<Trace>,
    withheld: bool,
    config: Option<Config>,
    facts: Vec<Fact>,
    versions: Result<Vec<Version>, &'a str>,
    lately: Result<Vec<Line>, &'a str>,
    timeline: String,
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
    /// The other connectors of the same fault.
    others: Vec<(String, String)>,
    more: usize,
}

/// One connector, titled by its verdict. `versions` and `lately` may be missing for a reason, which is shown.
///
/// # Errors
/// When the template fails.
pub fn connector(
    frame: &Frame,
    detail: &ConnectorDetail,
    versions: Result<&[ConfigChange], &str>,
    lately: Result<&TimelinePage, &str>,
) -> Result<String, Error> {
    let (links, item) = (frame.links(), &detail.item);
    let lately = lately.map(|page| Line::newest(&page.items, LATELY, frame));
    let timeline = links.timeline(&TimelineQuery {
        cluster: Some(item.id.cluster.clone()),
        connector: Some(item.id.name.clone()),
        ..TimelineQuery::default()
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
        cause: cause(item, links),
        own: own(detail),
        standing: detail.unlisted.as_ref().map(|fault| words::sentence(&fault.root_cause)),
        tasks: tasks(detail),
        traces: traces(detail),
        withheld: detail.withheld,
        config: config(detail),
        facts: facts(detail, links),
        frame,
        links,
        item,
        versions: versions.map(|changes| versions::versions(changes, detail.item.deleted_at)),
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
        more: if others.is_empty() { 0 } else { count - others.len() },
        others,
    })
}
