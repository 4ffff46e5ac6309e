//! What is deleted, and what only looks so.

use std::time::Duration;

use chrono::TimeDelta;
use model::observe::GapKind;
use model::record::Entry;
use model::verdict::Health;
use testkit::fake::{Behaviour, FakeCluster, FakeConnector, Version};

use crate::database::Database;
use crate::harness::{Rig, cluster, spec};

/// A fake's cluster looked at every second, so that what a test does lies between two looks.
async fn looked_at_slowly(database: &Database, fake: &FakeCluster) -> Rig {
    let mut spec = spec(vec![cluster("orders", &fake.urls())]);
    spec.settings.interval = TimeDelta::seconds(1);
    let rig = Rig::start(database, spec).await;
    let names = fake.names();
    rig.until_cluster("both workers and all connectors", |orders| {
        let workers = orders.workers.iter().filter(|worker| worker.ever_answered);
        workers.count() == fake.workers() && orders.connectors.len() == names.len()
    })
    .await;
    rig
}

fn plain_lists(fake: &FakeCluster) -> u64 {
    let asked = |worker| fake.counts(worker).get("GET /connectors").copied().unwrap_or_default();
    (0..fake.workers()).map(asked).sum()
}

#[tokio::test(flavor = "multi_thread")]
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

#[tokio::test(flavor = "multi_thread")]
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
    let kinds = rig.kinds(Some("lines")).await;
    assert_eq!(kinds.last(), Some(&"connector_deleted"), "{kinds:?}");
    assert_eq!(
        rig.verdicts("lines").await,
        [Health::Healthy],
        "it was healthy to its end"
    );

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

#[tokio::test(flavor = "multi_thread")]
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

