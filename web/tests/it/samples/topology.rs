//! Systems, connectors and topics.

use std::collections::BTreeSet;

use console::TopologyPage;
use model::topics::Topic;
use model::verdict::Health;
use view::Topology;
use view::topology::{Edge, End, Grouped, Key, Node, Relation};

use super::{ago, id, totals};

/// Gathers nodes by their keys.
#[derive(Default)]
struct Made {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

impl Made {
    fn node(&mut self, key: Key, counts: &[(Health, u32)], count: usize) -> usize {
        if let Some(known) = self.nodes.iter().position(|node| node.key == key) {
            return known;
        }
        let single = matches!(key, Key::Connector { .. });
        self.nodes.push(Node {
            key,
            health: counts.first().map(|(health, _)| *health).filter(|_| single),
            team: single.then(|| "payments".into()),
            totals: totals(counts),
            count,
            clusters: BTreeSet::from(["orders".into()]),
        });
        self.nodes.len() - 1
    }

    fn edge(&mut self, from: usize, to: usize, relation: Relation) {
        self.edges.push(Edge {
            from,
            to,
            relation,
            count: 1,
        });
    }

    fn system(&mut self, end: End, kind: &str, address: &str) -> usize {
        let key = Key::System {
            end,
            kind: kind.into(),
            address: address.into(),
        };
        self.node(key, &[], 1)
    }

    fn connector(&mut self, end: End, name: &str, health: Health) -> usize {
        let id = id("orders", name);
        self.node(Key::Connector { end, id }, &[(health, 1)], 1)
    }

    fn topic(&mut self, topic: Topic) -> usize {
        let kafka = "c2lnbmFsYm94LWxhYi0wMQ".into();
        self.node(Key::Topic { kafka, topic }, &[], 1)
    }

    fn done(self, grouped: Grouped, matching: usize) -> TopologyPage {
        let mut sum = totals(&[]);
        self.nodes.iter().for_each(|node| sum.merge(&node.totals));
        TopologyPage {
            topology: Topology {
                nodes: self.nodes,
                edges: self.edges,
                matching,
                alone: if grouped == Grouped::Alone { matching } else { 3 },
                grouped,
                totals: sum,
            }
            .into(),
            as_of: Some(ago(2)),
            revision: 7,
        }
    }
}

/// So many sinks, half as many sources, with the rules for topics that exist.
pub fn topology(sinks: usize) -> TopologyPage {
    let mut made = Made::default();
    let healths = Health::ALL;
    for number in 0..sinks.div_ceil(2) {
        let name = format!("cdc-inventory-{number:03}");
        let source = made.connector(End::From, &name, healths[number * 5 % healths.len()]);
        let system = made.system(
            End::From,
            "postgresql",
            &format!("db{}.prod.example:5432/shop", number % 9),
        );
        made.edge(system, source, Relation::Flow);
        let prefix = made.topic(Topic::Prefix(format!("shop{number}.").into()));
        made.edge(source, prefix, Relation::Flow);
        let named = made.topic(Topic::Named(format!("shop{number}.public.orders-日本").into()));
        made.edge(prefix, named, Relation::Among);
    }
    let pattern = made.topic(Topic::Pattern("shop[0-9]+\\.public\\..*".into()));
    let everything = made.connector(End::To, "s3-archive-of-everything-in-the-shop", Health::Stalled);
    made.edge(pattern, everything, Relation::Flow);
    let lake = made.system(End::To, "s3", "s3://lake-raw");
    made.edge(everything, lake, Relation::Flow);
    for number in 0..sinks {
        let named = made.topic(Topic::Named(format!("shop{}.public.orders-日本", number / 2).into()));
        let prefix = made.topic(Topic::Prefix(format!("shop{}.", number / 2).into()));
        made.edge(named, pattern, Relation::Among);
        made.edge(prefix, pattern, Relation::Perhaps);
        let sink = made.connector(
            End::To,
            &format!("jdbc-orders-{number:03}"),
            healths[(number * 7 + 11) % healths.len()],
        );
        made.edge(named, sink, Relation::Flow);
        let kind = ["elasticsearch", "postgresql", "s3"][number % 3];
        let system = made.system(End::To, kind, &format!("search-{}.prod.example:9200", number % 14));
        made.edge(sink, system, Relation::Flow);
        if number % 4 == 0 {
            let dead = made.topic(Topic::Named(format!("dlq-{}", number % 8).into()));
            made.edge(sink, dead, Relation::DeadLetters);
        }
    }
    // One that is joined to nothing.
    made.connector(End::To, "heartbeat", Health::Unknown);
    made.done(Grouped::Alone, sinks + sinks.div_ceil(2) + 2)
}

/// Of too many.
pub fn groups() -> TopologyPage {
    let mut made = Made::default();
    let topics = made.node(Key::Topics { kafka: "k".into() }, &[], 4_120);
    for (cluster, ill) in [("orders", 3), ("billing", 0), ("legacy", 12)] {
        for end in [End::From, End::To] {
            let team = None;
            let key = Key::Connectors {
                end,
                cluster: cluster.into(),
                team,
            };
            let group = made.node(
                key,
                &[(Health::Failed, ill), (Health::Healthy, 900)],
                900 + ill as usize,
            );
            let systems = made.node(
                Key::Systems {
                    end,
                    kind: "postgresql".into(),
                },
                &[],
                120,
            );
            match end {
                End::From => {
                    made.edge(systems, group, Relation::Flow);
                    made.edge(group, topics, Relation::Flow);
                }
                End::To => {
                    made.edge(topics, group, Relation::Flow);
                    made.edge(group, systems, Relation::Flow);
                }
            }
        }
    }
    made.done(Grouped::Clusters, 5_430)
}
