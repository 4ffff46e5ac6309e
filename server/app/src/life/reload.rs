//! Taking over a configuration that changed: on SIGHUP, and when the file's content is another.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use engine::FleetSpec;
use model::{Clock, Timestamp};
use serde::Serialize;
use tokio::signal::unix::Signal;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::access::Access;
use crate::config::{Config, DatabaseConfig, ServerConfig, Variables, parse};

/// How often the file is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// How the last reload went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LastReload {
    /// When the configuration in force was read.
    pub loaded_at: Timestamp,
    /// Why a newer one was refused, with its place; null while the newest is in force.
    pub refused: Option<String>,
}

/// What reloading needs.
pub struct Reloader {
    /// The file; without one there is nothing to reload.
    pub path: Option<PathBuf>,
    /// The environment, which does not change.
    pub variables: Variables,
    /// What stays in force until the process ends.
    pub fixed: (ServerConfig, DatabaseConfig),
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
    pub async fn run(self, mut hangup: Signal, stop: CancellationToken) {
        let Some(path) = &self.path else { return };
        let mut known = std::fs::read_to_string(path).ok();
        loop {
            let asked = tokio::select! {
                () = stop.cancelled() => return,
                _ = hangup.recv() => true,
                () = tokio::time::sleep(LOOK) => false,
            };
            match tokio::fs::read_to_string(path).await {
                Ok(text) if asked || known.as_deref() != Some(text.as_str()) => {
                    self.take(&text);
                    known = Some(text);
                }
                Ok(_same) => {}
                // Editors replace files; one that is not there for a moment is no change unless somebody asked.
                Err(error) if asked => self.refuse(format!("{}: {error}", path.display())),
                Err(_absent) => {}
            }
        }
    }

    fn take(&self, text: &str) {
        match parse(self.path.as_deref(), text, &self.variables) {
            Ok(Config {
                server,
                database,
                fleet,
                tokens,
                ..
            }) => {
                if (server, database) != self.fixed {
                    warn!(
                        "[server] and [database] are read only at the start; restart to have their change take effect"
                    );
                }
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
                });
                self.fleet.send_replace(Arc::new(fleet));
            }
            Err(error) => self.refuse(error.to_string()),
        }
    }

    fn refuse(&self, why: String) {
        error!(
            why,
            "the changed configuration was refused; the one before stays in force"
        );
        self.outcome.send_modify(|last| last.refused = Some(why));
    }
}
