//! Signalbox itself.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use console::{CallItem, DatabaseItem, FreshItem, LeaseItem, ServerItem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How Signalbox itself is. Durations are in seconds.
#[derive(Serialize, ToSchema)]
pub struct Itself {
    /// The server that answers.
    pub server: ThisServer,
    /// What keeps it from doing its work; null while nothing does.
    pub trouble: Option<String>,
    /// Each source of each cluster. Of all servers.
    pub freshness: Vec<Freshness>,
    /// What this server asked within the last minutes.
    pub calls: Calls,
    /// What waits in this server.
    pub queues: Queues,
    /// Why what was seen cannot be recorded, by cluster. Of this server.
    pub unrecorded: BTreeMap<String, String>,
    /// The database as this server sees it; null when it does not answer.
    pub database: Option<Database>,
    /// All servers on the database; null when it does not answer.
    pub servers: Option<Vec<Server>>,
    /// Which server holds which lease; null when the database does not answer.
    pub leases: Option<Vec<Lease>>,
    /// Why the database tells nothing.
    pub database_gap: Option<String>,
}

/// The server that answers.
#[derive(Serialize, ToSchema)]
pub struct ThisServer {
    /// The name under which it holds leases.
    pub holder: String,
    /// Its version.
    pub version: &'static str,
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// When the configuration in force was read.
    pub config_loaded_at: DateTime<Utc>,
    /// Why a newer one was refused; null while the newest is in force.
    pub config_refused: Option<String>,
    /// Keys that are read at the start only and were changed in the file since: `[server] listen`.
    pub config_at_next_start: Vec<String>,
    /// What it logs.
    pub log: Log,
}

/// What is logged.
#[derive(Serialize, ToSchema)]
pub struct Log {
    /// In the words of a filter.
    pub filter: String,
    /// When what the configuration says is in force again; null when it is.
    pub until: Option<DateTime<Utc>>,
    /// Who changed it for that long.
    pub by: Option<String>,
}

/// One source of one cluster.
#[derive(Serialize, ToSchema)]
pub struct Freshness {
    /// The cluster.
    pub cluster: String,
    /// `rest`: states; `group`: members of the Connect group, from Kafka.
    pub source: &'static str,
    /// When what it told was true; null when it never told anything.
    pub as_of: Option<DateTime<Utc>>,
    /// Whether that is too long ago.
    pub stale: bool,
    /// Why it tells nothing now.
    pub gap: Option<String>,
}

/// What this server asked lately.
#[derive(Serialize, ToSchema)]
pub struct Calls {
    /// Over how many seconds.
    pub window: u64,
    /// By cluster and question.
    pub items: Vec<Call>,
}

/// Questions of one kind to one cluster.
#[derive(Serialize, ToSchema)]
pub struct Call {
    /// The cluster.
    pub cluster: String,
    /// What was asked, as in the metrics; `group` asked Kafka.
    pub question: &'static str,
    /// How often.
    pub count: usize,
    /// How often without a usable answer.
    pub failed: usize,
    /// Half took at most this, in seconds.
    pub p50: f64,
    /// 95 of 100 took at most this, in seconds.
    pub p95: f64,
    /// The longest, in seconds.
    pub max: f64,
}

/// What waits in this server.
#[derive(Serialize, ToSchema)]
pub struct Queues {
    /// The most observations that waited at once within the last minutes, by cluster.
    pub observations: BTreeMap<String, usize>,
    /// Entries of history that are not recorded yet, by cluster.
    pub entries: BTreeMap<String, usize>,
    /// Readers of live events.
    pub event_streams: usize,
    /// How many there may be.
    pub event_streams_most: usize,
    /// Events that wait for the slowest of them.
    pub events: usize,
    /// Spans that wait for the receiver of traces.
    pub spans: usize,
}

/// The database.
#[derive(Serialize, ToSchema)]
pub struct Database {
    /// Postgres's version.
    pub version: String,
    /// How long one question took, in seconds.
    pub latency: f64,
    /// By how many seconds its clock is ahead of this server's.
    pub clock_ahead: f64,
    /// Bytes on its disk.
    pub bytes: u64,
}

