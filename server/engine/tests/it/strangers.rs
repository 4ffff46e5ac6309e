//! Addresses that lead to another Connect cluster: what is known stays, and nobody is taken in.

use model::observe::GapKind;
use model::verdict::Health;
use testkit::fake::{FakeCluster, FakeConnector, Version};

use crate::database::Database;
use crate::harness::{Rig, cluster, spec, until};

fn ours() -> FakeCluster {
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    for name in ["invoices", "lines", "returns"] {
        fake.put(FakeConnector::sink(name, 1));
    }
    fake
}

/// The fake becomes another cluster at the same address.
fn switch(fake: &FakeCluster, kafka: &str, connectors: &[&str]) {
    fake.on_kafka(kafka);
    for name in fake.names() {
        fake.delete(&name);
    }
    for name in connectors {
        fake.put(FakeConnector::source(name, 1));
    }
}

fn names(orders: &view::Cluster) -> Vec<&str> {
    orders.live().map(|connector| connector.facts().name.as_str()).collect()
}

/// Watches on for a while and sees that nothing is taken in or lost.
async fn nothing_follows(rig: &Rig) {
    let orders = rig
        .until_cluster("a gap", |orders| {
            let told =
                |gap: &model::observe::Gap| gap.kind == GapKind::NotConnect && gap.text.contains("another cluster");
            orders.about.gap.as_ref().is_some_and(told) && !orders.about.reachable
        })
        .await;
    let gap = orders.about.gap.clone().unwrap();
    assert!(
        gap.text.contains("`urls`") && gap.text.contains("`formerly`"),
        "{}",
        gap.text
    );
    rig.looks(6).await;
    let orders = rig.fleet().clusters["orders"].clone();
    assert_eq!(names(&orders), ["invoices", "lines", "returns"]);
    assert!(!orders.about.reachable);
    let kinds = rig.kinds(None).await;
    for kind in ["connector_deleted", "kafka_cluster"] {
        assert!(!kinds.contains(&kind), "{kinds:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_leads_to_another_cluster_deletes_nothing_and_takes_nobody_in() {
    let database = Database::new().await;
    let fake = ours();
    let rig = Rig::watching(&database, &fake).await;
    rig.until_health("lines", Health::Healthy).await;
    rig.looks(2).await;
    for strangers in [&["ledger", "postings"][..], &[], &["lines", "ledger"]] {
        switch(&fake, "another", strangers);
        nothing_follows(&rig).await;
    }
    // The address leads home again.
    switch(&fake, "fake-4L6g3nShT-eMCtK--X", &["invoices", "lines", "returns"]);
    let home = rig.until_cluster("the return", |orders| {
        orders.about.reachable && orders.about.gap.is_none()
    });
    home.await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_addresses_may_lead_elsewhere_and_the_other_one_is_listened_to() {
    let database = Database::new().await;
    let (fake, stranger) = (ours(), FakeCluster::start(Version::V4_3_1, 1).unwrap());
    switch(&stranger, "another", &["ledger"]);
    let rig = Rig::watching(&database, &fake).await;
    let urls = [stranger.url(0), fake.url(0)];
    rig.spec
        .send_replace(std::sync::Arc::new(spec(vec![cluster("orders", &urls)])));
    until("the stranger is asked", async || {
        (stranger
            .requests(0)
            .iter()
            .filter(|asked| asked.contains("expand="))
            .count()
            > 0)
        .then_some(())
    })
    .await;
    fake.delete("returns");
    rig.until_cluster("a deletion", |orders| names(orders) == ["invoices", "lines"])
        .await;
    assert!(rig.fleet().clusters["orders"].about.reachable);
    let said = |orders: &view::Cluster| {
        orders
            .about
            .addresses
            .values()
            .any(|words| words.contains("another Kafka"))
    };
    rig.until_cluster("the stranger is told of", said).await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_takes_the_kafka_cluster_that_was_made_anew() {
    let database = Database::new().await;
    let fake = ours();
    let rig = Rig::watching(&database, &fake).await;
    rig.looks(2).await;
    switch(&fake, "anew", &["lines", "ledger"]);
    nothing_follows(&rig).await;
    let renamed = engine::ClusterSpec {
        formerly: vec!["orders".into()],
        ..cluster("orders-2", &fake.urls())
    };
    rig.spec.send_replace(std::sync::Arc::new(spec(vec![renamed])));
    rig.until("the new connectors", |fleet| {
        let cluster = fleet.clusters.get("orders-2")?;
        (names(cluster) == ["ledger", "lines"]).then_some(())
    })
    .await;
    let cluster = rig.fleet().clusters["orders-2"].clone();
    assert!(cluster.about.reachable);
    assert_eq!(cluster.about.kafka_cluster_id.as_deref(), Some("anew"));
    rig.stop().await;
}
