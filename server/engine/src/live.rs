//! Live reads: what a person asks a cluster's workers for beside everything that is watched. Bounded in time, in size and
//! in number per cluster, ended when nobody waits for the answer any more, and remembered for a while.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use connect::Worker;
use egress::ClientBuilder;
use model::names::{ClusterName, ConnectorId, WorkerId};
use model::progress::PartitionLag;
use model::secrets::Definitions;
use model::{Clock, Timestamp};
use telemetry::{Outcome, Question};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tracing::info;
use view::Fleet;

use crate::progress::Board;
use crate::watch::{WorkerClient, policy};
use crate::{ClusterSpec, FleetSpec};

/// Workers that are asked for one answer, one after the other.
const WORKERS: usize = 3;
/// Answers that are remembered, over all clusters.
const REMEMBERED: usize = 64;

/// What live reads may cost.
#[derive(Clone, Copy, Debug)]
pub struct LiveLimits {
    /// From the question to its answer, the wait for a turn included.
    pub deadline: Duration,
    /// How long it waits for its turn.
    pub patience: Duration,
    /// Questions to the workers of one cluster at once.
    pub at_once: usize,
    /// Bytes of an answer.
    pub bytes: usize,
    /// An answer is given again for so long.
    pub fresh: Duration,
}

impl Default for LiveLimits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(8),
            patience: Duration::from_secs(2),
            at_once: 2,
            bytes: 4 << 20,
            fresh: Duration::from_secs(600),
        }
    }
}

/// Why a live read has no answer.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// There is no such cluster, or its workers know no such plugin.
    #[error("{0}")]
    NotFound(String),
    /// Others ask the cluster's workers already.
    #[error("others are asking the workers of {0} right now; try again in a few seconds")]
    Busy(ClusterName),
    /// No worker answered, or not what was asked.
    #[error("{0}")]
    Unanswered(String),
}

/// What a worker said of a plugin.
#[derive(Clone, Debug)]
pub struct LiveDefinitions {
    /// The plugin's keys.
    pub definitions: Arc<Definitions>,
    /// Who said it.
    pub by: WorkerId,
    /// When.
    pub at: Timestamp,
    /// Whether it was said to an earlier question.
    pub again: bool,
}

type Asked = (ClusterName, Arc<str>, Option<Arc<str>>);

/// Asks workers for persons. A clone shares the turns and what is remembered.
#[derive(Clone)]
pub struct LiveReads(Arc<Inner>, Board);

struct Inner {
    spec: watch::Receiver<Arc<FleetSpec>>,
    fleet: watch::Receiver<Arc<Fleet>>,
    clock: Arc<dyn Clock>,
    limits: LiveLimits,
    turns: Mutex<BTreeMap<ClusterName, Arc<Semaphore>>>,
    known: Mutex<BTreeMap<Asked, (Instant, LiveDefinitions)>>,
}

impl LiveReads {
    /// Of the clusters that are configured, at the workers that the view knows.
    pub fn new(
        spec: watch::Receiver<Arc<FleetSpec>>,
        fleet: watch::Receiver<Arc<Fleet>>,
        clock: Arc<dyn Clock>,
        limits: LiveLimits,
    ) -> Self {
        let inner = Inner {
            spec,
            fleet,
            clock,
            limits,
            turns: Mutex::default(),
            known: Mutex::default(),
        };
        Self(Arc::new(inner), Board::default())
    }

    /// The same with what this server measures.
    pub(crate) fn measured_by(self, board: Board) -> Self {
        Self(self.0, board)
    }

    /// Every partition that a sink reads, as it is measured now. `None` where this server does not measure it: another one
    /// watches its cluster, or it is no sink.
    pub async fn partitions(&self, id: &ConnectorId) -> Option<Vec<PartitionLag>> {
        let asked = self.1.partitions(&id.cluster, &id.name);
        timeout(self.0.limits.patience, asked).await.ok()?
    }

    /// What a plugin of a cluster says about its keys: connectors, converters, transformations and predicates. Dropping
    /// the future ends the question.
    ///
    /// # Errors
    /// [`LiveError`].
    pub async fn definitions(
        &self,
        cluster: &ClusterName,
        class: &str,
        version: Option<&str>,
    ) -> Result<LiveDefinitions, LiveError> {
        let asked: Asked = (cluster.clone(), class.into(), version.map(Arc::from));
        let limits = self.0.limits;
        let reading = async {
            let turns = self.turns(cluster)?;
            let Ok(Ok(_turn)) = timeout(limits.patience, turns.acquire()).await else {
                return Err(LiveError::Busy(cluster.clone()));
            };
            // Who asked the same before may have learnt it meanwhile.
            if let Some(known) = self.remembered(&asked) {
                return Ok(known);
            }
            let answer = self.ask(&asked).await?;
            self.remember(asked.clone(), answer.clone());
            Ok(answer)
        };
        if let Some(known) = self.remembered(&asked) {
            return Ok(known);
        }
        timeout(limits.deadline, reading).await.unwrap_or_else(|_elapsed| {
            let seconds = limits.deadline.as_secs_f32();
            Err(LiveError::Unanswered(format!(
                "no worker of {cluster} described {class} within {seconds} s"
            )))
        })
    }

