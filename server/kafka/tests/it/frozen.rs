//! A broker that accepts connections and never answers.

use std::time::{Duration, Instant};

use kafka::{Cluster, Error};
use lab::{ConnectCluster, Lab};

use crate::soon;

/// The names of this process's threads, as far as the system keeps them (15 bytes).
pub fn threads() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let name = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm")).ok();
    tasks
        .filter_map(|task| name(task.ok()?))
        .map(|name| name.trim().to_owned())
        .collect()
}

/// Whether all threads of a process stand still. The field after the name in parentheses is the state.
fn stands_still(pid: i32) -> bool {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let mut stats = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("stat")).ok());
    stats.all(|stat| stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T')))
}

/// Suspends the broker and waits until it is: on a busy machine its threads go on for a moment after the signal.
pub async fn freeze(lab: &Lab) {
    lab.broker().suspend().unwrap();
    let pid = lab.broker().pid().unwrap();
    let began = Instant::now();
    while !stands_still(pid) {
        assert!(began.elapsed() < Duration::from_secs(10), "the broker does not stop");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

pub async fn a_frozen_broker_costs_one_second(lab: &Lab, cluster: &Cluster, workers: &ConnectCluster) {
    let watcher = cluster.watch(workers.group_id()).unwrap();
    watcher.members().await.unwrap();
    freeze(lab).await;

    let start = Instant::now();
    let (seen, other) = tokio::join!(watcher.members(), cluster.group(workers.group_id()));
    let took = start.elapsed();
    let timed_out = Err(Error::TimedOut {
        after: Duration::from_secs(1),
    });
    assert_eq!((&seen, &other), (&timed_out, &timed_out));
    assert!(
        took < Duration::from_millis(1500),
        "{took:?} for two questions at the same time"
    );

    // A look that nobody waits for any more goes on; dropping its watcher waits for it and ends the thread.
    let name = format!("group {}", workers.group_id());
    assert!(
        tokio::time::timeout(Duration::from_millis(50), watcher.members())
            .await
            .is_err()
    );
    assert!(threads().contains(&name), "{:?}", threads());
    let start = Instant::now();
    drop(watcher);
    assert!(start.elapsed() < Duration::from_millis(1500), "{:?}", start.elapsed());
    assert!(!threads().contains(&name), "{:?}", threads());

    lab.broker().resume().unwrap();
    let watcher = cluster.watch(workers.group_id()).unwrap();
    soon::members(&watcher, "the group is back", |seen| {
        &*seen.state == "Stable" && seen.members.len() == 2
    })
    .await;
}
