//! A task whose start does not end has no status, and REST shows a connector that is RUNNING without it.

use std::process::Command;

use crate::plant;
use crate::stage::{MODERN, Stage};
use crate::story::verdict;

#[tokio::test(flavor = "multi_thread")]
async fn a_task_whose_start_waits_is_unknown_until_it_has_begun() {
    let stage = Stage::visit().await;
    let (name, topic) = ("waits-to-start", "waits-to-start-topic");
    let pipe = plant::file(stage.lab, "waits-to-start.pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    stage.lab.create_topic(topic, 1).await.unwrap();
    // Opening a pipe to write waits for somebody who reads.
    let config = [plant::FILE_SINK, ("topics", topic), ("file", &pipe)];
    stage.modern.create_connector(name, &config).await.unwrap();
    let seen = stage
        .server
        .connector_when(MODERN, name, 60, "unknown for want of a status", |connector| {
            // Before the connector itself has a status it is unknown as well.
            verdict(connector) == "unknown" && connector["unstarted_tasks"][0]["id"] == 0
        })
        .await;
    assert_eq!(seen["tasks"].as_array().map(Vec::len), Some(0), "{seen}");
    let why = seen["health"]["reasons"][0]["text"].as_str().unwrap();
    assert!(why.contains("Task 0 of 1 has no status"), "{seen}");
    let reader = std::thread::spawn(move || {
        let mut pipe = std::fs::File::open(pipe)?;
        std::io::copy(&mut pipe, &mut std::io::sink())
    });
    stage.server.verdict(MODERN, name, "healthy").await;
    stage.modern.delete_connector(name).await.unwrap();
    // The writer closes its end.
    reader.join().unwrap().unwrap();
}
