//! A cluster that is heard again after it was silent: who of its workers is gone must be seen anew.
//!
//! While a whole cluster was silent its workers were taken for gone, by a group that emptied or by probes that failed.
//! The first answer after that says that the cluster is back and not yet who of them is. So their deaths stay in doubt:
//! presence in the group, or an answer, ends the doubt at once; absence ends it when a settled group, or a failed probe,
//! shows it an interval after the return, since workers rejoin one after the other.

use std::sync::Arc;

use super::folding::Folding;
use crate::Timestamp;
use crate::facts::WorkerFacts;
use crate::judge;

/// Whether nothing was heard of the cluster's workers until the answer in hand; busy ones were heard.
pub(super) fn was_silent(folding: &Folding<'_>) -> bool {
    silence(folding).is_some_and(|silence| !silence.quiet.answers())
}

/// The silence until the answer in hand, be it that of workers which were too busy to list anything.
pub(super) fn silence(folding: &Folding<'_>) -> Option<judge::Silence> {
    silence_at(folding, folding.answered)
}

/// The silence as of some moment.
pub(super) fn silence_at(folding: &Folding<'_>, now: Timestamp) -> Option<judge::Silence> {
    judge::surroundings(&folding.facts, folding.settings, now).0.silence
}

/// Puts every death that was seen before in doubt.
pub(super) fn doubt(folding: &mut Folding<'_>) {
    let gone = folding.facts.workers.values().filter(|worker| worker.alive.gone());
    let gone: Vec<Arc<WorkerFacts>> = gone.cloned().collect();
    for worker in gone {
        folding.put_worker(WorkerFacts {
            unconfirmed_since: Some(folding.answered),
            ..(*worker).clone()
        });
    }
}

/// Since when a death is in doubt after a look that did not find the worker; `None` once it is confirmed.
pub(super) fn still_in_doubt(folding: &Folding<'_>, worker: &WorkerFacts) -> Option<Timestamp> {
    let early = |since: &Timestamp| folding.at - *since < folding.settings.interval;
    worker.unconfirmed_since.filter(early)
}
