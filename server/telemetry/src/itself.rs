//! Metrics of Signalbox itself: what waits, how its database is, what it runs with.

use std::time::Duration;

use metrics::{Unit, describe_gauge, gauge};

use crate::lately;

const WAITING: &str = "signalbox_observations_waiting";
const PENDING: &str = "signalbox_history_entries_pending";
const STREAMS: &str = "signalbox_event_streams";
const STREAM_QUEUE: &str = "signalbox_event_stream_queue";
const DATABASE_UP: &str = "signalbox_database_up";
const DATABASE_SECONDS: &str = "signalbox_database_latency_seconds";
const DATABASE_CLOCK: &str = "signalbox_database_clock_difference_seconds";
const DATABASE_BYTES: &str = "signalbox_database_size_bytes";
const BUILD: &str = "signalbox_build_info";
const STARTED: &str = "signalbox_start_time_seconds";
const LOADED: &str = "signalbox_config_loaded_time_seconds";
const REFUSED: &str = "signalbox_config_refused";

pub(crate) fn describe() {
    describe_gauge!(
        WAITING,
        "Observations that wait to be folded and recorded, when the last one of the cluster was added."
    );
    describe_gauge!(PENDING, "Entries of history that are not recorded yet, by cluster.");
    describe_gauge!(STREAMS, "Readers of live events that are connected to this server.");
    describe_gauge!(
        STREAM_QUEUE,
        "Live events that wait for the slowest reader of this server."
    );
    describe_gauge!(DATABASE_UP, "1 while the database answers this server, else 0.");
    describe_gauge!(
        DATABASE_SECONDS,
        Unit::Seconds,
        "Time that the last question to the database took, a connection included."
    );
    describe_gauge!(
        DATABASE_CLOCK,
        Unit::Seconds,
        "By how much the database's clock is ahead of this server's."
    );
    describe_gauge!(DATABASE_BYTES, Unit::Bytes, "Size of the database.");
    describe_gauge!(BUILD, "1, with the version as a label.");
    describe_gauge!(
        STARTED,
        Unit::Seconds,
        "When this server started, in seconds since 1970."
    );
    describe_gauge!(
        LOADED,
        Unit::Seconds,
        "When the configuration in force was read, in seconds since 1970."
    );
    describe_gauge!(REFUSED, "1 while a newer configuration is refused, else 0.");
}

/// So many observations wait for the recorder of a cluster's unit.
pub fn observations_waiting(cluster: &str, count: usize) {
    gauge!(WAITING, "cluster" => cluster.to_owned()).set(float(count));
    lately::waiting(cluster, count);
}

/// So many entries of a cluster's history are not recorded yet.
pub fn entries_pending(cluster: &str, count: usize) {
    gauge!(PENDING, "cluster" => cluster.to_owned()).set(float(count));
    lately::pending(cluster, count);
}

/// This server watches a cluster no more: nothing of it waits here.
pub fn unwatched(cluster: &str) {
    gauge!(WAITING, "cluster" => cluster.to_owned()).set(0.0);
    gauge!(PENDING, "cluster" => cluster.to_owned()).set(0.0);
    lately::unwatched(cluster);
}

/// What was seen of a cluster was recorded, or why it cannot be.
pub fn recording(cluster: &str, trouble: Option<String>) {
    lately::recording(cluster, trouble);
}

/// The view follows what is recorded, or why it cannot.
pub fn view_follows(trouble: Option<String>) {
    lately::follows(trouble);
}

/// So many readers of live events are connected, and so many events wait for the slowest.
pub fn event_streams(open: usize, queued: usize) {
    gauge!(STREAMS).set(float(open));
    gauge!(STREAM_QUEUE).set(float(queued));
}

/// The database answered within `took`, its clock ahead of ours by so many seconds; `None`: it did not answer.
pub fn database_answered(answer: Option<(Duration, f64)>) {
    gauge!(DATABASE_UP).set(if answer.is_some() { 1.0 } else { 0.0 });
    if let Some((took, ahead)) = answer {
        gauge!(DATABASE_SECONDS).set(took.as_secs_f64());
        gauge!(DATABASE_CLOCK).set(ahead);
    }
}

/// The database takes so many bytes.
pub fn database_size(bytes: u64) {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a gauge is a float; bytes are exact up to 9 PB"
    )]
    gauge!(DATABASE_BYTES).set(bytes as f64);
}

/// This version started, at so many seconds since 1970.
pub fn started(version: &'static str, at: f64) {
    gauge!(BUILD, "version" => version).set(1.0);
    gauge!(STARTED).set(at);
}

/// The configuration in force was read at so many seconds since 1970, and a newer one is refused or not.
pub fn config_loaded(at: f64, refused: bool) {
    gauge!(LOADED).set(at);
    gauge!(REFUSED).set(if refused { 1.0 } else { 0.0 });
}

fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
