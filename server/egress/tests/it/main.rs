#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
//! The client against real sockets that behave well and badly.

mod answers;
mod peer;
mod trust;
