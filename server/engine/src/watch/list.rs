//! The one expanded list per cluster and interval, from whichever worker answers.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use connect::{Answer, BodyHash, Expanded, Worker};
use model::Timestamp;
use model::names::{ConnectorName, WorkerId};
use model::observe::{Gap, GapKind, Seen};
use telemetry::Outcome;
use telemetry::span::{self, Look};
use tokio::task::JoinSet;
use tracing::{Instrument as _, warn};

use super::known::Known;
use super::names::TooLong;
use super::pace::Pace;
use super::redact::Recorded;
use super::watcher::Watcher;
use crate::heavy::heavy;

/// A worker that has not answered for this long gets a rival: the next one is asked beside it.
const PATIENCE: Duration = Duration::from_secs(2);
/// What learning plugin definitions after one list may take, so that the next list is not late.
const LEARNING: Duration = Duration::from_secs(3);
/// The plain list is asked for at least this often: it alone names connectors without a status.
const PLAIN: Duration = Duration::from_secs(60);

/// Lists for ever.
pub(crate) async fn run(watcher: Watcher, recorded: Recorded) {
    let mut lister = Lister {
        known: Known::load(&watcher, recorded).await,
        pace: Pace::new(),
        last_good: None,
        last_body: None,
        last_names: BTreeSet::new(),
        too_long: TooLong::default(),
        last_plain: None,
        plain_by: None,
        watcher,
    };
    while lister.look().await.is_some() {}
}

struct Lister {
    watcher: Watcher,
    known: Known,
    pace: Pace,
    /// Asked first.
    last_good: Option<WorkerId>,
    /// Whose body was parsed last, and its hash.
    last_body: Option<(WorkerId, BodyHash)>,
    /// The names in it.
    last_names: BTreeSet<ConnectorName>,
    too_long: TooLong,
    last_plain: Option<Instant>,
    plain_by: Option<WorkerId>,
}

/// Nobody listens any more.
struct Deaf;

impl Lister {
    /// One look and the pause after it; `None` when nobody listens any more.
    async fn look(&mut self) -> Option<()> {
        let began = Instant::now();
        let look = span::look(Look::List, self.watcher.cluster.name.as_str());
        let burden = match self.try_look().instrument(look).await {
            Ok(burden) => burden,
            Err(Deaf) => return None,
        };
        let pause = self.pace.pause(self.watcher.interval(), began.elapsed(), burden);
        tokio::time::sleep(pause).await;
        Some(())
    }

    /// How long the answer took; `None` when no list came.
    async fn try_look(&mut self) -> Result<Option<Duration>, Deaf> {
        let mut avoided: BTreeSet<WorkerId> = BTreeSet::new();
        let mut not_ready: Option<Gap> = None;
        loop {
            let (worker, at, answer) = match self.race(&avoided).await {
                Ok(won) => won,
                Err(gap) => {
                    let gap = not_ready.unwrap_or(gap);
                    // A list is as of its question; that none came is true only now.
                    let at = self.watcher.shared.clock.now();
                    self.tell(at, Seen::ListMissing(gap)).await?;
                    return Ok(None);
                }
            };
            let took = answer.took;
            let answered = self.watcher.shared.clock.now();
            if let Some(gap) = self.take((at, answered), &worker, answer.value).await? {
                // This one is not ready; what another one says counts.
                avoided.insert(worker.address().clone());
                // That a worker is starting says more of the cluster than that the others do not answer.
                let gap = not_ready.get_or_insert(gap);
                if self.candidates(&avoided).is_empty() {
                    let gap = gap.clone();
                    let at = self.watcher.shared.clock.now();
                    self.tell(at, Seen::ListMissing(gap)).await?;
                    return Ok(None);
                }
                continue;
            }
            self.last_good = Some(worker.address().clone());
            self.plain(&worker).await?;
            if self.known.learn(&self.watcher, &worker, LEARNING).await {
                self.last_body = None;
            }
            return Ok(Some(took));
        }
    }

    /// Whom to ask, in this order: who answered last, the configured ones, those discovered.
    fn candidates(&self, avoided: &BTreeSet<WorkerId>) -> Vec<Worker> {
        let client = &self.watcher.client;
        let hints = self.watcher.hints.borrow();
        let configured = self.watcher.cluster.urls.iter().map(|url| client.at(url));
        let discovered = hints.workers.iter().filter_map(|id| client.advertised(id));
        let mut seen = BTreeSet::new();
        let mut all: Vec<Worker> = configured
            .chain(discovered)
            .filter(|worker| !avoided.contains(worker.address()) && seen.insert(worker.address().clone()))
            .collect();
        all.sort_by_key(|worker| {
            let address = worker.address();
            (Some(address) != self.last_good.as_ref(), hints.gone.contains(address))
        });
        all
    }

