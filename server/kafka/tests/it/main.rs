//! The crate against a real broker and real Connect workers.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod admin;
mod dead;
mod frozen;
mod listed;
#[expect(clippy::print_stdout, reason = "the measured times are for people to read")]
mod offsets;
mod partial;
mod secrets;
mod soon;
#[expect(clippy::print_stdout, reason = "the measured times are for people to read")]
mod tail;
#[expect(clippy::print_stdout, reason = "the measured times are for people to read")]
mod weather;

use std::collections::BTreeMap;
use std::time::Duration;

use kafka::Cluster;
use lab::{ClusterSpec, Lab, LabOptions};
use tokio::sync::Mutex;

/// Threads and files are counted for the whole process, so tests with a lab take turns.
static TURN: Mutex<()> = Mutex::const_new(());

/// One broker and two workers serve all of it, in an order in which nothing spoils what follows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connect_group_through_its_life() {
    let _turn = TURN.lock().await;
    let lab = Lab::start(LabOptions::default()).await.unwrap();
    admin::topics_and_records(&lab).await;

    let mut spec = ClusterSpec::new("watched")
        .workers(2)
        .rebalance_delay(Duration::from_secs(5));
    spec.session_timeout = Duration::from_secs(6);
    let workers = lab.connect_cluster(spec).await.unwrap();
    let cluster = Cluster::connect("lab", &lab.broker().bootstrap(), &BTreeMap::new()).unwrap();

    listed::members_own_what_runs(&cluster, &workers).await;
    listed::groups_are_found_and_told_apart(&cluster, &workers).await;
    tail::written::what_workers_write_is_read(&lab, &workers).await;
    frozen::a_frozen_broker_costs_one_second(&lab, &cluster, &workers).await;
    dead::a_killed_follower_is_missed(&cluster, &workers).await;
    let watcher = cluster.watch(workers.group_id()).unwrap();
    watcher.members().await.unwrap();
    dead::a_dead_broker_is_unreachable(&lab, &cluster, &workers).await;
    weather::a_broker_that_comes_later_is_found(&lab, &watcher, &workers).await;
    weather::fifty_suspensions_leave_nothing_behind(&lab, &watcher).await;
    weather::another_kafka_cluster_empties_no_group(&lab, &cluster, &watcher, &workers).await;
    drop(watcher);

    let name = "kafka lab";
    assert!(frozen::threads().contains(&name.to_owned()));
    drop(cluster);
    assert!(!frozen::threads().contains(&name.to_owned()));
}
