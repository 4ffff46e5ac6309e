//! A worker that is killed, comes back, and leaves in order.

use std::sync::Arc;

use lab::{ClusterSpec, ConnectCluster, Lab, Worker};
use serde_json::Value;

use crate::plant;
use crate::server::{Server, Watched};
use crate::story::{members, only, verdict, verdicts};
use crate::until::until;

const NAMES: [&str; 4] = ["leave-a", "leave-b", "leave-c", "leave-d"];

/// What one connector has where, by raw REST: instance and tasks as (state, worker id).
async fn raw(cluster: &ConnectCluster, name: &str) -> Vec<(String, String)> {
    let status = cluster.status(name).await.unwrap().unwrap_or_default();
    let tasks = status["tasks"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    [&status["connector"]]
        .into_iter()
        .chain(tasks)
        .map(|part| (text(&part["state"]), text(&part["worker_id"])))
        .collect()
}

/// Whether some part of the connector is said to run on `worker`, and none in another state than RUNNING.
async fn said_to_run_on(cluster: &ConnectCluster, name: &str, worker: &str) -> bool {
    let parts = raw(cluster, name).await;
    parts.iter().all(|(state, _)| state == "RUNNING") && parts.iter().any(|(_, id)| id == worker)
}

async fn all_healthy(server: &Server, cluster: &ConnectCluster) {
    for name in NAMES {
        server
            .connector_when(cluster.name(), name, 90, "healthy on living workers", |connector| {
                let tasks = connector["tasks"].as_array().into_iter().flatten();
                verdict(connector) == "healthy" && tasks.into_iter().all(|task| task["worker_alive"] == true)
            })
            .await;
    }
    until("no open fault", 10, async || {
        let faults = server.faults(cluster.name()).await;
        if faults.is_empty() {
            Ok(())
        } else {
            Err(format!("{faults:?}"))
        }
    })
    .await;
}

/// The worker that does not lead.
async fn follower(cluster: &ConnectCluster) -> Arc<Worker> {
    let leader = until("a leader", 30, async || {
        cluster.leader().ok_or_else(|| "none".to_owned())
    })
    .await;
    let workers = cluster.workers();
    workers.into_iter().find(|worker| worker.id() != leader.id()).unwrap()
}

/// Waits until the follower carries something again.
async fn balanced(cluster: &ConnectCluster) {
    until("work on both workers", 60, async || {
        let mut seen = Vec::new();
        for name in NAMES {
            seen.extend(raw(cluster, name).await);
        }
        let on = |worker: &Arc<Worker>| seen.iter().any(|(state, id)| state == "RUNNING" && *id == worker.id());
        let whole = seen.iter().all(|(state, _)| state == "RUNNING");
        if whole && cluster.workers().iter().all(on) {
            Ok(())
        } else {
            Err(format!("{seen:?}"))
        }
    })
    .await;
}

fn worker_of<'a>(cluster: &'a Value, id: &str) -> &'a Value {
    let workers = cluster["workers"].as_array().unwrap();
    workers.iter().find(|worker| worker["id"] == id).unwrap_or(&Value::Null)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_worker_is_seen_at_once_and_one_that_leaves_in_order_fails_nobody() {
    let lab = Lab::shared().await.unwrap();
    let cluster = lab
        .connect_cluster(ClusterSpec::new("leaving").workers(2))
        .await
        .unwrap();
    let server = Server::start(&lab.broker().bootstrap(), &[Watched::of(&cluster)]).await;
    for name in NAMES {
        plant::sink(lab, &cluster, name, &[("tasks.max", "2")]).await;
    }
    balanced(&cluster).await;
    all_healthy(&server, &cluster).await;
    let id = killed(&server, &cluster).await;
    returned(&server, &cluster, &id).await;
    left_in_order(&server, &cluster).await;
}

