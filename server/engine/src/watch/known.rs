//! From what a worker sent to what may be kept: configs masked, traces redacted, definitions learnt.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use connect::wire;
use model::names::{ConnectorName, WorkerId};
use model::observe::{Listed, ListedConnector, ListedInstance};
use model::secrets::{Definitions, FingerprintKey, Redactor, mask};
use telemetry::Outcome;
use tracing::{debug, warn};

use super::Watcher;
use super::redact::{Recorded, Redactors};

/// How long a class whose definitions could not be read is left alone. One that was asked for first and did not come in
/// time counts as such, so that it does not keep the others waiting.
const RETRY: Duration = Duration::from_secs(300);
/// Classes whose definitions are read after one list, while there is time: the rest follows after the next lists.
const AT_ONCE: usize = 4;

/// A plugin's class and version.
type ClassVersion = (Arc<str>, Option<Arc<str>>);

/// What is needed to mask the lists of one cluster.
pub(crate) struct Known {
    key: FingerprintKey,
    definitions: BTreeMap<ClassVersion, Arc<Definitions>>,
    tried: BTreeMap<ClassVersion, Instant>,
    /// Those of the last list that are not known.
    wanted: BTreeSet<ClassVersion>,
    redactors: Redactors,
}

impl Known {
    /// With the definitions that were read before.
    pub(crate) async fn load(watcher: &Watcher, recorded: Recorded) -> Self {
        let cluster = &watcher.cluster.name;
        let stored = watcher
            .shared
            .store
            .all_definitions(cluster)
            .await
            .unwrap_or_else(|error| {
                warn!(%cluster, %error, "stored plugin definitions cannot be read; they are asked for again");
                Vec::new()
            });
        let definitions = stored
            .into_iter()
            .map(|stored| ((stored.class, stored.version), Arc::new(stored.definitions)))
            .collect();
        Self {
            key: watcher.shared.key.clone(),
            definitions,
            tried: BTreeMap::new(),
            wanted: BTreeSet::new(),
            redactors: Redactors::new(recorded),
        }
    }

    /// Masks one whole list.
    pub(crate) fn clean(&mut self, by: &WorkerId, raw: BTreeMap<ConnectorName, wire::Connector>) -> Listed {
        self.redactors.retain(Instant::now(), |name| raw.contains_key(name));
        self.wanted.clear();
        let connectors = raw.into_iter().map(|(name, connector)| {
            let clean = self.connector(&name, connector);
            (name, clean)
        });
        Listed {
            by: by.clone(),
            connectors: connectors.collect(),
        }
    }

    fn connector(&mut self, name: &ConnectorName, raw: wire::Connector) -> ListedConnector {
        let kind = raw.kind();
        let version = raw
            .status
            .as_ref()
            .and_then(|status| status.connector.as_ref()?.version.clone());
        let config = raw.info.map(|info| {
            // The class is one of Connect's own keys, so a first masking without definitions tells it.
            let blind = mask(&info.config, None, &self.key);
            let definitions = blind.config.text("connector.class").and_then(|class| {
                let wanted: ClassVersion = (class.into(), version);
                let known = self.definitions.get(&wanted).cloned();
                if known.is_none() {
                    self.wanted.insert(wanted);
                }
                known
            });
            let redactor = Redactor::for_config(&info.config, definitions.as_deref());
            self.redactors.put(name, &blind.version, redactor);
            Arc::new(match &definitions {
                Some(definitions) => mask(&info.config, Some(definitions), &self.key),
                None => blind,
            })
        });
        let (key, redactors) = (&self.key, &mut self.redactors);
        let mut instance = |task: Option<u32>, raw: wire::Instance| {
            let trace = raw.trace.as_ref();
            let (trace_id, trace) = trace.map(|trace| redactors.redact(name, task, trace, key)).unzip();
            ListedInstance {
                state: raw.state,
                worker_id: raw.worker_id,
                trace_id,
                trace,
                version: raw.version,
            }
        };
        let (connector, tasks) = raw
            .status
            .map_or((None, BTreeMap::new()), |status| (status.connector, status.tasks));
        ListedConnector {
            kind,
            config,
            instance: connector.map(|raw| instance(None, raw)),
            tasks: tasks
                .into_iter()
                .map(|(number, task)| (number, instance(Some(number), task)))
                .collect(),
        }
    }

    /// Asks a worker for definitions that were missing in the last list, for `limit` at most: what was not learnt by then
    /// is asked for after the next list. True when some were learnt, so that the list must be masked anew.
    pub(crate) async fn learn(&mut self, watcher: &Watcher, worker: &connect::Worker, limit: Duration) -> bool {
        let began = Instant::now();
        let cluster = &watcher.cluster.name;
        let mut learnt = false;
        for (place, wanted) in self.due(began).into_iter().enumerate() {
            let (class, version) = &wanted;
            let asked = Instant::now();
            let asking = worker.plugin_config(class, version.as_deref());
            let left = limit.saturating_sub(began.elapsed());
            let Ok(answer) = tokio::time::timeout(left, asking).await else {
                telemetry::rest_answered(cluster.as_str(), "plugin_config", Outcome::Failed, asked.elapsed());
                debug!(%cluster, %class, "plugin definitions did not come in time; values stay masked");
                if place == 0 {
                    self.tried.insert(wanted, began);
                }
                break;
            };
            self.tried.insert(wanted.clone(), began);
            match answer {
                Ok(answer) => {
                    telemetry::rest_answered(cluster.as_str(), "plugin_config", Outcome::Ok, answer.took);
                    let definitions = Arc::new(answer.value);
                    self.wanted.remove(&wanted);
                    self.definitions.insert(wanted.clone(), definitions.clone());
                    learnt = true;
                    let left = limit.saturating_sub(began.elapsed());
                    match tokio::time::timeout(left, put(watcher, &wanted, &definitions)).await {
                        Ok(Ok(())) => {}
                        Ok(Err(error)) => warn!(%cluster, %class, %error, "plugin definitions could not be kept"),
                        Err(_) => warn!(%cluster, %class, "plugin definitions could not be kept in time"),
                    }
                }
                Err(error) => {
                    telemetry::rest_answered(cluster.as_str(), "plugin_config", Outcome::Failed, asked.elapsed());
                    debug!(%cluster, %class, %error, "plugin definitions could not be read; values stay masked");
                }
            }
        }
        learnt
    }

    /// What to ask for now.
    fn due(&self, now: Instant) -> Vec<ClassVersion> {
        let rested = |tried: &Instant| now.saturating_duration_since(*tried) >= RETRY;
        let due = |wanted: &&ClassVersion| self.tried.get(*wanted).is_none_or(rested);
        self.wanted.iter().filter(due).take(AT_ONCE).cloned().collect()
    }
}

/// Keeps definitions for whoever takes the cluster over, as long as the lease is held.
async fn put(watcher: &Watcher, (class, version): &ClassVersion, definitions: &Definitions) -> store::Result<()> {
    let Some(lease) = watcher.lease.upgrade() else {
        return Ok(());
    };
    let (store, cluster) = (&watcher.shared.store, &watcher.cluster.name);
    store
        .put_definitions(&lease, cluster, class, version.as_deref(), definitions)
        .await
        .map(|_| ())
}
