//! Taking over a configuration that changed: on SIGHUP, and when the file's content is another.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use engine::FleetSpec;
use model::{Clock, Timestamp};
use serde::Serialize;
use tokio::signal::unix::Signal;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::levels::LogLevels;
use crate::access::Access;
use crate::config::{Config, DatabaseConfig, ServerConfig, TelemetryConfig, Variables, parse};

/// How often the file is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// Looks in a row without the file after which it is gone, and not only being replaced.
const GONE: u32 = 3;

/// How the last reload went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LastReload {
    /// When the configuration in force was read.
    pub loaded_at: Timestamp,
    /// Why a newer one was refused, with its place; null while the newest is in force.
    pub refused: Option<String>,
    /// What the newest one sets otherwise and is read at the start only, so that it takes effect at the next.
    pub at_next_start: Vec<&'static str>,
}

/// What reloading needs.
pub struct Reloader {
    /// The file; without one there is nothing to reload.
    pub path: Option<PathBuf>,
    /// The environment, which does not change.
    pub variables: Variables,
    /// What stays in force until the process ends.
    pub fixed: (ServerConfig, DatabaseConfig),
    /// What was read of `[telemetry]` last.
    pub telemetry: TelemetryConfig,
    /// What is logged.
    pub log: LogLevels,
    /// Where the clusters go.
    pub fleet: watch::Sender<Arc<FleetSpec>>,
    /// Where the tokens go.
    pub access: Arc<Access>,
    /// Where the outcome goes.
    pub outcome: watch::Sender<LastReload>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Reloader {
    /// Looks until `stop`.
    pub async fn run(mut self, mut hangup: Signal, stop: CancellationToken) {
        let Some(path) = self.path.clone() else { return };
        let mut known = std::fs::read_to_string(&path).ok();
        let mut certificates = self.certificates().await;
        // Looks in a row that did not find the file.
        let mut absent = 0;
        loop {
            let asked = tokio::select! {
                () = stop.cancelled() => return,
                _ = hangup.recv() => true,
                () = tokio::time::sleep(LOOK) => false,
            };
            // Renewed certificates come without a word: their files are looked at, too.
            let found = self.certificates().await;
            let asked = asked || found != certificates;
            certificates = found;
            // What was refused for a file that it names may be good by now.
            let refused = self.outcome.borrow().refused.is_some();
            match tokio::fs::read_to_string(&path).await {
                Ok(text) if asked || refused || absent >= GONE || known.as_deref() != Some(text.as_str()) => {
                    absent = 0;
                    self.take(&text);
                    known = Some(text);
                }
                Ok(_same) => absent = 0,
                // Editors replace files; one that is not there for a moment is no change unless somebody asked.
                Err(error) => {
                    absent += 1;
                    if asked || absent == GONE {
                        absent = absent.max(GONE);
                        self.refuse(format!("{}: cannot be read: {error}", path.display()));
                    }
                }
            }
        }
    }

    /// When the files of the clusters' TLS were last written.
    async fn certificates(&self) -> Vec<Option<SystemTime>> {
        let spec = self.fleet.borrow().clone();
        let mut written = Vec::new();
        for cluster in &spec.clusters {
            let tls = &cluster.tls;
            for file in [&tls.ca_file, &tls.cert_file, &tls.key_file].into_iter().flatten() {
                let found = tokio::fs::metadata(file).await;
                written.push(found.and_then(|found| found.modified()).ok());
            }
        }
        written
    }

    fn take(&mut self, text: &str) {
        match parse(self.path.as_deref(), text, &self.variables) {
            Ok(Config {
                server,
                database,
                telemetry,
                fleet,
                tokens,
                ..
            }) => {
                let at_next_start = self.at_next_start(&server, &database, &telemetry);
                if !at_next_start.is_empty() {
                    warn!(
                        changed = at_next_start.join(", "),
                        "the configuration changed where it is read at the start only: that takes effect at the next start"
                    );
                }
                self.log.take(&self.telemetry.log, &telemetry.log);
                self.telemetry.log = telemetry.log;
                info!(
                    clusters = fleet.clusters.len(),
                    teams = fleet.teams.len(),
                    "the configuration was reloaded"
                );
                self.access.set_tokens(tokens);
                // First, so that nobody who sees the new clusters is still told of a refusal.
                self.outcome.send_replace(LastReload {
                    loaded_at: self.clock.now(),
                    refused: None,
                    at_next_start,
                });
                self.fleet.send_replace(Arc::new(fleet));
            }
            Err(error) => self.refuse(error.to_string()),
        }
    }

    fn at_next_start(
        &self,
        server: &ServerConfig,
        database: &DatabaseConfig,
        telemetry: &TelemetryConfig,
    ) -> Vec<&'static str> {
        let mut changed = self.fixed.0.differing(server);
        changed.extend(self.fixed.1.differing(database));
        if telemetry.needs_restart(&self.telemetry) {
            changed.push("[telemetry], all but its log");
        }
        changed
    }

    fn refuse(&self, why: String) {
        if self.outcome.borrow().refused.as_ref() == Some(&why) {
            return;
        }
        error!(
            why,
            "the changed configuration was refused; the one before stays in force"
        );
        self.outcome.send_modify(|last| last.refused = Some(why));
    }
}
