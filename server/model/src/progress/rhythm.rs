//! How often a sink commits, learnt from its own commits in bounded memory.

use chrono::TimeDelta;

/// Most waits that are remembered.
const MOST: usize = 32;
/// Fewest waits that say how long it waits at most.
const FEWEST: usize = 5;
/// A longer time between two commits says nothing of the flush interval: there may have been nothing to commit.
const LONGEST: TimeDelta = TimeDelta::minutes(10);

/// The waits of a sink for its commits: from when there was something to commit.
///
/// Connect's workers look at every flush interval (`offset.flush.interval.ms`) whether a task has something to commit, so that
/// the first commits after a start or after another commit bound the interval from above, and waits do from below. With few
/// waits the bound counts, with more their 95th percentile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rhythm {
    /// In ms; a ring once it is full.
    waits: Vec<u32>,
    oldest: usize,
    bound: Option<TimeDelta>,
    kept: Option<TimeDelta>,
    p95: Option<TimeDelta>,
}

impl Rhythm {
    /// What was known before, to begin with.
    pub fn restored(kept: Option<TimeDelta>) -> Self {
        Self {
            p95: kept.filter(|time| *time > TimeDelta::zero()),
            kept: kept.filter(|time| *time > TimeDelta::zero()),
            ..Self::default()
        }
    }

    /// It committed: after it had something to commit for `waited`, and `after` it committed before or was started, where
    /// that is known.
    pub fn committed(&mut self, waited: TimeDelta, after: Option<TimeDelta>) {
        let wait = u32::try_from(waited.num_milliseconds().max(0)).unwrap_or(u32::MAX);
        if self.waits.len() < MOST {
            self.waits.push(wait);
        } else if let Some(oldest) = self.waits.get_mut(self.oldest) {
            *oldest = wait;
            self.oldest = (self.oldest + 1) % MOST;
        }
        let after = after.filter(|after| *after > TimeDelta::zero() && *after <= LONGEST);
        self.bound = match (self.bound, after) {
            (Some(bound), Some(after)) => Some(bound.min(after)),
            (one, other) => one.or(other),
        };
        self.p95 = self.reckon();
    }

    /// The 95th percentile (nearest rank) of its waits. With few of them what was known before, else the shortest time
    /// between two commits; `None` before anything tells.
    pub fn p95(&self) -> Option<TimeDelta> {
        self.p95
    }

    fn reckon(&self) -> Option<TimeDelta> {
        if self.waits.len() < FEWEST {
            return self.kept.or(self.bound);
        }
        let mut waits = self.waits.clone();
        waits.sort_unstable();
        let rank = (waits.len() * 95).div_ceil(100);
        let wait = waits.get(rank.saturating_sub(1))?;
        Some(TimeDelta::milliseconds(i64::from(*wait)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(waits: &[(i64, Option<i64>)]) -> Option<i64> {
        let mut rhythm = Rhythm::default();
        for (waited, after) in waits {
            rhythm.committed(TimeDelta::seconds(*waited), after.map(TimeDelta::seconds));
        }
        rhythm.p95().map(|time| time.num_seconds())
    }

    #[test]
    fn few_commits_bound_it_and_more_tell_it() {
        assert_eq!(told(&[]), None);
        assert_eq!(told(&[(3, None)]), None, "it may have waited by chance");
        assert_eq!(told(&[(3, Some(5))]), Some(5), "five seconds after its start");
        assert_eq!(
            told(&[(3, Some(3_600))]),
            None,
            "there was nothing to commit for an hour"
        );
        assert_eq!(told(&[(3, Some(3_600)), (60, Some(60)), (20, Some(300))]), Some(60));
        assert_eq!(told(&[(60, Some(60)); 9]), Some(60));
        assert_eq!(
            told(&[(3, None), (55, None), (10, None), (41, None), (28, None)]),
            Some(55)
        );
    }

    #[test]
    fn one_long_wait_among_twenty_does_not_count_and_memory_is_bounded() {
        let mut waits = vec![(5, Some(5)); 19];
        waits.push((3_600, None));
        assert_eq!(told(&waits), Some(5));
        let mut rhythm = Rhythm::default();
        for _ in 0..1_000 {
            rhythm.committed(TimeDelta::days(900), None);
        }
        for _ in 0..MOST {
            rhythm.committed(TimeDelta::seconds(-4), None);
        }
        assert_eq!((rhythm.waits.len(), rhythm.p95()), (MOST, Some(TimeDelta::zero())));
    }

    #[test]
    fn what_was_known_before_holds_until_enough_is_known() {
        let mut rhythm = Rhythm::restored(Some(TimeDelta::seconds(300)));
        rhythm.committed(TimeDelta::seconds(2), Some(TimeDelta::seconds(2)));
        assert_eq!(rhythm.p95(), Some(TimeDelta::seconds(300)));
        for _ in 0..FEWEST {
            rhythm.committed(TimeDelta::seconds(5), None);
        }
        assert_eq!(rhythm.p95(), Some(TimeDelta::seconds(5)));
        assert_eq!(Rhythm::restored(Some(TimeDelta::zero())).p95(), None);
    }
}