    /// Asks the first candidate; whenever one fails, or keeps us waiting, the next one too. The first answer wins, and
    /// comes with the moment at which it was asked for.
    async fn race(&self, avoided: &BTreeSet<WorkerId>) -> Result<(Worker, Timestamp, Answer<Expanded>), Gap> {
        let mut waiting = self.candidates(avoided).into_iter();
        let mut running = JoinSet::new();
        let mut first_gap: Option<Gap> = None;
        let cluster = self.watcher.cluster.name.as_str();
        loop {
            if running.is_empty() || !waiting.as_slice().is_empty() {
                match waiting.next() {
                    Some(worker) => {
                        let previous = self.previous(worker.address());
                        let at = self.watcher.shared.clock.now();
                        let question = async move {
                            let began = Instant::now();
                            let answer = worker.list_expanded(previous).await;
                            (worker, at, answer, began.elapsed())
                        };
                        running.spawn(question.in_current_span());
                    }
                    None if running.is_empty() => {
                        return Err(first_gap.unwrap_or_else(|| Gap {
                            kind: GapKind::Other,
                            text: "no address is configured or known".into(),
                        }));
                    }
                    None => {}
                }
            }
            let rival = !waiting.as_slice().is_empty();
            let joined = match tokio::time::timeout(PATIENCE, running.join_next()).await {
                Err(_) if rival => continue,
                Err(_) => running.join_next().await,
                Ok(joined) => joined,
            };
            match joined {
                Some(Ok((worker, at, Ok(answer), _))) => {
                    let outcome = if matches!(answer.value, Expanded::Unchanged) {
                        Outcome::Unchanged
                    } else {
                        Outcome::Ok
                    };
                    telemetry::rest_answered(cluster, "list", outcome, answer.took);
                    return Ok((worker, at, answer));
                }
                Some(Ok((worker, _, Err(error), took))) => {
                    telemetry::rest_answered(cluster, "list", Outcome::Failed, took);
                    let gap = error.gap(worker.address());
                    // A worker that answers says more about the cluster than one that does not.
                    let tells = first_gap.is_none() || error.worker_answered();
                    if tells {
                        first_gap = Some(gap);
                    }
                }
                Some(Err(_)) => {
                    warn!(cluster, "asking for a list panicked");
                    first_gap.get_or_insert_with(|| Gap {
                        kind: GapKind::Other,
                        text: "the list could not be read: an error in Signalbox, which its log tells of".into(),
                    });
                }
                None => {}
            }
        }
    }

    /// Bodies of different workers differ in order and timing, so only the same worker's body can be unchanged.
    fn previous(&self, worker: &WorkerId) -> Option<BodyHash> {
        self.last_body
            .as_ref()
            .filter(|(by, _)| by == worker)
            .map(|(_, hash)| *hash)
    }

    /// Passes a list on with when it was asked for and answered, unless the worker that gave it is not ready: then says
    /// why. Connectors whose names cannot be recorded are left out, see [`TooLong`].
    async fn take(
        &mut self,
        times: (Timestamp, Timestamp),
        worker: &Worker,
        expanded: Expanded,
    ) -> Result<Option<Gap>, Deaf> {
        let by = worker.address().clone();
        let (hash, raw) = match expanded {
            Expanded::Unchanged => {
                self.tell_listed(times, Seen::ListedUnchanged { by }).await?;
                return Ok(None);
            }
            Expanded::Body { hash, connectors } => {
                (hash, self.too_long.left_out(&self.watcher.cluster.name, connectors))
            }
        };
        let names: BTreeSet<ConnectorName> = raw.keys().cloned().collect();
        if self.suspicious(&by, &names)
            && let Some(gap) = self.not_ready(worker).await
        {
            return Ok(Some(gap));
        }
        let listed = heavy(|| self.known.clean(&by, raw)).await;
        self.last_body = Some((by, hash));
        self.last_names = names;
        self.tell_listed(times, Seen::Listed(listed)).await?;
        Ok(None)
    }

