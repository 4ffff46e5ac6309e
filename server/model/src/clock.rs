//! Time as a parameter.

use chrono::{DateTime, Utc};

/// A moment in UTC, with microseconds kept when stored.
pub type Timestamp = DateTime<Utc>;

/// Where the time comes from: the system's clock in the server, a manual one in tests.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Timestamp;
}
