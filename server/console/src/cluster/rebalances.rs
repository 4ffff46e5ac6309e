//! Rebalances of a cluster over the last day.

use chrono::{DurationRound, TimeDelta};
use model::Timestamp;
use model::actor::{Actor, Right};
use model::names::ClusterName;
use store::TimelineFilter;

use crate::timeline::told;
use crate::{Console, EntryKind, Error, TimelineItem, require};

/// Hours that are counted.
const HOURS: i64 = 24;
/// Entries that are read: of more rebalances than these in a day, the earlier ones are not counted.
const MOST: i64 = 1000;
/// What is told of: that workers come and go is why there is a rebalance.
const KINDS: [&str; 5] = [
    "rebalance",
    "worker_came",
    "worker_left",
    "worker_version",
    "recording_gap",
];

/// Rebalances of a cluster, as its Connect group in Kafka showed them.
#[derive(Clone, Debug, Default)]
pub struct Rebalances {
    /// The hours of the last day, the oldest first.
    pub hours: Vec<Hour>,
    /// What happened within them, newest first: rebalances, and workers that came, left, or changed their version.
    pub items: Vec<TimelineItem>,
    /// Whether more happened than was read.
    pub more: bool,
}

/// The rebalances of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hour {
    /// When it began.
    pub from: Timestamp,
    /// How many; `None` where nobody watched the group, or they are too many to be counted.
    pub count: Option<usize>,
}

impl Rebalances {
    /// Counts by hour. `since` is when the group was first watched, `whole` says that `items` holds all there was.
    fn of(mut items: Vec<TimelineItem>, now: Timestamp, since: Option<Timestamp>, whole: bool) -> Self {
        let hour = TimeDelta::hours(1);
        let present = now.duration_trunc(hour).unwrap_or(now);
        let first = present - hour * i32::try_from(HOURS - 1).unwrap_or(0);
        let oldest = items.last().map(|item| item.at).filter(|_| !whole);
        let known = since.max(oldest);
        items.retain(|item| item.at >= first);
        let hours = (0..HOURS).map(|number| {
            let from = first + TimeDelta::hours(number);
            let within =
                |item: &&TimelineItem| item.kind == EntryKind::Rebalance && item.at >= from && item.at < from + hour;
            let watched = since.is_some() && known.is_some_and(|known| known < from + hour);
            Hour {
                from,
                count: watched.then(|| items.iter().filter(within).count()),
            }
        });
        Self {
            hours: hours.collect(),
            more: !whole && oldest.is_some_and(|oldest| oldest >= first),
            items,
        }
    }
}

impl Console {
    /// What the cluster's group did within the last day. Right: `see`.
    ///
    /// # Errors
    /// [`Error::Denied`]; [`Error::Unavailable`], [`Error::Busy`], [`Error::Broken`].
    pub async fn rebalances(&self, actor: &Actor, name: &ClusterName) -> Result<Rebalances, Error> {
        require(actor, Right::See)?;
        let filter = TimelineFilter {
            cluster: Some(name.clone()),
            formerly: self.formerly(name),
            kinds: KINDS.map(str::to_owned).to_vec(),
            limit: MOST,
            ..TimelineFilter::default()
        };
        let history = self
            .reading(|store| async move { Ok(store.timeline(&filter).await?) })
            .await?;
        let whole = i64::try_from(history.len()).unwrap_or(MOST) < MOST;
        let fleet = self.fleet();
        let cluster = fleet.clusters.get(name);
        // Whoever is a member was first seen then, by the group or before it.
        let watched = cluster.filter(|cluster| cluster.about.group.is_some());
        let since = watched.and_then(|cluster| cluster.workers.iter().map(|worker| worker.first_seen).min());
        Ok(Rebalances::of(
            history.into_iter().map(told).collect(),
            self.now(),
            since,
            whole,
        ))
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        DateTime::from_timestamp(1_795_269_600, 0).unwrap() + TimeDelta::minutes(minutes)
    }

    fn item(minutes: i64, kind: EntryKind) -> TimelineItem {
        TimelineItem {
            id: minutes,
            at: at(minutes),
            cluster: "orders".into(),
            connector: None,
            kind,
            text: String::new(),
            actor: None,
            health: None,
            turn: None,
        }
    }

    fn counts(rebalances: &Rebalances) -> Vec<Option<usize>> {
        rebalances.hours.iter().map(|hour| hour.count).collect()
    }

    #[test]
    fn rebalances_are_counted_by_hour_and_unwatched_hours_are_not_zero() {
        let items = || {
            vec![
                item(10, EntryKind::Rebalance),
                item(9, EntryKind::Worker),
                item(-50, EntryKind::Rebalance),
                item(-59, EntryKind::Rebalance),
                item(-3000, EntryKind::Rebalance),
            ]
        };
        let known = Rebalances::of(items(), at(12), Some(at(-150)), true);
        assert_eq!(known.hours.last().unwrap().from, at(0));
        let (unwatched, watched) = (vec![None; 20], [Some(0), Some(0), Some(2), Some(1)]);
        assert_eq!(counts(&known), [&unwatched[..], &watched[..]].concat());
        assert_eq!(known.items.len(), 4, "what is older than a day is left out");
        // Of more than was read, the hours before are not known.
        let mut cut = items();
        cut.truncate(4);
        let cut = Rebalances::of(cut, at(12), Some(at(-9000)), false);
        assert!(cut.more);
        assert_eq!(counts(&cut), [&[None; 22][..], &[Some(2), Some(1)]].concat());
        let never = Rebalances::of(Vec::new(), at(12), None, true);
        assert!(never.hours.iter().all(|hour| hour.count.is_none()));
    }
}
