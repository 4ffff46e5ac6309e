//! From what a worker sent to what may be kept: configs masked, traces redacted, definitions learnt.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use connect::wire;
use model::names::{ConnectorName, WorkerId};
use model::observe::{Listed, ListedConfig, ListedConnector, ListedInstance};
use model::secrets::{Definitions, Fingerprint, FingerprintKey, RawConfig, RawTrace, Redactor, mask};
use telemetry::{Outcome, Question};
use tracing::{debug, warn};

use super::cleaned::{self, ClassVersion, Cleaned, Entry};
use super::redact::{Recorded, Redactors};
use super::watcher::Watcher;

/// How long a class whose definitions could not be read is left alone. One that was asked for first and did not come in
/// time counts as such, so that it does not keep the others waiting.
const RETRY: Duration = Duration::from_secs(300);
/// Classes whose definitions are read after one list, while there is time: the rest follows after the next lists.
const AT_ONCE: usize = 4;

/// What is needed to mask what lists and topics of one cluster tell, shared by those who read them.
#[derive(Clone)]
pub(crate) struct Knowing(Arc<Mutex<Known>>);

impl Knowing {
    /// With the definitions that were read before.
    pub(crate) async fn load(watcher: &Watcher, recorded: Recorded) -> Self {
        Self(Arc::new(Mutex::new(Known::load(watcher, recorded).await)))
    }

    /// The lock. Whoever panicked with it left nothing half done that matters: all of it is made anew by the next list.
    pub(super) fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is needed to mask what one cluster tells.
pub(crate) struct Known {
    key: FingerprintKey,
    definitions: BTreeMap<ClassVersion, Arc<Definitions>>,
    tried: BTreeMap<ClassVersion, Instant>,
    /// Those of the last list that are not known.
    wanted: BTreeSet<ClassVersion>,
    redactors: Redactors,
    cleaned: Cleaned,
    /// Whether a list was masked, or a whole config topic: from then on the secrets of connectors are known.
    ready: bool,
    /// Whether changes of configs are told as they are written: else a trace may quote a secret that is not known yet.
    followed: bool,
}

impl Known {
    /// With the definitions that were read before.
    async fn load(watcher: &Watcher, recorded: Recorded) -> Self {
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
            cleaned: Cleaned::default(),
            ready: false,
            followed: false,
        }
    }

    /// Masks one whole list; of entries that came so before, what they came to then.
    pub(crate) fn clean(&mut self, by: &WorkerId, raw: BTreeMap<ConnectorName, wire::Connector>) -> Listed {
        self.redactors.retain(Instant::now(), |name| raw.contains_key(name));
        self.cleaned.retain(|name| raw.contains_key(name));
        self.wanted.clear();
        self.ready = true;
        let connectors = raw.into_iter().map(|(name, connector)| {
            let clean = self.entry(&name, connector);
            (name, clean)
        });
        Listed {
            by: by.clone(),
            connectors: connectors.collect(),
        }
    }

    fn entry(&mut self, name: &ConnectorName, raw: wire::Connector) -> ListedConnector {
        let came = cleaned::came(&raw, &self.key);
        let learnt = |wanted: &ClassVersion| self.definitions.contains_key(wanted);
        if let Some(entry) = self.cleaned.get(name, &came, learnt) {
            self.wanted.extend(entry.wanted.clone());
            return entry.clean.clone();
        }
        let (clean, wanted) = self.connector(name, raw);
        self.wanted.extend(wanted.clone());
        let entry = Entry {
            came,
            wanted,
            clean: clean.clone(),
        };
        self.cleaned.put(name.clone(), entry);
        clean
    }

    /// Masks and redacts an entry; with the classes whose definitions would make more of it readable.
    fn connector(&mut self, name: &ConnectorName, raw: wire::Connector) -> (ListedConnector, Vec<ClassVersion>) {
        let kind = raw.kind();
        let mut missing = Vec::new();
        let version = raw
            .status
            .as_ref()
            .and_then(|status| status.connector.as_ref()?.version.clone());
        let unstarted = raw.unstarted();
        let config = raw
            .info
            .map(|info| self.masked(name, &info.config, version, &mut missing));
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
        let clean = ListedConnector {
            kind,
            config,
            unstarted,
            instance: connector.map(|raw| instance(None, raw)),
            tasks: tasks
                .into_iter()
                .map(|(number, task)| (number, instance(Some(number), task)))
                .collect(),
        };
        (clean, missing)
    }

