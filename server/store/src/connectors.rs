//! Connectors: facts, verdict and owner, with what SQL filters by beside them.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::Timestamp;
use model::facts::ConnectorFacts;
use model::names::{ClusterName, ConnectorName};
use model::record::ConnectorRecord;
use sqlx::{PgConnection, query};

use crate::batch::last_by_name;
use crate::json::{pack, text, unpack};
use crate::{Result, configs};

/// Rows sent with one statement: bounded in number and, by [`BYTES`], in size, since traces are long.
const ROWS: usize = 1000;
/// Bytes of JSON after which a statement is sent.
const BYTES: usize = 8 << 20;

/// Writes connectors of a cluster; their configs are written apart.
pub(crate) async fn put(
    connection: &mut PgConnection,
    cluster: &ClusterName,
    records: &[ConnectorRecord],
) -> Result<()> {
    let mut rows = Rows::default();
    for (name, record) in last_by_name(records) {
        rows.push(name, record)?;
        if rows.full() {
            rows.send(connection, cluster).await?;
        }
    }
    rows.send(connection, cluster).await
}

#[derive(Default)]
struct Rows {
    names: Vec<String>,
    facts: Vec<String>,
    verdicts: Vec<String>,
    owners: Vec<Option<String>>,
    versions: Vec<Option<String>>,
    healths: Vec<String>,
    kinds: Vec<Option<String>>,
    classes: Vec<Option<String>>,
    teams: Vec<Option<String>>,
    deleted: Vec<Option<Timestamp>>,
    bytes: usize,
}

impl Rows {
    fn push(&mut self, name: &str, record: &ConnectorRecord) -> Result<()> {
        let facts = &record.facts;
        let body = pack(&ConnectorFacts {
            config: None,
            ..facts.as_ref().clone()
        })?;
        let verdict = pack(&record.verdict)?;
        self.bytes += body.len() + verdict.len();
        self.names.push(text(name));
        self.facts.push(body);
        self.verdicts.push(verdict);
        self.owners.push(record.owner.as_ref().map(pack).transpose()?);
        self.versions
            .push(facts.config.as_ref().map(|config| text(config.version.as_str())));
        self.healths.push(record.verdict.health.as_str().to_owned());
        self.kinds.push(facts.kind.map(|kind| kind.as_str().to_owned()));
        self.classes.push(facts.class.as_ref().map(|class| text(class)));
        self.teams
            .push(record.owner.as_ref().map(|owner| text(owner.team.as_str())));
        self.deleted.push(facts.deleted_at);
        Ok(())
    }

    fn full(&self) -> bool {
        self.names.len() >= ROWS || self.bytes >= BYTES
    }

    async fn send(&mut self, connection: &mut PgConnection, cluster: &ClusterName) -> Result<()> {
        let rows = std::mem::take(self);
        if rows.names.is_empty() {
            return Ok(());
        }
        query!(
            "INSERT INTO connectors
                 (cluster, name, facts, verdict, owner, config_version, health, kind, class, team, deleted_at)
             SELECT $1, name, facts::jsonb, verdict::jsonb, owner::jsonb, version, health, kind, class, team, deleted_at
             FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                     $9::text[], $10::text[], $11::timestamptz[])
                 AS new (name, facts, verdict, owner, version, health, kind, class, team, deleted_at)
             ON CONFLICT (cluster, name) DO UPDATE SET
                 facts = excluded.facts, verdict = excluded.verdict, owner = excluded.owner,
                 config_version = excluded.config_version, health = excluded.health, kind = excluded.kind,
                 class = excluded.class, team = excluded.team, deleted_at = excluded.deleted_at,
                 changed_at = excluded.changed_at",
            cluster.as_str(),
            &rows.names,
            &rows.facts,
            &rows.verdicts,
            &rows.owners as &[Option<String>],
            &rows.versions as &[Option<String>],
            &rows.healths,
            &rows.kinds as &[Option<String>],
            &rows.classes as &[Option<String>],
            &rows.teams as &[Option<String>],
            &rows.deleted as &[Option<Timestamp>],
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Drops connectors that are known no more.
pub(crate) async fn forget(connection: &mut PgConnection, cluster: &ClusterName, gone: &[ConnectorName]) -> Result<()> {
    if gone.is_empty() {
        return Ok(());
    }
    let gone: Vec<String> = gone.iter().map(|name| text(name.as_str())).collect();
    query!(
        "DELETE FROM connectors WHERE cluster = $1 AND name = ANY($2)",
        cluster.as_str(),
        &gone
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Connectors of every cluster, of one, or some of one, with their configs, in order of their names.
pub(crate) async fn load(
    connection: &mut PgConnection,
    only: Option<&ClusterName>,
    names: Option<&[String]>,
) -> Result<BTreeMap<ClusterName, Vec<ConnectorRecord>>> {
    let mut in_force = configs::load(connection, only, names).await?;
    let rows = query!(
        r#"SELECT cluster, name, facts::text AS "facts!", verdict::text AS "verdict!", owner::text AS "owner?"
           FROM connectors
           WHERE ($1::text IS NULL OR cluster = $1) AND ($2::text[] IS NULL OR name = ANY($2))
           ORDER BY cluster, name COLLATE "C""#,
        only.map(ClusterName::as_str),
        names,
    )
    .fetch_all(connection)
    .await?;
    let mut connectors: BTreeMap<ClusterName, Vec<_>> = BTreeMap::new();
    for row in rows {
        let place = (row.cluster, row.name);
        let what = format_args!("connector {}/{}", place.0, place.1);
        let facts: ConnectorFacts = unpack(&row.facts, what)?;
        let record = ConnectorRecord {
            verdict: Arc::new(unpack(&row.verdict, what)?),
            owner: row.owner.map(|owner| unpack(&owner, what)).transpose()?,
            facts: Arc::new(ConnectorFacts {
                config: in_force.remove(&place),
                ..facts
            }),
        };
        connectors.entry(place.0.into()).or_default().push(record);
    }
    Ok(connectors)
}
