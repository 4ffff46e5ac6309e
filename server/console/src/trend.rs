//! How many connectors had which verdict over the last day.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DurationRound, TimeDelta};
use model::Timestamp;
use model::actor::{Actor, Right};
use model::names::ClusterName;
use model::verdict::Health;
use store::{Counted, Minutes};
use tokio::sync::Mutex;
use view::{Fleet, Totals};

use crate::{Console, Error, require};

/// How far a trend goes back: a day.
const MINUTES: usize = 24 * 60;
/// Minutes that one point stands for.
const STEP: usize = 5;
/// What recording a minute may take.
const RECORDING: TimeDelta = TimeDelta::seconds(20);

/// Counts of the last day: 288 points, the oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    /// What one point stands for.
    pub step: TimeDelta,
    /// The points.
    pub points: Vec<TrendPoint>,
}

/// Some minutes of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendPoint {
    /// When they began.
    pub at: Timestamp,
    /// The most connectors that had each verdict at one of these minutes, of healthy ones the fewest. `None` where no
    /// minute was counted for every cluster: a sum that lacks some would look like a recovery.
    pub totals: Option<Totals>,
}

/// The trend of the whole fleet, read once for each minute.
#[derive(Default)]
pub(crate) struct LastTrend(Mutex<Option<(Timestamp, i64, Arc<Trend>)>>);

impl Console {
    /// The counts of the last day, over all clusters. Right: `see`. Whoever asks while they are being read waits for them
    /// and shares them.
    ///
    /// # Errors
    /// [`Error::Denied`]; [`Error::Unavailable`], [`Error::Busy`].
    pub async fn trend(&self, actor: &Actor) -> Result<Arc<Trend>, Error> {
        require(actor, Right::See)?;
        let mut last = self.trend.0.lock().await;
        let fleet = self.fleet();
        // Clusters come and go with a number of the feed or with the configuration, which counting them notices.
        let (end, clusters) = (
            newest(self.now()),
            i64::try_from(fleet.clusters.len()).unwrap_or(i64::MAX),
        );
        if let Some((_, _, trend)) = last.as_ref().filter(|known| (known.0, known.1) == (end, clusters)) {
            return Ok(trend.clone());
        }
        let trend = Arc::new(self.read_trend(&fleet, end, None).await?);
        *last = Some((end, clusters, trend.clone()));
        Ok(trend)
    }

    /// The counts of the last day of one cluster. Right: `see`.
    ///
    /// # Errors
    /// As [`Console::trend`]; [`Error::NotFound`].
    pub async fn cluster_trend(&self, actor: &Actor, name: &ClusterName) -> Result<Trend, Error> {
        require(actor, Right::See)?;
        let fleet = self.fleet();
        if !fleet.clusters.contains_key(name) {
            return Err(Error::NotFound(format!("there is no cluster {:?}", name.as_str())));
        }
        self.read_trend(&fleet, newest(self.now()), Some(name)).await
    }

    async fn read_trend(&self, fleet: &Fleet, end: Timestamp, only: Option<&ClusterName>) -> Result<Trend, Error> {
        let since = begin(end);
        let hours = self.reading(|store| async move { Ok(store.counts_since(since).await?) });
        let mut hours = hours.await?;
        hours.retain(|hour| only.is_none_or(|name| hour.cluster == *name));
        let watched = |name: &ClusterName| fleet.clusters.get(name).is_some_and(|cluster| !cluster.refused());
        Ok(summed(&hours, watched, end))
    }
}

/// The newest full minute that is recorded by now, if it was counted.
fn newest(now: Timestamp) -> Timestamp {
    let recorded = now - RECORDING;
    recorded.duration_trunc(TimeDelta::minutes(1)).unwrap_or(recorded)
}

/// The first minute of a trend whose last one is `end`: points begin at multiples of their step, so that they do not move
/// from one look to the next.
fn begin(end: Timestamp) -> Timestamp {
    let last = end.duration_trunc(minutes(STEP)).unwrap_or(end);
    last - minutes(MINUTES - STEP)
}

