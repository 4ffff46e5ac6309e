//! How many connectors had which verdict, minute by minute.

mod minutes;

use std::sync::Arc;

use chrono::{DurationRound, TimeDelta, Timelike};
use model::Timestamp;
use model::names::ClusterName;
use model::verdict::Health;
use sqlx::query;

use crate::pool::answer;
use crate::{Error, Lease, Result, Store};

/// Connectors by verdict, worst first; a verdict that none has is left out.
pub type Counted = Arc<[(Health, u32)]>;

/// One minute's counts of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Minute {
    /// The full minute.
    pub at: Timestamp,
    /// What was counted then.
    pub counted: Counted,
}

/// An hour of a cluster as it was recorded. A minute that is not there was not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Minutes {
    /// The cluster.
    pub cluster: ClusterName,
    /// Its minutes, in the order in which they were recorded: of two of one moment the last counts.
    pub minutes: Vec<Minute>,
}

/// What is to be recorded of a cluster.
#[derive(Clone, Debug)]
pub struct Count {
    /// The cluster.
    pub cluster: ClusterName,
    /// What was counted.
    pub counted: Counted,
    /// Whether this writer recorded the same for the minute before: then a dot says it.
    pub as_before: bool,
}

impl Store {
    /// Records the counts of a full minute for clusters of the lease's unit, all in one statement. What is recorded twice
    /// is read once.
    ///
    /// # Errors
    /// [`Error::Fenced`] when the lease is lost: nothing was written; [`Error::Unavailable`], [`Error::Other`].
    pub async fn count(&self, lease: &Lease, minute: Timestamp, counts: &[Count]) -> Result<()> {
        let out_of_range = |_| Error::Other(format!("{minute} is no moment of an hour"));
        let hour = minute.duration_trunc(TimeDelta::hours(1)).map_err(out_of_range)?;
        let clusters: Vec<String> = counts.iter().map(|count| count.cluster.as_str().to_owned()).collect();
        let whole = |count: &Count| minutes::whole(minute.minute(), &count.counted);
        let whole: Vec<String> = counts.iter().map(whole).collect();
        let next = whole.iter().zip(counts);
        let next = next.map(|(whole, count)| if count.as_before { minutes::SAME } else { whole });
        let next: Vec<String> = next.map(ToOwned::to_owned).collect();
        let done = answer(async {
            // The day narrows it to the month or two in which such a row can lie.
            Ok(query!(
                r#"WITH held AS (
                       SELECT true AS held FROM leases
                       WHERE unit = $1 AND epoch = $2 AND holder = $3 AND NOT released AND expires_at > clock_timestamp()
                       FOR SHARE
                   ),
                   new AS (
                       SELECT cluster, whole, next
                       FROM unnest($5::text[], $6::text[], $7::text[]) AS new (cluster, whole, next), held
                   ),
                   grown AS (
                       UPDATE counts SET minutes = minutes || ' ' || new.next FROM new
                       WHERE counts.hour = $4 AND counts.cluster = new.cluster
                           AND counts.recorded_at > now() - interval '1 day'
                       RETURNING counts.cluster
                   ),
                   begun AS (
                       INSERT INTO counts (hour, cluster, minutes)
                       SELECT $4, cluster, whole FROM new WHERE cluster NOT IN (SELECT grown.cluster FROM grown)
                   )
                   SELECT EXISTS (SELECT FROM held) AS "held!""#,
                lease.unit().as_str(),
                lease.epoch(),
                lease.holder(),
                hour,
                &clusters,
                &whole,
                &next,
            )
            .fetch_one(&self.pool)
            .await?)
        })
        .await?;
        if done.held { Ok(()) } else { Err(lease.fenced()) }
    }

    /// What was counted in the hours that end after `since`, at most some months ago, whoever counted it. A word that only
    /// a newer version knows counts as unknown.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn counts_since(&self, since: Timestamp) -> Result<Vec<Minutes>> {
        answer(async {
            let rows = query!(
                r#"SELECT hour, cluster, minutes FROM counts
                   WHERE hour > $1::timestamptz - interval '1 hour' AND recorded_at > $1::timestamptz - interval '1 day'
                   ORDER BY recorded_at, hour, cluster"#,
                since,
            )
            .fetch_all(&self.pool)
            .await?;
            let read = |(hour, cluster, text): (Timestamp, String, String)| Minutes {
                minutes: minutes::read(hour, &text),
                cluster: cluster.into(),
            };
            Ok(rows
                .into_iter()
                .map(|row| read((row.hour, row.cluster, row.minutes)))
                .collect())
        })
        .await
    }
}
