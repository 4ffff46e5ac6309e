//! What is asked slowly is asked again and again.

use chrono::TimeDelta;
use testkit::fake::{FakeCluster, FakeConnector, Version};

use crate::database::Database;
use crate::harness::{Rig, cluster, spec, until};

#[tokio::test(flavor = "multi_thread")]
async fn the_plain_list_and_the_slow_questions_come_round() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::source("lines", 1));
    let mut spec = spec(vec![cluster("orders", &fake.urls())]);
    spec.settings.slow_interval = TimeDelta::milliseconds(500);
    let rig = Rig::start(&database, spec).await;
    rig.until_cluster("the first look", |orders| orders.about.reachable)
        .await;
    for question in [
        "GET /connectors",
        "GET /health",
        "GET /connector-plugins?connectorsOnly=false",
    ] {
        let asked = || fake.counts(0).get(question).copied().unwrap_or_default();
        until(question, async || (asked() >= 4).then_some(())).await;
    }
    // A connector without a status is found by nothing else.
    let mut silent = FakeConnector::source("silent", 0);
    silent.instance = None;
    fake.put(silent);
    rig.until_cluster("it is found", |orders| orders.connectors.contains_key("silent"))
        .await;
    rig.stop().await;
}
