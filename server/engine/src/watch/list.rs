//! The one expanded list per cluster and interval, from whichever worker answers and may be believed.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use connect::{BodyHash, Expanded, Worker, wire};
use model::Timestamp;
use model::names::{ConnectorName, WorkerId};
use model::observe::{Gap, Seen};
use telemetry::span::{self, Look};
use tokio::sync::watch as channel;
use tracing::Instrument as _;

use super::glance::{Glance, Rest};
use super::known::Knowing;
use super::learn::Learner;
use super::names::TooLong;
use super::pace::Pace;
use super::plain::{Names, Plain};
use super::race;
use super::tails::Sight;
use super::trust::{Claim, Trust};
use super::watcher::{Deaf, Watcher};
use crate::heavy::heavy;

/// What learning plugin definitions after one list may take, so that the next list is not late.
const LEARNING: Duration = Duration::from_secs(3);

/// Lists for ever, but not while the cluster is refused as the same as another one: that one's lists tell all of it.
pub(crate) async fn run(watcher: Watcher, known: Knowing, sight: channel::Receiver<Sight>) {
    let mut hints = watcher.hints.clone();
    let mut lister = Lister {
        turn: 0,
        learner: Learner::new(known),
        rest: Rest::new(sight),
        pace: Pace::new(),
        last_good: None,
        last_body: None,
        last_names: BTreeSet::new(),
        too_long: TooLong::default(),
        plain: Plain::default(),
        trust: Trust::default(),
        watcher,
    };
    while hints.wait_for(|hints| !hints.refused).await.is_ok() {
        if lister.look().await.is_none() {
            return;
        }
    }
}

struct Lister {
    watcher: Watcher,
    learner: Learner,
    /// When a whole list can wait, because topics tell what it would.
    rest: Rest,
    pace: Pace,
    /// How often it was looked.
    turn: usize,
    /// Asked first.
    last_good: Option<WorkerId>,
    /// Whose body was parsed last, and its hash.
    last_body: Option<(WorkerId, BodyHash)>,
    /// The names in it.
    last_names: BTreeSet<ConnectorName>,
    too_long: TooLong,
    plain: Plain,
    trust: Trust,
}

impl Lister {
    /// One look and the pause after it; `None` when nobody listens any more.
    async fn look(&mut self) -> Option<()> {
        let began = Instant::now();
        let look = span::look(Look::List, self.watcher.cluster.name.as_str());
        let burden = match self.try_look().instrument(look).await {
            Ok(burden) => burden,
            Err(Deaf) => return None,
        };
        let interval = self.watcher.interval();
        let every = (interval, self.watcher.stale_after());
        let next = tokio::time::Instant::now() + self.pace.pause(every, began.elapsed(), burden);
        // A second list that is due a moment after the next look comes before it, so that it does not wait for that.
        let last_call = next + interval / 10;
        while let Some(due) = self.plain.awaited(&self.watcher)
            && tokio::time::Instant::now() + due < last_call
        {
            tokio::time::sleep(due).await;
            let look = span::look(Look::List, self.watcher.cluster.name.as_str());
            let (watcher, trust, too_long) = (&self.watcher, &mut self.trust, &mut self.too_long);
            let proved = self.plain.prove(watcher, trust, too_long).instrument(look).await;
            proved.ok()?;
        }
        tokio::select! {
            () = tokio::time::sleep_until(next) => {}
            () = self.rest.over() => {}
        }
        Some(())
    }

    /// How long the answer took; `None` when no list came.
    async fn try_look(&mut self) -> Result<Option<Duration>, Deaf> {
        // What was masked by other versions of the plugins is masked anew also if the workers tell nothing new.
        if self.learner.recorded(&self.watcher.hints.borrow().plugins) {
            self.last_body = None;
            self.rest.listed(None);
        }
        if self.rest.can_wait(&self.watcher, &self.last_names)
            && let Some(worker) = self.last_good.as_ref().and_then(|last| race::at(&self.watcher, last))
            && let Glance::Stands { at, took } = self.rest.glance(&self.watcher, &worker).await
        {
            let by = worker.address().clone();
            if !self.watcher.tell(at, Seen::Stands { by }).await {
                return Err(Deaf);
            }
            if self.learner.learn(&self.watcher, &worker, LEARNING).await {
                // What was learnt makes more of the configs readable that the next list shows.
                self.last_body = None;
                self.rest.listed(None);
            }
            return Ok(Some(took));
        }
        self.rest.listed(None);
        let mut avoided: BTreeSet<WorkerId> = BTreeSet::new();
        let mut doubted: Option<Gap> = None;
        let began = Instant::now();
        self.turn = self.turn.wrapping_add(1);
        loop {
            let candidates = race::candidates(&self.watcher, self.last_good.as_ref(), &avoided, self.turn);
            if let (true, Some(gap)) = (candidates.is_empty(), &doubted) {
                return self.missing(gap.clone()).await;
            }
            let asked = candidates.into_iter().map(|worker| {
                let previous = self.previous(worker.address());
                (worker, previous)
            });
            let (worker, at, answer) = match race::race(&self.watcher, asked.collect()).await {
                Ok(won) => won,
                // That a worker is starting says more of the cluster than that the others do not answer.
                Err(gap) => return self.missing(doubted.unwrap_or(gap)).await,
            };
            let took = answer.took;
            let answered = self.watcher.shared.clock.now();
            self.learner.begin(&self.watcher, &worker).await;
            if let Some(gap) = self.take((at, answered), &worker, answer.value).await? {
                // This one is not believed; what another one says counts.
                avoided.insert(worker.address().clone());
                doubted.get_or_insert(gap);
                continue;
            }
            self.last_good = Some(worker.address().clone());
            self.rest.listed(Some(began));
            if self.learner.learn(&self.watcher, &worker, LEARNING).await {
                self.last_body = None;
                self.rest.listed(None);
            }
            return Ok(Some(took));
        }
    }

