//! Open faults.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use model::fault::Fault;
use model::names::ClusterName;
use sqlx::{PgConnection, query};

use crate::Result;
use crate::json::{pack, text, unpack};

/// Writes faults that are open and removes those that ended; the history has both ends.
pub(crate) async fn put(connection: &mut PgConnection, cluster: &ClusterName, faults: &[Arc<Fault>]) -> Result<()> {
    let last: BTreeMap<&str, &Fault> = faults.iter().map(|fault| (fault.id.as_ref(), fault.as_ref())).collect();
    let (open, ended): (Vec<_>, Vec<_>) = last.into_values().partition(|fault| fault.ended_at.is_none());
    if !ended.is_empty() {
        let ids: Vec<String> = ended.iter().map(|fault| text(&fault.id)).collect();
        query!(
            "DELETE FROM faults WHERE cluster = $1 AND id = ANY($2)",
            cluster.as_str(),
            &ids
        )
        .execute(&mut *connection)
        .await?;
    }
    if !open.is_empty() {
        let mut ids = Vec::with_capacity(open.len());
        let mut bodies = Vec::with_capacity(open.len());
        let mut domains = Vec::with_capacity(open.len());
        let mut classes = Vec::with_capacity(open.len());
        let mut opened = Vec::with_capacity(open.len());
        for fault in open {
            ids.push(text(&fault.id));
            bodies.push(pack(fault)?);
            domains.push(fault.domain.as_str().to_owned());
            classes.push(fault.class.as_str().to_owned());
            opened.push(fault.opened_at);
        }
        query!(
            "INSERT INTO faults (cluster, id, fault, domain, class, opened_at)
             SELECT $1, id, fault::jsonb, domain, class, opened_at
             FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
                 AS new (id, fault, domain, class, opened_at)
             ON CONFLICT (cluster, id) DO UPDATE SET
                 fault = excluded.fault, domain = excluded.domain, class = excluded.class,
                 opened_at = excluded.opened_at",
            cluster.as_str(),
            &ids,
            &bodies,
            &domains,
            &classes,
            &opened,
        )
        .execute(connection)
        .await?;
    }
    Ok(())
}

/// Open faults of every cluster, or of one, the oldest first.
pub(crate) async fn load(
    connection: &mut PgConnection,
    only: Option<&ClusterName>,
) -> Result<BTreeMap<ClusterName, Vec<Arc<Fault>>>> {
    let rows = query!(
        r#"SELECT cluster, id, fault::text AS "fault!" FROM faults
           WHERE $1::text IS NULL OR cluster = $1
           ORDER BY cluster, opened_at, id COLLATE "C""#,
        only.map(ClusterName::as_str),
    )
    .fetch_all(connection)
    .await?;
    let mut faults: BTreeMap<ClusterName, Vec<_>> = BTreeMap::new();
    for row in rows {
        match unpack(&row.fault, format_args!("fault {} of {}", row.id, row.cluster)) {
            Ok(fault) => faults.entry(row.cluster.into()).or_default().push(Arc::new(fault)),
            // Of a scope that this version does not know: here its members have no fault. A newer version ends it.
            Err(error) => tell_once(&row.id, &error),
        }
    }
    Ok(faults)
}

/// Logs that a fault cannot be read, once for each: they are read with every change of their cluster.
fn tell_once(id: &str, error: &crate::Error) {
    static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let new = TOLD
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(id.to_owned());
    if new {
        tracing::warn!(%error, "a fault is not shown; a newer version of Signalbox opened it");
    }
}
