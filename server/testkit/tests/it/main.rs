#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
//! The fake fleet, asked over HTTP, and the samples.

mod program;
mod samples;
mod script;
