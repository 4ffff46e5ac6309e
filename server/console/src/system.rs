//! Signalbox itself: how fresh what it knows is, what its questions take, what waits, who watches what, its database.
//!
//! What comes out of the database is of all servers that share it; what is measured, of this one alone.

mod database;
mod freshness;
mod servers;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use model::actor::{Actor, Right};

pub use database::DatabaseItem;
pub use freshness::{FreshItem, Source};
pub use servers::{LeaseItem, ServerItem, Shared};

use crate::{Console, Error, require};

/// How long a page about the present waits for the database: one that hangs costs it this.
const SOON: Duration = Duration::from_secs(2);

/// What a server knows of its own process.
#[derive(Clone, Debug, PartialEq)]
pub struct Process {
    /// Its version.
    pub version: &'static str,
    /// Under which name it holds leases.
    pub holder: Arc<str>,
    /// When it started.
    pub started_at: Timestamp,
    /// When the configuration in force was read.
    pub config_loaded_at: Timestamp,
    /// Why a newer one was refused.
    pub config_refused: Option<String>,
    /// Keys of the newest one that are read at the start only, and were changed since.
    pub config_at_next_start: Vec<&'static str>,
    /// What is logged.
    pub log: LogLevel,
    /// Readers of live events that are connected.
    pub streams: usize,
    /// How many may be.
    pub streams_most: usize,
}

/// What is logged, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLevel {
    /// In the words of a filter: `info`, or `info,engine=debug`.
    pub filter: String,
    /// When what the configuration says is in force again; `None` when it is.
    pub until: Option<Timestamp>,
    /// Who changed it for that long.
    pub by: Option<Arc<str>>,
}

/// What waits in this server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queues {
    /// The most observations that waited at once within the last minutes, by cluster.
    pub observations: BTreeMap<String, usize>,
    /// Entries of history that are not recorded yet, by cluster.
    pub entries: BTreeMap<String, usize>,
    /// Live events that wait for the slowest reader.
    pub events: usize,
    /// Spans that wait for the receiver of traces.
    pub spans: usize,
}

/// Signalbox itself, as one of its servers sees it.
#[derive(Clone, Debug)]
pub struct System {
    /// This server.
    pub process: Process,
    /// What keeps it from doing its work.
    pub trouble: Option<Arc<str>>,
    /// Each source of each cluster, by cluster.
    pub freshness: Vec<FreshItem>,
    /// From this age on data counts as stale.
    pub stale_after: chrono::TimeDelta,
    /// What this server asked within the last [`telemetry::WINDOW`], by cluster and question.
    pub calls: Vec<CallItem>,
    /// What waits here.
    pub queues: Queues,
    /// Why what was seen cannot be recorded, by cluster.
    pub unrecorded: BTreeMap<String, String>,
    /// The database, or why nothing is known of it.
    pub database: Result<DatabaseItem, String>,
    /// All servers of the database and all leases, or why they cannot be read.
    pub shared: Result<Shared, String>,
}

/// Questions of one kind to one cluster, within the last minutes.
#[derive(Clone, Debug, PartialEq)]
pub struct CallItem {
    /// The cluster.
    pub cluster: String,
    /// What was asked, as in the metrics: `list`, `root` and so on; `group` asked Kafka.
    pub question: &'static str,
    /// Where a worker is asked it, as people know it; in words where Kafka is.
    pub path: &'static str,
    /// How often, failed ones included.
    pub count: usize,
    /// How often without a usable answer.
    pub failed: usize,
    /// Half took at most this, the failed ones until they were given up.
    pub p50: Duration,
    /// 95 of 100 took at most this.
    pub p95: Duration,
    /// The longest.
    pub max: Duration,
}

impl From<telemetry::Calls> for CallItem {
    fn from(calls: telemetry::Calls) -> Self {
        Self {
            cluster: calls.cluster,
            question: calls.question.as_str(),
            path: calls.question.path(),
            count: calls.count,
            failed: calls.failed,
            p50: calls.p50,
            p95: calls.p95,
            max: calls.max,
        }
    }
}

impl Console {
    /// Signalbox itself; `process` is what the asked server knows of itself. Right: `see`.
    ///
    /// # Errors
    /// [`Error::Denied`]. A database that is away is part of the answer.
    pub async fn system(&self, actor: &Actor, process: Process) -> Result<System, Error> {
        require(actor, Right::See)?;
        let (database, shared) = tokio::join!(self.soon(self.database()), self.soon(self.shared(&process.holder)));
        let lately = telemetry::lately();
        let configured = self.spec();
        let is_configured = |name: &String| configured.clusters.iter().any(|cluster| cluster.name.as_str() == name);
        let mut queues = Queues {
            observations: lately.waiting,
            entries: lately.pending,
            events: self.events_waiting(),
            spans: telemetry::spans_waiting(),
        };
        queues.observations.retain(|name, _| is_configured(name));
        queues.entries.retain(|name, _| is_configured(name));
        Ok(System {
            trouble: self.trouble.borrow().clone(),
            freshness: self.freshness(),
            stale_after: self.stale_after(),
            calls: lately.calls.into_iter().map(CallItem::from).collect(),
            queues,
            unrecorded: lately.unrecorded,
            database,
            shared,
            process,
        })
    }

    /// Live events that wait for the slowest reader of this server.
    pub fn events_waiting(&self) -> usize {
        self.events.len()
    }

    async fn soon<T>(&self, answer: impl Future<Output = Result<T, Error>>) -> Result<T, String> {
        match tokio::time::timeout(SOON, answer).await {
            Ok(answer) => answer.map_err(|error| match error {
                Error::Unavailable(why) => why,
                other => other.to_string(),
            }),
            Err(_elapsed) => Err(format!("the database did not answer within {} s", SOON.as_secs())),
        }
    }
}
