//! Which clusters may be one, as they change.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::names::{ClusterName, WorkerId};
use model::record::ClusterRecord;
use serde_json::json;
use view::{Alikes, Cluster, Comparison, Configured};

use crate::sample::{Row, record};

/// Clusters by name.
type Clusters = BTreeMap<ClusterName, Arc<Cluster>>;

/// A cluster on Kafka cluster `k` whose statuses name these workers, of which nothing else is known.
fn cluster(name: &str, workers: &[&str], connectors: &[&str]) -> Arc<Cluster> {
    let mut made = ClusterRecord::empty(&name.into());
    made.about.kafka_cluster_id = Some("k".into());
    made.workers = workers.iter().map(|id| worker(id)).collect();
    let row = Row {
        team: None,
        health: model::verdict::Health::Healthy,
        since: 0,
        kind: model::state::ConnectorKind::Sink,
        deleted: false,
    };
    made.connectors = connectors.iter().map(|name| record(name, &row)).collect();
    Arc::new(Cluster::new(made, 1))
}

/// The same cluster with further connectors, which were deleted.
fn with_deleted(cluster: Arc<Cluster>, connectors: &[&str]) -> Arc<Cluster> {
    let row = Row {
        team: None,
        health: model::verdict::Health::Healthy,
        since: 0,
        kind: model::state::ConnectorKind::Sink,
        deleted: true,
    };
    let mut cluster = (*cluster).clone();
    cluster.put_connectors(connectors.iter().map(|name| record(name, &row)).collect(), 2);
    Arc::new(cluster)
}

fn worker(id: &str) -> Arc<model::facts::WorkerFacts> {
    let at = "2026-11-21T14:00:00Z";
    let facts = json!({"id": id, "alive": "unknown", "since": at, "first_seen": at, "evidence": "statuses name it"});
    Arc::new(serde_json::from_value(facts).unwrap())
}

fn addresses(clusters: &Clusters) -> BTreeMap<ClusterName, Configured> {
    let address = |name: &ClusterName| {
        let at = format!("{name}:80");
        (
            [format!("http://{at}").into()].into(),
            [WorkerId::from(at.as_str())].into(),
        )
    };
    clusters.keys().map(|name| (name.clone(), address(name))).collect()
}

/// `a~b 1 of 2 and 3`, each with the workers that both name.
fn told(alikes: &Alikes) -> Vec<String> {
    let each = alikes
        .iter()
        .flat_map(|(name, all)| all.iter().map(move |alike| (name, alike)));
    let words = |(name, alike): (&ClusterName, &view::Alike)| {
        let workers: Vec<&str> = alike.workers.iter().map(|id| id.as_str()).collect();
        let (other, common, own, others) = (&alike.other, alike.common, alike.own, alike.others);
        format!("{name}~{other} {common} of {own} and {others} on {}", workers.join(","))
    };
    each.map(words).collect()
}

#[test]
fn two_clusters_that_may_be_one_are_told_on_both_until_they_are_parted() {
    let mut comparison = Comparison::default();
    let mut update = |clusters: &Clusters| comparison.update(clusters, &addresses(clusters));
    let mut clusters = Clusters::new();
    let put = |clusters: &mut Clusters, one: Arc<Cluster>| clusters.insert(one.name.clone(), one);
    put(&mut clusters, cluster("a", &["connect:8083"], &["x", "y"]));
    put(&mut clusters, cluster("b", &["connect:8083"], &["x", "y", "z"]));
    put(&mut clusters, cluster("c", &["other:8083"], &["x"]));
    let first = update(&clusters);
    assert_eq!(
        told(&first),
        ["a~b 2 of 2 and 3 on connect:8083", "b~a 2 of 3 and 2 on connect:8083"]
    );
    assert!(
        Arc::ptr_eq(&first, &update(&clusters)),
        "nothing changed, so nothing is compared"
    );

    // A heartbeat says nothing new of what they are.
    let b = Arc::make_mut(clusters.get_mut("b").unwrap());
    b.fresh.tried = Some(Default::default());
    assert!(Arc::ptr_eq(&first, &update(&clusters)));

    // Who lists other connectors is another one; and is like it again when it lists the same.
    put(&mut clusters, cluster("b", &["connect:8083"], &["p"]));
    assert!(told(&update(&clusters)).is_empty());
    let b = Arc::make_mut(clusters.get_mut("b").unwrap());
    let again = cluster("b", &[], &["x"]);
    b.connectors = again.connectors.clone();
    assert_eq!(told(&update(&clusters)).len(), 2);

    // One that was found to be the other is refused, and told of as such.
    let b = Arc::make_mut(clusters.get_mut("b").unwrap());
    Arc::make_mut(&mut b.about).same_as = Some("a".into());
    assert!(told(&update(&clusters)).is_empty());
    Arc::make_mut(&mut Arc::make_mut(clusters.get_mut("b").unwrap()).about).same_as = None;
    assert_eq!(told(&update(&clusters)).len(), 2);

    // One that is configured no more is like none.
    clusters.remove("a");
    assert!(told(&update(&clusters)).is_empty());
}

#[test]
fn what_was_deleted_is_on_no_list() {
    let shared = || cluster("a", &["connect:8083"], &["x"]);
    let of = |first: &[&str], second: &[&str]| {
        let b = cluster("b", &["connect:8083"], &["x", "y"]);
        let pair = [with_deleted(shared(), first), with_deleted(b, second)];
        let clusters: Clusters = pair.map(|one| (one.name.clone(), one)).into();
        told(&Comparison::default().update(&clusters, &addresses(&clusters)))
    };
    let plain = of(&[], &[]);
    assert_eq!(
        plain,
        ["a~b 1 of 1 and 2 on connect:8083", "b~a 1 of 2 and 1 on connect:8083"]
    );
    assert_eq!(of(&["y", "p"], &[]), plain, "deleted in the first");
    assert_eq!(of(&[], &["p", "q"]), plain, "deleted in the second");
    assert_eq!(of(&["p", "q"], &["p", "q"]), plain, "deleted in both");
    let gone = |one: Arc<Cluster>| with_deleted(one, &["x"]);
    let b = || cluster("b", &["connect:8083"], &["x"]);
    for pair in [[gone(shared()), b()], [shared(), gone(b())]] {
        let clusters: Clusters = pair.map(|one| (one.name.clone(), one)).into();
        let found = told(&Comparison::default().update(&clusters, &addresses(&clusters)));
        assert!(
            found.len() == 2 && found.iter().all(|line| line.contains(" 0 of ")),
            "{found:?}"
        );
    }
}

#[test]
fn a_change_of_the_configuration_is_enough() {
    let mut comparison = Comparison::default();
    let clusters: Clusters = [cluster("a", &[], &["x"]), cluster("b", &[], &["x"])]
        .map(|one| (one.name.clone(), one))
        .into();
    let mut addresses = addresses(&clusters);
    assert!(comparison.update(&clusters, &addresses).is_empty());
    let same = addresses[&ClusterName::from("a")].clone();
    addresses.insert("b".into(), same);
    assert_eq!(
        comparison.update(&clusters, &addresses).len(),
        2,
        "one address, and no server refused one yet"
    );
}
