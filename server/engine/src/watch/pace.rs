//! How often to look: at the interval, jittered, slower while it hurts.

use std::time::Duration;

use rand::Rng as _;

/// The longest pause that failures lead to: what a return takes at most to be noticed.
const LONGEST: Duration = Duration::from_secs(15);

/// Failures in a row at which the pace stays as it is: a worker that is restarted or a rebalance is over within ten looks
/// at the usual interval of five seconds, and its return shows at the next one. What is away for longer can wait longer.
const PATIENT: u32 = 10;
/// Steps by which the pause doubles then; the longest pause ends them earlier but where looks are less than a second
/// apart.
const STEPS: u32 = 4;

/// The pace of one watcher.
pub(crate) struct Pace {
    failures: u32,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self { failures: 0 }
    }

    /// The pause after a look that took `took`. An answer that took `burden` is a burden for whoever gave it, so that at
    /// most a fifth of the time is spent answering, where the next answer comes before this one is `stale_after` old;
    /// `None` stands for a look that nobody answered.
    pub(crate) fn pause(
        &mut self,
        (interval, stale_after): (Duration, Duration),
        took: Duration,
        burden: Option<Duration>,
    ) -> Duration {
        let pause = match burden {
            Some(burden) => {
                self.failures = 0;
                // What is told was true when it was asked for, and the next one takes as long as this one did.
                let fresh = stale_after.mul_f64(0.9).saturating_sub(took);
                let rare = burden.saturating_mul(5).min(fresh);
                interval.max(rare).saturating_sub(took)
            }
            None => {
                self.failures = self.failures.saturating_add(1);
                let steps = self.failures.saturating_sub(PATIENT).min(STEPS);
                let patient = interval.saturating_mul(1 << steps).min(LONGEST.max(interval));
                // Who waited long for nobody waits once more, but not for long: a return is to be noticed.
                patient.saturating_sub(took).max(patient / 2)
            }
        };
        pause.mul_f64(rand::rng().random_range(0.96..1.02))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{LONGEST, Pace};

    const EVERY: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(30));
    const INTERVAL: Duration = EVERY.0;

    #[test]
    fn a_look_that_nobody_answered_is_soon_followed_by_another() {
        let mut pace = Pace::new();
        for _ in 0..30 {
            let pause = pace.pause(EVERY, Duration::from_secs(10), None);
            assert!(
                pause <= LONGEST.mul_f64(1.1) && pause >= INTERVAL.mul_f64(0.4),
                "{pause:?}"
            );
        }
    }

    #[test]
    fn ten_looks_that_nobody_answered_slow_nothing_down() {
        let mut pace = Pace::new();
        let mut pause = || pace.pause(EVERY, Duration::ZERO, None);
        assert!((0..10).all(|_| pause() <= INTERVAL.mul_f64(1.1)));
        assert!(pause() >= INTERVAL.mul_f64(1.8));
    }

    #[test]
    fn a_slow_answer_is_not_asked_for_all_the_time() {
        let took = Duration::from_secs(4);
        let pause = Pace::new().pause(EVERY, took, Some(took));
        assert!(pause >= Duration::from_secs(14), "{pause:?}");
    }

    #[test]
    fn an_answer_never_gets_stale_while_the_next_one_is_put_off() {
        for ms in (0..10_000).step_by(100) {
            let took = Duration::from_millis(ms);
            for _ in 0..20 {
                let pause = Pace::new().pause(EVERY, took, Some(took));
                // This one, the pause, and the next one.
                assert!(took + pause + took < EVERY.1, "{took:?} {pause:?}");
            }
        }
    }

    #[test]
    fn waiting_for_a_hung_worker_is_no_burden_of_the_one_that_answered() {
        let pause = Pace::new().pause(EVERY, Duration::from_millis(2_010), Some(Duration::from_millis(10)));
        assert!(pause <= Duration::from_millis(3_300), "{pause:?}");
    }
}
