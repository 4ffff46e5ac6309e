//! A plugin that is upgraded while it is watched, on workers whose statuses tell no version: what its new version calls a
//! password was shown until then.

use chrono::TimeDelta;
use engine::FleetSpec;
use testkit::fake::{FakeCluster, FakeConnector, Version};
use view::Cluster;

use crate::database::Database;
use crate::harness::{Rig, cluster, spec, until};

const CLASS: &str = "com.example.OrdersSink";
const PART: &str = "com.example.Seal";
/// A value of the connector's class, an earlier one, and one of a transformation.
const WORDS: [&str; 3] = ["Hunter2-Correct-Horse", "Battery-Staple-41", "Sesame-Open-77"];

fn install(fake: &FakeCluster, worker: usize, version: &str, kind: &'static str) {
    fake.install(
        worker,
        CLASS,
        ("sink", version),
        &[("endpoint", kind), ("path", "STRING")],
    );
    fake.install(worker, PART, ("transformation", version), &[("phrase", kind)]);
}

fn connector() -> FakeConnector {
    FakeConnector::sink("orders-out", 1)
        .with("connector.class", CLASS)
        .with("endpoint", WORDS[1])
        .with("path", "/x")
        .with("transforms", "seal")
        .with("transforms.seal.type", PART)
        .with("transforms.seal.phrase", WORDS[2])
}

fn often(fake: &FakeCluster) -> FleetSpec {
    let mut spec = spec(vec![cluster("orders", &fake.urls())]);
    spec.settings.slow_interval = TimeDelta::milliseconds(400);
    spec
}

fn text(orders: &Cluster, key: &str) -> Option<String> {
    let config = orders.connectors.get("orders-out")?.facts().config.clone()?;
    config.config.text(key).map(str::to_owned)
}

/// Whether the words stand in clear text, as they may while the plugin calls none of them a password.
fn shown(orders: &Cluster) -> bool {
    text(orders, "endpoint").as_deref() == Some(WORDS[0])
        && text(orders, "transforms.seal.phrase").as_deref() == Some(WORDS[2])
}

/// All of what is kept but the history, which tells what was so at its time.
async fn kept(database: &Database, rig: &Rig) -> String {
    let versions = rig.store.config_versions(&"orders".into(), &"orders-out".into()).await;
    let versions = versions.unwrap();
    assert!(versions.len() >= 2, "{versions:?}");
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT facts::text || verdict::text FROM connectors UNION ALL SELECT config::text FROM config_versions
         UNION ALL SELECT definitions::text FROM definitions UNION ALL SELECT row_to_json(faults)::text FROM faults",
    )
    .fetch_all(&mut database.connection().await)
    .await
    .unwrap();
    format!("{:?}{versions:?}{rows:?}", rig.fleet())
}

/// Watches version 1 until its words are shown, an earlier config and a trace that quotes them among them.
async fn watched(database: &Database, fake: &FakeCluster) -> Rig {
    for worker in 0..fake.workers() {
        install(fake, worker, "1", "STRING");
    }
    fake.put(connector());
    let rig = Rig::start(database, often(fake)).await;
    rig.until_cluster("the earlier value", |orders| {
        text(orders, "endpoint").as_deref() == Some(WORDS[1])
    })
    .await;
    fake.edit("orders-out", |connector| {
        connector.config.insert("endpoint".into(), WORDS[0].into());
    });
    rig.until_cluster("version 1", shown).await;
    let trace = format!("org.example.Failure: refused {}", WORDS.join(" and "));
    fake.set_state("orders-out", Some(0), "FAILED", Some(&trace));
    rig.until_cluster("a trace", |orders| {
        let facts = orders.connectors["orders-out"].facts();
        facts.tasks[&0]
            .trace
            .as_ref()
            .is_some_and(|trace| trace.contains(WORDS[0]))
    })
    .await;
    rig
}

