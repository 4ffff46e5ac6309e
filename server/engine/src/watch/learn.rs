//! Asking for what masking needs: which plugins there are, and what they say about their keys.
//!
//! What is known is shared with those who mask, and locked only between two questions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

use connect::Worker;
use model::names::WorkerId;
use model::observe::{self, Seen};
use model::secrets::{Definitions, FingerprintKey};
use store::{ConcealFrom, Concealed};
use telemetry::{Outcome, Question};
use tokio::task::JoinSet;
use tracing::{debug, info, warn};

use super::ask;
use super::cleaned::ClassVersion;
use super::installed::{PluginLists, has};
use super::known::{Knowing, Known};
use super::watcher::Watcher;

/// How long a class whose definitions could not be read is left alone. One that was asked for first and did not come in
/// time counts as such, so that it does not keep the others waiting.
const RETRY: Duration = Duration::from_secs(300);
/// Classes whose definitions are read after one list, while there is time: the rest follows after the next lists.
const AT_ONCE: usize = 4;
/// Workers whose recorded plugins are in doubt that are asked at once: as many as clusters have.
const DOUBTED: usize = 64;
/// Workers that are asked for the definitions of one class, one after the other.
const WORKERS: usize = 3;

/// That definitions were asked for.
struct Tried {
    at: Instant,
    /// Whether they came, so that they are asked for again with the slow questions, if at all: there were none, or nothing
    /// would tell that they are others by now.
    answered: bool,
}

/// Whoever asks, for one cluster.
pub(super) struct Learner {
    knowing: Knowing,
    tried: BTreeMap<ClassVersion, Tried>,
    /// What was learnt and is not written down yet.
    unkept: BTreeMap<ClassVersion, ConcealFrom>,
}

impl Learner {
    pub(super) fn new(knowing: Knowing) -> Self {
        Self {
            knowing,
            tried: BTreeMap::new(),
            unkept: BTreeMap::new(),
        }
    }