    /// A worker that is still starting answers from an incomplete copy: whoever lists less than is known, or nothing
    /// at all, or was not asked before, must show that it is ready.
    fn suspicious(&self, by: &WorkerId, names: &BTreeSet<ConnectorName>) -> bool {
        let hints = self.watcher.hints.borrow();
        let lacks = hints
            .connectors
            .iter()
            .any(|name| !names.contains(name) && !hints.without_status.contains(name));
        names.is_empty() || lacks || self.last_good.as_ref() != Some(by)
    }

    async fn not_ready(&self, worker: &Worker) -> Option<Gap> {
        let began = Instant::now();
        let cluster = self.watcher.cluster.name.as_str();
        match worker.health().await {
            Ok(answer) => {
                telemetry::rest_answered(cluster, "health", Outcome::Ok, answer.took);
                let health = answer.value;
                // An unhealthy worker has joined and holds a whole copy; only a starting one lists too little.
                (!health.ready && &*health.word == "starting").then(|| Gap {
                    kind: GapKind::Starting,
                    text: format!("{} is still starting: {}", worker.address(), health.message).into(),
                })
            }
            // Workers before 3.9 have no /health; two plain lists an interval apart guard against their half lists, and
            // their empty ones prove nothing.
            Err(connect::Error::Unsupported) => None,
            Err(error) => {
                telemetry::rest_answered(cluster, "health", Outcome::Failed, began.elapsed());
                Some(error.gap(worker.address()))
            }
        }
    }

    /// The plain list: at its slow cadence, and at once while a known connector is missing from the expanded one. Names
    /// that cannot be recorded are left out, see [`TooLong`].
    async fn plain(&mut self, listed_by: &Worker) -> Result<(), Deaf> {
        let missing = {
            let hints = self.watcher.hints.borrow();
            hints
                .connectors
                .iter()
                .any(|name| !self.last_names.contains(name) && !hints.without_status.contains(name))
        };
        let due = self.last_plain.is_none_or(|last| last.elapsed() >= PLAIN);
        if !missing && !due {
            return Ok(());
        }
        // A deletion is proven by two workers where there are two: take turns.
        let turn = self.candidates(&BTreeSet::new()).into_iter().find(|worker| {
            missing && Some(worker.address()) != self.plain_by.as_ref() && worker.address() != listed_by.address()
        });
        let other = match turn {
            Some(worker) if self.plain_by.as_ref() == Some(listed_by.address()) => self.ready(worker).await,
            _ => None,
        };
        let worker = other.as_ref().unwrap_or(listed_by);
        let at = self.watcher.shared.clock.now();
        let began = Instant::now();
        let cluster = self.watcher.cluster.name.as_str();
        match worker.names().await {
            Ok(answer) => {
                telemetry::rest_answered(cluster, "names", Outcome::Ok, answer.took);
                self.last_plain = Some(Instant::now());
                self.plain_by = Some(worker.address().clone());
                if missing && answer.value.is_empty() && self.cannot_say_ready(worker).await {
                    return Ok(());
                }
                let by = worker.address().clone();
                let mut names = answer.value;
                names.retain(|name| self.too_long.fits(&self.watcher.cluster.name, name));
                self.tell(at, Seen::Named { by, names }).await
            }
            // The next look asks again; the expanded list just came, so nothing is unknown meanwhile.
            Err(_) => {
                telemetry::rest_answered(cluster, "names", Outcome::Failed, began.elapsed());
                Ok(())
            }
        }
    }

    /// A worker before 3.9 has no `/health`: while it starts it lists nothing and cannot be told from one whose
    /// connectors were all deleted, so that its empty list proves nothing.
    async fn cannot_say_ready(&self, worker: &Worker) -> bool {
        matches!(worker.health().await, Err(connect::Error::Unsupported))
    }

    /// The worker, if it is ready: what a starting one lacks is not deleted.
    async fn ready(&self, worker: Worker) -> Option<Worker> {
        match self.not_ready(&worker).await {
            None => Some(worker),
            Some(_) => None,
        }
    }

    async fn tell_listed(&self, (at, answered): (Timestamp, Timestamp), seen: Seen) -> Result<(), Deaf> {
        match self.watcher.tell_answered(at, answered, seen).await {
            true => Ok(()),
            false => Err(Deaf),
        }
    }

    async fn tell(&self, at: Timestamp, seen: Seen) -> Result<(), Deaf> {
        if self.watcher.tell(at, seen).await {
            Ok(())
        } else {
            Err(Deaf)
        }
    }
}
