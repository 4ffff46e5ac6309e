//! Time that moves only when a test says so.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{TimeDelta, TimeZone, Utc};
use model::{Clock, Timestamp};

/// A clock that stands still until it is advanced. Clones share the time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<Timestamp>>);

impl ManualClock {
    /// Starts at a moment.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// Moves forward and returns the new moment.
    pub fn advance(&self, by: TimeDelta) -> Timestamp {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now += by;
        *now
    }

    /// Jumps to a moment, also back, as a corrected system clock does.
    pub fn set(&self, to: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = to;
    }
}

impl Default for ManualClock {
    /// Starts at 2026-01-05 03:00:00 UTC, a Monday.
    fn default() -> Self {
        Self::at(Utc.with_ymd_and_hms(2026, 1, 5, 3, 0, 0).single().unwrap_or_default())
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use model::Clock;

    use super::ManualClock;

    #[test]
    fn clones_share_the_time() {
        let clock = ManualClock::default();
        let other = clock.clone();
        let before = other.now();
        clock.advance(TimeDelta::seconds(90));
        assert_eq!(other.now() - before, TimeDelta::seconds(90));
        other.set(before);
        assert_eq!(clock.now(), before);
    }
}
