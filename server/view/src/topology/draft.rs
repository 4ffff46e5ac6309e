//! Nodes and what leads between them, while they are gathered.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use model::names::{ClusterName, ConnectorId, TeamName};
use model::observe::ListedConfig;
use model::state::ConnectorKind;
use model::target::TargetSystem;
use model::topics::Topic;
use model::verdict::Health;

use super::place::Place;
use super::{Edge, End, Key, Node, Relation, Topology, joins};
use crate::{Cluster, Connector, Totals};

/// A connector with what is drawn of it.
pub(super) struct Item<'a> {
    pub(super) cluster: &'a ClusterName,
    pub(super) end: End,
    pub(super) team: Option<&'a TeamName>,
    kafka: Arc<str>,
    connector: &'a Connector,
    pub(super) health: Health,
}

impl<'a> Item<'a> {
    pub(super) fn of(cluster: &'a Cluster, connector: &'a Connector, health: Health) -> Self {
        let facts = connector.facts();
        let writes = |config: &Arc<ListedConfig>| !config.topics.writes.is_empty();
        let end = match facts.kind {
            Some(ConnectorKind::Source) => End::From,
            Some(ConnectorKind::Sink) => End::To,
            _ if facts.config.as_ref().is_some_and(writes) => End::From,
            _ => End::To,
        };
        Self {
            cluster: &cluster.name,
            end,
            team: connector.owner().map(|owner| &owner.team),
            kafka: match &cluster.about.kafka_cluster_id {
                Some(id) => id.clone(),
                None => cluster.name.as_str().into(),
            },
            connector,
            health,
        }
    }

    fn systems(&self) -> &'a [TargetSystem] {
        let config = self.connector.facts().config.as_ref();
        config.map_or(&[], |config| config.targets.as_slice())
    }

    /// Its topics, each with the relation and whether the connector writes it.
    fn topics(&self) -> impl Iterator<Item = (Topic, Relation, bool)> + 'a {
        let topics = self.connector.facts().config.as_ref().map(|config| &config.topics);
        topics.into_iter().flat_map(|topics| {
            let reads = topics.reads.iter().map(|topic| (topic.clone(), Relation::Flow, false));
            let writes = topics.writes.iter().map(|topic| (topic.clone(), Relation::Flow, true));
            let dead = topics.dead_letters.clone();
            let dead = dead.map(|name| (Topic::Named(name), Relation::DeadLetters, true));
            reads.chain(writes).chain(dead)
        })
    }

    fn key(&self) -> Key {
        Key::Connector {
            end: self.end,
            id: ConnectorId {
                cluster: self.cluster.clone(),
                name: self.connector.facts().name.clone(),
            },
        }
    }
}

/// What is gathered. Each node has a number while it is, for connectors by the ten thousand lead to the same few.
#[derive(Default)]
pub(super) struct Draft {
    numbers: HashMap<Key, usize>,
    nodes: Vec<Node>,
    edges: HashMap<(usize, usize, Relation), usize>,
    alone: usize,
}

