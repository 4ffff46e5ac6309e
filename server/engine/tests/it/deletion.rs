//! What is deleted, and what only looks so.

use std::time::Duration;

use model::observe::GapKind;
use model::verdict::Health;
use testkit::fake::{Behaviour, FakeCluster, FakeConnector, Version};

use crate::database::Database;
use crate::harness::Rig;

#[tokio::test]
async fn the_empty_list_of_a_starting_worker_deletes_nothing() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    fake.put(FakeConnector::source("lines", 2).spread(2));
    let rig = Rig::watching(&database, &fake).await;
    rig.until_health("lines", Health::Healthy).await;

    // One starts, the other one answers: nothing happened.
    fake.behave(0, Behaviour::Starting);
    rig.looks(6).await;
    let orders = rig.fleet().clusters["orders"].clone();
    assert!(orders.about.reachable && orders.connectors["lines"].live());

    // Both start.
    fake.behave(1, Behaviour::Starting);
    rig.until_cluster("a gap", |orders| {
        orders
            .about
            .gap
            .as_ref()
            .is_some_and(|gap| gap.kind == GapKind::Starting)
    })
    .await;
    rig.looks(6).await;
    let orders = rig.fleet().clusters["orders"].clone();
    assert!(orders.connectors["lines"].live());
    assert_eq!(orders.connectors["lines"].verdict().health, Health::Healthy);

    fake.behave(0, Behaviour::Normal);
    fake.behave(1, Behaviour::Normal);
    rig.until_cluster("the return", |orders| orders.about.gap.is_none())
        .await;
    rig.looks(3).await;
    assert!(!rig.kinds(None).await.contains(&"connector_deleted"));
    assert_eq!(rig.verdicts("lines").await, [Health::Healthy]);
    rig.stop().await;
}

#[tokio::test]
async fn a_deleted_connector_is_kept_as_deleted_and_may_return() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    fake.put(FakeConnector::source("lines", 1));
    fake.put(FakeConnector::source("other", 2).spread(2));
    let rig = Rig::watching(&database, &fake).await;
    rig.until_cluster("both workers", |orders| {
        orders.workers.len() == 2 && orders.workers.iter().all(|worker| worker.ever_answered)
    })
    .await;

    fake.delete("lines");
    let before = std::time::Instant::now();
    rig.until_cluster("the deletion", |orders| !orders.connectors["lines"].live())
        .await;
    assert!(before.elapsed() < Duration::from_secs(10));
    let plain = |worker: usize| fake.requests(worker).iter().any(|request| request == "GET /connectors");
    assert!(plain(0) && plain(1), "two workers were asked");
    let orders = rig.fleet().clusters["orders"].clone();
    assert!(orders.connectors["other"].live());
    assert_eq!(orders.live().count(), 1);
    // Where a proof takes long the status counts as vanished first, and that fault ends after the deletion.
    assert!(rig.kinds(Some("lines")).await.contains(&"connector_deleted"));

    fake.put(FakeConnector::source("lines", 1));
    rig.until_cluster("the return", |orders| orders.connectors["lines"].live())
        .await;
    rig.until_health("lines", Health::Healthy).await;
    let lines = rig.fleet().clusters["orders"].connectors["lines"].clone();
    assert!(lines.verdict().since >= lines.facts().first_seen);
    let kinds = rig.kinds(Some("lines")).await;
    assert_eq!(
        kinds.iter().filter(|kind| **kind == "connector_appeared").count(),
        2,
        "{kinds:?}"
    );
    rig.stop().await;
}

#[tokio::test]
async fn a_connector_without_a_status_is_found_by_the_plain_list() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::source("lines", 1));
    let mut silent = FakeConnector::source("silent", 0);
    silent.instance = None;
    fake.put(silent);
    let rig = Rig::watching(&database, &fake).await;
    rig.until_health("silent", Health::Unknown).await;
    rig.looks(4).await;
    let plain = fake
        .requests(0)
        .iter()
        .filter(|request| *request == "GET /connectors")
        .count();
    assert_eq!(plain, 1, "it is no reason to ask all the time");
    rig.stop().await;
}