async fn killed(server: &Server, cluster: &ConnectCluster) -> String {
    let victim = follower(cluster).await;
    let id = victim.id();
    let mut carried = Vec::new();
    for name in NAMES {
        if said_to_run_on(cluster, name, &id).await {
            carried.push(name.to_owned());
        }
    }
    assert!(!carried.is_empty(), "the victim carries nothing");
    victim.kill().unwrap();

    // While REST on the survivor still says RUNNING, before and after Signalbox was asked, Signalbox knows better.
    let fault = until(
        "every connector of the killed worker is unassigned while REST says RUNNING",
        28,
        async || {
            let mut seen = String::new();
            for name in &carried {
                assert!(
                    said_to_run_on(cluster, name, &id).await,
                    "the survivor has taken {name} over; before: {seen}"
                );
                let connector = server.connector(cluster.name(), name).await;
                assert!(
                    said_to_run_on(cluster, name, &id).await,
                    "the survivor has taken {name} over: {connector}"
                );
                if verdict(&connector) != "unassigned" {
                    seen = connector.to_string();
                }
            }
            match &server.faults(cluster.name()).await[..] {
                [fault] if seen.is_empty() && members(fault) == carried => Ok(fault.clone()),
                faults => Err(format!("{seen}\nfaults: {faults:?}")),
            }
        },
    )
    .await;
    assert_eq!(
        (&fault["domain"], &fault["class"]),
        (&Value::from("infrastructure"), &Value::from("worker")),
        "{fault}"
    );
    assert_eq!(
        (&fault["scope"]["kind"], &fault["scope"]["name"]),
        (&Value::from("worker"), &Value::from(id.as_str()))
    );
    let about = server.cluster(cluster.name()).await;
    let dead = worker_of(&about, &id);
    assert_eq!(dead["alive"], false, "{about}");
    assert!(
        dead["evidence"].as_str().is_some_and(|evidence| !evidence.is_empty()),
        "{about}"
    );
    for name in NAMES
        .iter()
        .filter(|name| !carried.iter().any(|carried| carried == *name))
    {
        assert_eq!(verdict(&server.connector(cluster.name(), name).await), "healthy");
    }
    let one = server.connector(cluster.name(), &carried[0]).await;
    assert_eq!(one["fault"]["id"], fault["id"]);
    let on_dead = one["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|task| task["worker_id"] == id.as_str());
    for task in on_dead {
        assert_eq!(
            (&task["state"], &task["verdict"]),
            (&Value::from("RUNNING"), &Value::from("unassigned")),
            "{one}"
        );
        assert_eq!(task["worker_alive"], false);
    }
    let why = server.run(&["why", &format!("{}/{}", cluster.name(), carried[0])]);
    assert_eq!(why.code, 1, "{}", why.out);
    assert!(
        why.out.contains("is unassigned since") && why.out.contains(&id),
        "{}",
        why.out
    );
    assert!(why.out.contains("infrastructure (worker"), "{}", why.out);

    all_healthy(server, cluster).await;
    for name in NAMES {
        only(
            server,
            cluster.name(),
            name,
            &["unknown", "restarting", "healthy", "unassigned"],
        )
        .await;
        // Never twice: the verdict does not flutter while the work is placed anew.
        let seen = verdicts(server, cluster.name(), name).await;
        assert!(
            seen.iter().filter(|verdict| *verdict == "unassigned").count() <= 1,
            "{name}: {seen:?}"
        );
    }
    id
}

async fn returned(server: &Server, cluster: &ConnectCluster, id: &str) {
    cluster.worker(id).unwrap().start().await.unwrap();
    balanced(cluster).await;
    all_healthy(server, cluster).await;
    let about = server.cluster(cluster.name()).await;
    assert_eq!(worker_of(&about, id)["alive"], true, "{about}");
    let cookie = server.sign_in().await;
    let page = server
        .page(&cookie, &format!("/timeline?cluster={}", cluster.name()))
        .await;
    assert_eq!(page.status, 200, "{}", page.all());
    for said in [format!("worker {id} is gone"), format!("worker {id} came back")] {
        assert!(page.body.contains(&said), "{said}: {}", page.body);
    }
}

async fn left_in_order(server: &Server, cluster: &ConnectCluster) {
    let leaver = follower(cluster).await;
    let id = leaver.id();
    leaver.stop().await.unwrap();
    // Gone, and by no death: its own word and the history say that it left in order.
    until("the worker that left is shown as gone in order", 30, async || {
        let about = server.cluster(cluster.name()).await;
        let worker = worker_of(&about, &id);
        let words = worker["evidence"].as_str().unwrap_or_default();
        if worker["alive"] == false && words.contains("wrote UNASSIGNED for what it carried") {
            Ok(())
        } else {
            Err(about.to_string())
        }
    })
    .await;
    let cookie = server.sign_in().await;
    let page = server
        .page(&cookie, &format!("/timeline?cluster={}", cluster.name()))
        .await;
    let told = format!("worker {id} left in order");
    assert!(page.body.contains(&told), "{told}: {}", page.body);
    for name in NAMES {
        until(&format!("{name} runs on the one that stayed"), 60, async || {
            let parts = raw(cluster, name).await;
            let moved = parts.len() == 3 && parts.iter().all(|(state, at)| state == "RUNNING" && *at != id);
            if moved { Ok(()) } else { Err(format!("{parts:?}")) }
        })
        .await;
    }
    all_healthy(server, cluster).await;
    for name in NAMES {
        only(
            server,
            cluster.name(),
            name,
            &["unknown", "restarting", "healthy", "unassigned"],
        )
        .await;
    }
}
