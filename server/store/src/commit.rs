//! The one transaction in which facts, verdicts, history and feed change together.

use sqlx::{PgConnection, query};

use crate::lease::SILENCE;
use crate::pool::{LONG_ANSWER, within};
use crate::{Batch, Error, Lease, Result, Store, clusters, configs, connectors, faults, feed, history, workers};

/// The advisory lock beside that of the row of `feed_head`. Its number means nothing; it only must not change.
const NUMBERING: i64 = 0x5167_6e61_6c62_6f78;

impl Store {
    /// Records a batch, if the lease still holds: all of it, or nothing, and once however often it is sent under its
    /// number. Returns the highest number given to its history and feed, `None` when it had neither or was recorded
    /// before.
    ///
    /// # Errors
    /// [`crate::Error::Fenced`] when the lease is lost or [`Lease::outlived`]: nothing was written.
    /// [`crate::Error::Unavailable`]: written or
    /// not, if the connection broke between the commit and its answer; send it again under the same number.
    pub async fn commit(&self, lease: &Lease, batch: &Batch<'_>) -> Result<Option<i64>> {
        let done = within(LONG_ANSWER, async {
            let _turn = self.turn().await?;
            let mut transaction = self.pool.begin().await?;
            lease.check(&mut transaction).await?;
            let last = clusters::last_batch(&mut transaction, lease, batch.cluster).await?;
            if lease.recorded().lacks(batch.cluster, last) {
                return Err(lease.fenced());
            }
            // Its answer was lost, and it comes again.
            if last >= Some(batch.number) {
                lease.recorded().note(batch.cluster, batch.number);
                return Ok(None);
            }
            record(&mut transaction, lease, batch).await?;
            let highest = number(&mut transaction, batch).await?;
            lease.extend(&mut transaction).await?;
            transaction.commit().await?;
            lease.recorded().note(batch.cluster, batch.number);
            Ok(highest)
        })
        .await;
        // A database may answer questions and still record nothing: its disk is full.
        let trouble = done
            .as_ref()
            .err()
            .filter(|error| !matches!(error, Error::Fenced { .. }));
        telemetry::recording(batch.cluster.as_str(), trouble.map(ToString::to_string));
        done
    }
}

/// The rows, which can be many: before the lock.
async fn record(connection: &mut PgConnection, lease: &Lease, batch: &Batch<'_>) -> Result<()> {
    clusters::put(connection, batch.cluster, batch.about).await?;
    clusters::put_fresh(connection, lease, batch).await?;
    workers::put(connection, batch.cluster, batch.workers).await?;
    workers::forget(connection, batch.cluster, batch.workers_gone).await?;
    configs::put(connection, batch).await?;
    connectors::put(connection, batch.cluster, batch.connectors).await?;
    configs::forget(connection, batch.cluster, batch.connectors_gone).await?;
    connectors::forget(connection, batch.cluster, batch.connectors_gone).await?;
    faults::put(connection, batch.cluster, batch.faults).await
}

/// Keeps the numbering until the end of the transaction, which Postgres ends when it says nothing for [`SILENCE`]: a server
/// that was stopped in the middle of it must not keep the numbering from the others.
///
/// The order of the numbers would hold without this lock: whoever takes some has the row of `feed_head` locked until the
/// commit is visible. It is for a gap that is sent again ([`Store::record_gap`]), which has to be looked for before any
/// number is taken, while nobody else may be about to record it.
pub(crate) async fn lock(connection: &mut PgConnection) -> Result<()> {
    query!(
        "SELECT pg_advisory_xact_lock($1), set_config('idle_in_transaction_session_timeout', $2, true)",
        NUMBERING,
        SILENCE,
    )
    .fetch_one(connection)
    .await?;
    Ok(())
}

/// The numbers, and what carries them. The row of `feed_head` is locked from here until the commit is visible to everybody,
/// so that a reader who has seen a number never sees a smaller one appear afterwards.
pub(crate) async fn number(connection: &mut PgConnection, batch: &Batch<'_>) -> Result<Option<i64>> {
    let count = batch.entries.len() + batch.feed.len();
    if count == 0 {
        return Ok(None);
    }
    let entries = history::prepare(batch.entries)?;
    lock(connection).await?;
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let highest = query!("UPDATE feed_head SET id = id + $1 RETURNING id", count)
        .fetch_one(&mut *connection)
        .await?
        .id;
    let first = highest - count + 1;
    let next = history::put(connection, batch.cluster, first, &entries).await?;
    feed::put(connection, batch, next).await?;
    feed::notify(connection, highest).await?;
    Ok(Some(highest))
}