impl Draft {
    /// Connectors that stand for themselves come first: what one of them leads to is drawn by itself, for groups too.
    pub(super) fn of(items: &[Item<'_>], place: Place<'_>) -> Self {
        let mut draft = Self::default();
        let mut grouped = Vec::new();
        for (item, group) in place.groups(items) {
            match group {
                None => draft.alone(item),
                Some(group) => grouped.push((item, group)),
            }
        }
        draft.together(grouped);
        draft
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn within(self, most: usize) -> Option<Self> {
        (self.len() <= most).then_some(self)
    }

    /// The number of a node, and whether it is a new one.
    fn node(&mut self, key: Key) -> (usize, bool) {
        let next = self.nodes.len();
        match self.numbers.entry(key) {
            Entry::Occupied(known) => (*known.get(), false),
            Entry::Vacant(new) => {
                self.nodes.push(Node {
                    key: new.key().clone(),
                    health: None,
                    team: None,
                    totals: Totals::default(),
                    count: 1,
                    clusters: BTreeSet::new(),
                });
                new.insert(next);
                (next, true)
            }
        }
    }

    fn lead(&mut self, from: usize, to: usize, relation: Relation) {
        *self.edges.entry((from, to, relation)).or_default() += 1;
    }

    /// Between a connector, or the group that it is in, and a system.
    fn reach(&mut self, connector: usize, system: usize, end: End) {
        match end {
            End::From => self.lead(system, connector, Relation::Flow),
            End::To => self.lead(connector, system, Relation::Flow),
        }
    }

    /// Between a connector, or the group that it is in, and a topic.
    fn touch(&mut self, connector: usize, topic: usize, relation: Relation, writes: bool) {
        match writes {
            true => self.lead(connector, topic, relation),
            false => self.lead(topic, connector, relation),
        }
    }

    fn led_to_from(&mut self, topic: usize, cluster: &ClusterName) {
        let clusters = &mut self.nodes[topic].clusters;
        if !clusters.contains(cluster) {
            clusters.insert(cluster.clone());
        }
    }

    fn alone(&mut self, item: &Item<'_>) {
        self.alone += 1;
        let (connector, _) = self.node(item.key());
        let node = &mut self.nodes[connector];
        node.health = Some(item.health);
        node.team = item.team.cloned();
        node.totals.add(item.health);
        for system in item.systems() {
            let (system, _) = self.node(alone(item.end, system));
            self.reach(connector, system, item.end);
        }
        for (topic, relation, writes) in item.topics() {
            let kafka = item.kafka.clone();
            let (topic, _) = self.node(Key::Topic { kafka, topic });
            self.led_to_from(topic, item.cluster);
            self.touch(connector, topic, relation, writes);
        }
    }

    /// The number of what is drawn by itself, if it is.
    fn drawn(&self, key: impl FnOnce() -> Key) -> Option<usize> {
        // Nothing is where all are in groups.
        (self.alone > 0).then(|| self.numbers.get(&key()).copied()).flatten()
    }

    fn together(&mut self, items: Vec<(&Item<'_>, Key)>) {
        let (mut systems, mut topics) = (HashSet::new(), HashSet::new());
        for (item, group) in items {
            let (group, new) = self.node(group);
            let node = &mut self.nodes[group];
            node.count += usize::from(!new);
            node.totals.add(item.health);
            for system in item.systems() {
                let number = self.drawn(|| alone(item.end, system)).unwrap_or_else(|| {
                    let (end, kind) = (item.end, system.kind.clone());
                    let first = systems.insert((end, system));
                    self.one_more(Key::Systems { end, kind }, first)
                });
                self.reach(group, number, item.end);
            }
            for (topic, relation, writes) in item.topics() {
                let kafka = || item.kafka.clone();
                let own = || Key::Topic {
                    kafka: kafka(),
                    topic: topic.clone(),
                };
                let number = self.drawn(own).unwrap_or_else(|| {
                    let first = topics.insert((kafka(), topic));
                    self.one_more(Key::Topics { kafka: kafka() }, first)
                });
                self.led_to_from(number, item.cluster);
                self.touch(group, number, relation, writes);
            }
        }
    }

    /// The number of what stands for several, and counts each of them once.
    fn one_more(&mut self, key: Key, first: bool) -> usize {
        let (number, new) = self.node(key);
        self.nodes[number].count += usize::from(!new && first);
        number
    }

    /// Joins the topics and numbers the nodes in the order of their keys.
    pub(super) fn done(mut self) -> Topology {
        self.nodes.sort_by(|one, other| one.key.cmp(&other.key));
        // By the number that each had.
        let mut places = vec![0; self.nodes.len()];
        for (node, place) in self.nodes.iter().zip(0..) {
            if let Some(number) = self.numbers.get_mut(&node.key) {
                places[std::mem::replace(number, place)] = place;
            }
        }
        let edges = self.edges.into_iter();
        let mut edges: BTreeMap<(usize, usize, Relation), usize> = edges
            .map(|((from, to, relation), count)| ((places[from], places[to], relation), count))
            .collect();
        for (from, to, relation) in joins::joins(self.nodes.iter().map(|node| &node.key)) {
            let place = |key| self.numbers.get(key).copied();
            if let (Some(from), Some(to)) = (place(&from), place(&to)) {
                *edges.entry((from, to, relation)).or_default() += 1;
            }
        }
        let edges = edges.into_iter().map(|((from, to, relation), count)| Edge {
            from,
            to,
            relation,
            count,
        });
        Topology {
            edges: edges.collect(),
            nodes: self.nodes,
            alone: self.alone,
            ..Topology::default()
        }
    }
}

fn alone(end: End, system: &TargetSystem) -> Key {
    Key::System {
        end,
        kind: system.kind.clone(),
        address: system.address.clone(),
    }
}
