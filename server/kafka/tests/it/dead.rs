//! A worker, then the broker, that is gone.

use std::time::Duration;

use kafka::{Cluster, Error};
use lab::{ConnectCluster, Lab};

use crate::soon;

pub async fn a_killed_follower_is_missed(cluster: &Cluster, workers: &ConnectCluster) {
    let watcher = cluster.watch(workers.group_id()).unwrap();
    let before = watcher.members().await.unwrap();
    let follower = before.members.iter().find(|m| m.leader == Some(false)).unwrap();
    let survivor = before.members.iter().find(|m| m.leader == Some(true)).unwrap();
    workers.worker(follower.worker_id.as_str()).unwrap().kill().unwrap();

    let alone = |seen: &model::observe::GroupMembers| seen.members.len() == 1 && !seen.partial;
    let (seen, after) = soon::members(&watcher, "the killed worker is gone", alone).await;
    assert!(
        after < Duration::from_secs(12),
        "the session is 6 s, seen after {after:?}"
    );
    // The group rebalances now; the survivor is known by its address and by what it carries.
    assert_eq!(seen.members[0].worker_id, survivor.worker_id);
    assert!(!seen.members[0].tasks.is_empty(), "{seen:#?}");

    let held = |seen: &model::observe::GroupMembers| seen.members[0].delay_ms == Some(5000);
    let (seen, _) = soon::members(&watcher, "the leader holds the lost work back", held).await;
    assert_eq!(seen.members[0].leader, Some(true));
    let placed = |seen: &model::observe::GroupMembers| seen.members[0].tasks.len() == 4;
    soon::members(&watcher, "the survivor carries everything", placed).await;
}

pub async fn a_dead_broker_is_unreachable(lab: &Lab, cluster: &Cluster, workers: &ConnectCluster) {
    lab.broker().kill().unwrap();
    let seen = cluster.group(workers.group_id()).await;
    assert!(
        matches!(&seen, Err(Error::Unreachable { reason }) if reason.contains("refused")),
        "{seen:?}"
    );
    let access = cluster.check(None).await;
    assert!(matches!(access.brokers, Err(Error::Unreachable { .. })), "{access:?}");
}