fn minutes(count: usize) -> TimeDelta {
    TimeDelta::minutes(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Adds the clusters up. A cluster belongs to a sum from its first counted minute on, until now while it is watched, else
/// until its last one; a minute that one of those lacks has no sum.
fn summed(hours: &[Minutes], watched: impl Fn(&ClusterName) -> bool, end: Timestamp) -> Trend {
    let begin = begin(end);
    let place = |at: Timestamp| usize::try_from((at - begin).num_minutes()).ok().filter(|_| at >= begin);
    let mut clusters: BTreeMap<&ClusterName, BTreeMap<usize, &Counted>> = BTreeMap::new();
    for hour in hours {
        let known = clusters.entry(&hour.cluster).or_default();
        let placed = hour
            .minutes
            .iter()
            .filter_map(|minute| Some((place(minute.at)?, &minute.counted)));
        known.extend(placed.filter(|(place, _)| *place < MINUTES));
    }
    let newest = place(end).unwrap_or(0);
    // Of each minute the sum, and how many clusters are still missing in it.
    let mut sums = vec![(Totals::default(), 0_usize); MINUTES];
    let mut any = vec![false; MINUTES];
    for (name, counted) in &clusters {
        let (Some(first), Some(last)) = (counted.keys().next(), counted.keys().next_back()) else {
            continue;
        };
        let last = if watched(name) { newest.max(*last) } else { *last };
        for place in *first..=last {
            let (Some((sum, missing)), Some(any)) = (sums.get_mut(place), any.get_mut(place)) else {
                continue;
            };
            *any = true;
            match counted.get(&place) {
                Some(counted) => counted.iter().for_each(|(health, count)| sum.add_many(*health, *count)),
                None => *missing += 1,
            }
        }
    }
    let whole: Vec<Option<Totals>> = sums
        .iter()
        .zip(&any)
        .map(|((sum, missing), any)| (*any && *missing == 0).then_some(*sum))
        .collect();
    let points = whole.chunks(STEP).zip(0..).map(|(chunk, number)| TrendPoint {
        at: begin + minutes(STEP) * number,
        totals: chunk.iter().flatten().copied().reduce(worse),
    });
    Trend {
        step: minutes(STEP),
        points: points.collect(),
    }
}

/// The most of each verdict, the fewest healthy.
fn worse(one: Totals, other: Totals) -> Totals {
    let mut worse = Totals::default();
    for ((health, one), (_, other)) in one.iter().zip(other.iter()) {
        let count = match health {
            Health::Healthy => one.min(other),
            _ => one.max(other),
        };
        worse.add_many(health, count);
    }
    worse
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use model::verdict::Health::{Failed, Healthy, Paused};
    use store::Minute;

    use super::*;

    fn at(minute: i64) -> Timestamp {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minute)
    }

    /// An hour of a cluster: minutes, each with how many failed and how many are healthy.
    fn hour(cluster: &str, told: &[(i64, u32, u32)]) -> Minutes {
        let minute = |(minute, failed, healthy): &(i64, u32, u32)| Minute {
            at: at(*minute),
            counted: [(Failed, *failed), (Healthy, *healthy)].into(),
        };
        Minutes {
            cluster: cluster.into(),
            minutes: told.iter().map(minute).collect(),
        }
    }

    /// The points that are no gaps: their minute after the day's begin, failed, healthy.
    fn points(trend: &Trend) -> Vec<(i64, u32, u32)> {
        let known = trend.points.iter().filter_map(|point| Some((point.at, point.totals?)));
        known
            .map(|(place, totals)| ((place - at(0)).num_minutes(), totals.of(Failed), totals.of(Healthy)))
            .collect()
    }

    #[test]
    fn five_minutes_are_one_point_and_tell_the_worst_of_them() {
        let day = [hour("orders", &[(0, 1, 9), (1, 4, 6), (2, 0, 10), (7, 2, 8)])];
        let trend = summed(&day, |_| false, at(9));
        assert_eq!(trend.points.len(), 288);
        assert_eq!(trend.points[287].at, at(5));
        assert_eq!(trend.points[0].at, at(5 - 24 * 60 + 5));
        assert_eq!(points(&trend), [(0, 4, 6), (5, 2, 8)]);
        assert_eq!(trend.points[286].totals.map(|totals| totals.of(Paused)), Some(0));
    }

    #[test]
    fn a_sum_that_lacks_a_cluster_is_a_gap_and_no_dip() {
        let orders: Vec<_> = (0..30).map(|minute| (minute, 1, 9)).collect();
        let lines: Vec<_> = (10..15).chain(20..25).map(|minute| (minute, 0, 5)).collect();
        let day = [hour("orders", &orders), hour("lines", &lines)];
        let before = [(0, 1, 9), (5, 1, 9)];
        // Both are watched, so that what nobody counts of `lines` since is missing.
        let trend = summed(&day, |_| true, at(29));
        assert_eq!(points(&trend), [before[0], before[1], (10, 1, 14), (20, 1, 14)]);
        // It was taken out of the configuration, or is refused.
        let trend = summed(&day, |name| name.as_str() == "orders", at(29));
        assert_eq!(
            points(&trend),
            [before[0], before[1], (10, 1, 14), (20, 1, 14), (25, 1, 9)]
        );
    }

    #[test]
    fn what_is_recorded_twice_counts_once_and_what_lies_outside_of_the_day_not_at_all() {
        let day = [
            hour("orders", &[(0, 9, 9), (-24 * 60, 7, 7), (600, 8, 8)]),
            hour("orders", &[(0, 1, 2)]),
        ];
        assert_eq!(points(&summed(&day, |_| true, at(4))), [(0, 1, 2)]);
        assert_eq!(points(&summed(&[], |_| true, at(4))), []);
    }
}
