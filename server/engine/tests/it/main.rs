//! The engine at work: real HTTP from the fake, a real Postgres with a database per test. `DATABASE_URL` names the
//! server; `make test` sets it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod access;
mod busy;
mod cadences;
mod changes;
mod charts;
mod configs;
mod counts;
mod database;
mod deletion;
mod doctor;
mod first_look;
mod forgetting;
mod harness;
mod jumps;
mod lease;
mod link;
mod lists;
mod live;
mod newer;
mod older_copy;
mod outage;
mod refused;
mod returns;
mod secrets;
mod slow;
mod spec;
mod spread;
mod starting;
mod strangers;
mod tls;
mod trouble;
mod twins;
mod twins_spread;
mod units;
mod upgrades;
mod view;
