//! The lab against itself: real processes, one broker for all tests that can share one.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod cache;
mod clusters;
mod demo;
mod leaves_nothing;
