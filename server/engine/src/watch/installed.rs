//! Which versions of a plugin the workers of a cluster have, by their own lists of plugins: before 4.1 a status does not
//! tell which one runs.
//!
//! Where several are there, each of them may read a config, so all of them decide what of it may be shown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::names::WorkerId;
use model::observe::Plugin;

/// The lists of plugins by worker.
pub(crate) type PluginLists = BTreeMap<WorkerId, Arc<Vec<Plugin>>>;

/// A plugin's version; `None` when it tells none.
type Version = Option<Arc<str>>;

/// Workers that did not tell their plugins are left alone for so long: each of them may take seconds to say nothing.
const AGAIN: Duration = Duration::from_secs(15);

/// What a short class name leaves out at its end.
const ENDS: [&str; 6] = [
    "",
    "Connector",
    "Converter",
    "HeaderConverter",
    "Transformation",
    "Predicate",
];

/// The versions of all plugins.
#[derive(Default)]
pub(super) struct Installed {
    /// As recorded: a list may have been read by another server, before the worker was started anew.
    recorded: PluginLists,
    /// Read by this server in place of what was recorded, which was this then: what is recorded since is newer.
    read: BTreeMap<WorkerId, Read>,
    /// Recorded by who watched before, and not read by this server yet.
    unread: PluginLists,
    /// When those were asked last.
    tried: Option<Instant>,
    /// Of the worker that was asked last by this server.
    own: Option<(WorkerId, Arc<Vec<Plugin>>)>,
    asked: Option<Instant>,
    classes: BTreeMap<Arc<str>, Class>,
}

/// What this server read before it took anything for true that was recorded.
struct Read {
    recorded: Arc<Vec<Plugin>>,
    list: Arc<Vec<Plugin>>,
}

/// The versions of one class.
#[derive(Default)]
struct Class {
    by: BTreeMap<Version, BTreeSet<WorkerId>>,
    /// Whether it is in the list that this server read itself.
    own: bool,
}

impl Installed {
    /// Takes what is recorded; whether some class has other versions now.
    pub(super) fn recorded(&mut self, lists: &PluginLists) -> bool {
        if self.recorded == *lists {
            return false;
        }
        self.recorded.clone_from(lists);
        self.read.retain(|id, read| lists.get(id) == Some(&read.recorded));
        self.unread.retain(|id, before| lists.get(id) == Some(before));
        self.renew()
    }

    /// All that is recorded may be what was there before a worker was started anew, unseen, but for `own`, which is asked
    /// by itself.
    pub(super) fn doubt(&mut self, own: &WorkerId) {
        self.unread = self.recorded.clone();
        self.unread.remove(own);
    }

    /// Whether those whose lists are in doubt are to be asked now.
    pub(super) fn try_unread(&mut self, now: Instant) -> bool {
        let rested = |tried: Instant| now.saturating_duration_since(tried) >= AGAIN;
        let due = !self.unread.is_empty() && self.tried.is_none_or(rested);
        if due {
            self.tried = Some(now);
        }
        due
    }

    /// Whose lists are in doubt.
    pub(super) fn unread(&self) -> impl Iterator<Item = &WorkerId> {
        self.unread.keys()
    }

    /// Takes the list of a worker whose recorded one was in doubt; whether some class has other versions now, or what was in
    /// doubt no longer is.
    pub(super) fn read(&mut self, id: &WorkerId, list: Arc<Vec<Plugin>>) -> bool {
        let Some(recorded) = self.unread.remove(id) else {
            return false;
        };
        self.read.insert(id.clone(), Read { recorded, list });
        self.renew() | self.unread.is_empty()
    }

    /// Takes what a worker answered, `None` if it could not be had: then what it said before stands. Whether some class has
    /// other versions now.
    pub(super) fn answered(&mut self, at: Instant, list: Option<(WorkerId, Arc<Vec<Plugin>>)>) -> bool {
        self.asked = Some(at);
        match list {
            Some(list) => {
                self.own = Some(list);
                self.renew()
            }
            None => false,
        }
    }

