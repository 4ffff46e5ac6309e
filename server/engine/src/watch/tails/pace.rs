//! When topics that are not known are looked for.

use std::time::{Duration, Instant};

/// Between the first looks.
const FIRST: Duration = Duration::from_secs(60);
/// Between two looks at last.
const LAST: Duration = Duration::from_secs(60 * 60);

/// Each look reads what may be such a topic from its beginning. So it is looked at once when more is known of the cluster,
/// and then less and less often, hourly at last.
pub(super) struct Pace {
    /// When it was looked last, and whether anything was known then by which topics are found.
    last: Option<(Instant, bool)>,
    pause: Duration,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self {
            last: None,
            pause: FIRST,
        }
    }

    /// Whether to look now; then it counts as done. `known`: something is known by which topics are found.
    pub(super) fn due(&mut self, known: bool, now: Instant) -> bool {
        match self.last {
            Some((at, knew)) if knew == known => {
                if now.saturating_duration_since(at) < self.pause {
                    return false;
                }
                self.pause = (self.pause * 2).min(LAST);
            }
            _ => self.pause = FIRST,
        }
        self.last = Some((now, known));
        true
    }

    /// The last look found something, by which the others may be found, or nobody could look.
    pub(super) fn again(&mut self) {
        self.pause = FIRST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The minutes of two days in which it looks.
    fn looks(pace: &mut Pace, began: Instant, known: impl Fn(u64) -> bool) -> Vec<u64> {
        let due = |minute: &u64| pace.due(known(*minute), began + Duration::from_secs(minute * 60));
        (0..2 * 24 * 60).filter(due).collect()
    }

    #[test]
    fn what_is_not_found_is_looked_for_less_and_less_often() {
        let began = Instant::now();
        let all = looks(&mut Pace::new(), began, |_| true);
        assert_eq!(all[..8], [0, 1, 3, 7, 15, 31, 63, 123]);
        assert!(all.len() < 60, "hourly at last: {all:?}");
        // At once when connectors are known.
        let all = looks(&mut Pace::new(), began, |minute| minute > 100);
        assert_eq!(all[5..10], [31, 63, 101, 102, 104]);
    }

    #[test]
    fn whoever_could_not_look_or_found_something_looks_again_soon() {
        let began = Instant::now();
        let mut pace = Pace::new();
        let mut last = began;
        for minute in 0..30 {
            last = began + Duration::from_secs(minute * 60);
            assert!(pace.due(true, last), "{minute}");
            pace.again();
        }
        assert!(!pace.due(true, last + Duration::from_secs(59)));
    }
}
