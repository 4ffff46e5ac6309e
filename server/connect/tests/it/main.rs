#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
//! A worker's client against a fake Connect over real HTTP, and against bodies recorded from real workers.

mod hostile;
mod misbehaviour;
mod questions;
mod recorded;
mod worker;
