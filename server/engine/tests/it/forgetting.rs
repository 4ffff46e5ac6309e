//! What is gone for long enough is forgotten, by facts, rows and view; its history stays.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use engine::Auth;
use model::verdict::Health;
use testkit::fake::{FakeCluster, FakeConnector, Version};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::database::Database;
use crate::harness::{Rig, cluster, spec};

async fn a_worker_that_is_gone_and_that_nothing_names_is_forgotten() {
    let database = Database::new().await;
    let mut fake = FakeCluster::start(Version::V4_3_1, 3).unwrap();
    fake.put(FakeConnector::sink("invoices", 2).spread(2));
    fake.put(FakeConnector::sink("lines", 1));
    assert!(fake.place("lines", None, 2) && fake.place("lines", Some(0), 2));
    let mut spec = spec(vec![cluster("orders", &[fake.url(0)])]);
    let kept = TimeDelta::seconds(1);
    spec.settings.worker_retention = kept;
    let rig = Rig::start(&database, spec).await;
    let other = fake.worker_id(1);
    rig.until_cluster("all workers", |orders| {
        orders.workers.len() == 3 && orders.workers.iter().all(|worker| worker.ever_answered)
    })
    .await;
    fake.kill(1);
    fake.kill(2);
    rig.until_health("invoices", Health::Unassigned).await;
    rig.until_health("lines", Health::Unassigned).await;
    rig.until_cluster("a look after the time for which they are kept", |orders| {
        let mut gone = orders.workers.iter().filter(|worker| worker.alive.gone());
        gone.all(|worker| orders.fresh.tried > Some(worker.since + kept))
    })
    .await;
    // As what nothing names any more is forgotten the other one would be too.
    fake.reassign(2, 0);
    let orders = rig
        .until_cluster("the end of one", |orders| orders.workers.len() < 3)
        .await;
    let left = orders.workers.iter().any(|worker| worker.id.as_str() == other);
    assert!(orders.workers.len() == 2 && left, "a status names it");
    fake.reassign(1, 0);
    rig.until_cluster("one worker", |orders| {
        orders.workers.len() == 1 && !orders.about.addresses.contains_key(other.as_str())
    })
    .await;
    let about = rig.store.load_about(&"orders".into()).await.unwrap().unwrap();
    assert_eq!(about.workers.len(), 1);
    assert!(rig.kinds(None).await.contains(&"worker_left"), "history stays");
    // It returns as a new one.
    fake.revive(1).unwrap();
    fake.reassign(0, 1);
    rig.until_cluster("its return", |orders| {
        orders
            .workers
            .iter()
            .any(|worker| worker.id.as_str() == other && worker.ever_answered)
    })
    .await;
    rig.stop().await;
}

async fn a_deleted_connector_is_forgotten_after_its_retention() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::source("lines", 1));
    fake.put(FakeConnector::source("other", 1));
    let mut spec = spec(vec![cluster("orders", &fake.urls())]);
    spec.settings.deleted_retention = TimeDelta::seconds(2);
    let rig = Rig::start(&database, spec).await;
    rig.until_health("lines", Health::Healthy).await;
    fake.delete("lines");
    rig.until_cluster("the deletion", |orders| !orders.connectors["lines"].live())
        .await;
    rig.until_cluster("the end of its retention", |orders| {
        !orders.connectors.contains_key("lines")
    })
    .await;
    let (orders, lines) = ("orders".into(), "lines".into());
    let rows = rig.store.load_connectors(&orders, std::slice::from_ref(&lines)).await;
    assert!(rows.unwrap().is_empty());
    assert!(rig.store.config_versions(&orders, &lines).await.unwrap().is_empty());
    assert!(
        rig.kinds(Some("lines")).await.contains(&"connector_deleted"),
        "history stays"
    );
    fake.put(FakeConnector::source("lines", 1));
    rig.until_health("lines", Health::Healthy).await;
    rig.stop().await;
}

async fn whoever_sits_at_the_address_of_a_gone_worker_hears_no_credentials() {
    let database = Database::new().await;
    let mut fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    fake.put(FakeConnector::sink("invoices", 2).spread(2));
    let guarded = engine::ClusterSpec {
        auth: Some(Auth::Bearer("token-of-ours".into())),
        ..cluster("orders", &[fake.url(0)])
    };
    let rig = Rig::start(&database, spec(vec![guarded])).await;
    let other = fake.worker_id(1);
    let alive = |orders: &view::Cluster| {
        let worker = orders.workers.iter().find(|worker| worker.id.as_str() == other);
        worker
            .filter(|worker| worker.ever_answered)
            .and_then(|worker| worker.alive.as_bool())
    };
    rig.until_cluster("the other worker", |orders| alive(orders) == Some(true))
        .await;
    fake.kill(1);
    rig.until_cluster("its death", |orders| alive(orders) == Some(false))
        .await;
    // Somebody else, who wants credentials as a guarded worker does.
    let listener = TcpListener::bind(&other).await.unwrap();
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let noted = heard.clone();
    let answering = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (mut head, mut byte) = (Vec::new(), [0; 1]);
            while !head.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte).await, Ok(1)) {
                head.push(byte[0]);
            }
            noted
                .lock()
                .unwrap()
                .push(String::from_utf8_lossy(&head).to_lowercase());
            let answer = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno";
            stream.write_all(answer.as_bytes()).await.unwrap_or_default();
        }
    });
    rig.until_cluster("that it is there", |orders| alive(orders) == Some(true))
        .await;
    let first = heard.lock().unwrap().first().cloned().expect("it was asked");
    assert!(
        first.starts_with("get / ") && !first.contains("authorization"),
        "{first}"
    );
    answering.abort();
    rig.stop().await;
}

/// Side by side, since all of them are about waiting.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_is_forgotten_in_time_and_told_nothing() {
    tokio::join!(
        a_worker_that_is_gone_and_that_nothing_names_is_forgotten(),
        a_deleted_connector_is_forgotten_after_its_retention(),
        whoever_sits_at_the_address_of_a_gone_worker_hears_no_credentials(),
    );
}