/// A server on the database.
#[derive(Serialize, ToSchema)]
pub struct Server {
    /// The name under which it holds leases.
    pub holder: String,
    /// Whether it is the one that answers.
    pub this: bool,
    /// Its version.
    pub version: String,
    /// Where its users reach it.
    pub address: Option<String>,
    /// When it was first seen, by Postgres's clock.
    pub started_at: DateTime<Utc>,
    /// Whether it was heard of within its last term.
    pub live: bool,
    /// Units that it holds.
    pub units: usize,
}

/// A lease.
#[derive(Serialize, ToSchema)]
pub struct Lease {
    /// What it covers.
    pub unit: String,
    /// Who holds or last held it.
    pub holder: String,
    /// Since when, by Postgres's clock.
    pub since: DateTime<Utc>,
    /// Its epoch.
    pub epoch: i64,
    /// Whether it is held now.
    pub held: bool,
}

/// What is to be logged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogChange {
    /// `info`, `debug`, or levels by part like `info,engine=debug`.
    pub filter: String,
    /// For how long, 1 to 1440; 15 unless said.
    pub minutes: Option<u32>,
}

/// What is logged from now on.
#[derive(Serialize, ToSchema)]
pub struct LogChanged {
    /// In the words of a filter.
    pub filter: String,
    /// Until then.
    pub until: DateTime<Utc>,
    /// What was logged before.
    pub before: String,
    /// Whether this stands in the audit record; it does not while the database is away.
    pub audited: bool,
}

impl From<&console::System> for Itself {
    fn from(system: &console::System) -> Self {
        let process = &system.process;
        let shared = system.shared.as_ref().ok();
        let server = |server: &ServerItem| Server {
            this: server.this,
            units: server.units,
            holder: server.holder.clone(),
            version: server.version.clone(),
            address: server.address.clone(),
            started_at: server.since,
            live: server.live,
        };
        Self {
            server: ThisServer {
                holder: process.holder.to_string(),
                version: process.version,
                started_at: process.started_at,
                config_loaded_at: process.config_loaded_at,
                config_refused: process.config_refused.clone(),
                config_at_next_start: process.config_at_next_start.iter().map(ToString::to_string).collect(),
                log: Log {
                    filter: process.log.filter.clone(),
                    until: process.log.until,
                    by: process.log.by.as_deref().map(str::to_owned),
                },
            },
            trouble: system.trouble.as_deref().map(str::to_owned),
            freshness: system.freshness.iter().map(Freshness::from).collect(),
            calls: Calls {
                window: telemetry::WINDOW.as_secs(),
                items: system.calls.iter().map(Call::from).collect(),
            },
            queues: Queues {
                observations: system.queues.observations.clone(),
                entries: system.queues.entries.clone(),
                event_streams: process.streams,
                event_streams_most: process.streams_most,
                events: system.queues.events,
                spans: system.queues.spans,
            },
            unrecorded: system.unrecorded.clone(),
            database: system.database.as_ref().ok().map(Database::from),
            servers: shared.map(|shared| shared.servers.iter().map(server).collect()),
            leases: shared.map(|shared| shared.leases.iter().map(Lease::from).collect()),
            database_gap: system.database.as_ref().err().or(system.shared.as_ref().err()).cloned(),
        }
    }
}

impl From<&FreshItem> for Freshness {
    fn from(item: &FreshItem) -> Self {
        Self {
            cluster: item.cluster.as_str().into(),
            source: item.source.as_str(),
            as_of: item.as_of,
            stale: item.stale,
            gap: item.gap.clone(),
        }
    }
}

impl From<&CallItem> for Call {
    fn from(calls: &CallItem) -> Self {
        Self {
            cluster: calls.cluster.clone(),
            question: calls.question,
            count: calls.count,
            failed: calls.failed,
            p50: seconds(calls.p50),
            p95: seconds(calls.p95),
            max: seconds(calls.max),
        }
    }
}

impl From<&DatabaseItem> for Database {
    fn from(item: &DatabaseItem) -> Self {
        Self {
            version: item.version.clone(),
            latency: seconds(item.latency),
            clock_ahead: item.ahead.as_seconds_f64(),
            bytes: item.bytes,
        }
    }
}

impl From<&LeaseItem> for Lease {
    fn from(lease: &LeaseItem) -> Self {
        Self {
            unit: lease.unit.as_str().into(),
            holder: lease.holder.clone(),
            since: lease.since,
            epoch: lease.epoch,
            held: lease.held,
        }
    }
}

fn seconds(span: Duration) -> f64 {
    span.as_secs_f64()
}
