#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
//! A worker's client against a fake Connect over real HTTP, and against bodies recorded from real workers.

mod hostile;
mod memory;
mod misbehaviour;
mod peer;
mod questions;
mod recorded;
mod shapes;
mod tls;
mod weather;
mod worker;
