//! The configuration changes while the server runs.

use std::sync::Arc;

use model::owner::{Owns, Team};
use model::verdict::Health;
use testkit::fake::{FakeCluster, FakeConnector, Version, traces};

use crate::database::Database;
use crate::harness::{Rig, cluster, spec, with_teams};

fn team(name: &str, connector: &str) -> Team {
    Team {
        name: name.into(),
        platform: false,
        owns: vec![Owns {
            connector: Some(connector.into()),
            ..Owns::default()
        }],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_change_without_a_restart() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("pay-invoices", 1));
    let orders = || spec(vec![cluster("orders", &fake.urls())]);
    let rig = Rig::start(&database, with_teams(orders(), vec![team("payments", "pay-*")])).await;
    let owner = |cluster: &view::Cluster| {
        let connector = cluster.connectors.get("pay-invoices")?;
        connector.owner().map(|owner| owner.team.as_str().to_owned())
    };
    rig.until_cluster("the first owner", |cluster| {
        owner(cluster).as_deref() == Some("payments")
    })
    .await;
    rig.spec
        .send_replace(Arc::new(with_teams(orders(), vec![team("billing", "*-invoices")])));
    rig.until_cluster("the second owner", |cluster| {
        owner(cluster).as_deref() == Some("billing")
    })
    .await;
    rig.spec.send_replace(Arc::new(orders()));
    rig.until_cluster("no owner", |cluster| owner(cluster).is_none()).await;
    let leases = rig.store.leases().await.unwrap();
    assert_eq!(leases[0].epoch, 1, "nothing was restarted for it");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clusters_come_and_go_with_the_configuration() {
    let database = Database::new().await;
    let one = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    let two = FakeCluster::start(Version::V3_9_1, 1).unwrap();
    one.put(FakeConnector::sink("invoices", 1));
    two.put(FakeConnector::source("lines", 1));
    let (orders, legacy) = (cluster("orders", &one.urls()), cluster("legacy", &two.urls()));
    let rig = Rig::start(&database, spec(vec![orders.clone()])).await;
    rig.until_health("invoices", Health::Healthy).await;
    assert_eq!(rig.fleet().clusters.len(), 1);

    rig.spec
        .send_replace(Arc::new(spec(vec![orders.clone(), legacy.clone()])));
    rig.until("the added one", |fleet| {
        fleet.clusters.get("legacy")?.connectors.get("lines").map(|_| ())
    })
    .await;

    rig.spec.send_replace(Arc::new(spec(vec![legacy.clone()])));
    rig.until("the removed one is gone", |fleet| {
        (!fleet.clusters.contains_key("orders")).then_some(())
    })
    .await;
    // It is looked at no more; what happens meanwhile is found on its return.
    one.set_state("invoices", Some(0), "FAILED", Some(traces::BARE));
    rig.spec.send_replace(Arc::new(spec(vec![legacy, orders])));
    rig.until_health("invoices", Health::Failed).await;
    assert_eq!(
        rig.kinds(Some("invoices"))
            .await
            .iter()
            .filter(|kind| **kind == "connector_appeared")
            .count(),
        1
    );
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_cluster_configured_twice_is_shown_once() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    fake.put(FakeConnector::sink("invoices", 2).spread(2));
    fake.set_state("invoices", Some(0), "FAILED", Some(traces::BARE));
    let clusters = vec![cluster("orders", &[fake.url(0)]), cluster("again", &[fake.url(1)])];
    let rig = Rig::start(&database, spec(clusters)).await;
    rig.until("the second is refused by name", |fleet| {
        let again = fleet.clusters.get("again")?;
        let same = again
            .about
            .same_as
            .as_ref()
            .is_some_and(|name| name.as_str() == "orders");
        (same && again.live().count() == 0 && again.faults.is_empty()).then_some(())
    })
    .await;
    rig.until_health("invoices", Health::Degraded).await;
    let fleet = rig.fleet();
    let orders = &fleet.clusters["orders"];
    assert!(orders.about.same_as.is_none());
    assert_eq!(orders.live().count(), 1);
    assert_eq!(orders.faults.len(), 1);

    // It is not watched meanwhile: the first one's lists tell all of it.
    let lists = || {
        fake.requests(1)
            .iter()
            .filter(|asked| asked.contains("expand="))
            .count()
    };
    rig.looks(2).await;
    let before = lists();
    rig.looks(15).await;
    assert!(lists() <= before + 1, "{} lists", lists() - before);

    // The first one leaves the file: the second one is watched.
    rig.spec
        .send_replace(Arc::new(spec(vec![cluster("again", &[fake.url(1)])])));
    rig.until("the second counts", |fleet| {
        let again = fleet.clusters.get("again")?;
        (again.about.same_as.is_none() && again.live().count() == 1 && again.faults.len() == 1).then_some(())
    })
    .await;
    rig.stop().await;
}
