//! Systems, connectors and topics, and what leads from one to another.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use console::TopologyPage;
use serde::Serialize;
use utoipa::ToSchema;
use view::topology::{self, Key};

use super::words::{GroupedBy, NodeKind, Relation, WayEnd};
use super::{System, Topic, Verdict, totals};

/// Where data comes from and where it goes, as the configs say.
#[derive(Serialize, ToSchema)]
pub struct Topology {
    /// Systems, connectors and topics, and groups of them.
    pub nodes: Vec<TopologyNode>,
    /// What leads from one node to another.
    pub edges: Vec<TopologyEdge>,
    /// Connectors that match.
    pub matching: usize,
    /// How many of them are nodes by themselves; the others are in groups.
    pub alone: usize,
    /// What groups of connectors are made of.
    pub grouped: GroupedBy,
    /// Connectors that match, by verdict.
    pub totals: BTreeMap<&'static str, u32>,
    /// When the states of the cluster that was seen longest ago were seen.
    pub as_of: Option<DateTime<Utc>>,
}

/// A system, a connector, a topic, or a group of them.
#[derive(Serialize, ToSchema)]
pub struct TopologyNode {
    /// What it is.
    pub kind: NodeKind,
    /// Of systems and connectors: whether data comes from them (`from`: sources and what they read) or goes to them
    /// (`to`: sinks and what they write).
    pub end: Option<WayEnd>,
    /// Of a system.
    pub system: Option<System>,
    /// Of a group of systems: their kind.
    pub system_kind: Option<String>,
    /// Of connectors: their cluster.
    pub cluster: Option<String>,
    /// Of a connector: its name.
    pub connector: Option<String>,
    /// Of connectors: their owner; null: nobody, and of a group that all owners are in it.
    pub team: Option<String>,
    /// Of a connector.
    pub verdict: Option<Verdict>,
    /// Of connectors: how many have which verdict.
    pub totals: Option<BTreeMap<&'static str, u32>>,
    /// Of a topic.
    pub topic: Option<Topic>,
    /// Of topics: the id of their Kafka cluster, or the Connect cluster's name where that is not known.
    pub kafka_cluster: Option<String>,
    /// How many it stands for.
    pub count: usize,
}

/// What leads from one node to another.
#[derive(Serialize, ToSchema)]
pub struct TopologyEdge {
    /// The place in `nodes` where it begins, from 0 on.
    pub from: usize,
    /// The place where it ends.
    pub to: usize,
    /// How the one leads to the other.
    pub relation: Relation,
    /// For how many connectors or topics it stands.
    pub count: usize,
}

impl From<&TopologyPage> for Topology {
    fn from(page: &TopologyPage) -> Self {
        let topology = &page.topology;
        Self {
            nodes: topology.nodes.iter().map(TopologyNode::from).collect(),
            edges: topology.edges.iter().map(TopologyEdge::from).collect(),
            matching: topology.matching,
            alone: topology.alone,
            grouped: GroupedBy::from(&topology.grouped),
            totals: totals(&topology.totals),
            as_of: page.as_of,
        }
    }
}

impl From<&topology::Edge> for TopologyEdge {
    fn from(edge: &topology::Edge) -> Self {
        Self {
            from: edge.from,
            to: edge.to,
            relation: Relation::from(&edge.relation),
            count: edge.count,
        }
    }
}

impl From<&topology::Node> for TopologyNode {
    fn from(node: &topology::Node) -> Self {
        let bare = Self {
            kind: NodeKind::from(&node.key),
            end: None,
            system: None,
            system_kind: None,
            cluster: None,
            connector: None,
            team: node.team.as_ref().map(ToString::to_string),
            verdict: node.health.map(Verdict::from),
            totals: (node.totals.all() > 0).then(|| totals(&node.totals)),
            topic: None,
            kafka_cluster: None,
            count: node.count,
        };
        match &node.key {
            Key::System { end, kind, address } => Self {
                end: Some(end.into()),
                system: Some(System {
                    kind: kind.to_string(),
                    address: address.to_string(),
                }),
                ..bare
            },
            Key::Systems { end, kind } => Self {
                end: Some(end.into()),
                system_kind: Some(kind.to_string()),
                ..bare
            },
            Key::Connector { end, id } => Self {
                end: Some(end.into()),
                cluster: Some(id.cluster.as_str().to_owned()),
                connector: Some(id.name.as_str().to_owned()),
                ..bare
            },
            Key::Connectors { end, cluster, team } => Self {
                end: Some(end.into()),
                cluster: Some(cluster.as_str().to_owned()),
                team: team.iter().flatten().map(ToString::to_string).next(),
                ..bare
            },
            Key::Topic { kafka, topic } => Self {
                topic: Some(Topic::from(topic)),
                kafka_cluster: Some(kafka.to_string()),
                ..bare
            },
            Key::Topics { kafka } => Self {
                kafka_cluster: Some(kafka.to_string()),
                ..bare
            },
        }
    }
}