    /// A list is as of its question; that none came is true only now.
    async fn missing(&self, gap: Gap) -> Result<Option<Duration>, Deaf> {
        let at = self.watcher.shared.clock.now();
        let heard = self.watcher.tell(at, Seen::ListMissing(gap)).await;
        heard.then_some(None).ok_or(Deaf)
    }

    /// Bodies of different workers differ in order and timing, so only the same worker's body can be unchanged.
    fn previous(&self, worker: &WorkerId) -> Option<BodyHash> {
        let last = self.last_body.as_ref().filter(|(by, _)| by == worker);
        last.map(|(_, hash)| *hash)
    }

    /// Passes a list on with when it was asked for and answered, unless it is not believed: then says why. Connectors
    /// whose names cannot be recorded are left out, see [`TooLong`].
    async fn take(
        &mut self,
        (at, answered): (Timestamp, Timestamp),
        worker: &Worker,
        expanded: Expanded,
    ) -> Result<Option<Gap>, Deaf> {
        let by = worker.address().clone();
        let mut plain;
        let seen = match expanded {
            Expanded::Unchanged => {
                let names = &self.last_names;
                plain = self
                    .plain
                    .beside(&self.watcher, worker, names, &mut self.too_long)
                    .await;
                // The expanded list came: that the plain one is not believed leaves nothing unknown.
                if let Some(claim) = plain.as_ref().map(claim) {
                    let suspicious = self.suspicious(&by, names, plain.as_ref());
                    let believed = self.trust.believe(&self.watcher, worker, vec![claim], suspicious);
                    if believed.await.is_err() {
                        plain = None;
                    }
                }
                Seen::ListedUnchanged { by }
            }
            Expanded::Body { hash, connectors } => {
                let raw = self.too_long.left_out(&self.watcher.cluster.name, connectors);
                let names: BTreeSet<ConnectorName> = raw.keys().cloned().collect();
                // One answer about the worker then tells of both lists.
                plain = self
                    .plain
                    .beside(&self.watcher, worker, &names, &mut self.too_long)
                    .await;
                let expanded = Claim {
                    names: &names,
                    named: raw.values().flat_map(workers_named).collect(),
                };
                let claims = [expanded].into_iter().chain(plain.as_ref().map(claim)).collect();
                let suspicious = self.suspicious(&by, &names, plain.as_ref());
                if let Err(gap) = self.trust.believe(&self.watcher, worker, claims, suspicious).await {
                    return Ok(Some(gap));
                }
                let listed = heavy(|| self.learner.known().clean(&by, raw)).await;
                self.last_body = Some((by, hash));
                self.last_names = names;
                Seen::Listed(listed)
            }
        };
        if !self.watcher.tell_answered(at, answered, seen).await {
            return Err(Deaf);
        }
        match plain {
            Some(plain) => self.plain.tell(&self.watcher, plain).await.map(|()| None),
            None => Ok(None),
        }
    }

    /// A worker that is still starting answers from an incomplete copy: whoever lists less than is known, or nothing
    /// at all, or was not asked before, must show that it is ready.
    fn suspicious(&self, by: &WorkerId, names: &BTreeSet<ConnectorName>, plain: Option<&Names>) -> bool {
        let hints = self.watcher.hints.borrow();
        let lacks =
            hints.missed(names).is_some() || plain.is_some_and(|plain| !hints.connectors.is_subset(&plain.names));
        names.is_empty() || lacks || self.last_good.as_ref() != Some(by)
    }
}

/// What a plain list claims: no worker.
fn claim(plain: &Names) -> Claim<'_> {
    Claim {
        names: &plain.names,
        named: BTreeSet::new(),
    }
}

/// The workers that the statuses of a connector name.
fn workers_named(raw: &wire::Connector) -> impl Iterator<Item = &WorkerId> {
    raw.status.iter().flat_map(|status| {
        let instances = status.connector.iter().chain(status.tasks.values());
        instances.map(|instance| &instance.worker_id)
    })
}
