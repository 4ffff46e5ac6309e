//! Who may write the facts of a unit: one server at a time, proven by a value.

use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use model::names::UnitName;
use sqlx::{PgConnection, query};

use crate::pool::answer;
use crate::recorded::Recorded;
use crate::servers::seconds;
use crate::{Error, Result, Store};

/// How long a transaction under a lease may say nothing, as Postgres reads it.
pub(crate) const SILENCE: &str = "2s";
/// The channel on which it is told that a unit was given up.
pub(crate) const CHANNEL: &str = "signalbox_leases";

/// The proof that this server holds a unit, in one epoch. Only [`Store::acquire`] and [`Store::take`] make one; it is
/// not copied, so that what was released is not used again.
#[derive(Debug)]
pub struct Lease {
    unit: UnitName,
    holder: String,
    epoch: i64,
    ttl: Duration,
    recorded: Recorded,
}

impl Lease {
    fn new(unit: UnitName, holder: &str, epoch: i64, ttl: Duration) -> Self {
        Self {
            unit,
            holder: holder.to_owned(),
            epoch,
            ttl,
            recorded: Recorded::default(),
        }
    }

    /// Whether the database turned out to lack what it had recorded under this lease: it is an older copy of what it was
    /// (a backup put back, a standby that was behind). What the holder has in mind is no continuation of that, so the
    /// lease is worth nothing any more, and whoever holds the unit next begins with what the database tells.
    pub fn outlived(&self) -> bool {
        self.recorded.lost()
    }

    pub(crate) fn recorded(&self) -> &Recorded {
        &self.recorded
    }

    /// What it covers.
    pub fn unit(&self) -> &UnitName {
        &self.unit
    }

    /// Grows with each new holding of the unit.
    pub fn epoch(&self) -> i64 {
        self.epoch
    }

    /// The server that holds it.
    pub fn holder(&self) -> &str {
        &self.holder
    }

    /// How long it holds after each renewal.
    pub fn ttl(&self) -> Duration {
        self.ttl
    }

    pub(crate) fn fenced(&self) -> Error {
        Error::Fenced {
            unit: self.unit.to_string(),
            epoch: self.epoch,
        }
    }

    /// Refuses unless the lease is still held, and keeps it from being taken over until the transaction ends: a
    /// takeover waits for this row. So a transaction that says nothing for [`SILENCE`] is ended by Postgres: a server
    /// that was stopped in the middle of one must keep neither its units nor the numbering from the others.
    pub(crate) async fn check(&self, connection: &mut PgConnection) -> Result<()> {
        let held = query!(
            "SELECT epoch, set_config('idle_in_transaction_session_timeout', $4, true) FROM leases
             WHERE unit = $1 AND epoch = $2 AND holder = $3 AND NOT released AND expires_at > clock_timestamp()
             FOR SHARE OF leases",
            self.unit.as_str(),
            self.epoch,
            self.holder,
            SILENCE,
        )
        .fetch_optional(connection)
        .await?;
        held.map(|_| ()).ok_or_else(|| self.fenced())
    }
}