async fn until_masked(database: &Database, rig: &Rig) {
    rig.until_cluster("masked, and its version learnt", |orders| {
        text(orders, "path").as_deref() == Some("/x") && text(orders, "endpoint").is_none()
    })
    .await;
    until("nothing is left", async || {
        let kept = kept(database, rig).await;
        WORDS.iter().all(|word| !kept.contains(word)).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_upgraded_plugin_calls_a_password_is_shown_no_more_though_no_status_tells_its_version() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V3_9_1, 1).unwrap();
    let rig = watched(&database, &fake).await;
    install(&fake, 0, "2", "PASSWORD");
    until_masked(&database, &rig).await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_that_nobody_watched_is_noticed_by_whoever_watches_next() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V3_9_1, 1).unwrap();
    let rig = watched(&database, &fake).await;
    rig.stop().await;
    install(&fake, 0, "2", "PASSWORD");
    fake.edit("orders-out", |connector| {
        connector.config.insert("endpoint".into(), "Unseen-Word-9".into());
    });
    let rig = Rig::start(&database, often(&fake)).await;
    until_masked(&database, &rig).await;
    assert!(!database.dump().await.contains("Unseen-Word-9"));
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_workers_have_different_versions_the_stricter_one_decides() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V3_9_1, 2).unwrap();
    let rig = watched(&database, &fake).await;
    fake.place("orders-out", None, 1);
    install(&fake, 1, "2", "PASSWORD");
    until_masked(&database, &rig).await;
    // What version 2 calls a string again is shown where every worker has it.
    install(&fake, 0, "3", "STRING");
    install(&fake, 1, "3", "STRING");
    rig.until_cluster("version 3", shown).await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_described_nothing_is_asked_again() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V3_9_1, 1).unwrap();
    fake.install(0, CLASS, ("sink", "1"), &[]);
    fake.install(0, PART, ("transformation", "1"), &[]);
    fake.put(connector());
    let rig = Rig::start(&database, often(&fake)).await;
    rig.looks(3).await;
    rig.until_cluster("nothing is known", |orders| text(orders, "path").is_none())
        .await;
    fake.install(0, CLASS, ("sink", "1"), &[("endpoint", "PASSWORD"), ("path", "STRING")]);
    rig.until_cluster("described now", |orders| text(orders, "path").as_deref() == Some("/x"))
        .await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_without_a_version_is_described_again_and_again() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V3_9_1, 1).unwrap();
    install(&fake, 0, "undefined", "STRING");
    fake.put(connector().with("endpoint", WORDS[0]));
    let rig = Rig::start(&database, often(&fake)).await;
    rig.until_cluster("shown", shown).await;
    install(&fake, 0, "undefined", "PASSWORD");
    rig.until_cluster("masked", |orders| {
        text(orders, "path").is_some()
            && text(orders, "endpoint").is_none()
            && text(orders, "transforms.seal.phrase").is_none()
    })
    .await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_workers_the_one_that_nobody_asked_yet_may_be_the_upgraded_one() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V3_9_1, 2).unwrap();
    let rig = watched(&database, &fake).await;
    fake.place("orders-out", None, 1);
    fake.place("orders-out", Some(0), 1);
    rig.until_cluster("the plugins of both are on record", |orders| {
        orders.workers.iter().filter(|worker| worker.plugins.is_some()).count() == 2
    })
    .await;
    rig.stop().await;
    install(&fake, 1, "2", "PASSWORD");
    fake.edit("orders-out", |connector| {
        connector.config.insert("endpoint".into(), "Unseen-Word-9".into());
    });
    // The first worker lists, and its slow questions will not come to the other one for long.
    let mut seldom = often(&fake);
    seldom.settings.slow_interval = TimeDelta::seconds(60);
    let rig = Rig::start(&database, seldom).await;
    rig.until_cluster("masked, and both versions learnt", |orders| {
        let endpoint = text(orders, "endpoint");
        assert_ne!(endpoint.as_deref(), Some("Unseen-Word-9"));
        endpoint.is_none() && text(orders, "path").as_deref() == Some("/x")
    })
    .await;
    assert!(!database.dump().await.contains("Unseen-Word-9"));
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_a_password_is_masked_of_a_connector_that_was_deleted_too() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V3_9_1, 1).unwrap();
    let rig = watched(&database, &fake).await;
    // Another one of the class goes on, so that its definitions are read.
    fake.put(FakeConnector::sink("lines-out", 1).with("connector.class", CLASS));
    fake.delete("orders-out");
    rig.until_cluster("the deletion", |orders| {
        let facts = orders.connectors["orders-out"].facts();
        facts.deleted_at.is_some() && shown(orders)
    })
    .await;
    install(&fake, 0, "2", "PASSWORD");
    // The trace that it left behind too.
    until_masked(&database, &rig).await;
    rig.stop().await;
}
