//! Config versions: the masked configs that are in force, and those that were as long as anybody can be shown them.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::Timestamp;
use model::names::{ClusterName, ConnectorName};
use model::observe::ListedConfig;
use model::secrets::Fingerprint;
use sqlx::{PgConnection, query};

use crate::batch::{InForce, last_by_name};
use crate::json::{pack, text, unpack};
use crate::pool::answer;
use crate::{Batch, Result, Store};

/// Rows sent with one statement: bounded in number and, by [`BYTES`], in size.
const ROWS: usize = 1000;
/// Bytes of JSON after which a statement is sent.
const BYTES: usize = 8 << 20;
/// Config versions told of one connector. A config may have megabytes, and a program that rewrites one every minute
/// makes versions without end: more than anybody reads, and more than an answer should hold.
pub(crate) const NEWEST: i64 = 200;

/// One config version of a connector.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigVersion {
    /// Fingerprint of all its values.
    pub version: Fingerprint,
    /// When it was first seen.
    pub seen_at: Timestamp,
    /// When it last came into force: later than `seen_at` for one that was returned to.
    pub in_force_since: Timestamp,
    /// The masked config, as readable as the definitions known by now make it.
    pub config: Arc<ListedConfig>,
}

/// Writes the versions that are new, and those that became readable or came back into force, each with the time at which
/// it did. Goes before the connectors themselves are written: their rows still tell which version was in force.
pub(crate) async fn put(connection: &mut PgConnection, batch: &Batch<'_>) -> Result<()> {
    let mut rows = Rows::default();
    for ((name, _), row) in told(batch) {
        rows.push(name, &row)?;
        if rows.full() {
            rows.send(connection, batch).await?;
        }
    }
    rows.send(connection, batch).await
}

/// What a batch tells of one version of one connector.
struct Told<'a> {
    config: &'a ListedConfig,
    seen_at: Timestamp,
    in_force_since: Timestamp,
    /// Whether it came into force at that time. Else it did when the batch was written, if it was not in force before.
    timed: bool,
}

/// Every version once, by connector and version: a statement may not touch one row twice.
fn told<'a>(batch: &Batch<'a>) -> BTreeMap<(&'a str, &'a str), Told<'a>> {
    let mut told: BTreeMap<_, Told<'a>> = BTreeMap::new();
    for InForce {
        connector,
        since,
        config,
    } in batch.configs
    {
        let new = Told {
            config,
            seen_at: *since,
            in_force_since: *since,
            timed: true,
        };
        let known = told.entry((connector.as_str(), config.version.as_str())).or_insert(new);
        known.config = config;
        known.seen_at = known.seen_at.min(*since);
        known.in_force_since = known.in_force_since.max(*since);
    }
    for (name, record) in last_by_name(batch.connectors) {
        let Some(config) = record.facts.config.as_deref() else {
            continue;
        };
        let new = Told {
            config,
            seen_at: batch.at,
            in_force_since: batch.at,
            timed: false,
        };
        // More of it may be readable by now.
        told.entry((name, config.version.as_str())).or_insert(new).config = config;
    }
    told
}

#[derive(Default)]
struct Rows {
    names: Vec<String>,
    versions: Vec<String>,
    seen_at: Vec<Timestamp>,
    in_force_since: Vec<Timestamp>,
    timed: Vec<bool>,
    configs: Vec<String>,
    bytes: usize,
}

impl Rows {
    fn push(&mut self, name: &str, row: &Told<'_>) -> Result<()> {
        let json = pack(row.config)?;
        self.bytes += json.len();
        self.names.push(text(name));
        self.versions.push(text(row.config.version.as_str()));
        self.seen_at.push(row.seen_at);
        self.in_force_since.push(row.in_force_since);
        self.timed.push(row.timed);
        self.configs.push(json);
        Ok(())
    }

    fn full(&self) -> bool {
        self.names.len() >= ROWS || self.bytes >= BYTES
    }

