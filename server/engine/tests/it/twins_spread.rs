//! One cluster configured twice, whose two entries different servers watch.

use std::sync::Arc;

use chrono::TimeDelta;
use engine::{ClusterSpec, FleetSpec};
use model::verdict::Health;
use store::{Store, TimelineFilter};
use testkit::fake::{FakeCluster, FakeConnector, Version};
use view::Fleet;

use crate::database::Database;
use crate::harness::{Rig, cluster, spec, until};
use crate::twins::{both_are_well, pair};

fn briskly(clusters: Vec<ClusterSpec>) -> Arc<FleetSpec> {
    let mut spec = spec(clusters);
    spec.settings.slow_interval = TimeDelta::seconds(1);
    Arc::new(spec)
}

/// Waits until this server watches this cluster.
async fn until_watched(store: &Store, cluster: &str, by: &str) {
    let unit = format!("connect/{cluster}");
    until(&format!("{by} watches {cluster}"), async || {
        let leases = store.leases().await.unwrap();
        let held = |lease: &&store::LeaseInfo| lease.held && *lease.unit.as_str() == unit && lease.holder == by;
        leases.iter().find(held).map(|_| ())
    })
    .await;
}

/// What was told of a cluster in these words, the oldest first.
async fn told(store: &Store, cluster: &str, kinds: &[&'static str]) -> Vec<&'static str> {
    let filter = TimelineFilter {
        cluster: Some(cluster.into()),
        kinds: kinds.iter().map(|kind| (*kind).into()).collect(),
        limit: 99,
        ..TimelineFilter::default()
    };
    let history = store.timeline(&filter).await.unwrap();
    history.iter().rev().map(|item| store::kind(&item.entry)).collect()
}

/// That the cluster is refused for `orders`, and shows nothing of its own.
fn refused(fleet: &Fleet, cluster: &str) -> Option<()> {
    let cluster = fleet.clusters.get(cluster)?;
    let same = cluster.about.same_as.as_ref()?.as_str() == "orders";
    (same && cluster.live().count() == 0 && cluster.faults.is_empty()).then_some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_server_watches_already_is_refused_and_stays_so_from_hand_to_hand() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    fake.put(FakeConnector::sink("invoices", 2).spread(2));
    let (orders, again) = (cluster("orders", &[fake.url(0)]), cluster("again", &[fake.url(1)]));
    let both = briskly(vec![orders.clone(), again]);
    let first = Rig::start_as(&database, "server-1", (*briskly(vec![orders])).clone()).await;
    first.until_health("invoices", Health::Healthy).await;
    let second = Rig::start_as(&database, "server-2", (*both).clone()).await;
    until_watched(&second.store, "again", "server-2").await;
    first.spec.send_replace(both.clone());
    for server in [&first, &second] {
        server
            .until("the second is refused", |fleet| refused(fleet, "again"))
            .await;
    }
    until_watched(&first.store, "orders", "server-1").await;
    until_watched(&first.store, "again", "server-2").await;
    first.looks(10).await;
    assert_eq!(refused(&first.fleet(), "again"), Some(()));
    assert_eq!(first.fleet().clusters["orders"].live().count(), 1);

    first.stop().await;
    until_watched(&second.store, "orders", "server-2").await;
    second.looks(10).await;
    let third = Rig::start_as(&database, "server-3", (*both).clone()).await;
    until("one of the two is handed over", async || {
        let leases = third.store.leases().await.unwrap();
        let held = leases.iter().find(|lease| lease.held && lease.holder == "server-3");
        held.map(|_| ())
    })
    .await;
    third.looks(10).await;
    assert_eq!(refused(&third.fleet(), "again"), Some(()));
    let kinds = ["refused", "admitted"];
    assert_eq!(told(&third.store, "again", &kinds).await, ["refused"]);
    assert_eq!(told(&third.store, "orders", &kinds).await, Vec::<&str>::new());
    second.stop().await;
    third.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn correcting_the_first_on_another_server_lets_go_of_the_second() {
    let database = Database::new().await;
    let (legacy, orders) = (pair(["one", "two"]), pair(["three", "four"]));
    let (misled, corrected) = (cluster("orders", &[legacy.url(0)]), cluster("orders", &[orders.url(0)]));
    let legacy = cluster("legacy", &legacy.urls());
    let first = Rig::start_as(&database, "server-1", (*briskly(vec![legacy.clone()])).clone()).await;
    first
        .until("legacy is well", |fleet| {
            let legacy = fleet.clusters.get("legacy")?;
            (legacy.live().count() == 2 && legacy.workers.len() == 2).then_some(())
        })
        .await;
    first.spec.send_replace(briskly(vec![misled.clone(), legacy.clone()]));
    first
        .until("legacy is refused, and orders has its workers", |fleet| {
            let orders = fleet.clusters.get("orders")?;
            refused(fleet, "legacy").filter(|()| orders.live().count() == 2 && orders.workers.len() == 2)
        })
        .await;
    // It could watch nothing else, so that is what it is given.
    let second = Rig::start_as(&database, "server-2", (*briskly(vec![misled.clone()])).clone()).await;
    until_watched(&second.store, "orders", "server-2").await;
    second.spec.send_replace(briskly(vec![misled, legacy.clone()]));
    second.until("it shows both", |fleet| refused(fleet, "legacy")).await;
    second.looks(3).await;
    let corrected = briskly(vec![corrected, legacy]);
    first.spec.send_replace(corrected.clone());
    first.looks(10).await;
    assert_eq!(
        refused(&first.fleet(), "legacy"),
        Some(()),
        "whoever watches orders has not read the new file, and still shows it as its own"
    );
    second.spec.send_replace(corrected);
    for server in [&first, &second] {
        server.until("each shows its own", both_are_well).await;
    }
    until_watched(&first.store, "orders", "server-2").await;
    until_watched(&first.store, "legacy", "server-1").await;
    first.looks(10).await;
    assert_eq!(both_are_well(&first.fleet()), Some(()));
    let kinds = ["refused", "admitted"];
    assert_eq!(told(&first.store, "legacy", &kinds).await, ["refused", "admitted"]);
    let deleted = ["connector_deleted"];
    for name in ["orders", "legacy"] {
        assert_eq!(told(&first.store, name, &deleted).await, Vec::<&str>::new(), "{name}");
    }
    first.stop().await;
    second.stop().await;
}
