//! Who runs what: how evenly, what the dead left behind, the drawing, and the same as a list.

use console::{Assignment, ClusterDetail, WorkerItem};
use model::Timestamp;
use model::names::ConnectorId;
use model::verdict::Health;

use super::grid::{Grid, distinct, runs};
use crate::at::At;
use crate::links::Links;
use crate::words;

/// The section.
pub(super) struct Running {
    pub(super) grid: Grid,
    /// `1.24`, with how it comes about.
    pub(super) skew: Option<(String, String)>,
    /// What workers that are gone left behind.
    pub(super) left: Vec<Left>,
    /// Until when that is held back.
    pub(super) held: Option<Timestamp>,
    pub(super) carriers: Vec<Carrier>,
    /// Other parts, with their words and whether it is this one.
    pub(super) parts: Vec<(String, String, bool)>,
    pub(super) shown: String,
}

/// A worker that is gone with work on it.
pub(super) struct Left {
    pub(super) id: At,
    pub(super) what: String,
    pub(super) since: Timestamp,
}

/// A worker with what it runs, for who reads a list.
pub(super) struct Carrier {
    pub(super) id: String,
    /// What tells it from the others.
    pub(super) name: String,
    pub(super) gone: bool,
    pub(super) load: String,
    pub(super) runs: Vec<Carried>,
}

/// What it runs of one connector.
pub(super) struct Carried {
    pub(super) href: String,
    pub(super) name: String,
    pub(super) health: Health,
    pub(super) what: String,
}

impl Running {
    pub(super) fn of(detail: &ClusterDetail, assignment: &Assignment, links: Links<'_>) -> Self {
        let item = &detail.item;
        let addresses: Vec<&str> = item.workers.iter().map(|worker| worker.id.as_str()).collect();
        let part = |number: usize| {
            let (from, to) = ((number - 1) * 400 + 1, (number * 400).min(assignment.all));
            let span = format!("{} to {}", words::thousands(from as u64), words::thousands(to as u64));
            (links.cluster_part(&item.name, number), span, number == assignment.part)
        };
        Self {
            grid: Grid::of(&item.name, assignment, &item.workers, links),
            skew: skew(detail),
            left: item.workers.iter().filter_map(left).collect(),
            held: detail.group.as_ref().and_then(|group| group.delay_until),
            carriers: item
                .workers
                .iter()
                .zip(distinct(&addresses))
                .map(|(worker, name)| carrier(detail, worker, name, assignment, links))
                .filter(|carrier| !carrier.gone || !carrier.runs.is_empty())
                .collect(),
            shown: words::counted(assignment.all, "connector", "connectors"),
            parts: match assignment.parts {
                1 => Vec::new(),
                parts => (1..=parts).map(part).collect(),
            },
        }
    }
}

/// The skew and its formula with the figures that it is made of.
fn skew(detail: &ClusterDetail) -> Option<(String, String)> {
    let (load, skew) = (&detail.load, detail.load.skew()?);
    let mean = load.mean()?;
    let why = format!(
        "Skew: the tasks of the most loaded living worker over the mean of the living ones, here {} / {mean:.1}; 1.00 is even",
        words::thousands(u64::from(load.most))
    );
    Some((format!("{skew:.2}"), why))
}

fn left(worker: &WorkerItem) -> Option<Left> {
    if !worker.alive.gone() || worker.connectors + worker.tasks == 0 {
        return None;
    }
    Some(Left {
        id: At::of(worker.id.as_str()),
        what: carried(worker),
        since: worker.since,
    })
}

/// `three connectors and nine tasks`.
fn carried(worker: &WorkerItem) -> String {
    format!(
        "{} and {}",
        words::counted(worker.connectors as usize, "connector", "connectors"),
        words::counted(worker.tasks as usize, "task", "tasks")
    )
}

fn carrier(
    detail: &ClusterDetail,
    worker: &WorkerItem,
    name: String,
    assignment: &Assignment,
    links: Links<'_>,
) -> Carrier {
    let runs = assignment.lines.iter().filter_map(|line| {
        let placed = line.places.get(&worker.id)?;
        let id = ConnectorId {
            cluster: detail.item.name.clone(),
            name: line.name.clone(),
        };
        Some(Carried {
            href: links.connector(&id),
            name: line.name.to_string(),
            health: placed
                .tasks
                .iter()
                .map(|(_, health)| *health)
                .min()
                .unwrap_or(line.health),
            what: runs(placed),
        })
    });
    Carrier {
        id: worker.id.to_string(),
        name,
        gone: worker.alive.gone(),
        load: carried(worker),
        runs: runs.collect(),
    }
}
