//! One connector.

use askama::Template;
use console::{ConnectorDetail, ConnectorItem, TimelinePage, TimelineQuery};
use model::Timestamp;
use model::facts::Alive;
use model::fault::Scope;
use model::names::{ClusterName, ConnectorId, WorkerId};
use model::secrets::ConfigValue;
use model::state::{State, TargetSource, TargetState};
use model::verdict::{Health, Reason};

use super::cause::whose;
use super::history::Line;
use super::row::short_class;
use crate::shape::{Verdict, says};
use crate::{Error, Frame, Links, advice, rest, words};

/// Entries of the history beside the connector.
const LATELY: usize = 12;

/// One config version, newest first in lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionLine {
    /// Its fingerprint, short: [`model::secrets::Fingerprint::short`].
    pub version: String,
    /// When it was first seen.
    pub seen_at: Timestamp,
    /// When it last came into force.
    pub in_force_since: Timestamp,
    /// Keys that differ from the version before, by [`model::secrets::Config::changed_keys`]; `None` for the oldest
    /// version known, which has nothing to differ from.
    pub changed_keys: Option<Vec<String>>,
}

#[derive(Template)]
#[template(path = "connector.html")]
struct Page<'a> {
    frame: &'a Frame,
    links: Links<'a>,
    favicon: &'static str,
    item: &'a ConnectorItem,
    name: &'a str,
    cluster: &'a ClusterName,
    says: &'static str,
    rest: Option<String>,
    reasons: &'a [Reason],
    cause: Option<Cause>,
    tasks: Vec<Task>,
    traces: Vec<Trace>,
    withheld: bool,
    config: Option<Config>,
    facts: Vec<Fact>,
    versions: Result<&'a [VersionLine], &'a str>,
    lately: Result<Vec<Line>, &'a str>,
    timeline: String,
}

struct Cause {
    whose: String,
    sure: String,
    root_cause: String,
    why: Vec<String>,
    look: &'static str,
    /// The other connectors of the same fault.
    others: Vec<(String, String)>,
    more: usize,
}

struct Task {
    key: String,
    what: String,
    verdict: Verdict,
    health: Health,
    state: String,
    differs: bool,
    worker: String,
    alive: Option<&'static str>,
    since: Timestamp,
    text: String,
}

struct Trace {
    what: String,
    health: Health,
    root_cause: String,
    text: String,
    lines: String,
}

struct Config {
    version: String,
    values: Vec<Value>,
    masked: usize,
}

struct Value {
    key: String,
    text: String,
    kind: &'static str,
}

struct Fact {
    name: &'static str,
    text: String,
    /// Shown in the fixed-width face.
    code: bool,
    /// What stands quietly beside it.
    note: String,
    at: Option<Timestamp>,
    href: Option<String>,
}

/// One connector, titled by its verdict. `versions` and `lately` may be missing for a reason, which is shown.
///
/// # Errors
/// When the template fails.
pub fn connector(
    frame: &Frame,
    detail: &ConnectorDetail,
    versions: Result<&[VersionLine], &str>,
    lately: Result<&TimelinePage, &str>,
) -> Result<String, Error> {
    let (links, item) = (frame.links(), &detail.item);
    let lately = lately.map(|page| {
        page.items
            .iter()
            .take(LATELY)
            .map(|item| Line::of(item, frame))
            .collect()
    });
    let timeline = links.timeline(&TimelineQuery {
        cluster: Some(item.id.cluster.clone()),
        connector: Some(item.id.name.clone()),
        ..TimelineQuery::default()
    });
    Ok(Page {
        favicon: item.health.as_str(),
        name: item.id.name.as_str(),
        cluster: &item.id.cluster,
        says: if item.deleted_at.is_some() {
            "was deleted"
        } else {
            says(item.health)
        },
        rest: rest::otherwise(item),
        reasons: &item.reasons,
        cause: cause(item, links),
        tasks: tasks(detail),
        traces: traces(detail),
        withheld: detail.withheld,
        config: config(detail),
        facts: facts(detail, links),
        frame,
        links,
        item,
        versions,
        lately,
        timeline,
    }
    .render()?)
}

fn cause(item: &ConnectorItem, links: Links<'_>) -> Option<Cause> {
    let fault = item.fault.as_ref().filter(|_| item.health.unhealthy())?;
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
        look: advice::first_look(fault),
        more: if others.is_empty() { 0 } else { count - others.len() },
        others,
    })
}

fn tasks(detail: &ConnectorDetail) -> Vec<Task> {
    let item = &detail.item;
    let instance = detail.instance.iter().map(|instance| {
        // The connector instance has no verdict of its own: it is well unless REST says FAILED or its worker is gone.
        let health = match (&instance.state, instance.worker_alive) {
            _ if item.health == Health::Unknown => Health::Unknown,
            (State::Failed, _) => Health::Failed,
            (_, alive) if alive.gone() => Health::Unassigned,
            (State::Unassigned, _) => Health::Unassigned,
            (State::Restarting, _) => Health::Restarting,
            (State::Paused, _) => Health::Paused,
            (State::Stopped, _) => Health::Stopped,
            (State::Running, _) => Health::Healthy,
            (State::Other(_), _) => Health::Unknown,
        };
        task(
            "connector".to_owned(),
            health,
            &instance.state,
            (&instance.worker, instance.worker_alive),
            instance.since,
            String::new(),
        )
    });
    let tasks = item.tasks.iter().map(|one| {
        let since = one.verdict.as_ref().map_or(one.state_since, |verdict| verdict.since);
        let text = one
            .root_cause
            .clone()
            .or_else(|| one.verdict.as_ref().map(|verdict| verdict.text.clone()));
        task(
            format!("task {}", one.number),
            one.health,
            &one.state,
            (&one.worker, one.worker_alive),
            since,
            text.filter(|_| one.health != Health::Healthy)
                .map(|text| words::sentence(&text))
                .unwrap_or_default(),
        )
    });
    instance.chain(tasks).collect()
}