    /// Masks a config and notes its secrets; `missing` gets the classes whose definitions would make more of it readable.
    fn masked(
        &mut self,
        name: &ConnectorName,
        config: &RawConfig,
        version: Option<Arc<str>>,
        missing: &mut Vec<ClassVersion>,
    ) -> Arc<ListedConfig> {
        let mut known = |wanted: ClassVersion| {
            let known = self.definitions.get(&wanted).cloned();
            if known.is_none() {
                missing.push(wanted);
            }
            known
        };
        let own = config.class().and_then(|class| known((class.into(), version)));
        let parts = config.parts().into_iter().filter_map(|part| {
            let wanted = (part.class.into(), part.version.map(Arc::from));
            Some((part.prefix, known(wanted)?))
        });
        let definitions = gathered(own, parts);
        let redactor = Redactor::for_config(config, definitions.as_deref());
        let masked = mask(config, definitions.as_deref(), &self.key);
        self.redactors.put(name, &masked.version, redactor);
        Arc::new(masked)
    }

    /// Whether the secrets of connectors are known, so that traces may be told.
    pub(super) fn ready(&self) -> bool {
        self.ready
    }

    /// Whether the config topic is told as it is written.
    pub(super) fn followed(&mut self, followed: bool) {
        self.followed = followed;
    }

    /// The whole config topic was masked.
    pub(super) fn knows_all(&mut self) {
        self.ready = true;
    }

    /// Masks a config as the config topic holds it, which tells no version of the plugin: that of the last list counts.
    pub(super) fn config(&mut self, name: &ConnectorName, config: &RawConfig) -> Arc<ListedConfig> {
        let version = self.cleaned.version(name);
        let mut missing = Vec::new();
        let masked = self.masked(name, config, version, &mut missing);
        self.wanted.extend(missing);
        masked
    }

    /// The trace of a connector's instance or task without secrets, and its fingerprint. Where the connector's secrets are
    /// not known yet, or may have changed without a word, it is left to the next list, which comes with its config.
    pub(super) fn trace(
        &mut self,
        name: &ConnectorName,
        task: Option<u32>,
        trace: &RawTrace,
    ) -> (Fingerprint, Option<Arc<str>>) {
        let (id, text) = self.redactors.redact(name, task, trace, &self.key);
        let knows = self.redactors.knows(name, task, &id, self.followed);
        (id, knows.then_some(text))
    }
}

impl Knowing {
    /// Asks a worker for definitions that were missing in the last list, for `limit` at most: what was not learnt by then
    /// is asked for after the next list. True when some were learnt, so that the list must be masked anew.
    pub(crate) async fn learn(&self, watcher: &Watcher, worker: &connect::Worker, limit: Duration) -> bool {
        let began = Instant::now();
        let cluster = &watcher.cluster.name;
        let mut learnt = false;
        let due = self.lock().due(began);
        for (place, wanted) in due.into_iter().enumerate() {
            let (class, version) = &wanted;
            let asked = Instant::now();
            let asking = worker.plugin_config(class, version.as_deref());
            let left = limit.saturating_sub(began.elapsed());
            let Ok(answer) = tokio::time::timeout(left, asking).await else {
                telemetry::rest_answered(
                    cluster.as_str(),
                    Question::PluginConfig,
                    Outcome::Failed,
                    asked.elapsed(),
                );
                debug!(%cluster, %class, "plugin definitions did not come in time; values stay masked");
                if place == 0 {
                    self.lock().tried.insert(wanted, began);
                }
                break;
            };
            self.lock().tried.insert(wanted.clone(), began);
            match answer {
                Ok(answer) => {
                    telemetry::rest_answered(cluster.as_str(), Question::PluginConfig, Outcome::Ok, answer.took);
                    let definitions = Arc::new(answer.value);
                    {
                        let mut known = self.lock();
                        known.wanted.remove(&wanted);
                        known.definitions.insert(wanted.clone(), definitions.clone());
                    }
                    learnt = true;
                    let left = limit.saturating_sub(began.elapsed());
                    match tokio::time::timeout(left, put(watcher, &wanted, &definitions)).await {
                        Ok(Ok(())) => {}
                        Ok(Err(error)) => warn!(%cluster, %class, %error, "plugin definitions could not be kept"),
                        Err(_) => warn!(%cluster, %class, "plugin definitions could not be kept in time"),
                    }
                }
                Err(error) => {
                    telemetry::rest_answered(
                        cluster.as_str(),
                        Question::PluginConfig,
                        Outcome::Failed,
                        asked.elapsed(),
                    );
                    debug!(%cluster, %class, %error, "plugin definitions could not be read; values stay masked");
                }
            }
        }
        learnt
    }
}

impl Known {
    /// What to ask for now.
    fn due(&self, now: Instant) -> Vec<ClassVersion> {
        let rested = |tried: &Instant| now.saturating_duration_since(*tried) >= RETRY;
        let due = |wanted: &&ClassVersion| self.tried.get(*wanted).is_none_or(rested);
        self.wanted.iter().filter(due).take(AT_ONCE).cloned().collect()
    }
}

