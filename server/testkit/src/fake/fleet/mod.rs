//! Many fake clusters in one process, changed by [`Order`]s: of a script, of the control endpoint, of a test.

mod control;
mod counts;
mod order;
mod storm;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::cluster::FakeCluster;
use super::connector::FakeConnector;
use super::population::populate;
use super::traces;
use super::version::Version;

pub use control::Control;
pub use counts::Counts;
pub use order::{Manner, Order, Step};
pub use storm::StormReport;

/// How many of everything, and where.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Clusters; the first is 4.3.1, then 3.9.1, and so on in turn.
    pub clusters: u16,
    /// Workers of each cluster.
    pub workers: u16,
    /// Connectors of each cluster.
    pub connectors: usize,
    /// Tasks of each connector.
    pub tasks: u32,
    /// The first port; workers take this and the following ones. Free ports unless given.
    pub port: Option<u16>,
}

/// Clusters with their names, `fake-1` and so on.
pub struct FakeFleet {
    clusters: Vec<(String, Mutex<FakeCluster>)>,
    storm: Mutex<StormReport>,
}

/// Why an order was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It names a cluster, worker, connector or task that is not there.
    #[error("there is no {0}")]
    Unknown(String),
    /// It would do nothing, or two things at once.
    #[error("{0}")]
    Senseless(&'static str),
    /// The machine refused.
    #[error(transparent)]
    Machine(#[from] io::Error),
}

impl FakeFleet {
    /// Starts and fills all clusters.
    ///
    /// # Errors
    /// When a thread or port cannot be had.
    pub fn start(size: &Size) -> io::Result<Arc<Self>> {
        let mut clusters = Vec::new();
        for number in 0..size.clusters {
            let version = if number % 2 == 0 {
                Version::V4_3_1
            } else {
                Version::V3_9_1
            };
            let first = size
                .port
                .map(|port| port.saturating_add(number.saturating_mul(size.workers)));
            let ports: Vec<u16> = (0..size.workers)
                .map(|worker| first.map_or(0, |first| first.saturating_add(worker)))
                .collect();
            let cluster = FakeCluster::start_on(version, &ports)?;
            populate(&cluster, size.connectors, size.tasks);
            clusters.push((format!("fake-{}", number + 1), Mutex::new(cluster)));
        }
        Ok(Arc::new(Self {
            clusters,
            storm: Mutex::default(),
        }))
    }

    /// The names of the clusters.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.clusters.iter().map(|(name, _)| name.as_str())
    }

    /// All clusters with their names, one after the other.
    pub fn clusters(&self) -> impl Iterator<Item = (&str, MutexGuard<'_, FakeCluster>)> {
        self.clusters
            .iter()
            .map(|(name, cluster)| (name.as_str(), cluster.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// A cluster by its name.
    ///
    /// # Errors
    /// [`Refusal::Unknown`].
    pub fn cluster(&self, name: &str) -> Result<MutexGuard<'_, FakeCluster>, Refusal> {
        let found = self.clusters.iter().find(|(known, _)| known == name);
        let (_, cluster) = found.ok_or_else(|| Refusal::Unknown(format!("cluster {name}")))?;
        Ok(cluster.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The clusters as a piece of Signalbox's configuration.
    pub fn config(&self) -> String {
        let piece = |(name, cluster): (&str, MutexGuard<'_, FakeCluster>)| {
            format!("[[clusters]]\nname = \"{name}\"\nurls = {:?}\n", cluster.urls())
        };
        self.clusters().map(piece).collect()
    }

    /// How the last storm went, or goes.
    pub fn storm(&self) -> StormReport {
        self.storm.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Carries an order out. A storm and a crash loop go on by themselves after this returned.
    ///
    /// # Errors
    /// [`Refusal`]; nothing was done then.
    pub fn carry_out(self: &Arc<Self>, order: &Order) -> Result<(), Refusal> {
        match order {
            Order::Fail {
                cluster,
                connector,
                task,
                trace,
            } => {
                let trace = trace.as_deref().unwrap_or("bare");
                let trace = traces::named(trace).unwrap_or(trace);
                self.set(cluster, connector, *task, "FAILED", Some(trace))
            }
            Order::Restore {
                cluster,
                connector,
                task,
            } => self.set(cluster, connector, *task, "RUNNING", None),
            Order::State {
                cluster,
                connector,
                task,
                state,
            } => self.set(cluster, connector, *task, state, None),
            Order::Create {
                cluster,
                connector,
                tasks,
            } => {
                let cluster = self.cluster(cluster)?;
                let workers = cluster.workers();
                cluster.put(FakeConnector::source(connector, *tasks).spread(workers));
                Ok(())
            }
            Order::Delete { cluster, connector } => known(self.cluster(cluster)?.delete(connector), connector),
            Order::Edit {
                cluster,
                connector,
                key,
                value,
            } => {
                let edit = |connector: &mut FakeConnector| {
                    connector.config.insert(key.clone(), value.clone());
                };
                known(self.cluster(cluster)?.edit(connector, edit), connector)
            }
            Order::Behave { cluster, worker, how } => self.behave(cluster.as_deref(), *worker, how),
            Order::CrashLoop {
                cluster,
                connector,
                task,
                every_ms,
                times,
            } => {
                self.set(cluster, connector, Some(*task), "FAILED", Some(traces::BARE))?;
                let (fleet, task) = (self.clone(), Some(*task));
                let (cluster, connector) = (cluster.clone(), connector.clone());
                let (half, times) = (Duration::from_millis(*every_ms) / 2, *times);
                thread::Builder::new().spawn(move || {
                    for _ in 1..times {
                        thread::sleep(half);
                        let up = fleet.set(&cluster, &connector, task, "RUNNING", None);
                        thread::sleep(half);
                        let down = fleet.set(&cluster, &connector, task, "FAILED", Some(traces::BARE));
                        if up.and(down).is_err() {
                            return;
                        }
                    }
                })?;
                Ok(())
            }
            Order::Storm {
                per_second,
                seconds,
                seed,
            } => storm::begin(self, *per_second, *seconds, *seed),
        }
    }

    fn set(
        &self,
        cluster: &str,
        connector: &str,
        task: Option<u32>,
        state: &str,
        trace: Option<&str>,
    ) -> Result<(), Refusal> {
        let cluster = self.cluster(cluster)?;
        let there = cluster.connector(connector);
        let there = there.is_some_and(|there| task.is_none_or(|task| there.tasks.contains_key(&task)));
        known(there && cluster.set_state(connector, task, state, trace), connector)
    }

    fn behave(&self, cluster: Option<&str>, worker: Option<usize>, how: &Manner) -> Result<(), Refusal> {
        let mut found = false;
        for (name, mut one) in self.clusters() {
            if cluster.is_some_and(|cluster| cluster != name) {
                continue;
            }
            for number in (0..one.workers()).filter(|number| worker.is_none_or(|worker| worker == *number)) {
                found = true;
                match how.behaviour() {
                    None => one.kill(number),
                    Some(behaviour) => {
                        one.revive(number)?;
                        one.behave(number, behaviour);
                    }
                }
            }
        }
        known(found, "such worker")
    }
}

fn known(was_there: bool, what: &str) -> Result<(), Refusal> {
    if was_there {
        Ok(())
    } else {
        Err(Refusal::Unknown(what.to_owned()))
    }
}
