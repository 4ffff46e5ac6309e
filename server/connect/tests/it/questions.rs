//! Every question to workers that behave.

use std::time::Duration;

use connect::{Error, Expanded};
use model::names::ConnectorName;
use model::state::{ConnectorKind, State};
use testkit::fake::{Behaviour, FakeCluster, FakeConnector, Version};

use crate::worker::{listed, worker, worker_at};

#[tokio::test]
async fn the_root_says_version_and_kafka_cluster() {
    let cluster = FakeCluster::start(Version::V3_9_1, 1).unwrap();
    let answer = worker(&cluster).root().await.unwrap();
    assert_eq!(&*answer.value.version, "3.9.1");
    assert_eq!(answer.value.address.as_str(), cluster.worker_id(0));
    assert_eq!(
        answer.value.kafka_cluster_id.as_deref(),
        Some("fake-4L6g3nShT-eMCtK--X")
    );
    assert!(answer.took > Duration::ZERO && answer.bytes > 0);
}

#[tokio::test]
async fn one_list_says_config_state_worker_and_trace_of_all() {
    let cluster = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    cluster.put(FakeConnector::source("orders-in", 2).spread(2));
    cluster.put(FakeConnector::sink("späte/näme 100%", 1));
    let mut odd = FakeConnector::sink("odd", 0);
    odd.kind = None;
    cluster.put(odd);
    cluster.set_state("orders-in", Some(1), "FAILED", Some("java.lang.RuntimeException: x"));
    cluster.set_state("odd", None, "HIBERNATING", None);

    let (_, connectors) = listed(&worker(&cluster)).await;
    assert_eq!(connectors.len(), 3);
    let orders = &connectors["orders-in"];
    assert_eq!(orders.kind(), Some(ConnectorKind::Source));
    assert_eq!(orders.info.as_ref().unwrap().tasks, [0, 1]);
    let status = orders.status.as_ref().unwrap();
    assert_eq!(status.connector.as_ref().unwrap().version.as_deref(), Some("4.3.1"));
    assert_eq!(status.tasks[&0].worker_id.as_str(), cluster.worker_id(1));
    assert!(status.tasks[&0].trace.is_none());
    assert_eq!(status.tasks[&1].state, State::Failed);
    assert!(status.tasks[&1].trace.is_some());
    assert!(connectors.contains_key("späte/näme 100%"));
    assert_eq!(connectors["odd"].kind(), None);
    let odd = connectors["odd"].status.as_ref().unwrap();
    assert_eq!(
        odd.connector.as_ref().unwrap().state,
        State::Other("HIBERNATING".into())
    );
}

#[tokio::test]
async fn an_unchanged_list_is_recognised_and_a_changed_one_is_not() {
    let cluster = FakeCluster::start(Version::V3_9_1, 1).unwrap();
    cluster.put(FakeConnector::source("a", 1));
    let worker = worker(&cluster);
    let (hash, _) = listed(&worker).await;
    let again = worker.list_expanded(Some(hash)).await.unwrap().value;
    assert!(matches!(again, Expanded::Unchanged));
    cluster.set_state("a", Some(0), "PAUSED", None);
    let changed = worker.list_expanded(Some(hash)).await.unwrap().value;
    assert!(matches!(changed, Expanded::Body { .. }));
    // One request each.
    let list = "GET /connectors?expand=info&expand=status";
    assert_eq!(cluster.requests(0), [list, list, list]);
}

#[tokio::test]
async fn a_connector_without_status_is_only_in_the_plain_list() {
    let cluster = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    cluster.put(FakeConnector::source("old", 1));
    let mut new = FakeConnector::source("new", 0);
    new.instance = None;
    cluster.put(new);
    let worker = worker(&cluster);
    let (_, connectors) = listed(&worker).await;
    assert_eq!(
        connectors.keys().map(ConnectorName::as_str).collect::<Vec<_>>(),
        ["old"]
    );
    let names = worker.names().await.unwrap().value;
    assert_eq!(names, ["new".into(), "old".into()]);
}

#[tokio::test]
async fn a_large_list_is_read_too() {
    let cluster = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    for number in 0..400 {
        cluster.put(FakeConnector::source(&format!("c-{number}"), 4));
    }
    let worker = worker(&cluster);
    let answer = worker.list_expanded(None).await.unwrap();
    assert!(answer.bytes > 256 << 10, "{}", answer.bytes);
    let Expanded::Body { hash, connectors } = answer.value else {
        panic!("nothing was seen before");
    };
    assert_eq!(connectors.len(), 400);
    let again = worker.list_expanded(Some(hash)).await.unwrap().value;
    assert!(matches!(again, Expanded::Unchanged));
}