impl Lease {
    /// Holds the unit for another `ttl` from the end of a transaction that has checked it: a renewal beside it waits
    /// for that transaction, so a long one must not use the lease up.
    pub(crate) async fn extend(&self, connection: &mut PgConnection) -> Result<()> {
        query!(
            "UPDATE leases SET expires_at = clock_timestamp() + make_interval(secs => $3) WHERE unit = $1 AND epoch = $2",
            self.unit.as_str(),
            self.epoch,
            self.ttl.as_secs_f64(),
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// A lease as anybody may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseInfo {
    /// What it covers.
    pub unit: UnitName,
    /// The server that holds or last held it.
    pub holder: String,
    /// The epoch.
    pub epoch: i64,
    /// Since when this epoch holds.
    pub acquired_at: Timestamp,
    /// Until when, by Postgres's clock.
    pub expires_at: Timestamp,
    /// Whether it holds now, by Postgres's clock.
    pub held: bool,
    /// Whether its holder gave it up.
    pub released: bool,
    /// For how long it still holds without a renewal, by Postgres's clock; 0 when it does not.
    pub holds_for: Duration,
}

impl Store {
    /// Takes a unit for `ttl`, by Postgres's clock; `None` while another server holds it. `holder` must be unique to
    /// the process: the same holder gets the unit anew at once, in a new epoch, and its older lease is worth nothing.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn acquire(&self, unit: &UnitName, holder: &str, ttl: Duration) -> Result<Option<Lease>> {
        let row = answer(async {
            Ok(query!(
                "INSERT INTO leases (unit, holder, epoch, acquired_at, expires_at)
                 VALUES ($1, $2, 1, clock_timestamp(), clock_timestamp() + make_interval(secs => $3))
                 ON CONFLICT (unit) DO UPDATE SET
                     holder = excluded.holder,
                     epoch = leases.epoch + 1,
                     acquired_at = excluded.acquired_at,
                     expires_at = excluded.expires_at,
                     released = false
                 WHERE leases.released OR leases.expires_at <= clock_timestamp() OR leases.holder = excluded.holder
                 RETURNING epoch",
                unit.as_str(),
                holder,
                ttl.as_secs_f64(),
            )
            .fetch_optional(&self.pool)
            .await?)
        })
        .await?;
        Ok(row.map(|row| Lease::new(unit.clone(), holder, row.epoch, ttl)))
    }

    /// Takes those of several units that are free, this holder's own, or those of `former` holders, for `ttl`, by
    /// Postgres's clock, all in one statement. One whose row is kept by a transaction of its last holder is left out and
    /// can be had once that ended. `former` are processes that are known to have ended: their leases are not waited out.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn take(
        &self,
        units: &[UnitName],
        holder: &str,
        former: &[Arc<str>],
        ttl: Duration,
    ) -> Result<Vec<Lease>> {
        let units: Vec<String> = units.iter().map(|unit| unit.as_str().to_owned()).collect();
        let former: Vec<String> = former.iter().map(|holder| holder.to_string()).collect();
        let rows = answer(async {
            Ok(query!(
                r#"WITH free AS (
                       SELECT unit FROM leases
                       WHERE unit = ANY ($1::text[])
                           AND (released OR expires_at <= clock_timestamp() OR holder = $2 OR holder = ANY ($4::text[]))
                       FOR UPDATE SKIP LOCKED
                   ),
                   taken AS (
                       UPDATE leases SET holder = $2, epoch = epoch + 1, acquired_at = clock_timestamp(),
                           expires_at = clock_timestamp() + make_interval(secs => $3), released = false
                       FROM free WHERE leases.unit = free.unit
                       RETURNING leases.unit, leases.epoch
                   ),
                   first AS (
                       INSERT INTO leases (unit, holder, epoch, acquired_at, expires_at)
                       SELECT unit, $2, 1, clock_timestamp(), clock_timestamp() + make_interval(secs => $3)
                       FROM unnest($1::text[]) AS wanted (unit)
                       WHERE NOT EXISTS (SELECT FROM leases WHERE leases.unit = wanted.unit)
                       -- In one order, so that two servers that start together do not wait for one another.
                       ORDER BY unit
                       ON CONFLICT (unit) DO NOTHING
                       RETURNING unit, epoch
                   )
                   SELECT unit AS "unit!", epoch AS "epoch!" FROM taken
                   UNION ALL SELECT unit, epoch FROM first"#,
                &units,
                holder,
                ttl.as_secs_f64(),
                &former,
            )
            .fetch_all(&self.pool)
            .await?)
        })
        .await?;
        let lease = |unit: String, epoch| Lease::new(unit.into(), holder, epoch, ttl);
        Ok(rows.into_iter().map(|row| lease(row.unit, row.epoch)).collect())
    }

    /// Holds the unit for another `ttl` from now. A lease that ran out is good again if nobody took the unit meanwhile.
    ///
    /// # Errors
    /// [`Error::Fenced`] when another holding began, or the lease is [`Lease::outlived`]; [`Error::Unavailable`].
    pub async fn renew(&self, lease: &Lease) -> Result<()> {
        if lease.outlived() {
            return Err(lease.fenced());
        }
        let done = answer(async {
            Ok(query!(
                "UPDATE leases SET expires_at = clock_timestamp() + make_interval(secs => $4)
                 WHERE unit = $1 AND epoch = $2 AND holder = $3 AND NOT released",
                lease.unit.as_str(),
                lease.epoch,
                lease.holder,
                lease.ttl.as_secs_f64(),
            )
            .execute(&self.pool)
            .await?)
        })
        .await?;
        if done.rows_affected() == 1 {
            Ok(())
        } else {
            Err(lease.fenced())
        }
    }

    /// Gives the unit up, so that another server need not wait for the expiry, and tells those who listen
    /// ([`Store::listen_for_leases`]). No error if it was lost before.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; the lease then ends by itself.
    pub async fn release(&self, lease: Lease) -> Result<()> {
        answer(async {
            query!(
                r#"WITH given AS (
                       UPDATE leases SET released = true, expires_at = clock_timestamp()
                       WHERE unit = $1 AND epoch = $2 AND holder = $3
                       RETURNING unit
                   )
                   SELECT pg_notify($4, unit)::text AS told FROM given"#,
                lease.unit.as_str(),
                lease.epoch,
                lease.holder,
                CHANNEL,
            )
            .fetch_optional(&self.pool)
            .await?;
            Ok(())
        })
        .await
    }

    /// Every unit that was ever held, in order of its name.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn leases(&self) -> Result<Vec<LeaseInfo>> {
        answer(async {
            let rows = query!(
                r#"SELECT unit, holder, epoch, acquired_at, expires_at,
                       NOT released AND expires_at > clock_timestamp() AS "held!", released,
                       extract(epoch FROM expires_at - clock_timestamp())::float8 AS "left!"
                   FROM leases ORDER BY unit"#
            )
            .fetch_all(&self.pool)
            .await?;
            Ok(rows
                .into_iter()
                .map(|row| LeaseInfo {
                    unit: row.unit.into(),
                    holder: row.holder,
                    epoch: row.epoch,
                    acquired_at: row.acquired_at,
                    expires_at: row.expires_at,
                    held: row.held,
                    released: row.released,
                    holds_for: if row.held { seconds(row.left) } else { Duration::ZERO },
                })
                .collect())
        })
        .await
    }
}
