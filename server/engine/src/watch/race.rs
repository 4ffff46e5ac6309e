//! Whom to ask for a list, and who answers first.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use connect::{Answer, BodyHash, Expanded, Worker};
use model::Timestamp;
use model::names::WorkerId;
use model::observe::{Gap, GapKind};
use telemetry::Outcome;
use tokio::task::JoinSet;
use tracing::{Instrument as _, warn};

use super::watcher::Watcher;

/// A worker that has not answered for this long gets a rival: the next one is asked beside it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Who answered, when it was asked, and what it said.
pub(super) type Won = (Worker, Timestamp, Answer<Expanded>);

/// Whom to ask, in this order: who answered last, the configured ones, those discovered.
pub(super) fn candidates(watcher: &Watcher, last_good: Option<&WorkerId>, avoided: &BTreeSet<WorkerId>) -> Vec<Worker> {
    let client = &watcher.client;
    let hints = watcher.hints.borrow();
    let configured = watcher.cluster.urls.iter().map(|url| client.at(url));
    let discovered = hints.workers.iter().filter_map(|id| client.advertised(id));
    let mut seen = BTreeSet::new();
    let mut all: Vec<Worker> = configured
        .chain(discovered)
        .filter(|worker| !avoided.contains(worker.address()) && seen.insert(worker.address().clone()))
        .collect();
    all.sort_by_key(|worker| {
        let address = worker.address();
        (Some(address) != last_good, hints.gone.contains(address))
    });
    all
}

/// Asks the first candidate for the expanded list; whenever one fails, or keeps us waiting, the next one too. The first
/// answer wins. Each comes with the hash of its last body, if that was the last to be parsed.
pub(super) async fn race(watcher: &Watcher, candidates: Vec<(Worker, Option<BodyHash>)>) -> Result<Won, Gap> {
    let mut waiting = candidates.into_iter();
    let mut running = JoinSet::new();
    let mut first_gap: Option<Gap> = None;
    let cluster = watcher.cluster.name.as_str();
    loop {
        if running.is_empty() || !waiting.as_slice().is_empty() {
            match waiting.next() {
                Some((worker, previous)) => {
                    let at = watcher.shared.clock.now();
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
                let outcome = match answer.value {
                    Expanded::Unchanged => Outcome::Unchanged,
                    Expanded::Body { .. } => Outcome::Ok,
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
