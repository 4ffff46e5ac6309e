//! Workers.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::facts::{Alive, WorkerFacts};
use model::names::{ClusterName, WorkerId};
use sqlx::{PgConnection, query};

use crate::Result;
use crate::json::{pack, text, unpack};

/// Writes workers of a cluster.
pub(crate) async fn put(
    connection: &mut PgConnection,
    cluster: &ClusterName,
    workers: &[Arc<WorkerFacts>],
) -> Result<()> {
    if workers.is_empty() {
        return Ok(());
    }
    // A statement may not touch one row twice: the last one counts.
    let last: BTreeMap<&str, &WorkerFacts> = workers
        .iter()
        .map(|worker| (worker.id.as_str(), worker.as_ref()))
        .collect();
    let mut ids = Vec::with_capacity(last.len());
    let mut facts = Vec::with_capacity(last.len());
    let mut alive = Vec::with_capacity(last.len());
    for (id, worker) in last {
        ids.push(text(id));
        facts.push(pack(worker)?);
        alive.push(word(worker.alive).to_owned());
    }
    query!(
        "INSERT INTO workers (cluster, id, facts, alive)
         SELECT $1, id, facts::jsonb, alive
         FROM unnest($2::text[], $3::text[], $4::text[]) AS new (id, facts, alive)
         ON CONFLICT (cluster, id) DO UPDATE SET
             facts = excluded.facts, alive = excluded.alive, changed_at = excluded.changed_at",
        cluster.as_str(),
        &ids,
        &facts,
        &alive,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Drops workers that are known no more.
pub(crate) async fn forget(connection: &mut PgConnection, cluster: &ClusterName, gone: &[WorkerId]) -> Result<()> {
    if gone.is_empty() {
        return Ok(());
    }
    let gone: Vec<String> = gone.iter().map(|id| text(id.as_str())).collect();
    query!(
        "DELETE FROM workers WHERE cluster = $1 AND id = ANY($2)",
        cluster.as_str(),
        &gone
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Workers of every cluster, or of one, in order of their ids.
pub(crate) async fn load(
    connection: &mut PgConnection,
    only: Option<&ClusterName>,
) -> Result<BTreeMap<ClusterName, Vec<Arc<WorkerFacts>>>> {
    let rows = query!(
        r#"SELECT cluster, id, facts::text AS "facts!" FROM workers
           WHERE $1::text IS NULL OR cluster = $1
           ORDER BY cluster, id COLLATE "C""#,
        only.map(ClusterName::as_str),
    )
    .fetch_all(connection)
    .await?;
    let mut workers: BTreeMap<ClusterName, Vec<_>> = BTreeMap::new();
    for row in rows {
        let facts = unpack(&row.facts, format_args!("worker {} of {}", row.id, row.cluster))?;
        workers.entry(row.cluster.into()).or_default().push(Arc::new(facts));
    }
    Ok(workers)
}

fn word(alive: Alive) -> &'static str {
    match alive {
        Alive::Yes => "yes",
        Alive::GoneInOrder => "gone_in_order",
        Alive::Dead => "dead",
        Alive::Unknown => "unknown",
    }
}
