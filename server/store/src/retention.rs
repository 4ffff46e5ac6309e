//! Config versions that nobody can be shown any more are deleted. The one in force always stays.

use model::Timestamp;
use sqlx::{query, query_scalar};

use crate::configs::NEWEST;
use crate::pool::answer;
use crate::{Result, Store};

/// Connectors that are looked at with one statement.
const CONNECTORS: i64 = 500;
/// Versions that are deleted in one transaction; each is short, so that no record waits long for it.
const VERSIONS: i64 = 1000;

impl Store {
    /// Deletes the versions of living and deleted connectors that came before the newest 200, and those that another one
    /// took the place of before the month in which `before` lies: the history of those days is gone with its month. How
    /// many there were. Several servers may do so at once.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`]; what was deleted by then stays deleted.
    pub async fn forget_config_versions(&self, before: Timestamp) -> Result<u64> {
        let mut forgotten = 0;
        let mut from = (String::new(), String::new());
        loop {
            let to = answer(self.page(&from)).await?;
            let Some(to) = to else { return Ok(forgotten) };
            loop {
                let some = answer(self.forget_some(before, &from, &to)).await?;
                forgotten += some;
                if some < VERSIONS.unsigned_abs() {
                    break;
                }
            }
            from = to;
        }
    }

    /// The last of the next connectors after this one, by cluster and name.
    async fn page(&self, from: &(String, String)) -> Result<Option<(String, String)>> {
        let last = query!(
            r#"SELECT cluster AS "cluster!", name AS "name!" FROM (
                   SELECT cluster, name FROM connectors WHERE (cluster, name) > ($1, $2) ORDER BY cluster, name LIMIT $3
               ) AS next ORDER BY cluster DESC, name DESC LIMIT 1"#,
            from.0,
            from.1,
            CONNECTORS,
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(last.map(|last| (last.cluster, last.name)))
    }

    /// Deletes some of what these connectors need no more.
    async fn forget_some(&self, before: Timestamp, from: &(String, String), to: &(String, String)) -> Result<u64> {
        let mut transaction = self.pool.begin().await?;
        // Locked before it is asked once more what is in force. A record that brings a version back locks it first: so
        // either this passes it over, or the record waits, and writes it anew.
        let locked = query!(
            "WITH aged AS (
                 SELECT old.cluster, connector, version,
                     row_number() OVER newest AS place,
                     lag(in_force_since) OVER newest AS ended_at
                 FROM config_versions AS old
                 JOIN connectors ON connectors.cluster = old.cluster AND name = connector
                 WHERE (connectors.cluster, name) > ($1, $2) AND (connectors.cluster, name) <= ($3, $4)
                 WINDOW newest AS
                     (PARTITION BY old.cluster, connector ORDER BY in_force_since DESC, seen_at DESC, version)
             )
             SELECT kept.cluster, kept.connector, kept.version
             FROM config_versions AS kept
             JOIN aged USING (cluster, connector, version)
             JOIN connectors ON connectors.cluster = kept.cluster AND name = kept.connector
             WHERE (place > $5 OR ended_at < date_trunc('month', $6::timestamptz, 'UTC'))
                 AND config_version IS DISTINCT FROM kept.version
             LIMIT $7
             FOR UPDATE OF kept SKIP LOCKED",
            from.0,
            from.1,
            to.0,
            to.1,
            NEWEST,
            before,
            VERSIONS,
        )
        .fetch_all(&mut *transaction)
        .await?;
        if locked.is_empty() {
            return Ok(0);
        }
        let mut keys = (Vec::new(), Vec::new(), Vec::new());
        for row in locked {
            keys.0.push(row.cluster);
            keys.1.push(row.connector);
            keys.2.push(row.version);
        }
        let deleted = query_scalar!(
            r#"WITH deleted AS (
                   DELETE FROM config_versions AS old
                   USING unnest($1::text[], $2::text[], $3::text[]) AS gone (cluster, connector, version)
                   WHERE old.cluster = gone.cluster AND old.connector = gone.connector AND old.version = gone.version
                       AND NOT EXISTS (
                           SELECT FROM connectors
                           WHERE connectors.cluster = gone.cluster AND name = gone.connector
                               AND config_version = gone.version
                       )
                   RETURNING 1
               )
               SELECT count(*) AS "deleted!" FROM deleted"#,
            &keys.0,
            &keys.1,
            &keys.2,
        )
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(u64::try_from(deleted).unwrap_or_default())
    }
}
