//! Integration tests of the model.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod advice;
mod blocks;
mod faults;
mod fold;
mod owner;
mod progress;
mod secrets;
mod set_back;
mod target;
mod topics;
mod trace_cases;
mod verdicts;
