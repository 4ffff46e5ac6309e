//! One of a cluster's configured addresses is another cluster's, on the same Kafka: what a wrong line in a file does, and an
//! address that passed to somebody else.

use lab::{ClusterSpec, Lab};
use serde_json::Value;

use crate::plant;
use crate::server::{Server, Watched};
use crate::stage::Stage;
use crate::until::until;

const CLUSTER: &str = "alone";
const SINK: &str = "alone-sink";
const OTHERS: &str = "strangers-sink";

/// What the server has of the cluster: the names of its connectors, deleted ones left out, and its gap.
async fn shown(server: &Server) -> (Vec<String>, Value) {
    let about = server.cluster(CLUSTER).await;
    let list = server.api(&format!("/connectors?cluster={CLUSTER}")).await;
    let live = list["items"].as_array().unwrap().iter();
    let live = live.filter(|item| item["deleted_at"].is_null());
    let names = live.map(|item| item["name"].as_str().unwrap().to_owned()).collect();
    (names, about["gap"].clone())
}

/// Waits until the group is seen with the worker as its member.
async fn until_member(server: &Server, cluster: &str) {
    until("the group is seen", 60, async || {
        let about = server.cluster(cluster).await;
        let worker = &about["workers"][0];
        let evidence = worker["evidence"].as_str().unwrap_or_default();
        let member = evidence.contains("member of the Connect group") && worker["alive"] == true;
        member.then_some(()).ok_or(about.to_string())
    })
    .await;
}

async fn until_refused(server: &Server) {
    until("the other cluster is refused", 60, async || {
        let (names, gap) = shown(server).await;
        assert_eq!(names, [SINK], "nothing is taken in, and nothing is deleted: {gap}");
        let told = gap.as_str().unwrap_or_default();
        // Until the session of the dead worker has ended the group has a member.
        let told = told.contains("another cluster answers there") && told.contains("Connect group has no member");
        told.then_some(()).ok_or(gap.to_string())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_last_worker_dies_another_clusters_address_deletes_nothing_and_takes_nobody_in() {
    let stage = Stage::visit().await;
    let lab = Lab::shared().await.unwrap();
    let cluster = lab.connect_cluster(ClusterSpec::new(CLUSTER)).await.unwrap();
    plant::sink(lab, &cluster, SINK, &[]).await;
    plant::sink(lab, &stage.modern, OTHERS, &[]).await;
    let watched = Watched {
        urls: [cluster.urls(), stage.modern.urls()].concat(),
        ..Watched::of(&cluster)
    };
    let mut server = Server::start(&lab.broker().bootstrap(), &[watched]).await;
    server.verdict(CLUSTER, SINK, "healthy").await;
    until_member(&server, CLUSTER).await;

    let worker = cluster.workers().remove(0);
    worker.kill().unwrap();
    until_refused(&server).await;
    // What is remembered is enough to know one's own.
    server.kill();
    server.launch().await;
    until_refused(&server).await;

    worker.launch().unwrap();
    until("its own worker is believed", 60, async || {
        let (names, gap) = shown(&server).await;
        assert_eq!(names, [SINK], "{gap}");
        gap.is_null().then_some(()).ok_or(gap.to_string())
    })
    .await;
    server.verdict(CLUSTER, SINK, "healthy").await;
    let told = server.timeline(CLUSTER, SINK).await;
    assert!(!format!("{told:?}").contains("deleted"), "{told:?}");
    plant::clear(&stage.modern, &[OTHERS]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_were_given_another_group_are_followed_into_it() {
    const CLUSTER: &str = "regrouped";
    const SINK: &str = "regrouped-sink";
    let stage = Stage::visit().await;
    let lab = Lab::shared().await.unwrap();
    let cluster = lab.connect_cluster(ClusterSpec::new(CLUSTER)).await.unwrap();
    plant::sink(lab, &cluster, SINK, &[]).await;
    // One whose group is not named, and one where an operator named another.
    let mistyped = Watched {
        name: "mistyped".into(),
        group_id: Some("regruoped".into()),
        ..Watched::of(&stage.modern)
    };
    let server = Server::start(&lab.broker().bootstrap(), &[Watched::of(&cluster), mistyped]).await;
    server.verdict(CLUSTER, SINK, "healthy").await;
    until_member(&server, CLUSTER).await;
    until("that the named group is nobody's is told", 60, async || {
        let about = server.api("/clusters/mistyped").await;
        let gap = about["group_gap"].as_str().unwrap_or_default();
        let told = gap.contains("regruoped has no member");
        told.then_some(()).ok_or(about.to_string())
    })
    .await;

    let worker = cluster.workers().remove(0);
    worker.stop().await.unwrap();
    worker.set("group.id", "regrouped-blue");
    worker.start().await.unwrap();
    until("the new group is watched", 120, async || {
        let about = server.api(&format!("/clusters/{CLUSTER}")).await;
        let group = about["group"]["group_id"].as_str() == Some("regrouped-blue");
        group.then_some(()).ok_or(about.to_string())
    })
    .await;
    until_member(&server, CLUSTER).await;
    server.verdict(CLUSTER, SINK, "healthy").await;
    let told = server.timeline(CLUSTER, SINK).await;
    assert!(!format!("{told:?}").contains("deleted"), "{told:?}");
}
