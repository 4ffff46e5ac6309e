//! Gathering fine blocks of measures into coarser ones, beside the unit's loop, which waits for none of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use model::blocks::{Part, Tier, gather, plan};
use model::names::ClusterName;
use model::{Clock, Timestamp};
use store::{Lease, Store};
use tracing::warn;

use crate::heavy::heavy;

/// Between two looks at what is due.
const LOOK: Duration = Duration::from_secs(1);
/// Clusters take their turns within this time after ten minutes are over, so that not all are gathered at once.
const SPREAD: u64 = 240;
/// Begins so long after the ten minutes are over.
const AFTER: TimeDelta = TimeDelta::seconds(35);
/// After a try that failed.
const AGAIN: TimeDelta = TimeDelta::seconds(60);

/// Gathers what is missing of these clusters, each every ten minutes, until it is dropped or the lease is lost. It goes by
/// what is there, so that whoever takes a cluster over makes what the one before did not.
pub(super) async fn run(store: Store, lease: Arc<Lease>, clusters: Vec<ClusterName>, clock: Arc<dyn Clock>) {
    let mut due: BTreeMap<&ClusterName, Timestamp> = BTreeMap::new();
    loop {
        for cluster in &clusters {
            let now = clock.now();
            // A clock that was set back makes nobody wait for hours.
            let waits = |due: &Timestamp| *due > now && *due - now < TimeDelta::minutes(20);
            if due.get(cluster).is_some_and(waits) {
                continue;
            }
            let next = match one(&store, &lease, cluster, now).await {
                Ok(()) => next(cluster, now),
                Err(store::Error::Fenced { .. }) => return,
                Err(error) => {
                    warn!(%cluster, %error, "measures could not be gathered; it is tried again");
                    now + AGAIN
                }
            };
            due.insert(cluster, next);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// When a cluster's turn comes next.
fn next(cluster: &ClusterName, now: Timestamp) -> Timestamp {
    let sum = cluster
        .as_str()
        .bytes()
        .fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let own = TimeDelta::seconds(i64::try_from(sum % SPREAD).unwrap_or(0));
    let turn = Tier::Minutes.start(now) + AFTER + own;
    if turn > now {
        turn
    } else {
        Tier::Minutes.end(Tier::Minutes.start(now)) + AFTER + own
    }
}

/// Makes what is missing of a cluster, then deletes what is kept no longer.
async fn one(store: &Store, lease: &Lease, cluster: &ClusterName, now: Timestamp) -> store::Result<()> {
    let mut there = store.measures_since(cluster, now - Tier::Day.kept()).await?;
    // Found to be empty: there is nothing to be written, nor to be looked for again.
    let mut done = BTreeSet::new();
    while let Some((tier, start)) = plan::missing(&there, &done, now) {
        done.insert((tier, start));
        let Some(finer) = tier.finer() else { break };
        let parts = store.measures_whole(cluster, finer, start, tier.end(start)).await?;
        let block = match heavy(|| gather(tier, start, &parts)).await {
            Ok(block) => block,
            Err(error) => {
                warn!(%cluster, %start, %error, "some measures cannot be read; they become a gap");
                let whole: Vec<Part> = parts.into_iter().filter(|part| readable(tier, start, part)).collect();
                gather(tier, start, &whole).unwrap_or(None)
            }
        };
        if let Some(block) = block {
            let part = Part { tier, start, block };
            store.put_measures(lease, &[(cluster.clone(), part)]).await?;
            there.insert((tier, start));
        }
    }
    store.forget_measures(Some(cluster), now).await.map(drop)
}

fn readable(tier: Tier, start: Timestamp, part: &Part) -> bool {
    gather(tier, start, std::slice::from_ref(part)).is_ok()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn turns_come_once_in_ten_minutes_soon_after_their_end_and_not_all_at_once() {
        let begin = DateTime::from_timestamp(86_400 * 20_000, 0).unwrap();
        let mut turns = BTreeSet::new();
        for number in 0..100 {
            let cluster = ClusterName::from(format!("cluster-{number}"));
            let first = next(&cluster, begin);
            let after = (first - begin).num_seconds();
            assert!((35..275).contains(&after), "{after}");
            assert_eq!(next(&cluster, first), first + TimeDelta::minutes(10));
            turns.insert(after);
        }
        assert!(turns.len() > 50, "{turns:?}");
    }
}
