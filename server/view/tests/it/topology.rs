//! Systems, connectors and topics, and what joins them.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::record::{ClusterRecord, ConnectorRecord};
use model::state::ConnectorKind;
use model::verdict::Health;
use serde_json::{Value, json};
use view::topology::{End, Grouped, Key, Node, Relation};
use view::{Cluster, Fleet, Query, Topology};

use crate::sample::{self, Row, Rows};

/// A connector with what its config says.
fn record(name: &str, team: &'static str, kind: ConnectorKind, targets: Value, topics: Value) -> ConnectorRecord {
    let row = Row {
        team: Some(team),
        health: Health::Healthy,
        since: 0,
        kind,
        deleted: false,
    };
    let mut record = sample::record(name, &row);
    let config = json!({ "version": "aa", "config": {}, "targets": targets, "topics": topics });
    Arc::make_mut(&mut record.facts).config = Some(Arc::new(serde_json::from_value(config).unwrap()));
    record
}

fn source(name: &str, team: &'static str, writes: Value) -> ConnectorRecord {
    let targets = json!([{ "kind": "postgresql", "address": "db1:5432/shop" }]);
    record(name, team, ConnectorKind::Source, targets, json!({ "writes": writes }))
}

fn sink(name: &str, team: &'static str, reads: Value, dead: Option<&str>) -> ConnectorRecord {
    let targets = json!([{ "kind": "s3", "address": format!("s3://{name}") }]);
    let topics = json!({ "reads": reads, "dead_letters": dead });
    record(name, team, ConnectorKind::Sink, targets, topics)
}

/// Clusters with their Kafka's id.
fn fleet(clusters: Vec<(&str, &str, Vec<ConnectorRecord>)>) -> Fleet {
    let fresh = sample::fleet(&Rows::default()).clusters["alpha"].fresh.clone();
    let mut fleet = Fleet::default();
    for (name, kafka, connectors) in clusters {
        let mut record = ClusterRecord::empty(&name.into());
        record.about.kafka_cluster_id = Some(kafka.into());
        record.fresh = fresh.clone();
        record.connectors = connectors;
        fleet.clusters.insert(name.into(), Arc::new(Cluster::new(record, 1)));
    }
    fleet
}

fn draw(fleet: &Fleet, query: &Query, open: &[&str], most: usize) -> Topology {
    let open: BTreeSet<Arc<str>> = open.iter().map(|group| Arc::from(*group)).collect();
    Topology::of(fleet, query, &open, most, &sample::staleness())
}

fn called(node: &Node) -> String {
    let side = |end: &End| if *end == End::From { "from" } else { "to" };
    match &node.key {
        Key::System { end, address, .. } => format!("{} {address}", side(end)),
        Key::Systems { end, kind } => format!("{} {} {kind}", side(end), node.count),
        Key::Connector { id, .. } => id.to_string(),
        Key::Connectors { end, cluster, team } => {
            let team = team.as_ref().map(|team| match team {
                Some(team) => format!("/{team}"),
                None => "/-".to_owned(),
            });
            format!("{} {} of {cluster}{}", side(end), node.count, team.unwrap_or_default())
        }
        Key::Topic { kafka, topic } => format!("{kafka}:{}", topic.text()),
        Key::Topics { kafka } => format!("{kafka}: {}", node.count),
    }
}

/// `one > other`, with the relation where it is no flow.
fn edges(topology: &Topology) -> Vec<String> {
    let name = |at: usize| called(&topology.nodes[at]);
    let edge = |edge: &view::topology::Edge| {
        let how = match edge.relation {
            Relation::Flow => "",
            Relation::DeadLetters => " dead",
            Relation::Among => " among",
            Relation::Perhaps => " perhaps",
        };
        format!("{} > {}{how}", name(edge.from), name(edge.to))
    };
    let mut edges: Vec<String> = topology.edges.iter().map(edge).collect();
    edges.sort();
    edges
}

fn named(name: &str) -> Value {
    json!({ "named": name })
}

#[test]
fn what_a_source_writes_leads_to_whoever_reads_it_on_the_same_kafka() {
    let lake = sink("lake", "data", json!([{ "pattern": "shop\\..*" }]), None);
    let bills = sink("bills", "pay", json!([named("shop.orders")]), Some("dlq"));
    let cdc = source("cdc", "pay", json!([{ "prefix": "shop." }, named("beats")]));
    let other = sink("other", "data", json!([named("shop.orders")]), None);
    let fleet = fleet(vec![
        ("alpha", "k1", vec![cdc]),
        ("beta", "k1", vec![lake, bills]),
        ("gamma", "k2", vec![other]),
    ]);
    let topology = draw(&fleet, &Query::default(), &[], 300);
    let counts = (topology.grouped, topology.matching, topology.alone);
    assert_eq!(counts, (Grouped::Alone, 4, 4));
    // That topics of the prefix are perhaps among those of the expression needs not be said beside one that is.
    assert_eq!(
        edges(&topology),
        [
            "alpha/cdc > k1:beats",
            "alpha/cdc > k1:shop.",
            "beta/bills > k1:dlq dead",
            "beta/bills > to s3://bills",
            "beta/lake > to s3://lake",
            "from db1:5432/shop > alpha/cdc",
            "gamma/other > to s3://other",
            "k1:shop. > k1:shop.orders among",
            "k1:shop.orders > beta/bills",
            "k1:shop.orders > k1:shop\\..* among",
            "k1:shop\\..* > beta/lake",
            "k2:shop.orders > gamma/other",
        ]
    );
    let asked = |query: Query| draw(&fleet, &query, &[], 300).matching;
    let teams = ["data".into()].into();
    assert_eq!(
        asked(Query {
            teams,
            ..Query::default()
        }),
        2
    );
    // The search is that of the list of connectors.
    let text = "shop.orders".to_owned();
    assert_eq!(
        asked(Query {
            text,
            ..Query::default()
        }),
        2
    );
}

