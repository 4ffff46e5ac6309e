//! Signalbox itself is killed and started again.

use serde_json::Value;

use crate::plant;
use crate::push::read_wholly;
use crate::server::{Server, Watched};
use crate::stage::{LEGACY, Stage};
use crate::until::until;

/// All that a connector's history holds but what the whole cluster did meanwhile.
async fn history(server: &Server, name: &str) -> Vec<Value> {
    let entries = server.timeline(LEGACY, name).await.into_iter();
    entries.filter(|entry| entry["connector"] == name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_killed_goes_on_where_it_was() {
    let stage = Stage::visit().await;
    let cluster = &stage.legacy;
    let mut server = Server::start(&stage.lab.broker().bootstrap(), &[Watched::of(cluster)]).await;
    let names = ["again-sink", "again-poisoned", "again-paused"];
    plant::sink(stage.lab, cluster, names[0], &[("x.api.token", "some-token-4711")]).await;
    plant::poisoned_sink(stage.lab, cluster, names[1], "no JSON").await;
    plant::sink(stage.lab, cluster, names[2], &[]).await;
    cluster.target_state(names[2], "pause").await.unwrap();
    let settled = ["healthy", "failed", "paused"];
    let mut before = Vec::new();
    for (name, wanted) in names.into_iter().zip(settled) {
        server.verdict(LEGACY, name, wanted).await;
    }
    // What the topics tell is told anew by whoever goes on.
    read_wholly(&server, LEGACY, &["Status topic", "Config topic"]).await;
    // Definitions are read by now too, which is no new config version. That nothing is committed yet is said beside its
    // verdict until something is.
    server
        .connector_when(LEGACY, names[0], 90, "caught up", |connector| {
            let reasons = connector["health"]["reasons"].as_array().map(Vec::len);
            connector["health"]["stale"] == false && connector["lag"]["records"] == 0 && reasons == Some(1)
        })
        .await;
    for name in names {
        before.push((server.connector(LEGACY, name).await, history(&server, name).await));
    }
    let fault = before[1].0["fault"]["id"].clone();
    let seen_at = before[0].0["health"]["as_of"].as_str().unwrap().to_owned();

    server.kill();
    server.launch().await;
    for round in 0..3 {
        let last = if round == 0 {
            seen_at.clone()
        } else {
            as_of(&server).await
        };
        until("a newer look", 60, async || {
            let now = as_of(&server).await;
            if now > last { Ok(()) } else { Err(now) }
        })
        .await;
        for ((name, wanted), (old, told)) in names.into_iter().zip(settled).zip(&before) {
            let new = server.connector(LEGACY, name).await;
            assert_eq!(new["health"]["verdict"], wanted, "{new}");
            for key in ["since", "reasons"] {
                assert_eq!(new["health"][key], old["health"][key], "{key} of {name}, round {round}");
            }
            assert_eq!(new["first_seen"], old["first_seen"]);
            assert_eq!(&history(&server, name).await, told, "{name}, round {round}");
        }
        assert_eq!(server.connector(LEGACY, names[1]).await["fault"]["id"], fault);
    }
    for name in names {
        let versions = server
            .api(&format!("/clusters/{LEGACY}/connectors/{name}/config/versions"))
            .await;
        assert_eq!(versions["items"].as_array().unwrap().len(), 1, "{versions}");
    }
    plant::clear(cluster, &names).await;
}

async fn as_of(server: &Server) -> String {
    let cluster = server.cluster(LEGACY).await;
    cluster["as_of"].as_str().unwrap_or_default().to_owned()
}
