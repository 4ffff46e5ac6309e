//! The plain list, which alone names connectors without a status, and alone proves deletions.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use connect::Worker;
use model::Timestamp;
use model::names::{ConnectorName, WorkerId};
use model::observe::Seen;
use telemetry::Question;
use tracing::debug;

use super::ask;
use super::names::TooLong;
use super::race;
use super::trust::{Claim, Trust};
use super::watcher::{Deaf, Watcher};

/// A second list is asked for so much after it is due: the clock that tells what lies between two lists is not the one
/// that is slept by.
const MARGIN: Duration = Duration::from_millis(20);
/// Workers that are asked for a second list before the next attempt.
const ASKED: usize = 2;

/// When plain lists were asked for.
#[derive(Default)]
pub(super) struct Plain {
    /// The last one that was believed.
    last: Option<Instant>,
    /// The last attempt to have a second one.
    tried: Option<Instant>,
}

/// A plain list in hand.
pub(super) struct Names {
    at: Timestamp,
    by: WorkerId,
    pub(super) names: BTreeSet<ConnectorName>,
}

impl Plain {
    /// The list of a worker whose expanded one just came, at the slow cadence, and at once where that lacks a connector
    /// that no plain list has lacked yet.
    pub(super) async fn beside(
        &self,
        watcher: &Watcher,
        worker: &Worker,
        listed: &BTreeSet<ConnectorName>,
        too_long: &mut TooLong,
    ) -> Option<Names> {
        let missing = watcher.hints.borrow().newly_missed(listed);
        let due = self.last.is_none_or(|last| last.elapsed() >= watcher.slow_interval());
        match missing || due {
            true => ask(watcher, worker, too_long, Wait::Long).await,
            false => None,
        }
    }

    /// Passes one on that is believed.
    pub(super) async fn tell(&mut self, watcher: &Watcher, plain: Names) -> Result<(), Deaf> {
        self.last = Some(Instant::now());
        let Names { at, by, names } = plain;
        let names = names.into_iter().collect();
        let heard = watcher.tell(at, Seen::Named { by, names }).await;
        heard.then_some(()).ok_or(Deaf)
    }

    /// In how long a second list may prove a deletion; `None` while none is awaited. What could not be proven is tried
    /// again after half an interval.
    pub(super) fn awaited(&self, watcher: &Watcher) -> Option<Duration> {
        let first = watcher.hints.borrow().unproven.values().map(|first| first.at).min()?;
        let interval = watcher.interval();
        // A first list that lies ahead was seen before the clock was set back.
        let age = (watcher.shared.clock.now() - first).to_std().unwrap_or_default();
        let due = interval.saturating_sub(age) + MARGIN;
        let rested = self.tried.map(|tried| (interval / 2).saturating_sub(tried.elapsed()));
        Some(due.max(rested.unwrap_or_default()))
    }

    /// Asks for it: of another worker than the first list's wherever one can be asked.
    pub(super) async fn prove(
        &mut self,
        watcher: &Watcher,
        trust: &mut Trust,
        too_long: &mut TooLong,
    ) -> Result<(), Deaf> {
        self.tried = Some(Instant::now());
        for candidates in seconds(watcher) {
            for worker in candidates {
                let Some(plain) = ask(watcher, &worker, too_long, Wait::Short).await else {
                    continue;
                };
                let claim = Claim {
                    names: &plain.names,
                    named: BTreeSet::new(),
                };
                match trust.believe(watcher, &worker, vec![claim], true).await {
                    Ok(()) => {
                        self.tell(watcher, plain).await?;
                        break;
                    }
                    Err(gap) => {
                        let (cluster, question) = (&watcher.cluster.name, Question::Names.as_str());
                        debug!(%cluster, question, error = %gap.text, "a second list is not believed");
                    }
                }
            }
        }
        Ok(())
    }
}

/// Whom to ask for a second list, for each worker that gave a first one.
fn seconds(watcher: &Watcher) -> Vec<Vec<Worker>> {
    let firsts: BTreeSet<WorkerId> = {
        let hints = watcher.hints.borrow();
        hints.unproven.values().map(|first| first.by.clone()).collect()
    };
    let second = |first: &WorkerId| {
        let candidates = race::candidates(watcher, Some(first), &BTreeSet::new(), 0);
        let hints = watcher.hints.borrow();
        let other = |worker: &&Worker| worker.address() != first && hints.askable.contains(worker.address());
        let others: Vec<Worker> = candidates.iter().filter(other).take(ASKED).cloned().collect();
        if !others.is_empty() {
            return others;
        }
        let same = candidates.iter().find(|worker| worker.address() == first);
        same.or(candidates.first()).into_iter().cloned().collect()
    };
    firsts.iter().map(second).collect()
}

/// How long a list may take.
enum Wait {
    /// As long as any answer.
    Long,
    /// Little of the time between two looks: several may be asked for one after the other.
    Short,
}

/// The names, without those that cannot be recorded, see [`TooLong`]; `None` when none came: the next look asks again.
async fn ask(watcher: &Watcher, worker: &Worker, too_long: &mut TooLong, wait: Wait) -> Option<Names> {
    let cluster = &watcher.cluster.name;
    let at = watcher.shared.clock.now();
    let asked = match wait {
        Wait::Long => ask::ask(cluster, worker, Question::Names, worker.names()).await,
        Wait::Short => ask::ask_soon(cluster, worker, Question::Names, worker.names()).await,
    };
    let mut names: BTreeSet<ConnectorName> = asked.ok()?.into_iter().collect();
    names.retain(|name| too_long.fits(cluster, name));
    Some(Names {
        at,
        by: worker.address().clone(),
        names,
    })
}
