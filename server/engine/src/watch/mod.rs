//! Looking at clusters: each source in a task of its own, so that none delays another.

mod client;
mod group;
mod hints;
mod known;
mod list;
mod pace;
mod probe;

use std::collections::BTreeMap;
use std::sync::Arc;

use model::names::ClusterName;
use model::observe::Observation;
use store::Lease;
use tokio::sync::{mpsc, watch as channel};
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::unit::{Shared, UnitSpec};

pub(crate) use client::{WorkerClient, policy};
pub(crate) use hints::Hints;

/// One observation on its way to the ledger.
pub(crate) struct Looking {
    pub(crate) cluster: ClusterName,
    pub(crate) observation: Observation,
}

/// What every watcher of one cluster has.
#[derive(Clone)]
pub(crate) struct Watcher {
    pub(crate) cluster: Arc<crate::ClusterSpec>,
    pub(crate) shared: Shared,
    pub(crate) lease: Arc<Lease>,
    pub(crate) client: WorkerClient,
    pub(crate) hints: channel::Receiver<Hints>,
    pub(crate) sender: mpsc::Sender<Looking>,
}

impl Watcher {
    /// Sends what was seen; false when nobody listens any more.
    pub(crate) async fn tell(&self, at: model::Timestamp, seen: model::observe::Seen) -> bool {
        self.sender
            .send(Looking::new(&self.cluster.name, Observation { at, seen }))
            .await
            .is_ok()
    }

    pub(crate) fn interval(&self) -> std::time::Duration {
        self.shared
            .spec
            .borrow()
            .settings
            .interval
            .to_std()
            .unwrap_or(std::time::Duration::from_secs(5))
    }
}

/// Starts the watchers of all clusters of a unit; they end with `stop`. Returns where each cluster's watchers hear what
/// is known.
pub(crate) fn start(
    unit: &UnitSpec,
    shared: &Shared,
    lease: &Arc<Lease>,
    known: &BTreeMap<ClusterName, Hints>,
    sender: mpsc::Sender<Looking>,
    stop: &CancellationToken,
) -> BTreeMap<ClusterName, channel::Sender<Hints>> {
    let kafka = unit
        .kafka
        .as_ref()
        .map(|(name, spec)| group::Access::new(name.clone(), spec.clone()));
    let mut senders = BTreeMap::new();
    let policy = policy(&shared.spec.borrow());
    for cluster in &unit.clusters {
        let (hints_sender, hints) = channel::channel(known.get(&cluster.name).cloned().unwrap_or_default());
        senders.insert(cluster.name.clone(), hints_sender);
        let client = match WorkerClient::new(cluster, policy.clone()) {
            Ok(client) => client,
            Err(problem) => {
                error!(cluster = %cluster.name, %problem, "the cluster cannot be watched");
                continue;
            }
        };
        let watcher = Watcher {
            cluster: Arc::new(cluster.clone()),
            shared: shared.clone(),
            lease: lease.clone(),
            client,
            hints,
            sender: sender.clone(),
        };
        spawn(stop, list::run(watcher.clone()));
        spawn(stop, probe::run(watcher.clone(), kafka.is_some()));
        if let Some(kafka) = &kafka {
            spawn(stop, group::run(watcher, kafka.clone()));
        }
    }
    senders
}

fn spawn(stop: &CancellationToken, work: impl Future<Output = ()> + Send + 'static) {
    let stop = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = work => {}
        }
    });
}
