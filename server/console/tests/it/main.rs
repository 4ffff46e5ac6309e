//! Questions of persons and programs, over a snapshot and without a database.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod cursors;
mod instances;
mod lamps;
mod moments;
mod out_of_sight;
mod refused;
mod rights;
mod silence;
mod stage;
mod ungrouped;
mod unlisted;
