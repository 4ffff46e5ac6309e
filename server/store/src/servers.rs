//! The servers that share this database: who lives, what each can watch, and all its leases renewed in one statement.

use std::time::Duration;

use model::Timestamp;
use model::names::UnitName;
use sqlx::query;

use crate::pool::answer;
use crate::{Result, Store};

/// A row is removed so long after it ran out.
const FORGOTTEN: Duration = Duration::from_secs(3600);

/// What a server says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server<'a> {
    /// The process, uniquely; its leases stand under this name.
    pub holder: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Where its users reach it, if known.
    pub address: Option<&'a str>,
    /// What it can watch, by its configuration.
    pub units: &'a [UnitName],
}

/// How the renewal of one lease went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// It holds for another `ttl`.
    Renewed,
    /// Something under way keeps its row, most likely a record of this server, which renews it itself when it is long.
    Busy,
    /// Another holding began: whoever worked under this one must stop.
    Fenced,
}

/// A server as anybody may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerInfo {
    /// The process, uniquely.
    pub holder: String,
    /// Its version.
    pub version: String,
    /// Where its users reach it, if known.
    pub address: Option<String>,
    /// What it can watch.
    pub units: Vec<UnitName>,
    /// When it was first seen here, by Postgres's clock.
    pub started_at: Timestamp,
    /// For how long it has been here without a break, by Postgres's clock; `None` once its row ran out.
    pub live_for: Option<Duration>,
}

impl Store {
    /// The same database over one connection of its own, for what must not wait until others have asked their
    /// questions. It is closed by itself.
    pub fn apart(&self) -> Self {
        Self::pooled(self.options.clone(), 1)
    }

    /// Says that a server is there for another `ttl`, and renews its leases (unit and epoch) for as long, all in one
    /// statement. A lease that ran out is good again if nobody took the unit meanwhile. Returns how each renewal went,
    /// in no order.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`]: renewed or not.
    pub async fn beat(
        &self,
        server: &Server<'_>,
        leases: &[(UnitName, i64)],
        ttl: Duration,
    ) -> Result<Vec<(UnitName, Renewal)>> {
        let can: Vec<String> = server.units.iter().map(|unit| unit.as_str().to_owned()).collect();
        let (units, epochs): (Vec<String>, Vec<i64>) = leases
            .iter()
            .map(|(unit, epoch)| (unit.as_str().to_owned(), *epoch))
            .unzip();
        answer(async {
            // Rows that a record of our own has locked are left to it: waiting for one would let all others run out.
            let rows = query!(
                r#"WITH me AS (
                       INSERT INTO servers (holder, version, address, units, expires_at)
                       VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5))
                       ON CONFLICT (holder) DO UPDATE SET
                           address = excluded.address,
                           units = excluded.units,
                           expires_at = excluded.expires_at,
                           live_since = CASE WHEN servers.expires_at <= clock_timestamp() THEN clock_timestamp()
                                             ELSE servers.live_since END
                   ),
                   held AS (
                       SELECT unit, epoch FROM unnest($6::text[], $7::bigint[]) AS held (unit, epoch)
                   ),
                   free AS (
                       SELECT leases.unit FROM leases JOIN held USING (unit, epoch)
                       WHERE holder = $1 AND NOT released
                       FOR UPDATE OF leases SKIP LOCKED
                   ),
                   renewed AS (
                       UPDATE leases SET expires_at = clock_timestamp() + make_interval(secs => $5)
                       FROM free WHERE leases.unit = free.unit
                       RETURNING leases.unit
                   )
                   SELECT held.unit AS "unit!", renewed.unit IS NOT NULL AS "renewed!",
                       EXISTS (
                           SELECT FROM leases
                           WHERE leases.unit = held.unit AND leases.epoch = held.epoch AND holder = $1 AND NOT released
                       ) AS "ours!"
                   FROM held LEFT JOIN renewed USING (unit)"#,
                server.holder,
                server.version,
                server.address,
                &can,
                ttl.as_secs_f64(),
                &units,
                &epochs,
            )
            .fetch_all(&self.pool)
            .await?;
            Ok(rows
                .into_iter()
                .map(|row| {
                    let how = match (row.renewed, row.ours) {
                        (true, _) => Renewal::Renewed,
                        (false, true) => Renewal::Busy,
                        (false, false) => Renewal::Fenced,
                    };
                    (row.unit.into(), how)
                })
                .collect())
        })
        .await
    }

    /// Says that a server is gone, so that nobody leaves it anything any more. Its leases are released one by one.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`]; its row then runs out by itself.
    pub async fn leave(&self, holder: &str) -> Result<()> {
        answer(async {
            query!("DELETE FROM servers WHERE holder = $1", holder)
                .execute(&self.pool)
                .await?;
            Ok(())
        })
        .await
    }

    /// Every server that is there or was lately, in order of their names.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn servers(&self) -> Result<Vec<ServerInfo>> {
        answer(async {
            let rows = query!(
                r#"SELECT holder, version, address, units, started_at,
                       expires_at > clock_timestamp() AS "live!",
                       extract(epoch FROM clock_timestamp() - live_since)::float8 AS "live_for!"
                   FROM servers ORDER BY holder"#
            )
            .fetch_all(&self.pool)
            .await?;
            Ok(rows
                .into_iter()
                .map(|row| ServerInfo {
                    holder: row.holder,
                    version: row.version,
                    address: row.address,
                    units: row.units.into_iter().map(Into::into).collect(),
                    started_at: row.started_at,
                    live_for: row.live.then(|| seconds(row.live_for)),
                })
                .collect())
        })
        .await
    }

    /// Removes servers whose rows ran out more than an hour ago; how many there were.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn forget_servers(&self) -> Result<u64> {
        answer(async {
            let done = query!(
                "DELETE FROM servers WHERE expires_at < clock_timestamp() - make_interval(secs => $1)",
                FORGOTTEN.as_secs_f64(),
            )
            .execute(&self.pool)
            .await?;
            Ok(done.rows_affected())
        })
        .await
    }
}

/// A span of Postgres; 0 for one that is negative.
pub(crate) fn seconds(span: f64) -> Duration {
    Duration::try_from_secs_f64(span).unwrap_or_default()
}