    async fn send(&mut self, connection: &mut PgConnection, batch: &Batch<'_>) -> Result<()> {
        let rows = std::mem::take(self);
        if rows.names.is_empty() {
            return Ok(());
        }
        // `before` is the connector's row as it was: of a version without a time of its own, one that is not in force there
        // comes into force now; for the one that is, `epoch` loses against the time kept.
        query!(
            "INSERT INTO config_versions AS old (cluster, connector, version, seen_at, in_force_since, config)
             SELECT $1, new.connector, new.version, new.seen_at,
                 CASE WHEN NOT new.timed AND before.config_version = new.version THEN 'epoch'::timestamptz
                      ELSE new.in_force_since END,
                 new.config::jsonb
             FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::boolean[], $7::text[])
                 AS new (connector, version, seen_at, in_force_since, timed, config)
             LEFT JOIN connectors AS before ON before.cluster = $1 AND before.name = new.connector
             ON CONFLICT (cluster, connector, version) DO UPDATE SET
                 config = excluded.config,
                 in_force_since = greatest(old.in_force_since, excluded.in_force_since)
             WHERE old.config <> excluded.config OR old.in_force_since < excluded.in_force_since",
            batch.cluster.as_str(),
            &rows.names,
            &rows.versions,
            &rows.seen_at,
            &rows.in_force_since,
            &rows.timed,
            &rows.configs,
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Drops every version of connectors that are known no more.
pub(crate) async fn forget(connection: &mut PgConnection, cluster: &ClusterName, gone: &[ConnectorName]) -> Result<()> {
    if gone.is_empty() {
        return Ok(());
    }
    let gone: Vec<String> = gone.iter().map(|name| text(name.as_str())).collect();
    query!(
        "DELETE FROM config_versions WHERE cluster = $1 AND connector = ANY($2)",
        cluster.as_str(),
        &gone
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The config in force of every connector, or of those of one cluster, or of some of it.
pub(crate) async fn load(
    connection: &mut PgConnection,
    only: Option<&ClusterName>,
    names: Option<&[String]>,
) -> Result<BTreeMap<(String, String), Arc<ListedConfig>>> {
    query!(
        r#"SELECT config_versions.cluster, connector, config::text AS "config!"
           FROM connectors JOIN config_versions
               ON config_versions.cluster = connectors.cluster AND connector = name AND version = config_version
           WHERE ($1::text IS NULL OR connectors.cluster = $1) AND ($2::text[] IS NULL OR name = ANY($2))"#,
        only.map(ClusterName::as_str),
        names,
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(|row| {
        let config = unpack(&row.config, format_args!("config of {}/{}", row.cluster, row.connector))?;
        Ok(((row.cluster, row.connector), Arc::new(config)))
    })
    .collect()
}

impl Store {
    /// The latest 200 config versions of a connector, the one that came into force last first.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`]; [`crate::Error::Corrupt`].
    pub async fn config_versions(
        &self,
        cluster: &ClusterName,
        connector: &ConnectorName,
    ) -> Result<Vec<ConfigVersion>> {
        answer(async {
            query!(
                r#"SELECT version, seen_at, in_force_since, config::text AS "config!" FROM config_versions
                   WHERE cluster = $1 AND connector = $2
                   ORDER BY in_force_since DESC, seen_at DESC, version
                   LIMIT $3"#,
                cluster.as_str(),
                text(connector.as_str()),
                NEWEST,
            )
            .fetch_all(&self.pool)
            .await?
            .into_iter()
            .map(|row| {
                let config = unpack(
                    &row.config,
                    format_args!("config version {} of {connector}", row.version),
                )?;
                Ok(ConfigVersion {
                    version: Fingerprint::from_hex(&row.version),
                    seen_at: row.seen_at,
                    in_force_since: row.in_force_since,
                    config: Arc::new(config),
                })
            })
            .collect()
        })
        .await
    }
}
