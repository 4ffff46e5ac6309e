//! What is asked slowly is asked again and again.

use std::str::FromStr as _;

use chrono::TimeDelta;
use engine::{ClusterSpec, KafkaSpec};
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use testkit::fake::{Behaviour, FakeCluster, FakeConnector, Version};

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

#[tokio::test(flavor = "multi_thread")]
async fn beside_kafka_addresses_are_asked_at_every_look_only_while_no_list_comes_or_kafka_does_not_tell() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::source("lines", 1));
    let mut spec = spec(vec![ClusterSpec {
        kafka: Some("main".into()),
        ..cluster("orders", &fake.urls())
    }]);
    // Whoever never answers is waited for: until then nothing says that Kafka does not tell.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = KafkaSpec {
        bootstrap: silent.local_addr().unwrap().to_string().into(),
        properties: Default::default(),
    };
    spec.kafka.insert("main".into(), silent);
    spec.settings.slow_interval = TimeDelta::hours(1);
    let rig = Rig::start(&database, spec).await;
    rig.until_cluster("the first answers", |orders| {
        orders.about.reachable && orders.workers.iter().any(|worker| worker.answered_at.is_some())
    })
    .await;
    // One that was under way counts too.
    rig.looks(2).await;
    let asked = || fake.counts(0).get("GET /").copied().unwrap_or_default();
    let before = asked();
    rig.looks(10).await;
    assert!(asked() <= before + 1, "{before}, then {}", asked());

    let again_and_again = async || {
        let before = asked();
        until("addresses are asked again and again", async || {
            (asked() >= before + 3).then_some(())
        })
        .await;
    };
    fake.behave(0, Behaviour::Hang);
    again_and_again().await;
    fake.behave(0, Behaviour::Normal);
    rig.until_cluster("Kafka does not tell", |orders| {
        orders.about.gap.is_none() && orders.about.group_gap.is_some()
    })
    .await;
    again_and_again().await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heartbeat_is_recorded_once() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::source("lines", 1));
    let mut spec = spec(vec![cluster("orders", &fake.urls())]);
    let rig = Rig::start(&database, spec.clone()).await;
    rig.until_cluster("the first look", |orders| orders.about.reachable)
        .await;
    // From now on nobody looks for a while.
    spec.settings.interval = TimeDelta::hours(1);
    rig.spec.send_replace(std::sync::Arc::new(spec));
    let options = PgConnectOptions::from_str(&database.url).unwrap();
    let mut connection = options.connect().await.unwrap();
    let mut last = (String::new(), String::new());
    let mut quiet = 0;
    // The lease is renewed every second; what is recorded at each beat would be seen to change in between.
    until("renewals without a heartbeat", async || {
        let now: (String, String) = sqlx::query_as(
            "SELECT heartbeats.xmin::text, leases.xmin::text FROM heartbeats, leases WHERE cluster = 'orders'",
        )
        .fetch_one(&mut connection)
        .await
        .unwrap();
        if now.0 != last.0 {
            quiet = 0;
        } else if now.1 != last.1 {
            quiet += 1;
        }
        last = now;
        (quiet == 3).then_some(())
    })
    .await;
    rig.stop().await;
}
