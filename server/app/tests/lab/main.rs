//! The binary `signalbox` against a real Kafka broker and real Connect workers: what it says beside what they say.
//! One broker, two Connect clusters and one server are shared; tests that kill workers have clusters of their own on
//! the same broker.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod away;
mod broker;
mod changes;
mod commands;
mod crash_loop;
mod database;
mod departures;
mod guarded;
mod http;
mod metrics;
mod plant;
mod probe;
mod progress;
mod push;
mod quick_return;
mod restart;
mod secrets;
mod server;
mod stage;
mod states;
mod story;
mod strangers;
mod unlisted;
mod unstarted;
mod until;
