//! Nodes and what leads between them, while they are gathered.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use model::names::{ClusterName, ConnectorId, TeamName};
use model::observe::ListedConfig;
use model::state::ConnectorKind;
use model::target::TargetSystem;
use model::topics::Topic;
use model::verdict::Health;

use super::place::Place;
use super::{Edge, End, Key, Node, Relation, Topology, joins, places};
use crate::{Cluster, Connector, Totals};

/// A connector with what is drawn of it.
pub(super) struct Item<'a> {
    pub(super) cluster: &'a ClusterName,
    pub(super) end: End,
    pub(super) team: Option<&'a TeamName>,
    kafka: &'a str,
    connector: &'a Connector,
    health: Health,
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
            kafka: cluster
                .about
                .kafka_cluster_id
                .as_deref()
                .unwrap_or(cluster.name.as_str()),
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

/// What is gathered.
#[derive(Default)]
pub(super) struct Draft {
    nodes: BTreeMap<Key, Node>,
    edges: BTreeMap<(Key, Key, Relation), usize>,
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
        draft.together(&grouped);
        draft
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn within(self, most: usize) -> Option<Self> {
        (self.len() <= most).then_some(self)
    }

    fn node(&mut self, key: Key) -> &mut Node {
        self.nodes.entry(key.clone()).or_insert_with(|| Node {
            key,
            health: None,
            team: None,
            totals: Totals::default(),
            count: 1,
            clusters: BTreeSet::new(),
        })
    }

    fn lead(&mut self, from: Key, to: Key, relation: Relation) {
        *self.edges.entry((from, to, relation)).or_default() += 1;
    }

    /// Between a connector, or the group that it is in, and a system.
    fn reach(&mut self, connector: &Key, system: Key, end: End) {
        match end {
            End::From => self.lead(system, connector.clone(), Relation::Flow),
            End::To => self.lead(connector.clone(), system, Relation::Flow),
        }
    }

    /// Between a connector, or the group that it is in, and a topic.
    fn touch(&mut self, connector: &Key, topic: Key, relation: Relation, writes: bool) {
        match writes {
            true => self.lead(connector.clone(), topic, relation),
            false => self.lead(topic, connector.clone(), relation),
        }
    }

    fn alone(&mut self, item: &Item<'_>) {
        self.alone += 1;
        let key = item.key();
        let node = self.node(key.clone());
        node.health = Some(item.health);
        node.team = item.team.cloned();
        node.totals.add(item.health);
        for system in item.systems() {
            let system = alone(item.end, system);
            self.node(system.clone());
            self.reach(&key, system, item.end);
        }
        for (topic, relation, writes) in item.topics() {
            let kafka = item.kafka.into();
            let topic = Key::Topic { kafka, topic };
            self.node(topic.clone()).clusters.insert(item.cluster.clone());
            self.touch(&key, topic, relation, writes);
        }
    }

    fn together(&mut self, items: &[(&Item<'_>, Key)]) {
        let (mut systems, mut topics) = (HashSet::new(), HashSet::new());
        for (item, group) in items {
            let known = self.nodes.contains_key(group);
            let node = self.node(group.clone());
            node.count = if known { node.count + 1 } else { 1 };
            node.totals.add(item.health);
            for system in item.systems() {
                let own = alone(item.end, system);
                let key = if self.nodes.contains_key(&own) {
                    own
                } else {
                    let kind = system.kind.clone();
                    let key = Key::Systems { end: item.end, kind };
                    let new = systems.insert((item.end, system));
                    self.one_more(&key, new);
                    key
                };
                self.reach(group, key, item.end);
            }
            for (topic, relation, writes) in item.topics() {
                let kafka: Arc<str> = item.kafka.into();
                let own = Key::Topic {
                    kafka: kafka.clone(),
                    topic: topic.clone(),
                };
                let key = if self.nodes.contains_key(&own) {
                    own
                } else {
                    let key = Key::Topics { kafka };
                    let new = topics.insert((item.kafka, topic));
                    self.one_more(&key, new);
                    key
                };
                self.node(key.clone()).clusters.insert(item.cluster.clone());
                self.touch(group, key, relation, writes);
            }
        }
    }

    /// Counts what a group stands for, each once.
    fn one_more(&mut self, key: &Key, new: bool) {
        let known = self.nodes.contains_key(key);
        let node = self.node(key.clone());
        node.count += usize::from(known && new);
    }

    /// Joins the topics and numbers the nodes.
    pub(super) fn done(mut self) -> Topology {
        for (from, to, relation) in joins::joins(self.nodes.keys()) {
            self.lead(from, to, relation);
        }
        let places = places(&self.nodes);
        let edges = self.edges.into_iter().filter_map(|((from, to, relation), count)| {
            Some(Edge {
                from: *places.get(&from)?,
                to: *places.get(&to)?,
                relation,
                count,
            })
        });
        Topology {
            edges: edges.collect(),
            nodes: self.nodes.values().cloned().collect(),
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
