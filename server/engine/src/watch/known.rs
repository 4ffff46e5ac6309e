//! From what a worker sent to what may be kept: configs masked, traces redacted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use connect::wire;
use model::names::{ConnectorName, WorkerId};
use model::observe::{Listed, ListedConnector, ListedInstance};
use model::secrets::{Definitions, FingerprintKey, Redactor, mask};
use store::ConcealFrom;
use tracing::warn;

use super::cleaned::{self, ClassVersion, Cleaned, Entry};
use super::installed::{Installed, PluginLists};
use super::learn::Tried;
use super::redact::{Recorded, Redactors};
use super::watcher::Watcher;

/// What is needed to mask the lists of one cluster.
pub(crate) struct Known {
    pub(super) key: FingerprintKey,
    pub(super) definitions: BTreeMap<ClassVersion, Arc<Definitions>>,
    pub(super) tried: BTreeMap<ClassVersion, Tried>,
    /// Those of the last list that are not known.
    pub(super) wanted: BTreeSet<ClassVersion>,
    /// What was learnt and is not written down yet.
    pub(super) unkept: BTreeMap<ClassVersion, ConcealFrom>,
    /// Which versions of a class may be meant where nothing says which one runs.
    pub(super) installed: Installed,
    pub(super) redactors: Redactors,
    pub(super) cleaned: Cleaned,
}

impl Known {
    /// With the definitions that were read before. Those of no version are not among them: what is installed may be
    /// another one by now, and nothing would tell.
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
            .filter(|stored| stored.version.is_some() && !stored.definitions.keys.is_empty())
            .map(|stored| ((stored.class, stored.version), Arc::new(stored.definitions)))
            .collect();
        Self {
            key: watcher.shared.key.clone(),
            definitions,
            tried: BTreeMap::new(),
            wanted: BTreeSet::new(),
            unkept: BTreeMap::new(),
            installed: Installed::default(),
            redactors: Redactors::new(recorded),
            cleaned: Cleaned::default(),
        }
    }

    /// Masks one whole list; of entries that came so before, what they came to then.
    pub(crate) fn clean(&mut self, by: &WorkerId, raw: BTreeMap<ConnectorName, wire::Connector>) -> Listed {
        self.redactors.retain(Instant::now(), |name| raw.contains_key(name));
        self.cleaned.retain(|name| raw.contains_key(name));
        self.wanted.clear();
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
        let config = raw.info.map(|info| {
            let mut known = |class: &str, versions| self.of_versions(class, versions, &mut missing);
            let own = info.config.class().and_then(|class| {
                let running = version.map(|version| BTreeSet::from([Some(version)]));
                known(class, running.or_else(|| self.installed.versions(class))?)
            });
            let parts = info.config.parts().into_iter().filter_map(|part| {
                let asked_for: Option<Arc<str>> = part.version.map(Arc::from);
                let asked_for = asked_for.filter(|version| self.installed.everywhere(&part.class, version));
                let versions = asked_for.map(|version| BTreeSet::from([Some(version)]));
                let versions = versions.or_else(|| self.installed.versions(&part.class))?;
                Some((part.prefix, known(&part.class, versions)?))
            });
            let definitions = gathered(own, parts);
            let redactor = Redactor::for_config(&info.config, definitions.as_deref());
            let masked = mask(&info.config, definitions.as_deref(), &self.key);
            self.redactors.put(name, &masked.version, redactor);
            Arc::new(masked)
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

    /// Takes what is recorded of the workers' plugins. True when a class has other versions, so that the list must be
    /// masked anew.
    pub(crate) fn recorded(&mut self, lists: &PluginLists) -> bool {
        let changed = self.installed.recorded(lists);
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
mod tests {
    use std::collections::BTreeMap;

    use connect::wire;
    use std::time::Duration;

    use model::observe::Plugin;
    use model::secrets::FingerprintKey;

    use super::*;

    fn known() -> Known {
        Known {
            key: FingerprintKey::new(b"key"),
            definitions: BTreeMap::new(),
            tried: BTreeMap::new(),
            wanted: BTreeSet::new(),
            unkept: BTreeMap::new(),
            installed: Installed::default(),
            redactors: Redactors::new(Recorded::default()),
            cleaned: Cleaned::default(),
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

    fn defined(kind: &str) -> Arc<Definitions> {
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

    #[test]
    fn what_defined_nothing_and_what_has_no_version_is_asked_for_with_the_slow_questions() {
        let (mut known, by) = (known(), "a:1".into());
        let (now, slow) = (Instant::now(), Duration::from_secs(60));
        let class: ClassVersion = ("C".into(), None);
        known.clean(&by, list("Horse-Battery-1"));
        for definitions in [None, Some(defined("STRING"))] {
            known.tried(class.clone(), now, true);
            known.take(&class, definitions);
            assert!(known.due(now + slow - Duration::from_secs(1), slow).is_empty());
            assert_eq!(known.due(now + slow, slow), std::slice::from_ref(&class));
            assert!(known.wanted.len() <= 1);
        }
        // Whoever did not answer is left alone for longer.
        known.tried(class.clone(), now, false);
        assert!(known.due(now + slow, slow).is_empty());
        assert!(!known.take(&class, Some(defined("STRING"))), "nothing new");
        assert!(known.take(&class, None), "it is there no more");
        assert!(known.definitions.is_empty());
    }
}