#[test]
fn an_expression_perhaps_means_what_begins_so() {
    let connectors = vec![
        source("cdc", "pay", json!([{ "prefix": "shop." }])),
        sink("lake", "data", json!([{ "pattern": "shop\\..*" }]), None),
        sink("bills", "data", json!([{ "pattern": "bills\\..*" }]), None),
    ];
    let fleet = fleet(vec![("alpha", "k1", connectors)]);
    let edges = edges(&draw(&fleet, &Query::default(), &[], 300));
    let perhaps: Vec<&String> = edges.iter().filter(|edge| edge.ends_with("perhaps")).collect();
    assert_eq!(perhaps, ["k1:shop. > k1:shop\\..* perhaps"]);
}

/// Sources and sinks in turn, each sink behind a source.
fn many(count: usize, prefix: &str, team: &'static str) -> Vec<ConnectorRecord> {
    let made = |number: usize| {
        let name = format!("{prefix}-{number:03}");
        let topics = json!([named(&format!("{prefix}-{}", number / 2))]);
        match number % 2 {
            0 => source(&name, team, topics),
            _ => sink(&name, team, topics, None),
        }
    };
    (0..count).map(made).collect()
}

fn crowd() -> Fleet {
    let mut alpha = many(20, "a", "pay");
    alpha.extend(many(20, "b", "data"));
    fleet(vec![("alpha", "k1", alpha), ("beta", "k1", many(10, "c", "pay"))])
}

fn groups(topology: &Topology) -> Vec<String> {
    let single = |node: &&Node| matches!(node.key, Key::Connector { .. } | Key::System { .. } | Key::Topic { .. });
    topology.nodes.iter().filter(|node| !single(node)).map(called).collect()
}

#[test]
fn of_too_many_clusters_are_drawn_first_and_opened_by_name() {
    let fleet = crowd();
    let all = draw(&fleet, &Query::default(), &[], 40);
    assert_eq!((all.grouped, all.alone, all.matching), (Grouped::Clusters, 0, 50));
    assert_eq!(
        groups(&all),
        [
            "from 1 postgresql",
            "to 25 s3",
            "from 20 of alpha",
            "from 5 of beta",
            "to 20 of alpha",
            "to 5 of beta",
            "k1: 25"
        ]
    );
    // The one that is opened stands for itself, with all that it leads to.
    let beta = draw(&fleet, &Query::default(), &["beta"], 40);
    assert!(beta.alone == 10 && beta.nodes.len() <= 40);
    assert_eq!(
        groups(&beta),
        ["to 20 s3", "from 20 of alpha", "to 20 of alpha", "k1: 20"]
    );
    let both = "from db1:5432/shop > from 20 of alpha".to_owned();
    assert!(edges(&beta).contains(&both), "a system that both read is one");
    // One that is too large is drawn by its teams.
    let alpha = draw(&fleet, &Query::default(), &["alpha"], 40);
    assert_eq!(alpha.alone, 0);
    let team = "from 10 of alpha/pay".to_owned();
    assert!(groups(&alpha).contains(&team), "{:?}", groups(&alpha));
}

#[test]
fn of_one_cluster_teams_are_drawn_and_of_an_opened_one_as_many_as_there_is_room_for() {
    let fleet = crowd();
    let query = Query {
        clusters: ["alpha".into()].into(),
        ..Query::default()
    };
    let teams = draw(&fleet, &query, &[], 50);
    assert_eq!(teams.grouped, Grouped::Teams);
    let team = "to 10 of alpha/data".to_owned();
    assert!(groups(&teams).contains(&team), "{:?}", groups(&teams));
    assert_eq!(draw(&fleet, &query, &["pay"], 50).alone, 20);
    let crowded = draw(&fleet, &query, &["pay", "data"], 50);
    assert!(crowded.alone > 5 && crowded.alone < 40, "{}", crowded.alone);
    assert!(crowded.nodes.len() <= 50);
    let gathered = crowded
        .nodes
        .iter()
        .filter(|node| matches!(node.key, Key::Connectors { .. }));
    let gathered: usize = gathered.map(|node| node.count).sum();
    assert_eq!(gathered + crowded.alone, 40, "nobody is lost");
}

#[test]
fn nothing_is_drawn_of_nothing() {
    let topology = draw(&Fleet::default(), &Query::default(), &[], 300);
    assert!(topology.nodes.is_empty() && topology.edges.is_empty());
}

#[test]
fn totals_are_those_of_what_matches_and_of_nothing_that_another_health_would_show() {
    let bad = Row {
        team: None,
        health: Health::Failed,
        since: 0,
        kind: ConnectorKind::Sink,
        deleted: false,
    };
    let connectors = vec![
        sink("fine", "shop", json!([{ "named": "orders" }]), None),
        sample::record("bad", &bad),
    ];
    let fleet = fleet(vec![("alpha", "k1", connectors)]);
    let query = Query {
        health: [Health::Healthy].into(),
        ..Query::default()
    };
    let topology = Topology::of(&fleet, &query, &BTreeSet::new(), 300, &sample::staleness());
    assert_eq!(topology.matching, 1);
    assert_eq!((topology.totals.all(), topology.totals.unhealthy()), (1, 0));
}
