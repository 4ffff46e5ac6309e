//! Background tasks: watching clusters, judging what was seen, following the feed into the view, and the doctor.
//!
//! What must be absent: HTTP serving, HTML, SQL text and rdkafka. The engine decides when to look and records what was
//! seen through `store`; what it means is decided by `model`.

mod complaints;
mod connected;
pub mod doctor;
mod event;
mod follow;
mod heavy;
mod identity;
mod keep;
mod ledger;
mod live;
mod losses;
mod observed;
mod progress;
mod spec;
mod spread;
mod supervise;
mod unit;
mod unit_spec;
mod watch;

pub use event::Event;
pub use live::{LiveDefinitions, LiveError, LiveLimits, LiveReads};
pub use spec::{Auth, ClusterSpec, FleetSpec, InternalTopics, KafkaSpec, Tls};
pub use supervise::{Engine, Parts, start};