/// What the class of a connector and those of its transformations and predicates say together.
fn gathered(
    own: Option<Arc<Definitions>>,
    parts: impl Iterator<Item = (String, Arc<Definitions>)>,
) -> Option<Arc<Definitions>> {
    parts.fold(own, |before, (prefix, part)| {
        let mut all = before.map(Arc::unwrap_or_clone).unwrap_or_default();
        all.add(&prefix, &part);
        Some(Arc::new(all))
    })
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use connect::wire;
    use model::secrets::FingerprintKey;

    use super::*;

    fn known() -> Known {
        Known {
            key: FingerprintKey::new(b"key"),
            definitions: BTreeMap::new(),
            tried: BTreeMap::new(),
            wanted: BTreeSet::new(),
            redactors: Redactors::new(Recorded::default()),
            cleaned: Cleaned::default(),
            ready: false,
            followed: false,
        }
    }

    /// Two connectors with a secret each, quoted by their traces.
    fn list(second_secret: &str) -> BTreeMap<ConnectorName, wire::Connector> {
        let entry = |secret: &str| {
            format!(
                r#"{{"info":{{"config":{{"connector.class":"C","db.password":"{secret}","path":"/x"}},"type":"sink"}},
                "status":{{"type":"sink","connector":{{"state":"RUNNING","worker_id":"a:1"}},
                "tasks":[{{"id":0,"state":"FAILED","worker_id":"a:1","trace":"refused: {secret}"}}]}}}}"#
            )
        };
        let body = format!(
            r#"{{"one":{},"two":{}}}"#,
            entry("Hunter2-Correct"),
            entry(second_secret)
        );
        wire::expanded(body.as_bytes()).unwrap()
    }

    #[test]
    fn only_what_differs_in_a_list_is_masked_anew() {
        let (mut known, by) = (known(), "a:1".into());
        let first = known.clean(&by, list("Horse-Battery-1"));
        let second = known.clean(&by, list("Staple-Battery-2"));
        let config = |listed: &Listed, name: &str| listed.connectors[name].config.clone().unwrap();
        assert!(Arc::ptr_eq(&config(&first, "one"), &config(&second, "one")));
        assert_eq!(first.connectors["one"], second.connectors["one"]);
        assert_ne!(config(&first, "two").version, config(&second, "two").version);
        let said = format!("{first:?}{second:?}");
        for secret in ["Hunter2", "Horse", "Staple"] {
            assert!(!said.contains(secret), "{said}");
        }
        assert_eq!(known.wanted.len(), 1, "what is not known stays wanted");
    }

    #[test]
    fn definitions_learnt_meanwhile_make_more_of_an_unchanged_entry_readable() {
        let (mut known, by) = (known(), "a:1".into());
        let path = |listed: &Listed| {
            let config = listed.connectors["one"].config.clone().unwrap();
            config.config.text("path").map(str::to_owned)
        };
        let blind = known.clean(&by, list("Horse-Battery-1"));
        assert_eq!(path(&blind), None);
        let definitions = wire::definitions(
            br#"[{"name":"path","type":"STRING","required":false,"default_value":null,"importance":"LOW","documentation":""}]"#,
        );
        let class: ClassVersion = ("C".into(), None);
        known.definitions.insert(class, Arc::new(definitions.unwrap()));
        let clear = known.clean(&by, list("Horse-Battery-1"));
        assert_eq!(path(&clear).as_deref(), Some("/x"));
        assert!(known.wanted.is_empty());
    }

    #[test]
    fn definitions_of_a_transformation_make_its_keys_readable() {
        let (mut known, by) = (known(), "a:1".into());
        let list = || {
            wire::expanded(
                br#"{"one":{"info":{"config":{"connector.class":"C","transforms":"m","transforms.m.type":"x.Mask",
                "transforms.m.fields":"card","transforms.m.key":"Horse-Battery-1"},"type":"sink"}}}"#,
            )
            .unwrap()
        };
        let blind = known.clean(&by, list());
        assert_eq!(known.wanted.len(), 2, "the connector's class and the transformation's");
        let text = |listed: &Listed, key: &str| {
            let config = listed.connectors["one"].config.clone().unwrap();
            config.config.text(key).map(str::to_owned)
        };
        assert_eq!(text(&blind, "transforms.m.fields"), None);
        let definitions = wire::definitions(br#"[{"name":"fields","type":"LIST"},{"name":"key","type":"PASSWORD"}]"#);
        known
            .definitions
            .insert(("x.Mask".into(), None), Arc::new(definitions.unwrap()));
        let clear = known.clean(&by, list());
        assert_eq!(text(&clear, "transforms.m.fields").as_deref(), Some("card"));
        assert_eq!(text(&clear, "transforms.m.key"), None);
    }

    #[test]
    fn an_entry_that_one_list_left_out_is_masked_anew_when_it_is_back() {
        let (mut known, by) = (known(), "a:1".into());
        let first = known.clean(&by, list("Horse-Battery-1"));
        known.clean(&by, BTreeMap::new());
        let again = known.clean(&by, list("Horse-Battery-1"));
        assert_eq!(first, again);
    }
}
