#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
//! What is said of a process, read by whoever it is said to: a decoding receiver, and a reader of log lines.

mod export;
mod logs;
mod receiver;
mod spans;
mod stage;
