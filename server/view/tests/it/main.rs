//! Questions to the snapshot, by what it shows to whoever uses it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod alike;
mod progress;
mod sample;
mod search;
mod standing;
mod topology;
mod walks;