    /// What is known.
    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.knowing.lock()
    }

    /// Takes what is recorded of the workers' plugins. True when a class has other versions, so that the list must be
    /// masked anew.
    pub(super) fn recorded(&self, lists: &PluginLists) -> bool {
        self.known().recorded(lists)
    }

    /// Asks for the plugins before the first list is masked: those that are recorded may be what was there before a worker
    /// was started anew, unseen.
    pub(super) async fn begin(&self, watcher: &Watcher, worker: &Worker) {
        let begins = {
            let installed = &mut self.known().installed;
            let begins = !installed.asked();
            if begins {
                installed.doubt(worker.address());
            }
            begins
        };
        if begins {
            self.ask_installed(watcher, worker).await;
            self.ask_doubted(watcher).await;
        }
    }

    /// Asks those whose recorded plugins are in doubt, beside one another. Whoever does not answer now is asked after the
    /// next list, and until then what only plugins' lists tell of versions is not known.
    async fn ask_doubted(&self, watcher: &Watcher) -> bool {
        let doubted: Vec<WorkerId> = {
            let installed = &mut self.known().installed;
            if !installed.try_unread(Instant::now()) {
                return false;
            }
            installed.unread().take(DOUBTED).cloned().collect()
        };
        let mut asking = JoinSet::new();
        for id in doubted {
            let Some(worker) = watcher.client.advertised(&id) else {
                continue;
            };
            let cluster = watcher.cluster.name.clone();
            asking.spawn(async move {
                let list = ask::ask_soon(&cluster, &worker, Question::Plugins, worker.plugins()).await;
                Some((id, Arc::new(list.ok()?)))
            });
        }
        let mut changed = false;
        while let Some(answer) = asking.join_next().await {
            if let Ok(Some((id, list))) = answer {
                changed |= self.known().installed.read(&id, list);
            }
        }
        self.known().anew_if(changed)
    }

    async fn ask_installed(&self, watcher: &Watcher, worker: &Worker) -> bool {
        let asking = worker.plugins();
        let list = ask::ask_soon(&watcher.cluster.name, worker, Question::Plugins, asking).await;
        let list = list.ok().map(|list| (worker.address().clone(), Arc::new(list)));
        let mut known = self.known();
        let changed = known.installed.answered(Instant::now(), list);
        known.anew_if(changed)
    }

    /// Asks for definitions that were missing in the last list, for `limit` at most: what was not learnt by then is asked
    /// for after the next list. True when some were learnt, or others than before, so that the list must be masked anew.
    pub(super) async fn learn(&mut self, watcher: &Watcher, worker: &Worker, limit: Duration) -> bool {
        let began = Instant::now();
        let slow = watcher.slow_interval();
        let cluster = &watcher.cluster.name;
        let ask_again = self.known().installed.due(began, slow);
        let mut anew = ask_again && self.ask_installed(watcher, worker).await;
        anew |= self.ask_doubted(watcher).await;
        for (place, wanted) in self.due(began, slow).into_iter().enumerate() {
            let class = wanted.0.clone();
            let left = limit.saturating_sub(began.elapsed());
            let asking = self.describe(watcher, worker, &wanted);
            let asked = Instant::now();
            let Ok(described) = tokio::time::timeout(left, asking).await else {
                let outcome = Outcome::Failed;
                telemetry::rest_answered(cluster.as_str(), Question::PluginConfig, outcome, asked.elapsed());
                debug!(%cluster, %class, "plugin definitions did not come in time; values stay masked");
                if place == 0 {
                    self.tried(wanted, began, false);
                }
                break;
            };
            self.tried(wanted.clone(), began, !matches!(described, Described::Unanswered));
            let definitions = match described {
                Described::So(definitions) => Some(definitions),
                Described::Not => None,
                Described::Unanswered => continue,
            };
            if !self.take(&wanted, definitions.map(Arc::new)).await {
                continue;
            }
            anew = true;
            self.unkept.insert(wanted, ConcealFrom::default());
        }
        anew | self.keep(watcher, limit.saturating_sub(began.elapsed())).await
    }

    /// Writes down what was learnt, now or before while the database could not take it. True when something that was
    /// recorded turned out to be a secret by it. What there is no time for goes on where it stopped.
    async fn keep(&mut self, watcher: &Watcher, limit: Duration) -> bool {
        let began = Instant::now();
        let cluster = &watcher.cluster.name;
        let mut anew = false;
        for (wanted, mut from) in self.unkept.clone() {
            let class = &wanted.0;
            let (key, definitions) = {
                let known = self.known();
                (known.key.clone(), known.definitions.get(&wanted).cloned())
            };
            let Some(definitions) = definitions else {
                self.unkept.remove(&wanted);
                continue;
            };
            loop {
                let left = limit.saturating_sub(began.elapsed());
                let page = conceal(watcher, class, &definitions, &key, from.clone());
                let next = match tokio::time::timeout(left, page).await {
                    Ok(Ok((concealed, next))) => {
                        anew |= self.concealed(watcher, class, concealed).await;
                        next
                    }
                    Ok(Err(error)) => {
                        warn!(%cluster, %class, %error, "earlier configs could not be looked through for what is a password by now");
                        break;
                    }
                    Err(_) => return anew,
                };
                let Some(next) = next else {
                    match put(watcher, &wanted, &definitions).await {
                        Ok(()) => drop(self.unkept.remove(&wanted)),
                        Err(error) => warn!(%cluster, %class, %error, "plugin definitions could not be kept"),
                    }
                    break;
                };
                from = next.clone();
                self.unkept.insert(wanted.clone(), next);
            }
        }
        anew
    }

    /// Has what was masked in the record masked wherever else it stands; whether anything was.
    async fn concealed(&self, watcher: &Watcher, class: &str, concealed: Vec<Concealed>) -> bool {
        if concealed.is_empty() {
            return false;
        }
        let (cluster, count) = (&watcher.cluster.name, concealed.len());
        info!(%cluster, %class, count, "a plugin calls a key a password by now: recorded configs were masked");
        let mut told = Vec::new();
        {
            let mut known = self.known();
            for found in concealed {
                let Concealed {
                    connector,
                    config,
                    redactor,
                } = found;
                known.redactors.put_older(&connector, redactor.clone());
                told.push(observe::Concealed {
                    connector,
                    config,
                    struck: observe::Struck(redactor),
                });
            }
            known.anew_if(true);
        }
        // Whether anybody still listens shows with the next list.
        watcher.tell(watcher.shared.clock.now(), Seen::Concealed(told)).await;
        true
    }

    /// Takes what was read once all is told that was masked without it; whether it is something else than was known.
    async fn take(&self, wanted: &ClassVersion, definitions: Option<Arc<Definitions>>) -> bool {
        let _told = self.knowing.telling().await;
        self.known().take(wanted, definitions)
    }

    fn tried(&mut self, wanted: ClassVersion, at: Instant, answered: bool) {
        self.tried.insert(wanted, Tried { at, answered });
    }

    /// What to ask for now: what is missing, then what is known of no version, which may have become another, and then what
    /// was upgraded.
    fn due(&self, now: Instant, slow: Duration) -> Vec<ClassVersion> {
        let rested = |wanted: &ClassVersion| {
            self.tried.get(wanted).is_none_or(|tried| {
                let rest = if tried.answered { slow } else { RETRY.max(slow) };
                now.saturating_duration_since(tried.at) >= rest
            })
        };
        let known = self.known();
        let of_no_version = known.definitions.keys().filter(|(_, version)| version.is_none());
        let all = known
            .wanted
            .iter()
            .chain(of_no_version)
            .cloned()
            .chain(upgraded(&known));
        let mut seen = BTreeSet::new();
        let due = all.filter(|wanted| rested(wanted) && seen.insert(wanted.clone()));
        due.take(AT_ONCE).collect()
    }

    /// Asks workers that say that they have a class in a version, and only believes them if they still say so behind their
    /// answer: before 4.1 they describe what they have, whatever version is asked for.
    async fn describe(&self, watcher: &Watcher, worker: &Worker, (class, version): &ClassVersion) -> Described {
        let cluster = &watcher.cluster.name;
        let with = version
            .as_ref()
            .map(|version| self.known().installed.who(class, version))
            .unwrap_or_default();
        let mut described = Described::Unanswered;
        for asked in whom(watcher, worker, &with) {
            let asking = asked.plugin_config(class, version.as_deref());
            let definitions = match ask::ask(cluster, &asked, Question::PluginConfig, asking).await {
                Ok(definitions) => definitions,
                Err(connect::Error::NotFound { .. }) if version.is_none() => return Described::Not,
                Err(_) => continue,
            };
            if let (Some(version), false) = (version, with.is_empty()) {
                let list = ask::ask(cluster, &asked, Question::Plugins, asked.plugins()).await;
                if !list.is_ok_and(|list| has(&list, class, version)) {
                    continue;
                }
            }
            described = match definitions.keys.is_empty() {
                true => Described::Not,
                false => return Described::So(definitions),
            };
        }
        described
    }
}

