//! A Kafka Connect cluster that is none: several workers on free loopback ports that share one state, answer with the
//! bodies of real ones, and misbehave on demand.
//!
//! Every worker has a thread and a runtime of its own, so that killing one is as abrupt as `kill -9`: its port refuses
//! and its open connections break, whatever the test's own runtime does.

mod behaviour;
mod bodies;
mod cluster;
mod connector;
mod distort;
pub mod fleet;
mod plugins;
mod population;
mod routes;
mod script;
mod state;
pub mod traces;
mod version;
mod worker;

pub use behaviour::Behaviour;
pub use cluster::FakeCluster;
pub use connector::{FakeConnector, FakeInstance};
pub use population::populate;
pub use script::Script;
pub use version::Version;
