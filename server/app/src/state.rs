//! What every handler may use.

use std::sync::Arc;

use chrono::TimeDelta;
use console::{Console, Process};
use model::Timestamp;
use telemetry::Prometheus;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

use crate::access::Access;
use crate::api::kept::Kept;
use crate::http::Copies;
use crate::life::levels::LogLevels;
use crate::life::reload::LastReload;
use crate::site::Site;

/// Requests under way at once; more are told to come back.
const PLACES: usize = 256;
/// Of these, requests that are being worked on: few enough that everything else the server does never stands behind many
/// of them.
const TURNS: usize = 32;
/// Of these, requests that wait for something, most likely the database: some places are always left for those that
/// memory answers.
const WAITS: usize = 192;
/// Event streams open at once.
const STREAMS: usize = 512;

/// A handle; a clone is cheap.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

struct Inner {
    parts: Parts,
    places: Semaphore,
    turns: Semaphore,
    waits: Semaphore,
    streams: Arc<Semaphore>,
    copies: Copies,
    lists: Kept,
}

/// What the state is made of.
pub struct Parts {
    /// How far the clocks of this server and of its database are apart, where that is too far: a sentence.
    pub clocks: watch::Receiver<Option<Arc<str>>>,
    /// Who comes in.
    pub access: Arc<Access>,
    /// What answers questions.
    pub console: Console,
    /// Where the server is.
    pub site: Site,
    /// A sentence above every page.
    pub banner: Option<String>,
    /// Whether the view was read from the database.
    pub loaded: watch::Receiver<bool>,
    /// The metrics of this process; `None` in tests that share one.
    pub prometheus: Option<Prometheus>,
    /// How the last reload of the configuration went.
    pub last_reload: watch::Receiver<LastReload>,
    /// What is logged.
    pub log: LogLevels,
    /// This process, uniquely: it holds leases under this name.
    pub holder: Arc<str>,
    /// When it started.
    pub started_at: Timestamp,
    /// Cancelled when the server ends.
    pub ending: CancellationToken,
}

impl AppState {
    /// Of its parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            parts,
            places: Semaphore::new(PLACES),
            turns: Semaphore::new(TURNS),
            waits: Semaphore::new(WAITS),
            streams: Arc::new(Semaphore::new(STREAMS)),
            copies: Copies::default(),
            lists: Kept::default(),
        }))
    }

    /// Who comes in.
    pub fn access(&self) -> &Access {
        &self.0.parts.access
    }

    /// What answers questions.
    pub fn console(&self) -> &Console {
        &self.0.parts.console
    }

    /// Where the server is.
    pub fn site(&self) -> &Site {
        &self.0.parts.site
    }

    /// A sentence above every page: the configured one, after what is wrong with the server itself.
    pub fn banner(&self) -> Option<String> {
        let trouble = self.console().readiness().trouble;
        let trouble =
            trouble.map(|why| format!("This server cannot do its work right now: {why}. What it shows grows old."));
        let all: Vec<String> = trouble
            .into_iter()
            .chain(self.clocks())
            .chain(self.0.parts.banner.clone())
            .collect();
        (!all.is_empty()).then(|| all.join(" "))
    }

    /// That this server's clock and the database's are too far apart.
    pub fn clocks(&self) -> Option<String> {
        self.0.parts.clocks.borrow().as_ref().map(ToString::to_string)
    }

    /// Why the fleet cannot be shown yet; `None` once it was read from the database.
    pub fn not_loaded(&self) -> Option<String> {
        if *self.0.parts.loaded.borrow() {
            return None;
        }
        let trouble = self.console().readiness().trouble;
        Some(trouble.map_or_else(
            || "the fleet is being read from the database".to_owned(),
            |why| why.to_string(),
        ))
    }

    /// The metrics of this process.
    pub fn prometheus(&self) -> Option<&Prometheus> {
        self.0.parts.prometheus.as_ref()
    }

    /// How the last reload went.
    pub fn last_reload(&self) -> LastReload {
        self.0.parts.last_reload.borrow().clone()
    }

    /// What is logged.
    pub fn log(&self) -> &LogLevels {
        &self.0.parts.log
    }

    /// What this server knows of its own process.
    pub fn process(&self) -> Process {
        let LastReload {
            loaded_at,
            refused,
            at_next_start,
        } = self.last_reload();
        Process {
            version: env!("CARGO_PKG_VERSION"),
            holder: self.0.parts.holder.clone(),
            started_at: self.0.parts.started_at,
            config_loaded_at: loaded_at,
            config_refused: refused,
            config_at_next_start: at_next_start,
            log: self.log().now(),
            streams: self.open_streams(),
            streams_most: STREAMS,
        }
    }

    /// Sets the metrics that are true at the moment of being asked.
    pub fn measure(&self) {
        let process = self.process();
        let seconds = |at: Timestamp| TimeDelta::milliseconds(at.timestamp_millis()).as_seconds_f64();
        telemetry::started(process.version, seconds(process.started_at));
        telemetry::config_loaded(seconds(process.config_loaded_at), process.config_refused.is_some());
        telemetry::event_streams(process.streams, self.console().events_waiting());
    }

    /// Readers of live events that are connected.
    pub fn open_streams(&self) -> usize {
        STREAMS - self.0.streams.available_permits()
    }

    /// Cancelled when the server ends.
    pub fn ending(&self) -> &CancellationToken {
        &self.0.parts.ending
    }

    /// Pages as they were last drawn.
    pub(crate) fn copies(&self) -> &Copies {
        &self.0.copies
    }

    /// Lists as they were last written.
    pub(crate) fn lists(&self) -> &Kept {
        &self.0.lists
    }

    pub(crate) fn places(&self) -> &Semaphore {
        &self.0.places
    }

    pub(crate) fn turns(&self) -> &Semaphore {
        &self.0.turns
    }

    pub(crate) fn waits(&self) -> &Semaphore {
        &self.0.waits
    }

    pub(crate) fn streams(&self) -> &Arc<Semaphore> {
        &self.0.streams
    }
}
