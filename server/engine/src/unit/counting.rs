//! Counting connectors by verdict at each full minute, for the trend beside the counts of now.

use std::collections::BTreeMap;

use chrono::{DurationRound, TimeDelta, Timelike};
use model::Timestamp;
use model::names::ClusterName;
use store::{Count, Counted};
use tracing::warn;

use super::Holding;
use super::recording::Fenced;

/// Later than this within a minute nothing is counted for it any more: what is true then was not when it began.
const LATE: TimeDelta = TimeDelta::seconds(5);

/// When it was counted last, and what was recorded then.
#[derive(Default)]
pub(super) struct Counting {
    /// The last minute that was looked at, whatever came of it.
    looked: Option<Timestamp>,
    recorded: Option<(Timestamp, BTreeMap<ClusterName, Counted>)>,
}

impl Counting {
    /// The full minute to count for, once for each, and soon after it began or not at all: one that was missed stays a gap.
    fn due(&mut self, now: Timestamp) -> Option<Timestamp> {
        let minute = now.duration_trunc(TimeDelta::minutes(1)).ok()?;
        let first = self.looked.replace(minute) != Some(minute);
        (first && now - minute < LATE).then_some(minute)
    }

    /// Whether the same was recorded for the minute before, in the same hour.
    fn as_before(&self, minute: Timestamp, cluster: &ClusterName, counted: &Counted) -> bool {
        self.recorded.as_ref().is_some_and(|(before, all)| {
            minute.minute() > 0 && minute - *before == TimeDelta::minutes(1) && all.get(cluster) == Some(counted)
        })
    }
}

impl Holding<'_> {
    /// Records the counts of a full minute, if one has just begun. It is tried once: what the database does not take now is
    /// a gap, and no reason to wait.
    pub(super) async fn count(&mut self) -> Result<(), Fenced> {
        let Some(minute) = self.counting.due(self.shared.clock.now()) else {
            return Ok(());
        };
        let counted = self.ledgers.iter();
        let counted: BTreeMap<ClusterName, Counted> = counted
            .filter_map(|(cluster, ledger)| Some((cluster.clone(), ledger.counts()?)))
            .collect();
        if counted.is_empty() {
            return Ok(());
        }
        let count = |(cluster, counted): (&ClusterName, &Counted)| Count {
            cluster: cluster.clone(),
            counted: counted.clone(),
            as_before: self.counting.as_before(minute, cluster, counted),
        };
        let counts: Vec<Count> = counted.iter().map(count).collect();
        let done = self.shared.store.count(self.lease, minute, &counts).await;
        // What may not have been recorded is nothing that a dot could stand behind.
        self.counting.recorded = done.is_ok().then_some((minute, counted));
        match done {
            Ok(()) => Ok(()),
            Err(store::Error::Fenced { .. }) => self.expired_or_fenced().await,
            Err(error) => {
                warn!(unit = %self.unit.name, %error, "the counts of a minute could not be recorded");
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use model::verdict::Health;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn each_minute_is_due_once_and_not_late() {
        let mut counting = Counting::default();
        let due = |seconds| counting.due(at(seconds)).map(|minute| minute.timestamp());
        let told: Vec<_> = [59, 60, 61, 119, 124, 125, 185, 186, 240, 120, 121].map(due).into();
        let none = None;
        assert_eq!(
            told,
            [
                none,
                Some(60),
                none,
                none,
                Some(120),
                none,
                none,
                none,
                Some(240),
                // A clock that was set back.
                Some(120),
                none
            ]
        );
    }

    #[test]
    fn a_dot_stands_only_behind_the_same_of_the_minute_before() {
        let (cluster, counted): (ClusterName, Counted) = ("orders".into(), [(Health::Healthy, 3)].into());
        let recorded = |seconds| Counting {
            looked: None,
            recorded: Some((at(seconds), [(cluster.clone(), counted.clone())].into())),
        };
        assert!(recorded(60).as_before(at(120), &cluster, &counted));
        assert!(!recorded(60).as_before(at(180), &cluster, &counted), "a gap between");
        assert!(!recorded(3540).as_before(at(3600), &cluster, &counted), "another hour");
        assert!(!recorded(60).as_before(at(120), &"lines".into(), &counted));
        assert!(!recorded(60).as_before(at(120), &cluster, &[(Health::Healthy, 4)].into()));
        assert!(!Counting::default().as_before(at(120), &cluster, &counted));
    }
}
