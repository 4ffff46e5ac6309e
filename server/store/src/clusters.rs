//! Clusters as a whole, and their heartbeats.

use model::facts::{ClusterAbout, Freshness};
use model::names::ClusterName;
use sqlx::{PgConnection, query};

use crate::json::{pack, unpack};
use crate::pool::answer;
use crate::{Batch, Lease, Result, Store};

/// Writes a cluster; without `about` only a first row for it, where there is none.
pub(crate) async fn put(connection: &mut PgConnection, name: &ClusterName, about: Option<&ClusterAbout>) -> Result<()> {
    match about {
        Some(about) => {
            query!(
                "INSERT INTO clusters (name, about) VALUES ($1, $2::text::jsonb)
                 ON CONFLICT (name) DO UPDATE SET about = excluded.about, changed_at = excluded.changed_at",
                name.as_str(),
                pack(about)?,
            )
            .execute(connection)
            .await?;
        }
        None => {
            query!(
                "INSERT INTO clusters (name, about) VALUES ($1, '{}') ON CONFLICT DO NOTHING",
                name.as_str()
            )
            .execute(connection)
            .await?;
        }
    }
    Ok(())
}

/// Writes the heartbeat that belongs to a batch.
pub(crate) async fn put_fresh(connection: &mut PgConnection, lease: &Lease, batch: &Batch<'_>) -> Result<()> {
    query!(
        "INSERT INTO heartbeats (cluster, fresh, batch_epoch, batch_number, batch_unit)
         VALUES ($1, $2::text::jsonb, $3, $4, $5)
         ON CONFLICT (cluster) DO UPDATE SET fresh = excluded.fresh, batch_unit = excluded.batch_unit,
             batch_epoch = excluded.batch_epoch, batch_number = excluded.batch_number,
             recorded_at = excluded.recorded_at",
        batch.cluster.as_str(),
        pack(batch.fresh)?,
        lease.epoch(),
        batch.number,
        lease.unit().as_str(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The number of the last batch of a cluster that was recorded under a lease.
pub(crate) async fn last_batch(
    connection: &mut PgConnection,
    lease: &Lease,
    cluster: &ClusterName,
) -> Result<Option<i64>> {
    let found = query!(
        "SELECT batch_number FROM heartbeats WHERE cluster = $1 AND batch_unit = $3 AND batch_epoch = $2",
        cluster.as_str(),
        lease.epoch(),
        lease.unit().as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(found.map(|row| row.batch_number))
}

/// Every cluster, or one.
pub(crate) async fn load(
    connection: &mut PgConnection,
    only: Option<&ClusterName>,
) -> Result<Vec<(ClusterName, ClusterAbout, Freshness)>> {
    query!(
        r#"SELECT name, about::text AS "about!", fresh::text AS "fresh?"
           FROM clusters LEFT JOIN heartbeats ON cluster = name
           WHERE $1::text IS NULL OR name = $1
           ORDER BY name"#,
        only.map(ClusterName::as_str),
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(|row| {
        let about = unpack(&row.about, format_args!("cluster {}", row.name))?;
        let fresh = match &row.fresh {
            Some(fresh) => unpack(fresh, format_args!("heartbeat of {}", row.name))?,
            None => Freshness::default(),
        };
        Ok((row.name.into(), about, fresh))
    })
    .collect()
}

impl Store {
    /// Records that a look found nothing new: one small row, not in the feed.
    ///
    /// # Errors
    /// [`crate::Error::Fenced`] when the lease is lost or [`Lease::outlived`]: nothing was written;
    /// [`crate::Error::Unavailable`].
    pub async fn heartbeat(&self, lease: &Lease, cluster: &ClusterName, fresh: &Freshness) -> Result<()> {
        let fresh = pack(fresh)?;
        let last = lease.recorded().last(cluster);
        let done = answer(async {
            Ok(query!(
                "INSERT INTO heartbeats (cluster, fresh)
                 SELECT $4, $5::text::jsonb FROM leases
                 WHERE unit = $1 AND epoch = $2 AND holder = $3 AND NOT released AND expires_at > clock_timestamp()
                     AND ($6::bigint IS NULL OR EXISTS (
                         SELECT FROM heartbeats AS known
                         WHERE known.cluster = $4 AND known.batch_unit = $1 AND known.batch_epoch = $2
                             AND known.batch_number >= $6))
                 FOR SHARE OF leases
                 ON CONFLICT (cluster) DO UPDATE SET fresh = excluded.fresh, recorded_at = excluded.recorded_at",
                lease.unit().as_str(),
                lease.epoch(),
                lease.holder(),
                cluster.as_str(),
                fresh,
                last,
            )
            .execute(&self.pool)
            .await?)
        })
        .await?;
        if done.rows_affected() == 1 {
            return Ok(());
        }
        // The lease is another's; or it is this one's still, and what was recorded under it is not there.
        let own = answer(async {
            Ok(query!(
                "SELECT batch_number AS \"last?\" FROM leases
                 LEFT JOIN heartbeats ON cluster = $4 AND batch_unit = unit AND batch_epoch = epoch
                 WHERE unit = $1 AND epoch = $2 AND holder = $3 AND NOT released",
                lease.unit().as_str(),
                lease.epoch(),
                lease.holder(),
                cluster.as_str(),
            )
            .fetch_optional(&self.pool)
            .await?)
        })
        .await?;
        if let Some(own) = own {
            lease.recorded().lacks(cluster, own.last);
        }
        Err(lease.fenced())
    }

    /// The last heartbeat of every cluster, in order of their names.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`]; [`crate::Error::Corrupt`].
    pub async fn heartbeats(&self) -> Result<Vec<(ClusterName, Freshness)>> {
        answer(async {
            query!(r#"SELECT cluster, fresh::text AS "fresh!" FROM heartbeats ORDER BY cluster"#)
                .fetch_all(&self.pool)
                .await?
                .into_iter()
                .map(|row| {
                    let fresh = unpack(&row.fresh, format_args!("heartbeat of {}", row.cluster))?;
                    Ok((row.cluster.into(), fresh))
                })
                .collect()
        })
        .await
    }
}
