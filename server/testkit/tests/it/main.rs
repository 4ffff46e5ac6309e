#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
//! The fake fleet, asked over HTTP.

mod program;
mod script;
