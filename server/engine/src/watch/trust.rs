//! What an address shows beside its list, so that the model can tell whether the list may be believed.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use connect::Worker;
use model::fold::{Readiness, Shown};
use model::names::{ConnectorName, WorkerId};
use model::observe::{Gap, Seen};
use telemetry::Outcome;

use super::watcher::Watcher;

/// `/` is answered at once or not at all, and so is any question by a herder that takes some.
const DEADLINE: Duration = Duration::from_secs(3);

/// Which addresses said of which Kafka cluster they are.
#[derive(Default)]
pub(super) struct Trust {
    identified: BTreeSet<WorkerId>,
}

/// A list in hand.
pub(super) struct Claim<'a> {
    pub(super) names: &'a BTreeSet<ConnectorName>,
    /// Workers that its statuses name.
    pub(super) named: BTreeSet<&'a WorkerId>,
}

impl Trust {
    /// Asks a worker, after its lists came, what decides whether they are believed: had it been asked before, somebody
    /// else might have taken its address meanwhile. Where they are `suspicious` it must also show that it is ready.
    pub(super) async fn believe(
        &mut self,
        watcher: &Watcher,
        worker: &Worker,
        claims: Vec<Claim<'_>>,
        suspicious: bool,
    ) -> Result<(), Gap> {
        let by = worker.address();
        let at = watcher.shared.clock.now();
        let root = root(watcher, worker).await;
        let kafka_cluster_id = match root {
            Ok(answer) => {
                let id = answer.kafka_cluster_id.clone();
                if id.is_some() && self.identified.insert(by.clone()) {
                    // What is taken from the list is this Kafka cluster's from the first list on. Whether anybody still
                    // listens shows with the list itself.
                    watcher.tell(at, Seen::Answered(answer)).await;
                }
                id
            }
            // Some proxies pass only what is below `/connectors`: who never said an id is not held to it.
            Err(gap) if self.identified.contains(by) => return Err(gap),
            Err(_) => None,
        };
        let readiness = match claims.first() {
            Some(first) if suspicious => readiness(watcher, worker, first.names).await?,
            _ => Readiness::NotAsked,
        };
        let hints = watcher.hints.borrow();
        claims.into_iter().try_for_each(|claim| {
            hints.expected.believes(&Shown {
                by,
                kafka_cluster_id: kafka_cluster_id.as_ref(),
                readiness: &readiness,
                named: claim.named,
                empty: claim.names.is_empty(),
            })
        })
    }
}

async fn root(watcher: &Watcher, worker: &Worker) -> Result<model::observe::WorkerAnswer, Gap> {
    let cluster = watcher.cluster.name.as_str();
    let began = Instant::now();
    match tokio::time::timeout(DEADLINE, worker.root()).await {
        Ok(Ok(answer)) => {
            telemetry::rest_answered(cluster, "root", Outcome::Ok, answer.took);
            Ok(answer.value)
        }
        Ok(Err(error)) => {
            telemetry::rest_answered(cluster, "root", Outcome::Failed, began.elapsed());
            Err(error.gap(worker.address()))
        }
        Err(_) => {
            telemetry::rest_answered(cluster, "root", Outcome::Failed, began.elapsed());
            Err(Gap {
                kind: model::observe::GapKind::TimedOut,
                text: format!("{}: no answer within {} s", worker.address(), DEADLINE.as_secs()).into(),
            })
        }
    }
}

async fn readiness(watcher: &Watcher, worker: &Worker, names: &BTreeSet<ConnectorName>) -> Result<Readiness, Gap> {
    let cluster = watcher.cluster.name.as_str();
    let began = Instant::now();
    match worker.health().await {
        Ok(answer) => {
            telemetry::rest_answered(cluster, "health", Outcome::Ok, answer.took);
            let health = answer.value;
            // An unhealthy worker has joined and holds a whole copy; only a starting one lists too little.
            Ok(match !health.ready && &*health.word == "starting" {
                true => Readiness::Starting(health.message),
                false => Readiness::Ready,
            })
        }
        Err(connect::Error::Unsupported) => by_herder(watcher, worker, names).await,
        Err(error) => {
            telemetry::rest_answered(cluster, "health", Outcome::Failed, began.elapsed());
            Err(error.gap(worker.address()))
        }
    }
}

/// Of a worker before 3.9, which has no `/health`: its herder answers for a single connector, known or not, only once it
/// is ready. Asked for one that the list lacks the answer also tells that it is no late list.
async fn by_herder(watcher: &Watcher, worker: &Worker, names: &BTreeSet<ConnectorName>) -> Result<Readiness, Gap> {
    let about = {
        let hints = watcher.hints.borrow();
        hints.missed(names).or(hints.connectors.first()).cloned()
    };
    let Some(about) = about else {
        return Ok(Readiness::Unsaid);
    };
    let cluster = watcher.cluster.name.as_str();
    let began = Instant::now();
    let answer = tokio::time::timeout(DEADLINE, worker.knows(&about)).await;
    let outcome = match &answer {
        Ok(Ok(_)) => Outcome::Ok,
        _ => Outcome::Failed,
    };
    telemetry::rest_answered(cluster, "connector", outcome, began.elapsed());
    match answer {
        Ok(Ok(_)) => Ok(Readiness::Ready),
        Ok(Err(connect::Error::Unsupported | connect::Error::Rejected { .. })) => Ok(Readiness::Unsaid),
        Ok(Err(error)) => Err(error.gap(worker.address())),
        Err(_) => Ok(Readiness::Starting("its herder takes no questions yet".into())),
    }
}
