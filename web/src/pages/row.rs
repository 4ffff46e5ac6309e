//! A connector as a row of a table.

use console::ConnectorItem;
use model::Timestamp;
use model::verdict::Health;
use view::short_class;

use super::connector::progress::short as lag;
use crate::links::Links;
use crate::shape::{Verdict, mark};
use crate::{rest, words};

/// One row.
pub(crate) struct Row {
    pub(crate) key: String,
    pub(crate) href: String,
    pub(crate) name: String,
    /// Its cluster with the address; `None` where the page says it already.
    pub(crate) cluster: Option<(String, String)>,
    /// Cluster and name, by which a script asks for it.
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    /// The class of its fault.
    pub(crate) class: &'static str,
    /// Its Java class without the package.
    pub(crate) plugin: String,
    /// The systems at its other end.
    pub(crate) systems: String,
    pub(crate) workers: String,
    /// The word by which a change of it is seen.
    pub(crate) mark: &'static str,
    pub(crate) verdict: Verdict,
    pub(crate) why: String,
    pub(crate) rest: Option<String>,
    pub(crate) owner: Option<String>,
    /// `source · FileStreamSource`.
    pub(crate) what: String,
    /// `20,311 · 4 min 10 s`; `?` where it is not known.
    pub(crate) lag: String,
    /// `2 of 3`.
    pub(crate) tasks: String,
    pub(crate) since: Timestamp,
    /// Since when nothing is seen of it, where that is too long.
    pub(crate) stale: Option<Timestamp>,
    pub(crate) deleted_at: Option<Timestamp>,
}

impl Row {
    pub(crate) fn of(item: &ConnectorItem, links: Links<'_>) -> Self {
        let kind = item.kind.map(|kind| kind.as_str());
        let class = item.class.as_deref().map(short_class);
        let known = item.tasks.iter().all(|task| task.health != Health::Unknown);
        // One that makes no progress, or too little, runs all the same.
        let slow = |health| matches!(health, Health::Stalled | Health::Lagging);
        let runs = |health: Health| !health.unhealthy() || slow(health);
        let running = item.tasks.iter().filter(|task| runs(task.health)).count();
        let tasks = match (item.tasks.len() + item.unstarted.len(), running) {
            (0, _) => "none".to_owned(),
            // What is not known is not said to be none.
            (all, _) if !known => format!("? of {all}"),
            (all, some) if all == some => words::thousands(all as u64),
            (all, some) => format!("{some} of {all}"),
        };
        let mut workers: Vec<&str> = item.tasks.iter().map(|task| task.worker.as_str()).collect();
        workers.sort_unstable();
        workers.dedup();
        let systems: Vec<&str> = item.systems.iter().map(|system| &*system.address).collect();
        let fault = item.fault.as_ref().filter(|_| item.deleted_at.is_none());
        Self {
            cluster: Some((item.id.cluster.to_string(), links.cluster(&item.id.cluster))),
            id: format!("{}/{}", item.id.cluster.as_str(), item.id.name.as_str()),
            kind: kind.unwrap_or_default(),
            class: fault.map_or("", |fault| fault.class.as_str()),
            plugin: class.unwrap_or_default().to_owned(),
            systems: systems.join(", "),
            workers: words::list(&workers, 2),
            key: format!("connector {}", item.id),
            href: links.connector(&item.id),
            name: item.id.name.to_string(),
            mark: mark(item.verdict()),
            verdict: item.verdict().map_or(Verdict::last(item.health), Verdict::of),
            why: why(item),
            rest: rest::otherwise(item).filter(|_| item.health.unhealthy()),
            owner: item.owner.as_ref().map(|owner| owner.team.to_string()),
            what: kind.into_iter().chain(class).collect::<Vec<_>>().join(" · "),
            lag: lag(item),
            tasks,
            since: item.since,
            stale: item.as_of.filter(|_| item.stale),
            deleted_at: item.deleted_at,
        }
    }
}

/// Why it is as it is, in one sentence; nothing for what is healthy.
fn why(item: &ConnectorItem) -> String {
    if item.health == Health::Healthy {
        return String::new();
    }
    let cause = item.tasks.iter().find_map(|task| task.root_cause.clone());
    let first = || item.reasons.first().map(|reason| reason.text.clone());
    let fault = || item.fault.as_ref().map(|fault| fault.root_cause.clone());
    let text = match item.health {
        Health::Failed | Health::Degraded | Health::CrashLooping => cause.or_else(fault).or_else(first),
        _ => first(),
    };
    text.as_deref().map(words::sentence).unwrap_or_default()
}
