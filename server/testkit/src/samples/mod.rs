//! Samples of everything that can be recorded and shown: every health, every kind of worker, cluster, fault and
//! history entry, and names that hurt. Tests render every page and every answer with every sample.
//!
//! All of it is true at one moment, [`now`]; nothing is random.

mod clusters;
mod connectors;
mod group;
mod history;
mod names;
mod verdicts;
mod workers;

use chrono::TimeDelta;
use model::{Clock, Timestamp};

use crate::ManualClock;

pub use clusters::{cluster, fleet};
pub use connectors::{connector, connectors, deleted, waiting};
pub use group::group;
pub use history::history;
pub use names::names;
pub use verdicts::verdict;
pub use workers::workers;

/// The moment at which the samples are true.
pub fn now() -> Timestamp {
    ManualClock::default().now()
}

/// So many seconds before [`now`].
pub fn ago(seconds: i64) -> Timestamp {
    now() - TimeDelta::seconds(seconds)
}