fn task(
    what: String,
    health: Health,
    state: &State,
    (worker, alive): (&WorkerId, Alive),
    since: Timestamp,
    text: String,
) -> Task {
    Task {
        key: what.clone(),
        what,
        verdict: Verdict::of(health),
        health,
        differs: !rest::agrees(state, health),
        state: state.to_string(),
        worker: worker.to_string(),
        alive: match alive {
            Alive::Yes => None,
            Alive::Dead => Some("gone"),
            Alive::GoneInOrder => Some("left in order"),
            Alive::Unknown => Some("not known alive"),
        },
        since,
        text,
    }
}

fn traces(detail: &ConnectorDetail) -> Vec<Trace> {
    let trace = |what: String, health: Health, root: Option<&str>, text: &str| Trace {
        what,
        health,
        root_cause: root.map_or_else(|| text.lines().next().unwrap_or_default().to_owned(), words::sentence),
        text: legible(text),
        lines: words::counted(text.lines().count(), "line", "lines"),
    };
    let instance = detail.instance.iter().filter_map(|instance| {
        let fault = detail.item.fault.as_ref().map(|fault| &*fault.root_cause);
        let text = instance.trace.as_deref()?;
        Some(trace("connector".to_owned(), Health::Failed, fault, text))
    });
    let tasks = detail.item.tasks.iter().filter_map(|task| {
        let text = task.trace.as_deref()?;
        Some(trace(
            format!("task {}", task.number),
            task.health,
            task.root_cause.as_deref(),
            text,
        ))
    });
    instance.chain(tasks).collect()
}

/// Control characters, which HTML does not allow and terminals obey, as their pictures.
fn legible(text: &str) -> String {
    let picture = |c: char| match c {
        '\n' | '\t' => c,
        '\u{7f}' => '\u{2421}',
        c if u32::from(c) < 0x20 => char::from_u32(0x2400 + u32::from(c)).unwrap_or(c),
        c => c,
    };
    text.replace("\r\n", "\n").chars().map(picture).collect()
}

fn config(detail: &ConnectorDetail) -> Option<Config> {
    let listed = detail.config.as_ref()?;
    let value = |(key, value): (&std::sync::Arc<str>, &ConfigValue)| {
        let (text, kind) = match value {
            ConfigValue::Clear(text) => (legible(text), "clear"),
            ConfigValue::Reference(text) => (legible(text), "reference"),
            ConfigValue::Masked(print) => (format!("masked · {}", print.short()), "masked"),
            ConfigValue::Null => ("null".to_owned(), "null"),
        };
        Value {
            key: legible(key),
            text,
            kind,
        }
    };
    let values: Vec<Value> = listed.config.iter().map(value).collect();
    Some(Config {
        version: listed.version.short().to_owned(),
        masked: values.iter().filter(|value| value.kind == "masked").count(),
        values,
    })
}

fn facts(detail: &ConnectorDetail, links: Links<'_>) -> Vec<Fact> {
    let item = &detail.item;
    let fact = |name, text: &str| Fact {
        name,
        text: text.to_owned(),
        code: false,
        note: String::new(),
        at: None,
        href: None,
    };
    let mut facts = Vec::new();
    facts.push(match &item.owner {
        Some(owner) => Fact {
            note: format!("by {}", owner.source),
            href: Some(links.connectors(&console::ConnectorQuery {
                teams: [owner.team.clone()].into(),
                ..console::ConnectorQuery::default()
            })),
            ..fact("Owner", owner.team.as_str())
        },
        None => fact("Owner", "nobody"),
    });
    facts.push(Fact {
        href: Some(links.cluster(&item.id.cluster)),
        ..fact("Cluster", item.id.cluster.as_str())
    });
    if let Some(kind) = item.kind {
        facts.push(fact("Kind", kind.as_str()));
    }
    if let Some(class) = &item.class {
        let version = detail.instance.as_ref().and_then(|instance| instance.version.clone());
        facts.push(Fact {
            note: version.map(|version| version.to_string()).unwrap_or_default(),
            ..fact("Class", short_class(class))
        });
    }
    if let Some((target, source)) = item.target {
        let words = match target {
            TargetState::Started => "to run",
            TargetState::Paused => "to pause",
            TargetState::Stopped => "to stop",
        };
        let known = match source {
            TargetSource::ConfigTopic => "by the config topic",
            TargetSource::Inferred => "inferred from its state",
        };
        facts.push(Fact {
            note: known.to_owned(),
            ..fact("Asked", words)
        });
    }
    for system in &item.systems {
        facts.push(Fact {
            code: true,
            note: system.kind.to_string(),
            ..fact("System", &system.address)
        });
    }
    let topics = detail.config.as_ref().and_then(|listed| {
        let keys = ["topics", "topics.regex", "topic"];
        keys.into_iter().find_map(|key| listed.config.text(key))
    });
    if let Some(topics) = topics {
        facts.push(Fact {
            code: true,
            ..fact("Topics", topics)
        });
    }
    facts.push(Fact {
        at: Some(item.first_seen),
        ..fact("First seen", "")
    });
    if let Some(at) = item.deleted_at {
        facts.push(Fact {
            at: Some(at),
            ..fact("Deleted", "")
        });
    }
    facts
}