    /// Whether a worker was asked in this server's time.
    pub(super) fn asked(&self) -> bool {
        self.asked.is_some()
    }

    /// Whether one is to be asked again.
    pub(super) fn due(&self, now: Instant, every: Duration) -> bool {
        self.asked
            .is_none_or(|asked| now.saturating_duration_since(asked) >= every)
    }

    /// The versions of a class that may run; `None` while a list is in doubt, which may have another one by now. A version
    /// `None` is among them where no list that this server read itself has the class: it is whatever a worker describes.
    pub(super) fn versions(&self, class: &str) -> Option<BTreeSet<Version>> {
        if !self.unread.is_empty() {
            return None;
        }
        let mut versions = BTreeSet::new();
        let mut own = false;
        for found in self.found(class) {
            versions.extend(found.by.keys().cloned());
            own |= found.own;
        }
        if !own {
            versions.insert(None);
        }
        Some(versions)
    }

    /// Whether every worker that has the class has it in this version, so that a config that asks for it gets it.
    pub(super) fn everywhere(&self, class: &str, version: &Arc<str>) -> bool {
        let all: BTreeSet<&WorkerId> = self
            .found(class)
            .flat_map(|found| found.by.values().flatten())
            .collect();
        let with = self.who(class, version);
        self.unread.is_empty() && !all.is_empty() && all.len() == with.len()
    }

    /// The workers that say that they have a class in a version.
    pub(super) fn who(&self, class: &str, version: &Arc<str>) -> BTreeSet<WorkerId> {
        let version = Some(version.clone());
        let found = self.found(class).filter_map(|found| found.by.get(&version));
        found.flatten().cloned().collect()
    }

    fn found(&self, class: &str) -> impl Iterator<Item = &Class> {
        let class = class.trim();
        // A short name may stand for several, of which Connect refuses all.
        let short = (!class.contains('.')).then_some(class);
        let all = short.map(|short| self.classes.iter().filter(move |(listed, _)| stands_for(short, listed)));
        let short = all.into_iter().flatten().map(|(_, found)| found);
        self.classes.get(class).into_iter().chain(short)
    }

    fn renew(&mut self) -> bool {
        let before = std::mem::take(&mut self.classes);
        let own = self.own.iter().map(|(id, list)| (id, list, true));
        let recorded = self.recorded.iter().map(|(id, list)| {
            let list = self.read.get(id).map_or(list, |read| &read.list);
            (id, list, false)
        });
        for (worker, list, own) in own.chain(recorded) {
            for plugin in list.iter() {
                let class = self.classes.entry(plugin.class.clone()).or_default();
                class.own |= own;
                let by = class.by.entry(plugin.version.clone()).or_default();
                by.insert(worker.clone());
            }
        }
        let said = |(class, found): (&Arc<str>, &Class)| {
            let versions: Vec<Version> = found.by.keys().cloned().collect();
            (class.clone(), versions, found.own)
        };
        !before.iter().map(said).eq(self.classes.iter().map(said))
    }
}

/// Whether a list has a class in a version.
pub(super) fn has(list: &[Plugin], class: &str, version: &Arc<str>) -> bool {
    let class = class.trim();
    list.iter().any(|plugin| {
        let same = *plugin.class == *class || (!class.contains('.') && stands_for(class, &plugin.class));
        same && plugin.version.as_ref() == Some(version)
    })
}

