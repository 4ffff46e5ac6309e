//! Probes of each worker's address, and the slow questions: versions, health, plugins.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use connect::Worker;
use model::names::WorkerId;
use model::observe::Seen;
use telemetry::span::{self, Look};
use tokio::task::JoinSet;
use tracing::{Instrument as _, warn};

use super::ask::{self, questions, silent};
use super::late::{Asking, Late};
use super::turns::Turns;
use super::watcher::Watcher;

/// Probes for ever. With Kafka the group tells who lives, so that `/` is asked only at the slow cadence while that is
/// told and lists come.
/// While the cluster is refused that is all that is asked of it: whether it is still the one that it repeats.
pub(crate) async fn run(watcher: Watcher, kafka: bool) {
    let mut asked: BTreeMap<WorkerId, Asked> = BTreeMap::new();
    let mut late = Late::default();
    let mut turns = Turns::default();
    loop {
        late.gather();
        let spec = watcher.configuration();
        let mut workers = addresses(&watcher);
        asked.retain(|id, _| workers.contains_key(id));
        turns.retain(|id| workers.contains_key(id));
        late.retain(|id| workers.contains_key(id));
        let hints = watcher.hints.borrow().clone();
        let all = !kafka || hints.refused || hints.unheard;
        let is_slow = |asked: &BTreeMap<WorkerId, Asked>, id: &WorkerId| {
            // What an address answered before it was known to be a worker's is asked again, to be kept with the worker.
            let known = hints.workers.contains(id);
            asked
                .get(id)
                .is_none_or(|last| last.at.elapsed() >= watcher.slow_interval() || known && !last.known)
        };
        workers.retain(|id, _| (all || is_slow(&asked, id)) && !late.awaits(id));
        let configured = watcher.cluster.urls.iter().map(|url| watcher.client.at(url));
        let configured: BTreeSet<WorkerId> = configured.map(|worker| worker.address().clone()).collect();
        let sure = |id: &WorkerId| hints.living.contains(id) || configured.contains(id);
        let mut waiting = turns.next(workers.keys(), sure).into_iter();
        let mut probes = JoinSet::new();
        loop {
            while probes.len() < TOGETHER
                && let Some(id) = waiting.next()
            {
                let Some((worker, credited)) = workers.remove(&id) else {
                    continue;
                };
                let slow = is_slow(&asked, &id);
                if slow {
                    let known = hints.workers.contains(&id);
                    let at = Instant::now();
                    asked.insert(id.clone(), Asked { at, known });
                }
                let look = span::look(Look::Probe, watcher.cluster.name.as_str());
                let questions = slow && credited && !hints.refused;
                let patient = late.slow(&id);
                probes.spawn(probe(watcher.clone(), id, worker, questions, patient).instrument(look));
            }
            let Some(done) = probes.join_next().await else { break };
            match done {
                Ok(Probed {
                    id,
                    heard: true,
                    answered,
                    asking,
                }) => match asking {
                    Some(asking) => {
                        // Whoever did not answer is asked again soon: it may be starting.
                        if !late.slow(&id) {
                            asked.remove(&id);
                        }
                        late.wait(watcher.clone(), id, asking);
                    }
                    None if answered => late.prompt(&id),
                    None => drop(asked.remove(&id)),
                },
                Ok(Probed { heard: false, .. }) => return,
                Err(_) => warn!(cluster = %watcher.cluster.name, "a probe panicked; its address is asked again"),
            }
        }
        watcher.rest(watcher.interval(), spec).await;
    }
}

/// Configured and discovered addresses. Workers known to be gone are asked too: one that returns without Kafka
/// access is seen by nothing else. They alone are asked without credentials, and nothing but whether they are there.
fn addresses(watcher: &Watcher) -> BTreeMap<WorkerId, (Worker, bool)> {
    let hints = watcher.hints.borrow().clone();
    let client = &watcher.client;
    let gone = hints.gone.iter().filter_map(|id| Some((client.stranger(id)?, false)));
    let living = hints
        .workers
        .iter()
        .filter_map(|id| Some((client.advertised(id)?, true)));
    let configured = watcher.cluster.urls.iter().map(|url| (client.at(url), true));
    gone.chain(living)
        .chain(configured)
        .map(|(worker, credited)| (worker.address().clone(), (worker, credited)))
        .collect()
}

/// Probes of one cluster under way at the same time. No list has a say in how many: whoever made up names in it would
/// keep those waiting that live.
const TOGETHER: usize = 64;
/// When an address was last asked the slow questions.
struct Asked {
    at: Instant,
    /// Whether it was known to be a worker's then.
    known: bool,
}

struct Probed {
    id: WorkerId,
    /// Whether somebody listens to what was seen.
    heard: bool,
    answered: bool,
    /// The question, where its answer is late.
    asking: Option<Asking>,
}

/// `slow`: with the slow questions. `patient`: that its answer is late is not told.
async fn probe(watcher: Watcher, id: WorkerId, worker: Worker, slow: bool, patient: bool) -> Probed {
    let cluster = &watcher.cluster.name;
    let at = watcher.shared.clock.now();
    let mut root = ask::patient_root(cluster.clone(), worker.clone());
    let seen = match ask::soon(&mut root).await {
        Some(Ok(answer)) => Seen::Answered(answer),
        Some(Err(gap)) => silent(&id, gap),
        None => {
            let heard = match patient {
                true => true,
                false => watcher.tell(at, silent(&id, ask::late(&worker))).await,
            };
            let questions = slow && patient;
            return Probed {
                id,
                heard,
                answered: false,
                asking: Some(Asking {
                    worker,
                    root,
                    questions,
                }),
            };
        }
    };
    let answered = matches!(seen, Seen::Answered(_));
    let mut heard = watcher.tell(at, seen).await;
    if heard && answered && slow {
        let at = watcher.shared.clock.now();
        let seen = Seen::Slow(questions(cluster, &id, &worker).await);
        heard = watcher.tell(at, seen).await;
    }
    Probed {
        id,
        heard,
        answered,
        asking: None,
    }
}
