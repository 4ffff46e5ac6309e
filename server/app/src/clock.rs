//! The system's clock, in this one place.

use chrono::{SubsecRound as _, Utc};
use model::{Clock, Timestamp};

/// The time of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // Whole microseconds, which is what Postgres keeps: a moment reads the same before and after it was recorded.
        Utc::now().trunc_subsecs(6)
    }
}
