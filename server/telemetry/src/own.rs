//! Signalbox's own metrics: what it asked, judged, recorded and passed on.

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::outcome::{Outcome, Question};

const REST_CALLS: &str = "signalbox_rest_requests_total";
const REST_SECONDS: &str = "signalbox_rest_request_duration_seconds";
const GROUP_CALLS: &str = "signalbox_kafka_group_requests_total";
const GROUP_SECONDS: &str = "signalbox_kafka_group_request_duration_seconds";
const JUDGED: &str = "signalbox_judgements_total";
const COMMITS: &str = "signalbox_store_commits_total";
const COMMIT_SECONDS: &str = "signalbox_store_commit_duration_seconds";
const LEFT_OUT: &str = "signalbox_store_left_out_total";
const LEASE_HELD: &str = "signalbox_lease_held";
const VIEW_SWAPS: &str = "signalbox_view_swaps_total";
const FEED_POSITION: &str = "signalbox_feed_position";
const FEED_EVENTS: &str = "signalbox_feed_events_total";
const FEED_RESETS: &str = "signalbox_feed_reader_resets_total";

pub(crate) fn describe() {
    describe_counter!(
        REST_CALLS,
        "Requests to Kafka Connect workers, by cluster, question and outcome."
    );
    describe_histogram!(
        REST_SECONDS,
        Unit::Seconds,
        "Time that a worker's answer took, by cluster and question."
    );
    describe_counter!(
        GROUP_CALLS,
        "Questions to Kafka about Connect groups, by cluster and outcome."
    );
    describe_histogram!(
        GROUP_SECONDS,
        Unit::Seconds,
        "Time that Kafka's answer about a group took, by cluster."
    );
    describe_counter!(JUDGED, "Verdicts judged, by cluster.");
    describe_counter!(COMMITS, "Transactions that recorded changes, by cluster and outcome.");
    describe_histogram!(
        COMMIT_SECONDS,
        Unit::Seconds,
        "Time that recording changes took, by cluster."
    );
    describe_counter!(
        LEFT_OUT,
        "Changes that the database refused for good and that were left out, by cluster; the log names each."
    );
    describe_gauge!(LEASE_HELD, "1 while this server holds the lease of a unit, else 0.");
    describe_counter!(VIEW_SWAPS, "Snapshots of the fleet put in place.");
    describe_gauge!(
        FEED_POSITION,
        "The last number of the feed that this server's view contains."
    );
    describe_counter!(
        FEED_EVENTS,
        "Events sent to live readers, counted once however many readers there are."
    );
    describe_counter!(
        FEED_RESETS,
        "Live readers that were told to begin anew because they lagged behind."
    );
}

/// A worker answered, or did not.
pub fn rest_answered(cluster: &str, question: Question, outcome: Outcome, took: Duration) {
    crate::lately::called(cluster, question, outcome, took);
    let (cluster, question) = (cluster.to_owned(), question.as_str());
    counter!(REST_CALLS, "cluster" => cluster.clone(), "question" => question, "outcome" => outcome.as_str())
        .increment(1);
    histogram!(REST_SECONDS, "cluster" => cluster, "question" => question).record(took);
}

/// Kafka told who is in a group, or did not.
pub fn group_asked(cluster: &str, outcome: Outcome, took: Duration) {
    crate::lately::called(cluster, Question::Group, outcome, took);
    let cluster = cluster.to_owned();
    counter!(GROUP_CALLS, "cluster" => cluster.clone(), "outcome" => outcome.as_str()).increment(1);
    histogram!(GROUP_SECONDS, "cluster" => cluster).record(took);
}

/// Verdicts were judged.
pub fn judged(cluster: &str, count: u64) {
    counter!(JUDGED, "cluster" => cluster.to_owned()).increment(count);
}

/// Changes were recorded, or could not be.
pub fn store_committed(cluster: &str, outcome: Outcome, took: Duration) {
    let cluster = cluster.to_owned();
    counter!(COMMITS, "cluster" => cluster.clone(), "outcome" => outcome.as_str()).increment(1);
    histogram!(COMMIT_SECONDS, "cluster" => cluster).record(took);
}

/// Changes were left out, because the database refuses them.
pub fn store_left_out(cluster: &str, changes: u64) {
    counter!(LEFT_OUT, "cluster" => cluster.to_owned()).increment(changes);
}

/// A lease was gained or lost.
pub fn lease_held(unit: &str, held: bool) {
    gauge!(LEASE_HELD, "unit" => unit.to_owned()).set(if held { 1.0 } else { 0.0 });
}

/// A snapshot was put in place at this number of the feed.
pub fn view_swapped(feed: i64) {
    counter!(VIEW_SWAPS).increment(1);
    // Exact up to 2^53 events, which no feed reaches.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a gauge is a float; the loss begins beyond any real feed"
    )]
    gauge!(FEED_POSITION).set(feed as f64);
}

/// Events were sent to live readers.
pub fn feed_published(count: u64) {
    counter!(FEED_EVENTS).increment(count);
}

/// A live reader lagged behind and was told to begin anew.
pub fn feed_reader_reset() {
    counter!(FEED_RESETS).increment(1);
}
