//! Offsets of a real Kafka cluster: commits, ends, ages, through its life.

mod by_hand;
mod commits;
mod ends;
mod load;
mod outage;
mod sampler;
mod seen;

use std::collections::BTreeMap;

use kafka::Cluster;
use lab::{Lab, LabOptions};

use crate::TURN;

/// One broker serves all of it, in an order in which nothing spoils what follows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offsets_through_the_life_of_a_cluster() {
    let _turn = TURN.lock().await;
    let lab = Lab::start(LabOptions::default()).await.unwrap();
    let cluster = Cluster::connect("told", &lab.broker().bootstrap(), &BTreeMap::new()).unwrap();
    ends::of_partitions_are_those_that_kafka_tells_others(&lab, &cluster).await;
    ends::an_open_transaction_holds_back_the_end_for_committed_readers(&lab, &cluster).await;
    ends::what_is_not_there_spoils_nothing(&lab, &cluster).await;
    ends::a_topic_made_anew_begins_anew(&lab, &cluster).await;
    ends::partitions_that_are_added_are_found(&lab, &cluster).await;
    sampler::the_next_unread_record_is_found_behind_marks_and_gaps(&lab, &cluster).await;
    commits::of_groups_are_told_as_they_happen(&lab, &cluster).await;
    commits::of_transactions_are_told_when_they_are_committed(&lab, &cluster).await;
    commits::that_are_gone_are_told(&lab, &cluster).await;
    commits::a_reader_that_is_slow_finds_the_newest_and_their_number(&lab, &cluster).await;
    outage::a_frozen_broker_holds_nobody_up_and_leaves_nothing_behind(&lab, &cluster).await;
    outage::the_tail_goes_on_after_a_broker_was_away(&lab, &cluster).await;
    outage::another_kafka_cluster_is_read_anew(&lab, &cluster).await;
}
