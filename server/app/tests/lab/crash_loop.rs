//! A task that fails after every start and is restarted by somebody.

use std::time::Duration;

use serde_json::json;

use crate::plant;
use crate::stage::{MODERN, Stage};
use crate::until::until;

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_fails_after_every_restart_is_crash_looping() {
    let stage = Stage::visit().await;
    let (cluster, server) = (&stage.modern, &stage.server);
    let name = "crash-loop";
    plant::mock_sink(stage.lab, cluster, name, "task-failure", "1000").await;
    let restarting = async {
        loop {
            // A refusal in a rebalance is no matter: the next one comes in two seconds.
            let path = format!("/connectors/{name}/restart?includeTasks=true&onlyFailed=true");
            drop(cluster.call("POST", &path, Some(&json!({}))).await);
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    };
    let seen = async {
        let connector = server.verdict(MODERN, name, "crash_looping").await;
        // It stays so while somebody goes on restarting it, whatever state a look happens to see.
        until("three more restarts", 20, async || {
            let connector = server.connector(MODERN, name).await;
            assert_eq!(connector["health"]["verdict"], "crash_looping", "{connector}");
            let entries = server.timeline(MODERN, name).await;
            let starts = entries.iter().filter(|entry| entry["kind"] == "state").count();
            if starts >= 10 {
                Ok(())
            } else {
                Err(format!("{starts} changes of state"))
            }
        })
        .await;
        connector
    };
    let connector = tokio::select! {
        connector = seen => connector,
        () = restarting => unreachable!("it restarts for ever"),
    };
    let fault = &connector["fault"];
    assert_eq!(fault["class"], "unknown", "{connector}");
    assert!(
        ["connector", "unsure"].contains(&fault["domain"].as_str().unwrap()),
        "{connector}"
    );
    assert_eq!(fault["scope"]["name"], name);
    plant::clear(cluster, &[name]).await;
}
