//! How often to look: at the interval, jittered, slower while it hurts.

use std::time::Duration;

use rand::Rng as _;

/// The longest pause that failures lead to: what a return takes at most to be noticed.
const LONGEST: Duration = Duration::from_secs(15);

/// The pace of one watcher.
pub(crate) struct Pace {
    failures: u32,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self { failures: 0 }
    }

    /// The pause after a look that took `took` and went well or not. A look that takes long is a burden for whoever
    /// answers it, so that at most a fifth of the time is spent looking.
    pub(crate) fn pause(&mut self, interval: Duration, took: Duration, well: bool) -> Duration {
        self.failures = if well { 0 } else { self.failures.saturating_add(1) };
        let steps = self.failures.saturating_sub(10).min(4);
        let patient = interval.saturating_mul(1 << steps).min(LONGEST.max(interval));
        let pause = patient.max(took.saturating_mul(4)).saturating_sub(took);
        pause.mul_f64(rand::rng().random_range(0.9..1.1))
    }
}
