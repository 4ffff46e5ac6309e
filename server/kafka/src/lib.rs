//! Everything that Signalbox reads from Kafka and writes to it, through librdkafka.
//!
//! What must be absent: `rdkafka` anywhere else in the house (no type of it appears in a public signature here),
//! `unsafe` outside the module `ffi`, and verdicts: this crate says what a broker answered, never what it means.
//!
//! Blocking calls of librdkafka hold exactly their timeout on a frozen broker and cannot be cancelled. So each
//! [`Cluster`] and each [`GroupWatcher`] has a named thread of its own, and no call outlives its deadline by more
//! than a quarter of a second.
//!
//! librdkafka's admin requests that go to a group's coordinator end the process when they are given up too early;
//! whoever needs one asks through `coordinators`.

pub mod admin;
mod asker;
mod client;
mod cluster;
mod coordinators;
mod error;
mod ffi;
pub mod group;
pub mod properties;
mod secret;
mod voice;
mod watcher;

pub use cluster::{Access, Cluster};
pub use error::Error;
pub use watcher::GroupWatcher;
