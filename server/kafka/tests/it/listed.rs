//! What a healthy group shows.

use kafka::{Cluster, Error};
use lab::ConnectCluster;
use model::observe::GroupMembers;

use crate::soon;

/// A slash is left out: Connect 4.3.1 starts no task of such a connector when it runs on another worker than the
/// leader, since the leader cannot be told of its task configs over an address with a slash in the name.
const CONNECTORS: [&str; 3] = ["beat one", "beat-ü", "beat.two"];

/// Every connector instance and task in the group, by name.
fn work(seen: &GroupMembers) -> (Vec<String>, Vec<String>) {
    let mut connectors: Vec<_> = seen
        .members
        .iter()
        .flat_map(|m| &m.connectors)
        .map(ToString::to_string)
        .collect();
    let mut tasks: Vec<_> = seen
        .members
        .iter()
        .flat_map(|m| &m.tasks)
        .map(|(name, _)| name.to_string())
        .collect();
    connectors.sort();
    tasks.sort();
    (connectors, tasks)
}

pub async fn members_own_what_runs(cluster: &Cluster, workers: &ConnectCluster) {
    for name in CONNECTORS {
        let class = "org.apache.kafka.connect.tools.VerifiableSourceConnector";
        let config = [
            ("connector.class", class),
            ("topic", "beats"),
            ("throughput", "1"),
            ("tasks.max", "1"),
        ];
        workers.create_connector(name, &config).await.unwrap();
    }
    let watcher = cluster.watch(workers.group_id()).unwrap();
    let all = |seen: &GroupMembers| {
        let (connectors, tasks) = work(seen);
        let shared = seen
            .members
            .iter()
            .all(|m| !m.connectors.is_empty() && !m.tasks.is_empty());
        &*seen.state == "Stable" && shared && connectors == CONNECTORS && tasks == CONNECTORS
    };
    let (seen, _) = soon::members(&watcher, "all work is shared out", all).await;
    assert_eq!((&*seen.state, seen.partial, seen.members.len()), ("Stable", false, 2));

    let mut ids: Vec<String> = seen.members.iter().map(|m| m.worker_id.to_string()).collect();
    let mut expected: Vec<String> = workers.workers().iter().map(|w| w.id()).collect();
    ids.sort();
    expected.sort();
    assert_eq!(ids, expected);
    let leaders: Vec<_> = seen.members.iter().filter(|m| m.leader == Some(true)).collect();
    assert_eq!(leaders.len(), 1);
    for member in &seen.members {
        assert_eq!(member.leader_url.as_deref(), Some(&*leaders[0].url));
        assert_eq!(member.delay_ms, Some(0));
        assert_eq!(&*member.url, format!("http://{}/", member.worker_id));
        assert!(
            !member.connectors.is_empty() && !member.tasks.is_empty(),
            "work is shared: {seen:#?}"
        );
    }
}

pub async fn groups_are_found_and_told_apart(cluster: &Cluster, workers: &ConnectCluster) {
    let class = "org.apache.kafka.connect.tools.VerifiableSinkConnector";
    let config = [("connector.class", class), ("topics", "beats"), ("tasks.max", "1")];
    workers.create_connector("reader", &config).await.unwrap();
    workers
        .wait_for_states("reader", "RUNNING", &["RUNNING"])
        .await
        .unwrap();
    // The sink's consumers are a group too, and none of Connect's workers.
    let start = std::time::Instant::now();
    let refused = loop {
        match cluster.group("connect-reader").await {
            // The task runs a moment before its consumer has joined.
            Ok(seen) if start.elapsed().as_secs() < 20 => assert!(seen.members.is_empty()),
            other => break other,
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    };
    assert!(
        matches!(&refused, Err(Error::NotConnect { protocol_type, .. }) if protocol_type == "consumer"),
        "{refused:?}"
    );

    let groups = cluster.groups().await.unwrap();
    assert!(!groups.partial);
    let ours = groups.groups.iter().find(|g| g.group_id == workers.group_id()).unwrap();
    assert_eq!(ours.protocol_type, "connect");
    assert_eq!(ours.connect.as_ref().map(|members| members.members.len()), Some(2));
    let sink = groups.groups.iter().find(|g| g.group_id == "connect-reader").unwrap();
    assert_eq!((sink.protocol_type.as_str(), &sink.connect), ("consumer", &None));

    let nobody = cluster.group("nobody").await.unwrap();
    assert_eq!(
        (&*nobody.state, nobody.partial, nobody.members.len()),
        ("Dead", false, 0)
    );

    let access = cluster.check(Some(workers.group_id())).await;
    assert_eq!(access.brokers.as_ref().map(Vec::len), Ok(1));
    assert_eq!(access.cluster_id, cluster.cluster_id().await);
    assert_eq!(access.group.unwrap().unwrap().members.len(), 2);
}
