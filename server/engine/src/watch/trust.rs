//! What an address shows beside its list, so that the model can tell whether the list may be believed.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use connect::Worker;
use model::fold::{Readiness, Shown};
use model::names::{ConnectorName, WorkerId};
use model::observe::{Gap, Seen};
use telemetry::Question;

use super::ask;
use super::watcher::Watcher;

/// A worker that says later than this who it is takes its time with every answer.
const PROMPT: Duration = Duration::from_secs(1);
/// How long the first list waits for Kafka's first word about the group: it is asked with a deadline of a second.
const GROUP: Duration = Duration::from_secs(3);

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
        // With patience: whoever gives a list after some seconds says after some seconds who it is.
        let began = Instant::now();
        let root = ask::patient_root(watcher.cluster.name.clone(), worker.clone());
        let kafka_cluster_id = match root.await {
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
        let slow = began.elapsed() > PROMPT;
        let readiness = match claims.first() {
            Some(first) if suspicious => readiness(watcher, worker, first.names, slow).await?,
            _ => Readiness::NotAsked,
        };
        if watcher.cluster.group_id.is_some() && watcher.cluster.kafka.is_some() {
            // Whose workers these are Kafka tells, and its first word may come after the first list.
            let mut hints = watcher.hints.clone();
            let told = hints.wait_for(|hints| hints.group_told);
            let _late_or_ending = tokio::time::timeout(GROUP, told).await;
        }
        let hints = watcher.hints.borrow();
        claims.into_iter().try_for_each(|claim| {
            hints.expected.believes(&Shown {
                by,
                kafka_cluster_id: kafka_cluster_id.as_ref(),
                readiness: &readiness,
                familiar: hints.familiar(claim.names),
                group_fixed: watcher.cluster.group_id.is_some(),
                named: claim.named,
                empty: claim.names.is_empty(),
            })
        })
    }
}

/// `slow`: the worker takes its time with every answer.
async fn readiness(
    watcher: &Watcher,
    worker: &Worker,
    names: &BTreeSet<ConnectorName>,
    slow: bool,
) -> Result<Readiness, Gap> {
    match ask::ask(&watcher.cluster.name, worker, Question::Health, worker.health()).await {
        // An unhealthy worker has joined and holds a whole copy; only a starting one lists too little.
        Ok(health) => Ok(match !health.ready && &*health.word == "starting" {
            true => Readiness::Starting(health.message),
            false => Readiness::Ready,
        }),
        Err(connect::Error::Unsupported) => by_herder(watcher, worker, names, slow).await,
        Err(error) => Err(error.gap(worker.address())),
    }
}

/// Of a worker before 3.9, which has no `/health`: its herder answers for a single connector, known or not, only once it
/// is ready. Asked for one that the list lacks the answer also tells that it is no late list.
async fn by_herder(
    watcher: &Watcher,
    worker: &Worker,
    names: &BTreeSet<ConnectorName>,
    slow: bool,
) -> Result<Readiness, Gap> {
    let about = {
        let hints = watcher.hints.borrow();
        hints.missed(names).or(hints.connectors.first()).cloned()
    };
    let Some(about) = about else {
        return Ok(Readiness::Unsaid);
    };
    let (cluster, asking) = (&watcher.cluster.name, worker.knows(&about));
    let answer = match slow {
        true => ask::ask(cluster, worker, Question::Connector, asking).await,
        false => ask::ask_soon(cluster, worker, Question::Connector, asking).await,
    };
    match answer {
        Ok(_) => Ok(Readiness::Ready),
        Err(connect::Error::Unsupported | connect::Error::Rejected { .. }) => Ok(Readiness::Unsaid),
        Err(connect::Error::Egress(egress::Error::TimedOut { .. })) => {
            Ok(Readiness::Starting("its herder takes no questions yet".into()))
        }
        Err(error) => Err(error.gap(worker.address())),
    }
}
