//! Everything that Signalbox reads from Kafka and writes to it, through librdkafka.
//!
//! What must be absent: `rdkafka` anywhere else in the house (no type of it appears in a public signature here),
//! `unsafe` outside the module `ffi`, and verdicts: this crate says what a broker answered, never what it means.
//!
//! Blocking calls of librdkafka hold exactly their timeout on a frozen broker and cannot be cancelled. So each
//! [`Cluster`], each [`GroupWatcher`] and each [`Tail`] has a named thread of its own, and no call outlives its deadline
//! by more than a quarter of a second.
//!
//! [`offsets`] follows the commits of consumer groups and asks where partitions end; each of [`offsets::CommitsTail`],
//! [`offsets::Offsets`] and [`offsets::Sampler`] has a thread of its own too, the first and the last a consumer besides.
//!
//! librdkafka's admin requests that go to a group's coordinator end the process when they are given up too early;
//! whoever needs one asks through `coordinators`. Those for offsets of partitions do so when a leader has to be looked for;
//! `offsets::leaders` tells how that is kept from happening.

pub mod admin;
mod asker;
mod client;
mod cluster;
mod coordinators;
mod error;
mod ffi;
pub mod group;
pub mod internal;
pub mod offsets;
pub mod properties;
pub mod protocol;
mod secret;
pub mod tail;
mod voice;
mod watcher;

pub use cluster::{Access, Cluster};
pub use error::Error;
pub use tail::Tail;
pub use watcher::GroupWatcher;