    async fn ask(&self, (cluster, class, version): &Asked) -> Result<LiveDefinitions, LiveError> {
        let mut why: Option<connect::Error> = None;
        for worker in self.workers(cluster)? {
            let began = Instant::now();
            let answer = worker.plugin_config(class, version.as_deref()).await;
            let outcome = if answer.is_ok() { Outcome::Ok } else { Outcome::Failed };
            telemetry::rest_answered(cluster.as_str(), Question::PluginConfig, outcome, began.elapsed());
            let by = worker.address();
            info!(%cluster, %class, worker = %by, answered = answer.is_ok(), "a worker was asked to describe a plugin");
            match answer {
                Ok(answer) => {
                    return Ok(LiveDefinitions {
                        definitions: Arc::new(answer.value),
                        by: by.clone(),
                        at: self.0.clock.now(),
                        again: false,
                    });
                }
                // That one does not know the plugin says more than that another does not answer.
                Err(error) if !matches!(why, Some(connect::Error::NotFound { .. })) => why = Some(error),
                Err(_) => {}
            }
        }
        Err(match why {
            Some(connect::Error::NotFound { .. }) => {
                LiveError::NotFound(format!("the workers of {cluster} know no plugin {class:?}"))
            }
            Some(connect::Error::Unsupported) => LiveError::NotFound(format!(
                "the workers of {cluster} do not describe plugins: Kafka Connect does since 3.2"
            )),
            Some(error) => LiveError::Unanswered(format!("no worker of {cluster} described {class}: {error}")),
            None => LiveError::Unanswered(format!("no worker of {cluster} is known that could be asked")),
        })
    }

    /// Whom to ask: those whose addresses are configured, then those that live.
    fn workers(&self, cluster: &ClusterName) -> Result<Vec<Worker>, LiveError> {
        let spec = self.0.spec.borrow().clone();
        let known = configured(&spec, cluster)?;
        let client = self.client(known, &spec)?;
        let fleet = self.0.fleet.borrow().clone();
        let there = fleet.clusters.get(cluster);
        let live = there.iter().flat_map(|there| there.workers.iter());
        let live = live.filter(|worker| !worker.alive.gone());
        let discovered = live.filter_map(|worker| client.advertised(&worker.id));
        let mut seen = BTreeSet::new();
        let workers = known.urls.iter().map(|url| client.at(url)).chain(discovered);
        let distinct = workers.filter(|worker| seen.insert(worker.address().clone()));
        Ok(distinct.take(WORKERS).collect())
    }

    fn client(&self, cluster: &ClusterSpec, spec: &FleetSpec) -> Result<WorkerClient, LiveError> {
        let limits = self.0.limits;
        let builder = ClientBuilder::new(policy(spec))
            .max_body(limits.bytes)
            .deadline(limits.deadline);
        WorkerClient::built(cluster, builder).map_err(|problem| LiveError::Unanswered(problem.to_string()))
    }

    /// The turns of a cluster that is configured. Who asks may name anything, and nothing is kept of that.
    fn turns(&self, cluster: &ClusterName) -> Result<Arc<Semaphore>, LiveError> {
        let spec = self.0.spec.borrow().clone();
        configured(&spec, cluster)?;
        let mut turns = self.0.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|known, _| configured(&spec, known).is_ok());
        let new = || Arc::new(Semaphore::new(self.0.limits.at_once));
        Ok(turns.entry(cluster.clone()).or_insert_with(new).clone())
    }

    fn remembered(&self, asked: &Asked) -> Option<LiveDefinitions> {
        let known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, answer) = known.get(asked)?;
        (since.elapsed() < self.0.limits.fresh).then(|| LiveDefinitions {
            again: true,
            ..answer.clone()
        })
    }

    fn remember(&self, asked: Asked, answer: LiveDefinitions) {
        let mut known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (since, _)| since.elapsed() < self.0.limits.fresh);
        if known.len() >= REMEMBERED {
            let oldest = known.iter().min_by_key(|(_, (since, _))| *since);
            let oldest = oldest.map(|(asked, _)| asked.clone());
            oldest.and_then(|oldest| known.remove(&oldest));
        }
        known.insert(asked, (Instant::now(), answer));
    }
}

fn configured<'a>(spec: &'a FleetSpec, cluster: &ClusterName) -> Result<&'a ClusterSpec, LiveError> {
    let known = spec.clusters.iter().find(|known| known.name == *cluster);
    known.ok_or_else(|| LiveError::NotFound(format!("there is no cluster {:?}", cluster.as_str())))
}

#[cfg(test)]
mod tests {
    use testkit::ManualClock;

    use super::*;

    #[tokio::test]
    async fn turns_are_kept_of_configured_clusters_alone() {
        let of = |names: &[&str]| {
            let clusters = names.iter().map(|name| ClusterSpec::new((*name).into(), Vec::new()));
            Arc::new(FleetSpec {
                clusters: clusters.collect(),
                ..FleetSpec::default()
            })
        };
        let (sender, spec) = watch::channel(of(&["orders", "legacy"]));
        let (_, fleet) = watch::channel(Arc::new(Fleet::default()));
        let clock = Arc::new(ManualClock::at(Timestamp::default()));
        let live = LiveReads::new(spec, fleet, clock, LiveLimits::default());
        let kept = || {
            live.0
                .turns
                .lock()
                .unwrap()
                .keys()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        for name in ["nosuch", "orders", "other", "legacy"] {
            let _unanswered = live.definitions(&name.into(), "x.Y", None).await;
        }
        assert_eq!(kept(), ["legacy", "orders"]);
        sender.send_replace(of(&["orders"]));
        let _unanswered = live.definitions(&"orders".into(), "x.Y", None).await;
        assert_eq!(kept(), ["orders"], "what is no longer configured is let go");
    }
}
