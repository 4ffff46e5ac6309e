//! The drawing: which column each node stands in, how wide it is, and how its lines look.

use console::TopologyQuery;
use model::topics::Topic;
use model::verdict::Health;
use view::Topology;
use view::topology::{End, Key, Relation};

use super::label::Label;
use super::layout::{BOX, Laid, Wanted, lay};
use crate::lettering::LETTER;
use crate::links::Links;

/// Around the text of a box.
const PADDING: i64 = 8;
/// What a shape takes in front of the text.
const SHAPE: i64 = 16;

/// Everything as SVG needs it.
pub(super) struct Drawing {
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) lines: Vec<Drawn>,
    pub(super) boxes: Vec<Node>,
}

/// A line.
pub(super) struct Drawn {
    pub(super) path: String,
    pub(super) look: &'static str,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// A box.
pub(super) struct Node {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) round: i64,
    pub(super) shape: Option<(i64, i64, Health)>,
    pub(super) text: (i64, i64),
    pub(super) label: Label,
}

impl Drawing {
    pub(super) fn of(topology: &Topology, query: &TopologyQuery, links: Links<'_>) -> Self {
        let labels: Vec<Label> = topology
            .nodes
            .iter()
            .map(|node| Label::of(node, query, links))
            .collect();
        let columns = columns(topology);
        let wanted: Vec<Wanted> = labels
            .iter()
            .zip(&columns)
            .map(|(label, column)| Wanted {
                column: *column,
                width: 2 * PADDING
                    + if label.health.is_some() { SHAPE } else { 0 }
                    + (label.letters() as f64 * LETTER).ceil() as i64,
            })
            .collect();
        let ends: Vec<(usize, usize)> = topology.edges.iter().map(|edge| (edge.from, edge.to)).collect();
        let Laid {
            boxes,
            paths,
            width,
            height,
        } = lay(&wanted, &ends);
        let lines = topology.edges.iter().zip(paths).map(|(edge, path)| Drawn {
            path,
            look: match edge.relation {
                Relation::Flow => "flow",
                Relation::DeadLetters => "dead",
                Relation::Among => "among",
                Relation::Perhaps => "perhaps",
            },
            from: edge.from,
            to: edge.to,
        });
        let boxes = labels.into_iter().zip(boxes).map(|(label, (x, y, width))| {
            let shape = label.health.map(|health| (x + PADDING, y + 6, health));
            let before = if shape.is_some() { SHAPE } else { 0 };
            Node {
                x,
                y,
                width,
                height: BOX,
                round: match label.look {
                    "topic" | "rule" => BOX / 2,
                    "system" => 1,
                    _ => 5,
                },
                shape,
                text: (x + PADDING + before, y + 15),
                label,
            }
        });
        Self {
            width,
            height,
            lines: lines.collect(),
            boxes: boxes.collect(),
        }
    }
}

/// The column of each node: systems, sources, topics (rules and what they mean one behind the other), sinks, systems.
fn columns(topology: &Topology) -> Vec<usize> {
    let nodes = &topology.nodes;
    let topic = |at: usize| match nodes.get(at).map(|node| &node.key) {
        Some(Key::Topic { topic, .. }) => Some(topic),
        _ => None,
    };
    // A prefix leads to names, both lead to expressions, and nothing leads back.
    let mut ranks = vec![0_usize; nodes.len()];
    let joins = || {
        topology
            .edges
            .iter()
            .filter(|edge| matches!(edge.relation, Relation::Among | Relation::Perhaps))
    };
    for target_is_pattern in [false, true] {
        for edge in joins().filter(|edge| matches!(topic(edge.to), Some(Topic::Pattern(_))) == target_is_pattern) {
            let before = ranks.get(edge.from).copied().unwrap_or(0) + 1;
            if let Some(rank) = ranks.get_mut(edge.to) {
                *rank = (*rank).max(before);
            }
        }
    }
    let sinks = 3 + ranks.iter().copied().max().unwrap_or(0);
    // Whether anybody reads it, or writes it for another reason than that a sink could not.
    let used = |at: usize| {
        let mut edges = topology.edges.iter();
        edges.any(|edge| edge.from == at || edge.to == at && edge.relation != Relation::DeadLetters)
    };
    let column = |(at, node): (usize, &view::topology::Node)| match &node.key {
        Key::System { end: End::From, .. } | Key::Systems { end: End::From, .. } => 0,
        Key::Connector { end: End::From, .. } | Key::Connectors { end: End::From, .. } => 1,
        // Dead letters that nobody reads end here.
        Key::Topic { .. } if !used(at) => sinks + 1,
        Key::Topic { .. } | Key::Topics { .. } => 2 + ranks.get(at).copied().unwrap_or(0),
        Key::Connector { .. } | Key::Connectors { .. } => sinks,
        Key::System { .. } | Key::Systems { .. } => sinks + 1,
    };
    nodes.iter().enumerate().map(column).collect()
}
