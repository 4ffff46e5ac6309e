//! How far connectors are, as it was measured last.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::Timestamp;
use model::names::{ClusterName, ConnectorName};
use model::progress::{Reading, Readings};
use sqlx::query;

use crate::json::{pack, unpack};
use crate::pool::answer;
use crate::{Lease, Result, Store};

/// What is recorded of the progress of a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The cluster.
    pub cluster: ClusterName,
    /// When it was looked at last.
    pub as_of: Timestamp,
    /// Changes with the readings alone.
    pub version: i64,
    /// The readings; `None` where they are those that the asker knows.
    pub readings: Option<Readings>,
}

impl Store {
    /// Records what was measured of a cluster: one row, not in the feed. Readings that are those of before need not be given
    /// again.
    ///
    /// # Errors
    /// [`crate::Error::Fenced`] when the lease is lost: nothing was written; [`crate::Error::Unavailable`].
    pub async fn put_progress(
        &self,
        lease: &Lease,
        cluster: &ClusterName,
        as_of: Timestamp,
        readings: Option<&BTreeMap<ConnectorName, Reading>>,
    ) -> Result<()> {
        let readings = readings.map(pack).transpose()?;
        let done = answer(async {
            Ok(query!(
                "INSERT INTO progress (cluster, as_of, version, readings)
                 SELECT $4, $5, extract(epoch FROM clock_timestamp()) * 1000000, coalesce($6, '{}') FROM leases
                 WHERE unit = $1 AND epoch = $2 AND holder = $3 AND NOT released AND expires_at > clock_timestamp()
                 FOR SHARE
                 ON CONFLICT (cluster) DO UPDATE SET as_of = excluded.as_of,
                     version = CASE WHEN $6::text IS NULL THEN progress.version ELSE excluded.version END,
                     readings = CASE WHEN $6::text IS NULL THEN progress.readings ELSE excluded.readings END",
                lease.unit().as_str(),
                lease.epoch(),
                lease.holder(),
                cluster.as_str(),
                as_of,
                readings as Option<String>,
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

    /// What is recorded of these clusters, in order of their names; readings only of those whose version is not the known
    /// one.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`]; [`crate::Error::Corrupt`].
    pub async fn progress_beyond(&self, known: &BTreeMap<ClusterName, Option<i64>>) -> Result<Vec<Progress>> {
        let clusters: Vec<String> = known.keys().map(|name| name.as_str().to_owned()).collect();
        let versions: Vec<Option<i64>> = known.values().copied().collect();
        answer(async {
            query!(
                r#"SELECT progress.cluster, as_of, progress.version,
                       CASE WHEN known.version IS DISTINCT FROM progress.version THEN readings END AS "readings?"
                   FROM progress
                   JOIN unnest($1::text[], $2::bigint[]) AS known (cluster, version)
                       ON known.cluster = progress.cluster
                   ORDER BY progress.cluster"#,
                &clusters,
                &versions as &[Option<i64>],
            )
            .fetch_all(&self.pool)
            .await?
            .into_iter()
            .map(|row| {
                let read = |text: &String| unpack(text, format_args!("progress of {}", row.cluster));
                let of: Option<BTreeMap<ConnectorName, Reading>> = row.readings.as_ref().map(read).transpose()?;
                Ok(Progress {
                    as_of: row.as_of,
                    version: row.version,
                    readings: of.map(|of| Readings {
                        as_of: Some(row.as_of),
                        of: Arc::new(of),
                    }),
                    cluster: row.cluster.into(),
                })
            })
            .collect()
        })
        .await
    }

    /// Forgets what was measured before this moment of clusters that nobody measures since.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn forget_progress(&self, before: Timestamp) -> Result<()> {
        answer(async {
            query!("DELETE FROM progress WHERE as_of < $1", before)
                .execute(&self.pool)
                .await?;
            Ok(())
        })
        .await
    }
}
