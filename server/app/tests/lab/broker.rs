//! The Kafka behind the workers hangs, dies, and comes back as another one: connectors are then unknown at most, and none
//! is deleted.

use std::time::{Duration, Instant};

use lab::{ClusterSpec, ConnectCluster, Lab, LabOptions};
use serde_json::Value;

use crate::plant;
use crate::server::{Server, Watched};
use crate::story::{only, verdict};
use crate::until::until;

const CLUSTER: &str = "adrift";
const SETTLED: [(&str, &str); 3] = [
    ("adrift-paused", "paused"),
    ("adrift-poisoned", "failed"),
    ("adrift-sink", "healthy"),
];
/// The id of the other Kafka cluster.
const OTHER: &str = "YW5vdGhlci1rYWZrYS1pZA";

#[tokio::test(flavor = "multi_thread")]
async fn a_kafka_that_hangs_dies_or_is_another_one_deletes_nobody() {
    let lab = Lab::start(LabOptions::default()).await.unwrap();
    let cluster = lab.connect_cluster(ClusterSpec::new(CLUSTER)).await.unwrap();
    let server = Server::start(&lab.broker().bootstrap(), &[Watched::of(&cluster)]).await;
    plant::sink(&lab, &cluster, "adrift-sink", &[]).await;
    plant::poisoned_sink(&lab, &cluster, "adrift-poisoned", "no JSON").await;
    plant::sink(&lab, &cluster, "adrift-paused", &[]).await;
    cluster.target_state("adrift-paused", "pause").await.unwrap();
    for (name, wanted) in SETTLED {
        server.verdict(CLUSTER, name, wanted).await;
    }
    let kafka = about(&server).await["kafka_cluster_id"].clone();

    lab.broker().suspend().unwrap();
    until("it is told that Kafka is not heard", 60, async || {
        all_there(&server).await;
        said(&about(&server).await["group_gap"])
    })
    .await;
    lab.broker().resume().unwrap();
    as_before(&server, 120).await;

    lab.broker().kill().unwrap();
    until("it is told that Kafka is away", 60, async || {
        all_there(&server).await;
        said(&about(&server).await["group_gap"])
    })
    .await;
    lab.broker().start().await.unwrap();
    as_before(&server, 180).await;

    another_kafka(&lab, &cluster).await;
    let told = until("it is told that the workers are of another Kafka", 120, async || {
        all_there(&server).await;
        match said(&about(&server).await["gap"]) {
            Ok(gap) if gap.contains(OTHER) => Ok(gap),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    assert!(told.contains(kafka.as_str().unwrap()), "{told}");
    // What they list says nothing of this cluster, however often it is read; it has been silent for long then.
    until("all are unknown", 60, async || {
        let list = all_there(&server).await;
        let other = list.iter().find(|connector| verdict(connector) != "unknown");
        other.map_or(Ok(()), |connector| Err(connector.to_string()))
    })
    .await;
    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(12) {
        all_there(&server).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(about(&server).await["kafka_cluster_id"], kafka);
    for (name, wanted) in SETTLED {
        // The instance starts before its tasks do, so that a failed one may be healthy for a moment.
        let allowed = ["unknown", "restarting", "unassigned", "healthy", wanted];
        only(&server, CLUSTER, name, &allowed).await;
        let entries = server.timeline(CLUSTER, name).await;
        let deleted = |entry: &Value| entry["text"].as_str().unwrap().contains("deleted");
        assert!(!entries.iter().any(deleted), "{entries:#?}");
    }
}

/// Worker and broker die, and come back under the same addresses as another Kafka.
async fn another_kafka(lab: &Lab, cluster: &ConnectCluster) {
    for worker in cluster.workers() {
        worker.kill().unwrap();
    }
    lab.broker().kill().unwrap();
    lab.broker().replace_storage(OTHER).unwrap();
    lab.broker().start().await.unwrap();
    for worker in cluster.workers() {
        worker.start().await.unwrap();
    }
}

async fn about(server: &Server) -> Value {
    server.api(&format!("/clusters/{CLUSTER}")).await
}

fn said(gap: &Value) -> Result<String, String> {
    gap.as_str()
        .map(str::to_owned)
        .ok_or_else(|| "nothing is told".to_owned())
}

/// The list, after it was seen that nobody is missing or failed who had not.
async fn all_there(server: &Server) -> Vec<Value> {
    let list = server.api(&format!("/connectors?cluster={CLUSTER}")).await;
    let list = list["items"].as_array().unwrap().clone();
    assert_eq!(list.len(), SETTLED.len(), "a connector was lost: {list:?}");
    for connector in &list {
        let failed = matches!(verdict(connector), "failed" | "degraded" | "crash_looping");
        assert!(!failed || connector["name"] == "adrift-poisoned", "{connector}");
    }
    list
}

async fn as_before(server: &Server, seconds: u64) {
    until("all are as they were", seconds, async || {
        let list = all_there(server).await;
        let at = |name: &str| list.iter().find(|connector| connector["name"] == name).map(verdict);
        if let Some((name, _)) = SETTLED.iter().find(|(name, wanted)| at(name) != Some(wanted)) {
            return Err(format!("{name} is {:?}", at(name)));
        }
        let about = about(server).await;
        match (&about["gap"], &about["group_gap"]) {
            (Value::Null, Value::Null) => Ok(()),
            gaps => Err(format!("{gaps:?}")),
        }
    })
    .await;
}