/// Versions that workers have by now of classes that were read before: nothing that is listed may need them any more, and
/// yet configs are on record of which they decide what is shown.
fn upgraded(known: &Known) -> impl Iterator<Item = ClassVersion> {
    let classes: BTreeSet<&Arc<str>> = known.definitions.keys().map(|(class, _)| class).collect();
    let found = classes.into_iter().flat_map(|class| {
        let versions = known.installed.versions(class).unwrap_or_default();
        let told = versions.into_iter().filter(Option::is_some);
        told.map(|version| (class.clone(), version))
    });
    found.filter(|wanted| !known.definitions.contains_key(wanted))
}

/// What came of asking for definitions.
enum Described {
    So(Definitions),
    /// There are none.
    Not,
    Unanswered,
}

/// Who is asked about a plugin that these workers have: whoever listed, if it is among them, else they before it. Its
/// address may be another than they know it by.
fn whom(watcher: &Watcher, worker: &Worker, with: &BTreeSet<WorkerId>) -> Vec<Worker> {
    if with.is_empty() {
        return vec![worker.clone()];
    }
    let own = std::iter::once(worker.clone());
    if with.contains(worker.address()) {
        return own.collect();
    }
    let others = with.iter().filter_map(|id| watcher.client.advertised(id));
    others.take(WORKERS - 1).chain(own).collect()
}

/// Masks what a page of the earlier versions of configs shows of keys that are called passwords by now.
async fn conceal(
    watcher: &Watcher,
    class: &str,
    definitions: &Definitions,
    key: &FingerprintKey,
    from: ConcealFrom,
) -> store::Result<(Vec<Concealed>, Option<ConcealFrom>)> {
    let Some(lease) = watcher.lease.upgrade() else {
        return Ok((Vec::new(), None));
    };
    let (store, cluster) = (&watcher.shared.store, &watcher.cluster.name);
    store.conceal(&lease, cluster, class, definitions, key, from).await
}

/// Keeps definitions for whoever takes the cluster over, as long as the lease is held. Those of no version are what pages
/// tell of a plugin whose version no status tells.
async fn put(watcher: &Watcher, (class, version): &ClassVersion, definitions: &Definitions) -> store::Result<()> {
    let Some(lease) = watcher.lease.upgrade() else {
        return Ok(());
    };
    let (store, cluster) = (&watcher.shared.store, &watcher.cluster.name);
    for version in BTreeSet::from([version.as_deref(), None]) {
        store
            .put_definitions(&lease, cluster, class, version, definitions)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::known::tests::{defined, known, list};
    use super::*;

    #[test]
    fn what_defined_nothing_and_what_has_no_version_is_asked_for_with_the_slow_questions() {
        let mut learner = Learner::new(Knowing::of(known()));
        let by = "a:1".into();
        let (now, slow) = (Instant::now(), Duration::from_secs(60));
        let class: ClassVersion = ("C".into(), None);
        learner.known().clean(&by, list("Horse-Battery-1"));
        for definitions in [None, Some(defined("STRING"))] {
            learner.tried(class.clone(), now, true);
            learner.known().take(&class, definitions);
            assert!(learner.due(now + slow - Duration::from_secs(1), slow).is_empty());
            assert_eq!(learner.due(now + slow, slow), std::slice::from_ref(&class));
            assert!(learner.known().wanted.len() <= 1);
        }
        // Whoever did not answer is left alone for longer.
        learner.tried(class.clone(), now, false);
        assert!(learner.due(now + slow, slow).is_empty());
        assert!(!learner.known().take(&class, Some(defined("STRING"))), "nothing new");
        assert!(learner.known().take(&class, None), "it is there no more");
        assert!(learner.known().definitions.is_empty());
    }
}
