#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
//! The fake fleet, asked over HTTP, and the samples.

mod bodies;
mod fleet;
mod program;
mod samples;
mod script;
