//! How measures went: blocks, written once and deleted by their age.

use std::collections::BTreeSet;

use model::Timestamp;
use model::blocks::{Block, Columns, Part, Tier, find};
use model::names::{ClusterName, ConnectorName};
use sqlx::query;
use tracing::warn;

use crate::pool::answer;
use crate::{Lease, Result, Store};

/// Rows that are deleted with one statement; each is short, so that nobody waits long for it.
const ROWS: i64 = 500;

/// What was measured of one connector in the time of one block.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// The kind of block.
    pub tier: Tier,
    /// When it began.
    pub start: Timestamp,
    /// The columns of the connector.
    pub columns: Columns,
}

impl Store {
    /// Records blocks of clusters of the lease's unit, all in one statement. One that is there already stays as it is.
    ///
    /// # Errors
    /// [`crate::Error::Fenced`] when the lease is lost: nothing was written; [`crate::Error::Unavailable`].
    pub async fn put_measures(&self, lease: &Lease, blocks: &[(ClusterName, Part)]) -> Result<()> {
        let clusters: Vec<String> = blocks.iter().map(|(cluster, _)| cluster.as_str().to_owned()).collect();
        let spans: Vec<i32> = blocks.iter().map(|(_, part)| span(part.tier)).collect();
        let starts: Vec<Timestamp> = blocks.iter().map(|(_, part)| part.start).collect();
        let each = blocks.iter().map(|(_, part)| &part.block);
        let (directories, data): (Vec<&[u8]>, Vec<&[u8]>) = each.map(|block| (&*block.directory, &*block.data)).unzip();
        let done = answer(async {
            Ok(query!(
                r#"WITH held AS (
                       SELECT true AS held FROM leases
                       WHERE unit = $1 AND epoch = $2 AND holder = $3 AND NOT released AND expires_at > clock_timestamp()
                       FOR SHARE
                   ),
                   put AS (
                       INSERT INTO measures (cluster, span, start, directory, data)
                       SELECT cluster, span, start, directory, data
                       FROM unnest($4::text[], $5::integer[], $6::timestamptz[], $7::bytea[], $8::bytea[])
                           AS new (cluster, span, start, directory, data), held
                       ON CONFLICT DO NOTHING
                   )
                   SELECT EXISTS (SELECT FROM held) AS "held!""#,
                lease.unit().as_str(),
                lease.epoch(),
                lease.holder(),
                &clusters,
                &spans,
                &starts,
                &directories as &[&[u8]],
                &data as &[&[u8]],
            )
            .fetch_one(&self.pool)
            .await?)
        })
        .await?;
        if done.held { Ok(()) } else { Err(lease.fenced()) }
    }

    /// The blocks of a cluster that are there and end after `since`. Kinds that only a newer version knows are passed over.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn measures_since(&self, cluster: &ClusterName, since: Timestamp) -> Result<BTreeSet<(Tier, Timestamp)>> {
        answer(async {
            let rows = query!(
                "SELECT span, start FROM measures
                 WHERE cluster = $1 AND start > $2::timestamptz - make_interval(secs => span)",
                cluster.as_str(),
                since,
            )
            .fetch_all(&self.pool)
            .await?;
            let known = |span: i32| Tier::of_span(i64::from(span));
            Ok(rows
                .into_iter()
                .filter_map(|row| Some((known(row.span)?, row.start)))
                .collect())
        })
        .await
    }

    /// Whole blocks of a kind of a cluster that began in this time, in their order.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn measures_whole(
        &self,
        cluster: &ClusterName,
        tier: Tier,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Part>> {
        answer(async {
            let rows = query!(
                "SELECT start, directory, data FROM measures
                 WHERE cluster = $1 AND span = $2 AND start >= $3 AND start < $4 ORDER BY start",
                cluster.as_str(),
                span(tier),
                from,
                until,
            )
            .fetch_all(&self.pool)
            .await?;
            let part = |(start, directory, data)| Part {
                tier,
                start,
                block: Block { directory, data },
            };
            Ok(rows
                .into_iter()
                .map(|row| part((row.start, row.directory, row.data)))
                .collect())
        })
        .await
    }

    /// What these blocks of a cluster tell of one connector: their directories are read, and of their data the slice that is
    /// the connector's. A damaged one tells nothing.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn measures_of(
        &self,
        cluster: &ClusterName,
        connector: &ConnectorName,
        blocks: &[(Tier, Timestamp)],
    ) -> Result<Vec<Stretch>> {
        let spans: Vec<i32> = blocks.iter().map(|(tier, _)| span(*tier)).collect();
        let starts: Vec<Timestamp> = blocks.iter().map(|(_, start)| *start).collect();
        let directories = answer(async {
            Ok(query!(
                "SELECT measures.span, measures.start, directory
                 FROM unnest($2::integer[], $3::timestamptz[]) AS wanted (span, start)
                 JOIN measures ON cluster = $1 AND measures.span = wanted.span AND measures.start = wanted.start",
                cluster.as_str(),
                &spans,
                &starts,
            )
            .fetch_all(&self.pool)
            .await?)
        })
        .await?;
        let mut slices = Vec::new();
        for row in directories {
            let Some(tier) = Tier::of_span(i64::from(row.span)) else {
                continue;
            };
            match find(&row.directory, connector) {
                Ok(Some(slice)) => slices.push((tier, row.start, slice)),
                Ok(None) => {}
                Err(error) => warn!(%cluster, start = %row.start, span = row.span, %error, "measures cannot be read"),
            }
        }
        let size = |size: usize| i32::try_from(size).unwrap_or(i32::MAX);
        let spans: Vec<i32> = slices.iter().map(|(tier, ..)| span(*tier)).collect();
        let starts: Vec<Timestamp> = slices.iter().map(|(_, start, _)| *start).collect();
        let offsets: Vec<i32> = slices
            .iter()
            .map(|(.., slice)| size(slice.offset).saturating_add(1))
            .collect();
        let lengths: Vec<i32> = slices.iter().map(|(.., slice)| size(slice.length)).collect();
        let rows = answer(async {
            Ok(query!(
                r#"SELECT place AS "place!", substring(data FROM first FOR length) AS "bytes!"
                   FROM unnest($2::integer[], $3::timestamptz[], $4::integer[], $5::integer[])
                       WITH ORDINALITY AS wanted (span, start, first, length, place)
                   JOIN measures ON cluster = $1 AND measures.span = wanted.span AND measures.start = wanted.start"#,
                cluster.as_str(),
                &spans,
                &starts,
                &offsets,
                &lengths,
            )
            .fetch_all(&self.pool)
            .await?)
        })
        .await?;
        let mut stretches = Vec::with_capacity(rows.len());
        for row in rows {
            let place = usize::try_from(row.place).ok().and_then(|place| place.checked_sub(1));
            let Some((tier, start, slice)) = place.and_then(|place| slices.get(place)) else {
                continue;
            };
            match slice.read(&row.bytes) {
                Ok(columns) => stretches.push(Stretch {
                    tier: *tier,
                    start: *start,
                    columns,
                }),
                Err(error) => warn!(%cluster, %start, %error, "measures cannot be read"),
            }
        }
        stretches.sort_by_key(|stretch| (stretch.start, stretch.tier));
        Ok(stretches)
    }

    /// Deletes what is kept no longer, of one cluster or of all, some rows at a time. How many there were. Several servers
    /// may do so at once.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`]; what was deleted by then stays deleted.
    pub async fn forget_measures(&self, cluster: Option<&ClusterName>, now: Timestamp) -> Result<u64> {
        let mut forgotten = 0;
        for tier in Tier::ALL {
            loop {
                let some = answer(self.forget_some_measures(cluster, tier, now - tier.kept())).await?;
                forgotten += some;
                if some < ROWS.unsigned_abs() {
                    break;
                }
            }
        }
        Ok(forgotten)
    }

    async fn forget_some_measures(&self, cluster: Option<&ClusterName>, tier: Tier, before: Timestamp) -> Result<u64> {
        let done = match cluster {
            Some(cluster) => {
                query!(
                    "DELETE FROM measures WHERE cluster = $1 AND span = $2 AND start IN (
                         SELECT start FROM measures WHERE cluster = $1 AND span = $2 AND start < $3 ORDER BY start LIMIT $4
                     )",
                    cluster.as_str(),
                    span(tier),
                    before,
                    ROWS,
                )
                .execute(&self.pool)
                .await?
            }
            None => {
                query!(
                    "DELETE FROM measures WHERE (cluster, span, start) IN (
                         SELECT cluster, span, start FROM measures WHERE span = $1 AND start < $2 LIMIT $3
                     )",
                    span(tier),
                    before,
                    ROWS,
                )
                .execute(&self.pool)
                .await?
            }
        };
        Ok(done.rows_affected())
    }
}

/// As the table holds it.
fn span(tier: Tier) -> i32 {
    i32::try_from(tier.span()).unwrap_or(i32::MAX)
}
