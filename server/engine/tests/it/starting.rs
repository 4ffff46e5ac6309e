//! Workers that are still starting list nothing, and that is no news. Those before 3.9 cannot even say so.

use model::observe::GapKind;
use model::verdict::Health;
use testkit::fake::{Behaviour, FakeCluster, FakeConnector, Version};

use crate::database::Database;
use crate::harness::{Rig, until};

#[tokio::test(flavor = "multi_thread")]
async fn an_old_worker_that_starts_is_a_gap_and_its_last_connector_can_be_deleted() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V3_7_2, 1).unwrap();
    for name in ["invoices", "lines", "returns"] {
        fake.put(FakeConnector::sink(name, 1));
    }
    let rig = Rig::watching(&database, &fake).await;
    rig.until_health("lines", Health::Healthy).await;

    fake.behave(0, Behaviour::Starting);
    let starting = |orders: &view::Cluster| {
        let gap = orders.about.gap.as_ref();
        gap.is_some_and(|gap| gap.kind == GapKind::Starting)
    };
    rig.until_cluster("a gap", starting).await;
    rig.looks(4).await;
    let orders = rig.fleet().clusters["orders"].clone();
    assert!(starting(&orders) && orders.about.reachable && orders.faults.is_empty());
    for connector in orders.connectors.values() {
        assert!(connector.live() && connector.facts().status_missing.is_none());
        assert_eq!(connector.verdict().health, Health::Healthy);
    }

    // It has started, and meanwhile everything was deleted: its herder answers, so that its empty list counts.
    for name in fake.names() {
        fake.delete(&name);
    }
    fake.behave(0, Behaviour::Normal);
    rig.until_cluster("the deletions", |orders| orders.live().count() == 0)
        .await;
    let deleted = rig.kinds(None).await;
    assert_eq!(deleted.iter().filter(|kind| **kind == "connector_deleted").count(), 3);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_starting_worker_is_no_second_witness_of_a_deletion() {
    for version in [Version::V4_3_1, Version::V3_7_2] {
        let database = Database::new().await;
        let fake = FakeCluster::start(version, 2).unwrap();
        fake.put(FakeConnector::source("lines", 1));
        fake.put(FakeConnector::source("other", 2).spread(2));
        let rig = Rig::watching(&database, &fake).await;
        rig.until_cluster("both workers", |orders| {
            orders.workers.len() == 2 && orders.workers.iter().all(|worker| worker.ever_answered)
        })
        .await;
        rig.looks(2).await;
        fake.behave(1, Behaviour::Starting);
        fake.delete("lines");
        fake.forget_counts();
        let asked = || fake.counts(1).get("GET /connectors").copied().unwrap_or_default();
        until("the starting one is asked", async || (asked() >= 2).then_some(())).await;
        rig.looks(2).await;
        let orders = rig.fleet().clusters["orders"].clone();
        assert!(orders.connectors["lines"].live(), "one witness so far");
        assert!(orders.connectors["other"].live());
        assert!(
            orders.connectors["other"].facts().missing.is_none(),
            "its list counts for nothing"
        );
        fake.behave(1, Behaviour::Normal);
        rig.until_cluster("the deletion", |orders| !orders.connectors["lines"].live())
            .await;
        assert!(rig.fleet().clusters["orders"].connectors["other"].live());
        rig.stop().await;
    }
}