/// Whether a name without a package is a short name of a class, as Connect takes them.
fn stands_for(short: &str, class: &str) -> bool {
    let name = class.rsplit(['.', '$']).next().unwrap_or(class);
    name.strip_prefix(short).is_some_and(|end| ENDS.contains(&end))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn list(plugins: &[(&str, Option<&str>)]) -> Arc<Vec<Plugin>> {
        let plugin = |(class, version): &(&str, Option<&str>)| Plugin {
            class: (*class).into(),
            kind: "sink".into(),
            version: version.map(Arc::from),
        };
        Arc::new(plugins.iter().map(plugin).collect())
    }

    fn some(versions: &[&str]) -> Option<BTreeSet<Version>> {
        Some(versions.iter().map(|version| Some((*version).into())).collect())
    }

    #[test]
    fn what_others_recorded_tells_no_version_before_it_was_read_anew() {
        let mut installed = Installed::default();
        let of_b = |version| PluginLists::from([("b:1".into(), list(&[("x.C", Some(version))]))]);
        installed.recorded(&of_b("1"));
        installed.doubt(&"a:1".into());
        installed.answered(Instant::now(), Some(("a:1".into(), list(&[("x.C", Some("1"))]))));
        assert_eq!(installed.versions("x.C"), None, "b may have another by now");
        assert!(!installed.everywhere("x.C", &"1".into()));
        assert_eq!(installed.unread().collect::<Vec<_>>(), [&WorkerId::from("b:1")]);
        assert!(installed.read(&"b:1".into(), list(&[("x.C", Some("2"))])));
        assert_eq!(installed.versions("x.C"), some(&["1", "2"]));
        // What is recorded is renewed later, and newer still after that.
        installed.recorded(&of_b("1"));
        assert_eq!(installed.versions("x.C"), some(&["1", "2"]));
        installed.recorded(&of_b("3"));
        assert_eq!(installed.versions("x.C"), some(&["1", "3"]));

        // One that was read anew by a probe, or is gone, is in doubt no more.
        installed.doubt(&"a:1".into());
        assert!(installed.recorded(&of_b("4")));
        assert_eq!(installed.versions("x.C"), some(&["1", "4"]));
        installed.doubt(&"a:1".into());
        assert!(installed.recorded(&PluginLists::new()));
        assert_eq!(installed.versions("x.C"), some(&["1"]));
    }

    #[test]
    fn every_version_that_a_worker_has_counts_and_what_is_only_recorded_is_not_all() {
        let mut installed = Installed::default();
        assert_eq!(installed.versions("x.C"), Some(BTreeSet::from([None])));
        let recorded = |version| PluginLists::from([("b:1".into(), list(&[("x.C", Some(version))]))]);
        assert!(installed.recorded(&recorded("1")));
        assert!(!installed.recorded(&recorded("1")));
        assert_eq!(
            installed.versions("x.C"),
            Some(BTreeSet::from([None, Some("1".into())]))
        );
        let now = Instant::now();
        assert!(installed.answered(now, Some(("a:1".into(), list(&[("x.C", Some("2"))])))));
        assert_eq!(installed.versions("x.C"), some(&["1", "2"]));
        assert!(!installed.everywhere("x.C", &"2".into()));
        assert_eq!(installed.who("x.C", &"1".into()), BTreeSet::from(["b:1".into()]));
        // A list that cannot be had is no list without plugins.
        assert!(!installed.answered(now, None));
        assert!(installed.recorded(&recorded("2")));
        assert_eq!(installed.versions("x.C"), some(&["2"]));
        assert!(installed.everywhere("x.C", &"2".into()));
        assert!(!installed.due(now + Duration::from_secs(59), Duration::from_secs(60)));
        assert!(installed.due(now + Duration::from_secs(60), Duration::from_secs(60)));
    }

    #[test]
    fn a_short_name_is_found_as_connect_finds_it() {
        let mut installed = Installed::default();
        let plugins = list(&[("org.x.LineSinkConnector", Some("3")), ("org.x.Mask$Value", Some("4"))]);
        installed.answered(Instant::now(), Some(("a:1".into(), plugins.clone())));
        for class in ["org.x.LineSinkConnector", "LineSinkConnector", "LineSink", " LineSink "] {
            assert_eq!(installed.versions(class), some(&["3"]), "{class}");
            assert!(has(&plugins, class, &"3".into()), "{class}");
        }
        assert_eq!(installed.versions("org.x.Mask$Value"), some(&["4"]));
        for class in ["Line", "x.LineSink", "LineSinkConnectorX"] {
            assert_eq!(installed.versions(class), Some(BTreeSet::from([None])), "{class}");
            assert!(!has(&plugins, class, &"3".into()), "{class}");
        }
    }
}
