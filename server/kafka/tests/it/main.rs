//! The crate against a real broker and real Connect workers.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod admin;
mod dead;
mod frozen;
mod listed;
mod secrets;
mod soon;

use std::collections::BTreeMap;
use std::time::Duration;

use kafka::Cluster;
use lab::{ClusterSpec, Lab, LabOptions};

/// One broker and two workers serve all of it, in an order in which nothing spoils what follows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connect_group_through_its_life() {
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
    frozen::a_frozen_broker_costs_one_second(&lab, &cluster, &workers).await;
    dead::a_killed_follower_is_missed(&cluster, &workers).await;
    dead::a_dead_broker_is_unreachable(&lab, &cluster, &workers).await;

    let name = "kafka lab";
    assert!(frozen::threads().contains(&name.to_owned()));
    drop(cluster);
    assert!(!frozen::threads().contains(&name.to_owned()));
}
