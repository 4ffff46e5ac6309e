//! What people do to connectors past Signalbox: create many, edit, restart, pause, stop, delete.

use serde_json::{Value, json};

use crate::plant;
use crate::server::connector_path;
use crate::stage::{LEGACY, MODERN, Stage};
use crate::story::{only, verdict};
use crate::until::until;

#[tokio::test(flavor = "multi_thread")]
async fn edits_and_restarts_fail_nobody_and_a_deleted_connector_keeps_its_history() {
    let stage = Stage::visit().await;
    let (cluster, server) = (&stage.legacy, &stage.server);
    let name = "changes";
    let (old, new) = ("the-old-password-1c9", "the-new-password-5f2");
    plant::sink(stage.lab, cluster, name, &[("database.password", old)]).await;
    server.verdict(LEGACY, name, "healthy").await;
    let of = |rest: &str| format!("{}{rest}", connector_path(LEGACY, name));
    let first = server.api(&of("/config")).await;
    assert_eq!(first["config"]["database.password"]["kind"], "masked", "{first}");

    // More tasks, and another secret: two versions, both by somebody outside, no value of the secret anywhere.
    cluster.edit_connector(name, &[("tasks.max", "4")]).await.unwrap();
    server
        .connector_when(LEGACY, name, 60, "four healthy tasks", |connector| {
            verdict(connector) == "healthy" && connector["tasks"].as_array().is_some_and(|tasks| tasks.len() == 4)
        })
        .await;
    cluster
        .edit_connector(name, &[("database.password", new)])
        .await
        .unwrap();
    let versions = until("three config versions", 30, async || {
        let versions = server.api(&of("/config/versions")).await;
        let count = versions["items"].as_array().map_or(0, Vec::len);
        if count >= 3 {
            Ok(versions)
        } else {
            Err(versions.to_string())
        }
    })
    .await;
    assert_eq!(versions["items"].as_array().unwrap().len(), 3, "{versions}");
    assert_eq!(
        versions["items"][0]["changed_keys"],
        json!(["database.password"]),
        "{versions}"
    );
    assert_eq!(versions["items"][1]["changed_keys"], json!(["tasks.max"]), "{versions}");
    let print = |config: &Value| config["config"]["database.password"]["fingerprint"].clone();
    let last = until("the config in force is the last one", 10, async || {
        let config = server.api(&of("/config")).await;
        if print(&config) == print(&first) {
            Err(config.to_string())
        } else {
            Ok(config)
        }
    })
    .await;
    assert_eq!(last["config"]["tasks.max"]["value"], "4");
    let entries = server.timeline(LEGACY, name).await;
    let edits: Vec<&Value> = entries.iter().filter(|entry| entry["kind"] == "config").collect();
    assert_eq!(edits.len(), 3, "{entries:#?}");
    assert!(edits[1..].iter().all(|edit| edit["actor"] == "outside"), "{edits:#?}");
    assert!(
        !json!([versions, first, last, entries])
            .to_string()
            .contains("-password-")
    );

    let restart = of("/restart?includeTasks=true&onlyFailed=false");
    let restart = restart.trim_start_matches(&format!("/clusters/{LEGACY}"));
    cluster.request("POST", restart, Some(&json!({}))).await.unwrap();
    server.verdict(LEGACY, name, "healthy").await;
    for (verb, verdict) in [
        ("pause", "paused"),
        ("resume", "healthy"),
        ("stop", "stopped"),
        ("resume", "healthy"),
    ] {
        cluster.target_state(name, verb).await.unwrap();
        server.verdict(LEGACY, name, verdict).await;
    }
    only(
        server,
        LEGACY,
        name,
        &["unknown", "restarting", "healthy", "paused", "stopped"],
    )
    .await;

    cluster.delete_connector(name).await.unwrap();
    let gone = server
        .connector_when(LEGACY, name, 30, "deleted", |connector| {
            connector["deleted_at"].is_string()
        })
        .await;
    assert_eq!(gone["class"], plant::FILE_SINK.1);
    for (filter, there) in [("", false), ("&deleted=true", true)] {
        let list = server
            .api(&format!("/connectors?cluster={LEGACY}&q={name}{filter}"))
            .await;
        let listed = list["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|connector| connector["name"] == name);
        assert_eq!(listed, there, "{filter}: {list}");
    }
    let entries = server.timeline(LEGACY, name).await;
    assert!(
        entries
            .iter()
            .any(|entry| entry["text"] == format!("{name} was deleted")),
        "{entries:#?}"
    );
    let metrics = server.get("/metrics").await.body;
    assert!(!metrics.contains(&format!("connector=\"{name}\"")), "{metrics}");
}

/// Creation makes rebalances and conflicts; nobody may take them for failures.
#[tokio::test(flavor = "multi_thread")]
async fn many_connectors_created_at_once_are_restarting_at_most_until_they_are_healthy() {
    let stage = Stage::visit().await;
    let (lab, cluster, server) = (stage.lab, &stage.modern, &stage.server);
    lab.create_topic("many-topic", 1).await.unwrap();
    let names: Vec<String> = (0..20).map(|number| format!("many-{number:02}")).collect();
    let creating = names.iter().map(|name| async move {
        let file = plant::file(lab, &format!("{name}.out"));
        let config = [plant::FILE_SINK, ("topics", "many-topic"), ("file", &file)];
        cluster.create_connector(name, &config).await.unwrap();
    });
    futures_util::future::join_all(creating).await;
    until("all are healthy", 60, async || {
        let list = server
            .api(&format!("/connectors?cluster={MODERN}&q=many-&limit=100"))
            .await;
        let items = list["items"].as_array().unwrap();
        let healthy = items.iter().filter(|connector| verdict(connector) == "healthy").count();
        if healthy == names.len() {
            Ok(())
        } else {
            Err(list["totals"].to_string())
        }
    })
    .await;
    for name in &names {
        only(server, MODERN, name, &["unknown", "restarting", "healthy"]).await;
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    plant::clear(cluster, &names).await;
}