#[tokio::test]
async fn health_is_an_answer_in_each_of_its_words() {
    let cluster = FakeCluster::start(Version::V3_9_1, 1).unwrap();
    let worker = worker(&cluster);
    for (behaviour, ready, word) in [
        (Behaviour::Normal, true, "healthy"),
        (Behaviour::Starting, false, "starting"),
        (Behaviour::Unhealthy, false, "unhealthy"),
    ] {
        cluster.behave(0, behaviour);
        let health = worker.health().await.unwrap().value;
        assert_eq!((health.ready, &*health.word), (ready, word));
        assert!(health.message.starts_with("Worker"), "{}", health.message);
    }
    cluster.behave(0, Behaviour::Booting);
    assert_eq!(worker.health().await.err(), Some(Error::Starting));
}

#[tokio::test]
async fn an_empty_list_of_a_starting_worker_looks_like_one_and_health_tells() {
    let cluster = FakeCluster::start(Version::V3_9_1, 1).unwrap();
    cluster.put(FakeConnector::source("a", 1));
    cluster.behave(0, Behaviour::Starting);
    let worker = worker(&cluster);
    assert!(listed(&worker).await.1.is_empty());
    assert!(worker.names().await.unwrap().value.is_empty());
    assert!(!worker.health().await.unwrap().value.ready);
    assert!(worker.root().await.is_ok());
}

#[tokio::test]
async fn plugins_come_with_kind_and_version_and_their_definitions() {
    let cluster = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    let worker = worker(&cluster);
    let plugins = worker.plugins().await.unwrap().value;
    let transform = plugins.iter().find(|plugin| &*plugin.kind == "transformation").unwrap();
    assert_eq!(transform.version.as_deref(), Some("4.3.1"));

    let class = "org.apache.kafka.connect.transforms.ExtractField$Value";
    let definitions = worker.plugin_config(class, Some("4.3.1")).await.unwrap().value;
    assert_eq!(&*definitions.keys["connection.password"].kind, "PASSWORD");
    assert_eq!(definitions.keys["connection.password"].default, None);
    assert_eq!(definitions.keys["batch.size"].default.as_deref(), Some("2000"));
    let asked = cluster.requests(0).pop().unwrap();
    let encoded =
        "GET /connector-plugins/org.apache.kafka.connect.transforms.ExtractField%24Value/config?version=4.3.1";
    assert_eq!(asked, encoded);

    let missing = worker.plugin_config("no.Such", None).await.err();
    assert_eq!(
        missing,
        Some(Error::NotFound {
            said: "Unknown plugin no.Such.".into()
        })
    );
    assert_eq!(worker.plugin_config("..", None).await.err(), Some(Error::Unsupported));
}

#[tokio::test]
async fn the_herder_of_an_old_worker_tells_by_an_answer_that_it_is_ready() {
    let cluster = FakeCluster::start(Version::V3_7_2, 1).unwrap();
    cluster.put(FakeConnector::source("a b", 1));
    let worker = worker(&cluster);
    assert!(worker.knows(&"a b".into()).await.unwrap().value);
    assert!(!worker.knows(&"gone".into()).await.unwrap().value);
    assert_eq!(worker.knows(&"..".into()).await.err(), Some(Error::Unsupported));
    cluster.behave(0, Behaviour::Starting);
    let waiting = tokio::time::timeout(std::time::Duration::from_millis(300), worker.knows(&"gone".into())).await;
    assert!(waiting.is_err(), "its herder takes no questions yet");
    cluster.behave(0, Behaviour::Booting);
    assert_eq!(worker.knows(&"gone".into()).await.err(), Some(Error::Starting));
}

#[tokio::test]
async fn what_an_old_worker_lacks_is_unsupported() {
    let cluster = FakeCluster::start(Version::V2_8_2, 1).unwrap();
    let worker = worker(&cluster);
    assert_eq!(worker.health().await.err(), Some(Error::Unsupported));
    let definitions = worker.plugin_config("x.Y", None).await;
    assert_eq!(definitions.err(), Some(Error::Unsupported));
    let plugins = worker.plugins().await.unwrap().value;
    assert!(plugins.iter().all(|plugin| matches!(&*plugin.kind, "source" | "sink")));
    // Before 2.3 `expand` was ignored.
    cluster.behave(0, Behaviour::Other(200, "application/json", r#"["a","b"]"#.to_owned()));
    assert_eq!(worker.list_expanded(None).await.err(), Some(Error::Unsupported));
}

#[tokio::test]
async fn a_path_before_connects_own_is_kept() {
    let cluster = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    let gateway = worker_at(&format!("{}connect/a", cluster.url(0)));
    assert_eq!(gateway.names().await.err(), Some(Error::Unsupported));
    assert_eq!(gateway.root().await.err(), Some(Error::Unsupported));
    assert_eq!(cluster.requests(0), ["GET /connect/a/connectors", "GET /connect/a/"]);
}
