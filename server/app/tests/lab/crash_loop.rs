//! A task that fails after every start and is restarted by somebody.

use std::sync::atomic::{AtomicU32, Ordering};
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
    plant::mock_sink(stage.lab, cluster, name, "task-failure", "4000").await;
    let restarts = AtomicU32::new(0);
    let restarting = async {
        loop {
            // A refusal in a rebalance is no matter: the next one comes soon. Both states last longer than the time
            // between two looks, since REST shows nothing of a restart that is over between them.
            let path = format!("/connectors/{name}/restart?includeTasks=true&onlyFailed=true");
            drop(cluster.call("POST", &path, Some(&json!({}))).await);
            restarts.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_secs(8)).await;
        }
    };
    let seen = async {
        let connector = server.verdict(MODERN, name, "crash_looping").await;
        // It stays so while somebody goes on restarting it, whatever state a look happens to see.
        let until_now = restarts.load(Ordering::Relaxed);
        until("two more restarts", 30, async || {
            let connector = server.connector(MODERN, name).await;
            assert_eq!(connector["health"]["verdict"], "crash_looping", "{connector}");
            let more = restarts.load(Ordering::Relaxed) - until_now;
            if more > 2 {
                Ok(())
            } else {
                Err(format!("{more} restarts"))
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
