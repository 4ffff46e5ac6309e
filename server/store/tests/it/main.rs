//! The store against a real Postgres, a database per test. `DATABASE_URL` names the server; `make test` sets it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod audit;
mod backup;
mod connection;
mod counts;
mod database;
mod definitions;
mod feed;
mod history;
mod large;
mod lease;
mod measures;
mod partitions;
mod progress;
mod retention;
mod rights;
mod round_trip;
mod sample;
mod servers;
mod spent;
