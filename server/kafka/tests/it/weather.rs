//! A broker that goes, comes, freezes and is replaced, many times over.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kafka::{Cluster, Error, GroupWatcher};
use lab::{ConnectCluster, Lab};
use model::observe::GroupMembers;

use crate::frozen::{freeze, threads};
use crate::soon;

/// No look lasts longer: its deadline of 1 s and a quarter.
const LONGEST_LOOK: Duration = Duration::from_millis(1300);
/// How soon the group is seen again once its broker is back: librdkafka's longest pause between attempts, and a look.
const RECOVERY: Duration = Duration::from_secs(8);
const SUSPENSIONS: usize = 50;

/// One look that ends in time.
async fn look(watcher: &GroupWatcher) -> Result<GroupMembers, Error> {
    let began = Instant::now();
    let seen = watcher.members().await;
    assert!(began.elapsed() < LONGEST_LOOK, "{:?}: {seen:?}", began.elapsed());
    seen
}

/// Looks until members are seen; nothing on the way says that nobody is there. Returns how long that took.
async fn until_seen(watcher: &GroupWatcher, within: Duration) -> Duration {
    let began = Instant::now();
    loop {
        match look(watcher).await {
            Ok(seen) if !seen.members.is_empty() => return began.elapsed(),
            // Kafka itself calls the group empty until its workers have found their way back.
            Ok(seen) => assert!(seen.partial, "a broker's absence empties no group: {seen:?}"),
            Err(error) => assert!(began.elapsed() < within, "{error} after {:?}", began.elapsed()),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The broker is down already, and was before anybody asked.
pub async fn a_broker_that_comes_later_is_found(lab: &Lab, watched: &GroupWatcher, workers: &ConnectCluster) {
    let late = Cluster::connect("late", &lab.broker().bootstrap(), &BTreeMap::new()).unwrap();
    let watcher = late.watch(workers.group_id()).unwrap();
    for _ in 0..5 {
        for watcher in [&watcher, watched] {
            let seen = look(watcher).await;
            assert!(matches!(seen, Err(Error::Unreachable { .. })), "{seen:?}");
        }
    }
    assert!(late.cluster_id().await.is_err());
    lab.broker().start().await.unwrap();
    let (fresh, kept) = tokio::join!(until_seen(&watcher, RECOVERY), until_seen(watched, RECOVERY));
    println!("seen {fresh:?} after the broker served for the first time, {kept:?} after its return");
    assert!(late.cluster_id().await.is_ok());
}

/// Resident memory in kB and open files of this process.
fn taken() -> (usize, usize) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    let files = std::fs::read_dir("/proc/self/fd").unwrap().count();
    (line.split_whitespace().nth(1).unwrap().parse().unwrap(), files)
}

pub async fn fifty_suspensions_leave_nothing_behind(lab: &Lab, watcher: &GroupWatcher) {
    let mut slowest = Duration::ZERO;
    let mut before = None;
    for round in 0..SUSPENSIONS {
        freeze(lab).await;
        // Nobody needs to wait for a look, and nothing else does.
        let impatient = Duration::from_millis(20);
        assert!(tokio::time::timeout(impatient, watcher.members()).await.is_err());
        let seen = look(watcher).await;
        assert!(
            matches!(seen, Err(Error::TimedOut { .. } | Error::Unreachable { .. })),
            "{seen:?}"
        );
        lab.broker().resume().unwrap();
        slowest = slowest.max(until_seen(watcher, RECOVERY).await);
        // The first rounds fill what is kept: connections, buffers.
        if round == 4 {
            before = Some((threads().len(), taken()));
        }
    }
    let (threads_before, (memory_before, files_before)) = before.unwrap();
    let (memory, files) = taken();
    println!("slowest return {slowest:?}; threads {threads_before}, memory {memory_before} kB then {memory} kB");
    assert!(threads().len() <= threads_before, "{:?}", threads());
    assert!(files <= files_before + 2, "{files_before} files, then {files}");
    assert!(
        memory < memory_before + (16 << 10),
        "{memory_before} kB, then {memory} kB"
    );
}

pub async fn another_kafka_cluster_empties_no_group(
    lab: &Lab,
    cluster: &Cluster,
    watcher: &GroupWatcher,
    workers: &ConnectCluster,
) {
    let id = "YW5vdGhlci1rYWZrYS1pZA";
    let before = cluster.cluster_id().await.unwrap();
    for worker in workers.workers().iter().filter(|worker| worker.is_running()) {
        worker.kill().unwrap();
    }
    lab.broker().kill().unwrap();
    lab.broker().replace_storage(id).unwrap();
    lab.broker().start().await.unwrap();

    let other = Error::OtherCluster {
        before: before.clone(),
        now: id.to_owned(),
    };
    let began = Instant::now();
    loop {
        match look(watcher).await {
            Err(error) if error == other => break,
            Err(error) => assert!(began.elapsed() < RECOVERY, "{error}"),
            Ok(seen) => assert!(seen.partial, "nobody has died: {seen:?}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    println!("told after {:?}: {other}", began.elapsed());
    assert_eq!(look(watcher).await, Err(other));
    assert_eq!(cluster.cluster_id().await.as_deref(), Ok(id));

    // Its workers move there: from now on this is their cluster, also when they leave it.
    let worker = &workers.workers()[0];
    worker.start().await.unwrap();
    soon::members(watcher, "the worker is in the other Kafka cluster", |seen| {
        seen.members.len() == 1
    })
    .await;
    worker.stop().await.unwrap();
    soon::members(watcher, "it left that cluster", |seen| {
        seen.members.is_empty() && !seen.partial
    })
    .await;
}
