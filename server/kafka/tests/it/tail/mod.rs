//! The tail of internal topics against a real broker that signs users in.

mod heard;
mod latency;
mod outage;
mod rights;
mod slow;
mod start;
mod topics;
mod writer;
pub mod written;

use lab::{Lab, LabOptions};

use crate::TURN;

/// Whoever may only what an ACL allows.
pub const USER: &str = "watcher";
pub const PASSWORD: &str = "correcthorse";

/// One broker serves all of it, in an order in which nothing spoils what follows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn internal_topics_through_their_lives() {
    let _turn = TURN.lock().await;
    let mut options = LabOptions::default();
    options.users.insert(USER.to_owned(), PASSWORD.to_owned());
    for (key, value) in [
        ("log.cleaner.backoff.ms", "100"),
        // Enough of a log for one that was compacted.
        ("log.cleaner.min.cleanable.ratio", "0.01"),
    ] {
        options.broker_properties.insert(key.to_owned(), value.to_owned());
    }
    let lab = Lab::start(options).await.unwrap();
    start::records_come_in_order_and_then_live(&lab).await;
    start::gaps_of_compaction_hang_nothing(&lab).await;
    start::transactions_hang_nothing_and_only_what_was_committed_is_told(&lab).await;
    topics::one_that_is_made_later_is_found(&lab).await;
    topics::one_that_was_made_again_is_told_anew(&lab).await;
    topics::one_that_was_cut_is_told_anew(&lab).await;
    topics::partitions_that_are_added_are_read(&lab).await;
    topics::topics_may_change_while_it_runs(&lab).await;
    rights::what_is_missing_is_named(&lab).await;
    rights::a_wrong_password_is_told_without_it(&lab).await;
    slow::a_slow_reader_holds_what_is_read_within_bounds(&lab).await;
    latency::a_status_is_here_at_once(&lab).await;
    outage::a_frozen_broker_is_told_and_holds_nobody(&lab).await;
    outage::a_broker_that_stops_and_starts_loses_nothing(&lab).await;
}
