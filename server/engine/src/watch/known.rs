//! From what a worker sent to what may be kept: configs masked, traces redacted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use connect::wire;
use model::names::{ConnectorName, WorkerId};
use model::observe::{Listed, ListedConfig, ListedConnector, ListedInstance};
use model::secrets::{Definitions, Fingerprint, FingerprintKey, RawConfig, RawTrace, Redactor, mask};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard as Held};
use tracing::warn;

use super::cleaned::{self, ClassVersion, Cleaned, Entry};
use super::installed::{Installed, PluginLists};
use super::redact::{Recorded, Redactors};
use super::watcher::Watcher;

/// What is needed to mask what lists and topics of one cluster tell, shared by those who read them. It is held for as long
/// as it takes to mask something, and never while anything is waited for.
#[derive(Clone)]
pub(crate) struct Knowing {
    known: Arc<Mutex<Known>>,
    telling: Arc<Turn<()>>,
}

impl Knowing {
    /// With the definitions that were read before.
    pub(crate) async fn load(watcher: &Watcher, recorded: Recorded) -> Self {
        Self::of(Known::load(watcher, recorded).await)
    }

    pub(super) fn of(known: Known) -> Self {
        Self {
            known: Arc::new(Mutex::new(known)),
            telling: Arc::default(),
        }
    }

    /// The lock. Whoever panicked with it left nothing half done that matters: all of it is made anew by the next list.
    pub(super) fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What one masks while he holds this he tells before other definitions come into force. Else it would come behind the
    /// word on what turned out to be a secret by them, and show that secret again.
    pub(super) async fn telling(&self) -> Held<()> {
        self.telling.clone().lock_owned().await
    }
}

/// What is needed to mask what one cluster tells.
pub(crate) struct Known {
    pub(super) key: FingerprintKey,
    pub(super) definitions: BTreeMap<ClassVersion, Arc<Definitions>>,
    /// Those of the last list that are not known.
    pub(super) wanted: BTreeSet<ClassVersion>,
    /// Which versions of a class may be meant where nothing says which one runs.
    pub(super) installed: Installed,
    pub(super) redactors: Redactors,
    cleaned: Cleaned,
    /// Whether a list was masked, or a whole config topic: from then on the secrets of connectors are known.
    ready: bool,
    /// Whether changes of configs are told as they are written: else a trace may quote a secret that is not known yet.
    followed: bool,
}

