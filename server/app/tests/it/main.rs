//! The server as its users meet it: over HTTP, by its command line, through its configuration file. Every test has a
//! `signalbox` process, a database and a directory of its own.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it leaves behind"
)]

mod alerts;
mod api;
mod backup;
mod busy;
mod cli;
mod client;
mod config;
mod database;
mod door;
mod events;
mod life;
mod measures;
mod pages;
mod passage;
#[path = "../prometheus/mod.rs"]
mod prometheus;
mod receiver;
mod routes;
mod schema;
mod server;
mod several;
mod system;
mod telemetry;
mod twins;
mod weather;