#[tokio::test(flavor = "multi_thread")]
async fn two_plain_lists_an_interval_apart_prove_each_deletion_however_long_their_answers_take() {
    for version in [Version::V3_9_1, Version::V3_7_2] {
        let database = Database::new().await;
        let fake = FakeCluster::start(version, 2).unwrap();
        let names = ["invoices", "lines", "orders", "returns"];
        for name in names {
            fake.put(FakeConnector::source(name, 2).spread(2));
        }
        fake.put(FakeConnector::source("other", 2).spread(2));
        let rig = looked_at_slowly(&database, &fake).await;
        fake.forget_counts();
        for (place, name) in names.into_iter().enumerate() {
            // As where the deletion's rebalance keeps the workers busy.
            let late = Behaviour::Late(Duration::from_millis(50));
            (0..2).for_each(|worker| {
                fake.behave(
                    worker,
                    if place % 2 == 1 {
                        late.clone()
                    } else {
                        Behaviour::Normal
                    },
                )
            });
            fake.delete(name);
            rig.until_cluster("the deletion", |orders| !orders.connectors[name].live())
                .await;
            assert_eq!(rig.verdicts(name).await, [Health::Healthy]);
        }
        // A busy machine may miss a look.
        assert!(
            (8..=10).contains(&plain_lists(&fake)),
            "{} plain lists",
            plain_lists(&fake)
        );
        let asked = |worker| fake.counts(worker)["GET /connectors"];
        assert!(asked(0) >= 4 && asked(1) >= 4, "each deletion has two witnesses");
        assert!(rig.fleet().clusters["orders"].connectors["other"].live());
        rig.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_during_a_rebalance_is_told_after_it_and_nothing_else_is() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    fake.put(FakeConnector::source("lines", 2).spread(2));
    fake.put(FakeConnector::source("other", 2).spread(2));
    let rig = Rig::watching(&database, &fake).await;
    rig.until_cluster("both workers", |orders| {
        orders.workers.len() == 2 && orders.workers.iter().all(|worker| worker.ever_answered)
    })
    .await;
    let busy = |fake: &FakeCluster| (0..2).for_each(|worker| fake.behave(worker, Behaviour::Conflict));
    let gap = |orders: &view::Cluster| {
        let gap = orders.about.gap.as_ref();
        gap.is_some_and(|gap| gap.kind == GapKind::Busy)
    };
    busy(&fake);
    fake.delete("lines");
    rig.until_cluster("a gap", gap).await;
    rig.looks(6).await;
    assert!(rig.fleet().clusters["orders"].connectors["lines"].live());
    (0..2).for_each(|worker| fake.behave(worker, Behaviour::Normal));
    rig.until_cluster("the deletion", |orders| !orders.connectors["lines"].live())
        .await;
    assert_eq!(rig.verdicts("lines").await, [Health::Healthy]);
    assert_eq!(rig.verdicts("other").await, [Health::Healthy]);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_created_again_before_its_deletion_was_proven_is_not_told_as_deleted() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    fake.put(FakeConnector::source("lines", 2).spread(2));
    let rig = looked_at_slowly(&database, &fake).await;
    rig.until_health("lines", Health::Healthy).await;
    let before = rig.kinds(Some("lines")).await;
    let told = async |rig: &Rig| rig.kinds(Some("lines")).await[before.len()..].to_vec();

    // Seen absent once.
    fake.delete("lines");
    rig.until_cluster("one list without it", |orders| {
        orders.connectors["lines"].facts().missing.is_some()
    })
    .await;
    fake.put(FakeConnector::source("lines", 2).spread(2));
    rig.until_cluster("its return", |orders| {
        let lines = orders.connectors["lines"].facts();
        lines.missing.is_none() && lines.status_missing.is_none()
    })
    .await;
    rig.looks(2).await;
    assert!(told(&rig).await.is_empty(), "{:?}", told(&rig).await);

    // Between two looks, with another config: that is all that can be seen.
    fake.delete("lines");
    fake.put(FakeConnector::source("lines", 2).spread(2).with("topic", "another"));
    rig.looks(3).await;
    assert_eq!(told(&rig).await, ["config"]);
    assert!(rig.fleet().clusters["orders"].connectors["lines"].live());
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_connector_takes_its_fault_along() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V3_9_1, 2).unwrap();
    fake.put(FakeConnector::source("lines", 1));
    let rig = Rig::watching(&database, &fake).await;
    fake.set_state("lines", Some(0), "FAILED", Some("java.lang.RuntimeException: boom"));
    rig.until_health("lines", Health::Failed).await;
    fake.delete("lines");
    rig.until_cluster("the deletion", |orders| {
        !orders.connectors["lines"].live() && orders.faults.is_empty()
    })
    .await;
    let ended = rig.history(None).await.into_iter().find_map(|item| match item.entry {
        Entry::FaultEnded(fault) => Some(fault),
        _ => None,
    });
    assert!(ended.is_some_and(|fault| fault.deleted));
    let lines = rig.fleet().clusters["orders"].connectors["lines"].clone();
    assert_eq!(lines.verdict().health, Health::Failed, "its last verdict");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_cannot_be_asked_holds_up_no_proof() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    // Statuses name its only worker by an address that nobody outside knows.
    fake.advertise(0, "connect.invalid:8083");
    fake.put(FakeConnector::source("lines", 1));
    fake.put(FakeConnector::source("other", 1));
    let mut spec = spec(vec![cluster("orders", &fake.urls())]);
    spec.settings.slow_interval = TimeDelta::hours(1);
    let rig = Rig::start(&database, spec).await;
    rig.until_cluster("both", |orders| {
        orders.connectors.len() == 2
            && orders
                .workers
                .iter()
                .any(|worker| worker.id.as_str() == "connect.invalid:8083")
    })
    .await;
    fake.delete("lines");
    rig.until_cluster("it is deleted", |orders| !orders.connectors["lines"].live())
        .await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_cannot_be_had_is_asked_for_twice_an_interval() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    fake.put(FakeConnector::source("lines", 1));
    fake.put(FakeConnector::source("other", 2).spread(2));
    let mut spec = spec(vec![cluster("orders", &fake.urls())]);
    spec.settings.interval = TimeDelta::seconds(2);
    spec.settings.slow_interval = TimeDelta::hours(1);
    let rig = Rig::start(&database, spec).await;
    rig.until_cluster("both workers and connectors", |orders| {
        let workers = orders.workers.iter().filter(|worker| worker.ever_answered);
        workers.count() == 2 && orders.connectors.len() == 2
    })
    .await;
    fake.delete("lines");
    rig.until_cluster("the first list that lacks it", |orders| {
        orders.connectors["lines"].facts().missing.is_some()
    })
    .await;
    // From now on nobody is believed.
    fake.behave(0, Behaviour::Starting);
    fake.behave(1, Behaviour::Starting);
    rig.looks(1).await;
    let before = plain_lists(&fake);
    rig.looks(2).await;
    let asked = plain_lists(&fake) - before;
    assert!(asked > 0, "the proof is asked for");
    assert!(asked <= 20, "{asked} lists in two looks");
    rig.stop().await;
}
