//! Months of feed, history, audit and counts, made ahead and dropped behind through functions of the tables' owner.

use model::Timestamp;
use sqlx::{PgConnection, query, query_scalar};

use crate::pool::answer;
use crate::{Result, Store};

/// Makes the partitions of the month of Postgres's clock, and of `now` where it is given, with the two months after.
/// History is locked before feed, here and when dropping, as a commit does: the other order could be a deadlock. A schema
/// of before a table has no months of it.
pub(crate) async fn ensure(connection: &mut PgConnection, now: Option<Timestamp>) -> Result<()> {
    query!(
        r#"SELECT signalbox_make_partition(parent, month) AS "made!"
           FROM (
               SELECT DISTINCT date_trunc('month', since, 'UTC') + make_interval(months => ahead) AS month
               FROM unnest(ARRAY[clock_timestamp(), $1::timestamptz]) AS since, generate_series(0, 2) AS ahead
               WHERE since IS NOT NULL
           ) AS months, unnest(ARRAY['feed', 'history', 'audit', 'counts']) AS parent
           WHERE to_regclass('public.' || parent) IS NOT NULL
           ORDER BY parent DESC, month"#,
        now,
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}

impl Store {
    /// Makes the partitions that are needed in the next two months: at start and every few hours. Rows go by Postgres's clock;
    /// `now` is the server's, for whose month there will be partitions too.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`], also when a long reader kept the tables locked: try again later.
    pub async fn ensure_partitions(&self, now: Timestamp) -> Result<()> {
        answer(async {
            let mut connection = self.pool.acquire().await?;
            ensure(&mut connection, Some(now)).await
        })
        .await
    }

    /// Drops the months of feed, history and counts that were recorded wholly before `before`; how many tables went. The
    /// present month stays. The audit record is kept.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`], also when a long reader kept the tables locked: try again later.
    pub async fn drop_partitions(&self, before: Timestamp) -> Result<u32> {
        answer(async {
            let dropped = query_scalar!(
                r#"SELECT sum(signalbox_drop_partitions(parent, $1)) AS "dropped!"
                   FROM unnest(ARRAY['history', 'feed', 'counts']) AS parent"#,
                before,
            )
            .fetch_one(&self.pool)
            .await?;
            Ok(u32::try_from(dropped).unwrap_or(0))
        })
        .await
    }
}
