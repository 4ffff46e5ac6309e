//! A worker that is killed and is back under its address before its session in the group has ended: it was never gone, and
//! yet nobody runs what it carried.

use std::time::Duration;

use lab::{ClusterSpec, Lab};
use serde_json::Value;

use crate::plant;
use crate::server::{Server, Watched};
use crate::story::verdict;
use crate::until::until;

const NAMES: [&str; 2] = ["quick-a", "quick-b"];
/// Longer than a worker takes to start on a busy machine.
const SESSION: Duration = Duration::from_secs(30);

/// Which tasks REST says are RUNNING on a worker.
fn runs_on(status: &Value, id: &str) -> usize {
    let tasks = status["tasks"].as_array().into_iter().flatten();
    tasks
        .filter(|task| task["worker_id"] == id && task["state"] == "RUNNING")
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_worker_carried_that_is_back_before_it_was_missed_is_unassigned_until_it_is_given_back() {
    let lab = Lab::shared().await.unwrap();
    let mut spec = ClusterSpec::new("quick")
        .workers(2)
        .rebalance_delay(Duration::from_secs(15));
    spec.session_timeout = SESSION;
    let cluster = lab.connect_cluster(spec).await.unwrap();
    let server = Server::start(&lab.broker().bootstrap(), &[Watched::of(&cluster)]).await;
    for name in NAMES {
        plant::sink(lab, &cluster, name, &[("tasks.max", "2")]).await;
    }
    let leader = until("a leader", 30, async || {
        cluster.leader().ok_or_else(|| "none".to_owned())
    })
    .await;
    let workers = cluster.workers();
    let victim = workers.iter().find(|worker| worker.id() != leader.id()).unwrap();
    let id = victim.id();
    let name = until("a task on the follower, and all is healthy", 90, async || {
        let mut seen = Vec::new();
        for name in NAMES {
            let status = cluster.status(name).await.unwrap().unwrap_or_default();
            let healthy = verdict(&server.connector(cluster.name(), name).await) == "healthy";
            seen.push((name, runs_on(&status, &id), healthy));
        }
        match seen.iter().find(|(_, tasks, _)| *tasks > 0) {
            Some((name, _, _)) if seen.iter().all(|(_, _, healthy)| *healthy) => Ok(*name),
            _ => Err(format!("{seen:?}")),
        }
    })
    .await;

    victim.kill().unwrap();
    victim.launch().unwrap();
    let lost = |connector: &Value| {
        let tasks = connector["tasks"].as_array().into_iter().flatten();
        let on_it = |task: &&Value| task["worker_id"] == id.as_str() && task["state"] == "RUNNING";
        let (mut said, worker_alive) = (tasks.filter(on_it), |task: &Value| task["worker_alive"] == true);
        said.any(|task| task["verdict"] == "unassigned" && worker_alive(task))
    };
    server
        .connector_when(
            cluster.name(),
            name,
            120,
            "unassigned on a worker that lives and is another process",
            |connector| verdict(connector) == "unassigned" && lost(connector),
        )
        .await;
    for name in NAMES {
        server
            .connector_when(cluster.name(), name, 120, "healthy again", |connector| {
                verdict(connector) == "healthy"
            })
            .await;
    }
}
