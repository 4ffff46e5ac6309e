//! The server as its users meet it: over HTTP, by its command line, through its configuration file.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod config;
