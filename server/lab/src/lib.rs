//! A real Kafka broker, real Kafka Connect workers and a real Postgres on this machine, for tests and for the demo.
//! Absent by decision: any use by the product. No crate that ships depends on this one; only tests under `tests/`
//! and the binary `signalbox-lab` do, so that nothing here (downloads, process control, planted faults) can reach a server.
//!
//! ```no_run
//! # async fn example() -> lab::Result<()> {
//! let lab = lab::Lab::start(lab::LabOptions::default()).await?;
//! let orders = lab.connect_cluster(lab::ClusterSpec::new("orders")).await?;
//! orders.create_connector("beat", &[("connector.class", "VerifiableSourceConnector"), ("topic", "beats")]).await?;
//! orders.wait_for_states("beat", "RUNNING", &["RUNNING"]).await?;
//! # Ok(()) }
//! ```
//!
//! Every process runs on free ports in a directory of the lab's own and dies with the lab, even when that is killed
//! with -9: see [`process`].

pub mod artifacts;
pub mod broker;
pub mod cluster;
pub mod database;
pub mod demo;
mod directory;
mod error;
mod java;
mod lab;
mod ports;
pub mod process;
mod progress;
pub mod rest;
pub mod shell;
mod spec;
pub mod wait;
pub mod worker;

pub use broker::Broker;
pub use cluster::ConnectCluster;
pub use error::{Error, Result};
pub use lab::{Grant, Lab, LabOptions};
pub use progress::Progress;
pub use spec::ClusterSpec;
pub use worker::Worker;
