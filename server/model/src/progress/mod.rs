//! Whether a connector progresses: measured from what Kafka tells, in memory, by the holder of the lease.
//!
//! A state says that a task was started, and nothing of whether records move. What tells is a sink's commits against the
//! ends of the logs that it reads, and a source's own offsets with the ends of those that it writes. A [`Watch`] is fed with
//! them; it gives the judge its [`Measures`], people and programs a [`Reading`] of them, and what is to outlive a server as
//! [`crate::facts::ProgressFacts`].

mod clock;
mod keeps;
mod measures;
mod reading;
mod rhythm;
mod sink;
mod source;
mod watch;

pub use keeps::{Holding, Keeps, holding, keeps};
pub use measures::{Lag, Measures, SinkMeasures, SourceMeasures, Unit, Waiting};
pub use reading::{LagReading, Oldest, Reading, Readings, RunwayReading};
pub use rhythm::Rhythm;
pub use sink::{PartitionLag, SinkGauge};
pub use source::SourceGauge;
pub use watch::{Gauge, Told, Watch};
