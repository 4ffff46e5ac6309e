//! The plain list, which alone names connectors without a status, and alone proves deletions.

use std::collections::BTreeSet;
use std::time::Instant;

use connect::Worker;
use model::names::{ConnectorName, WorkerId};
use model::observe::Seen;
use telemetry::Outcome;

use super::list::Deaf;
use super::names::TooLong;
use super::race;
use super::trust::{Claim, Trust};
use super::watcher::Watcher;

/// Whose plain list came last, and when.
#[derive(Default)]
pub(super) struct Plain {
    last: Option<Instant>,
    by: Option<WorkerId>,
}

impl Plain {
    /// Asks for it at its slow cadence, and at once while a known connector is missing from the expanded list. Names
    /// that cannot be recorded are left out, see [`TooLong`].
    pub(super) async fn look(
        &mut self,
        watcher: &Watcher,
        trust: &mut Trust,
        too_long: &mut TooLong,
        listed_by: &Worker,
        listed: &BTreeSet<ConnectorName>,
    ) -> Result<(), Deaf> {
        let missing = watcher.hints.borrow().missed(listed).is_some();
        let due = self.last.is_none_or(|last| last.elapsed() >= watcher.slow_interval());
        if !missing && !due {
            return Ok(());
        }
        let other = self.other(watcher, listed_by, missing);
        for worker in other.iter().chain([listed_by]) {
            let at = watcher.shared.clock.now();
            let Some(mut names) = ask(watcher, worker).await else {
                continue;
            };
            names.retain(|name| too_long.fits(&watcher.cluster.name, name));
            let claim = Claim {
                names: &names,
                named: BTreeSet::new(),
                suspicious: missing,
            };
            // The expanded list just came: that this one is not believed leaves nothing unknown.
            if trust.believe(watcher, worker, claim).await.is_err() {
                continue;
            }
            let by = worker.address().clone();
            self.last = Some(Instant::now());
            self.by = Some(by.clone());
            let names = names.into_iter().collect();
            return match watcher.tell(at, Seen::Named { by, names }).await {
                true => Ok(()),
                false => Err(Deaf),
            };
        }
        Ok(())
    }

    /// A deletion is proven by two workers where there are two: they take turns.
    fn other(&self, watcher: &Watcher, listed_by: &Worker, missing: bool) -> Option<Worker> {
        let turn = missing && self.by.as_ref() == Some(listed_by.address());
        let candidates = turn.then(|| race::candidates(watcher, None, &BTreeSet::new()));
        let mut others = candidates.into_iter().flatten();
        others.find(|worker| worker.address() != listed_by.address())
    }
}

/// The names; `None` when none came: the next look asks again.
async fn ask(watcher: &Watcher, worker: &Worker) -> Option<BTreeSet<ConnectorName>> {
    let cluster = watcher.cluster.name.as_str();
    let began = Instant::now();
    match worker.names().await {
        Ok(answer) => {
            telemetry::rest_answered(cluster, "names", Outcome::Ok, answer.took);
            Some(answer.value.into_iter().collect())
        }
        Err(_) => {
            telemetry::rest_answered(cluster, "names", Outcome::Failed, began.elapsed());
            None
        }
    }
}