impl Known {
    /// With the definitions that were read before. Those of no version are not among them: what is installed may be
    /// another one by now, and nothing would tell.
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
            .filter(|stored| stored.version.is_some() && !stored.definitions.keys.is_empty())
            .map(|stored| ((stored.class, stored.version), Arc::new(stored.definitions)))
            .collect();
        Self {
            key: watcher.shared.key.clone(),
            definitions,
            wanted: BTreeSet::new(),
            installed: Installed::default(),
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

    /// What a class defines whichever of these versions reads a config: nothing until all of them are known.
    fn of_versions(
        &self,
        class: &str,
        versions: BTreeSet<Option<Arc<str>>>,
        missing: &mut Vec<ClassVersion>,
    ) -> Option<Arc<Definitions>> {
        let before = missing.len();
        let mut known: Option<Arc<Definitions>> = None;
        for version in versions {
            let wanted = (Arc::from(class), version);
            match (self.definitions.get(&wanted), &mut known) {
                (None, _) => missing.push(wanted),
                (Some(one), None) => known = Some(one.clone()),
                (Some(one), Some(known)) => *known = Arc::new(known.stricter(one)),
            }
        }
        known.filter(|_| missing.len() == before)
    }

    /// Masks a config and notes its secrets; `missing` gets the classes whose definitions would make more of it readable.
    fn masked(
        &mut self,
        name: &ConnectorName,
        config: &RawConfig,
        version: Option<Arc<str>>,
        missing: &mut Vec<ClassVersion>,
    ) -> Arc<ListedConfig> {
        let mut known = |class: &str, versions| self.of_versions(class, versions, missing);
        let own = config.class().and_then(|class| {
            let running = version.map(|version| BTreeSet::from([Some(version)]));
            known(class, running.or_else(|| self.installed.versions(class))?)
        });
        let parts = config.parts().into_iter().filter_map(|part| {
            let asked_for: Option<Arc<str>> = part.version.map(Arc::from);
            let asked_for = asked_for.filter(|version| self.installed.everywhere(&part.class, version));
            let versions = asked_for.map(|version| BTreeSet::from([Some(version)]));
            let versions = versions.or_else(|| self.installed.versions(&part.class))?;
            Some((part.prefix, known(&part.class, versions)?))
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

    /// Masks a config as the config topic holds it, which tells no version of the plugin: that of the last list counts, and
    /// before one all that are installed.
    pub(super) fn config(&mut self, name: &ConnectorName, config: &RawConfig) -> Arc<ListedConfig> {
        let version = config.class().and_then(|class| self.cleaned.version(name, class));
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

    /// Takes what is recorded of the workers' plugins. True when a class has other versions, so that the list must be
    /// masked anew.
    pub(super) fn recorded(&mut self, lists: &PluginLists) -> bool {
        let changed = self.installed.recorded(lists);
        self.anew_if(changed)
    }

    /// Takes what was read, `None` where a plugin defines nothing; whether that is something else than was known.
    pub(super) fn take(&mut self, wanted: &ClassVersion, definitions: Option<Arc<Definitions>>) -> bool {
        if self.definitions.get(wanted) == definitions.as_ref() {
            return false;
        }
        match definitions {
            Some(definitions) => {
                self.wanted.remove(wanted);
                self.definitions.insert(wanted.clone(), definitions);
            }
            None => drop(self.definitions.remove(wanted)),
        }
        self.anew_if(true)
    }

    /// Has the next list masked anew where something changed by which it is masked; whether it did.
    pub(super) fn anew_if(&mut self, changed: bool) -> bool {
        if changed {
            self.cleaned = Cleaned::default();
        }
        changed
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

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use connect::wire;
    use model::observe::Plugin;
    use model::secrets::FingerprintKey;

    use super::*;

    pub(in crate::watch) fn known() -> Known {
        Known {
            key: FingerprintKey::new(b"key"),
            definitions: BTreeMap::new(),
            wanted: BTreeSet::new(),
            installed: Installed::default(),
            redactors: Redactors::new(Recorded::default()),
            cleaned: Cleaned::default(),
            ready: false,
            followed: false,
        }
    }

    /// Two connectors with a secret each, quoted by their traces.
    pub(in crate::watch) fn list(second_secret: &str) -> BTreeMap<ConnectorName, wire::Connector> {
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

    pub(in crate::watch) fn defined(kind: &str) -> Arc<Definitions> {
        let body = format!(r#"[{{"name":"path","type":"{kind}"}}]"#);
        Arc::new(wire::definitions(body.as_bytes()).unwrap())
    }

    fn plugins(version: &str) -> PluginLists {
        let plugin = Plugin {
            class: "C".into(),
            kind: "sink".into(),
            version: Some(version.into()),
        };
        PluginLists::from([("a:1".into(), Arc::new(vec![plugin]))])
    }

    #[test]
    fn what_is_known_of_one_version_makes_nothing_of_another_readable() {
        let (mut known, by) = (known(), "a:1".into());
        let now = Instant::now();
        let path = |known: &mut Known| {
            let listed = known.clean(&by, list("Horse-Battery-1"));
            let config = listed.connectors["one"].config.clone().unwrap();
            config.config.text("path").map(str::to_owned)
        };
        let own = |version| plugins(version).pop_first();
        let of = |version: &str| -> ClassVersion { ("C".into(), Some(version.into())) };
        known.definitions.insert(of("1"), defined("STRING"));
        // It is not in force before somebody said so to this server.
        assert!(known.recorded(&plugins("1")));
        assert_eq!(path(&mut known), None);
        assert_eq!(known.wanted, BTreeSet::from([("C".into(), None)]));
        known.installed.answered(now, own("1"));
        known.cleaned = Cleaned::default();
        assert_eq!(path(&mut known).as_deref(), Some("/x"));

        assert!(known.recorded(&plugins("2")));
        assert_eq!(path(&mut known), None, "not read yet");
        assert_eq!(known.wanted, BTreeSet::from([of("2")]));
        assert!(known.take(&of("2"), Some(defined("STRING"))));
        assert_eq!(path(&mut known).as_deref(), Some("/x"), "both versions say so");
        assert!(known.take(&of("2"), Some(defined("PASSWORD"))));
        assert_eq!(path(&mut known), None, "one of them says otherwise");
        assert!(known.wanted.is_empty());
    }
}
