//! What may be used no more before its time is over, at whichever server it was used: redeemed links, ended sessions.

use std::time::Duration;

use model::Timestamp;
use sqlx::query;

use crate::pool::answer;
use crate::{Result, Store};

/// A row is deleted so long after what it names expired: the clocks of servers may differ from this database's.
const FORGOTTEN: Duration = Duration::from_secs(24 * 3600);

impl Store {
    /// Notes ids as spent, each until it would have expired anyway; how many of them were not spent before. Of two servers
    /// that spend the same one at once, one is told so.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`]: noted or not.
    pub async fn spend(&self, ids: &[(String, Timestamp)]) -> Result<u64> {
        let (ids, expires): (Vec<String>, Vec<Timestamp>) = ids.iter().cloned().unzip();
        answer(async {
            // In one order everywhere: two servers that note the same ones must not wait for each other.
            let done = query!(
                "INSERT INTO spent (id, expires_at)
                 SELECT id, expires_at FROM unnest($1::text[], $2::timestamptz[]) AS new (id, expires_at) ORDER BY id
                 ON CONFLICT DO NOTHING",
                &ids,
                &expires,
            )
            .execute(&self.pool)
            .await?;
            Ok(done.rows_affected())
        })
        .await
    }

    /// All that is noted as spent, with the times at which it expires.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn spent(&self) -> Result<Vec<(String, Timestamp)>> {
        answer(async {
            let rows = query!("SELECT id, expires_at FROM spent").fetch_all(&self.pool).await?;
            Ok(rows.into_iter().map(|row| (row.id, row.expires_at)).collect())
        })
        .await
    }

    /// Deletes what expired more than a day ago; how much it was.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn forget_spent(&self) -> Result<u64> {
        answer(async {
            let done = query!(
                "DELETE FROM spent WHERE expires_at < clock_timestamp() - make_interval(secs => $1)",
                FORGOTTEN.as_secs_f64(),
            )
            .execute(&self.pool)
            .await?;
            Ok(done.rows_affected())
        })
        .await
    }
}
