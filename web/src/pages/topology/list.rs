//! The same as a list, for who reads and does not look: each connector with what it reads and writes, and who is next.

use console::TopologyQuery;
use model::verdict::Health;
use view::Topology;
use view::topology::{Key, Relation};

use super::label::Label;
use crate::links::Links;
use crate::words::thousands;

/// Topics behind a rule are followed so far.
const DEEPEST: usize = 3;
/// Most connectors, or groups of them, that are named at the other side of one thing: with more, the list would grow with
/// the square of what is in it.
const MOST_OTHERS: usize = 6;

/// A connector, or a group of them.
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) href: Option<String>,
    pub(super) health: Health,
    pub(super) title: String,
    pub(super) steps: Vec<Step>,
}

/// What it leads to or comes from.
pub(super) struct Step {
    /// `reads`, `writes` and so on.
    pub(super) lead: &'static str,
    pub(super) name: String,
    pub(super) href: Option<String>,
    /// Connectors at the other side of it.
    pub(super) others: Vec<(String, Option<String>)>,
    /// How they stand to it.
    pub(super) then: &'static str,
    /// That there are more, and how many.
    pub(super) more: Option<String>,
}

/// Connectors in the order of their keys: sources, then sinks, each by cluster and name.
pub(super) fn entries(topology: &Topology, query: &TopologyQuery, links: Links<'_>) -> Vec<Entry> {
    let labels: Vec<Label> = topology
        .nodes
        .iter()
        .map(|node| Label::of(node, query, links))
        .collect();
    let label = |at: usize| labels.get(at);
    let runs = |at: usize| {
        let key = topology.nodes.get(at).map(|node| &node.key);
        matches!(key, Some(Key::Connector { .. } | Key::Connectors { .. }))
    };
    let mut entries = Vec::new();
    for (at, node) in topology.nodes.iter().enumerate().filter(|(at, _)| runs(*at)) {
        let Some(own) = label(at) else { continue };
        let mut steps = Vec::new();
        for edge in topology.edges.iter().filter(|edge| edge.from == at || edge.to == at) {
            let writes = edge.from == at;
            let other = if writes { edge.to } else { edge.from };
            let Some(what) = label(other) else { continue };
            let mut others = Vec::new();
            beyond(topology, other, writes, DEEPEST, &mut others);
            others.retain(|found| *found != at && runs(*found));
            others.sort_unstable();
            others.dedup();
            let more = others.len().saturating_sub(MOST_OTHERS);
            steps.push(Step {
                more: (more > 0).then(|| format!("and {} more", thousands(more as u64))),
                lead: match (writes, edge.relation) {
                    (true, Relation::DeadLetters) => "sends dead letters to",
                    (true, _) => "writes",
                    (false, _) => "reads",
                },
                name: named(what),
                href: what.href.clone(),
                others: others
                    .iter()
                    .take(MOST_OTHERS)
                    .filter_map(|found| label(*found))
                    .map(|found| (named(found), found.href.clone()))
                    .collect(),
                then: if writes { "read by" } else { "written by" },
            });
        }
        steps.sort_by_key(|step| step.lead != "reads");
        entries.push(Entry {
            key: format!("way {}", own.title.split(':').next().unwrap_or_default()),
            name: named(own),
            href: own.href.clone(),
            health: own.health.unwrap_or(Health::Unknown),
            title: match &node.key {
                Key::Connector { .. } => own.title.rsplit_once(": ").map_or("", |(_, said)| said).to_owned(),
                _ => own.title.clone(),
            },
            steps,
        });
    }
    entries
}

/// What lies beyond a node, in the direction of the data or against it, through rules and the topics that they mean.
fn beyond(topology: &Topology, at: usize, along: bool, deep: usize, found: &mut Vec<usize>) {
    if deep == 0 {
        return;
    }
    for edge in &topology.edges {
        let (own, other) = if along {
            (edge.from, edge.to)
        } else {
            (edge.to, edge.from)
        };
        if own != at {
            continue;
        }
        found.push(other);
        if matches!(edge.relation, Relation::Among | Relation::Perhaps) {
            beyond(topology, other, along, deep - 1, found);
        }
    }
}

fn named(label: &Label) -> String {
    match label.before.as_str() {
        "" => label.whole.clone(),
        before => format!("{before} {}", label.whole),
    }
}
