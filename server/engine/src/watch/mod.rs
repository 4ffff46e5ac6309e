//! Looking at clusters: each source in a task of its own, so that none delays another.

mod aside;
mod client;
mod group;
mod hints;
mod known;
mod list;
mod pace;
mod probe;
mod redact;

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use model::names::ClusterName;
use model::observe::{Gap, Observation, Seen};
use store::Lease;
use tokio::sync::{mpsc, watch as channel};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::unit_spec::{Shared, UnitSpec};

pub(crate) use client::{WorkerClient, policy};
pub(crate) use hints::Hints;
pub(crate) use redact::Recorded;

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
    /// Not its owner: the unit gives it back when it ends.
    pub(crate) lease: Weak<Lease>,
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

/// How long certificate files that cannot be used are left alone.
const CLIENT_RETRY: Duration = Duration::from_secs(15);

/// Starts the watchers of all clusters of a unit; they end with `stop`, and `tasks` tells when they have. Returns where
/// each cluster's watchers hear what is known.
pub(crate) fn start(
    unit: &UnitSpec,
    shared: &Shared,
    lease: &Arc<Lease>,
    known: &BTreeMap<ClusterName, (Hints, Recorded)>,
    sender: mpsc::Sender<Looking>,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) -> BTreeMap<ClusterName, channel::Sender<Hints>> {
    let kafka = unit
        .kafka
        .as_ref()
        .map(|(name, spec)| group::Access::new(name.clone(), spec.clone()));
    let mut senders = BTreeMap::new();
    let policy = policy(&shared.spec.borrow());
    for cluster in &unit.clusters {
        let (hints, recorded) = known.get(&cluster.name).cloned().unwrap_or_default();
        let (hints_sender, hints) = channel::channel(hints);
        senders.insert(cluster.name.clone(), hints_sender);
        let (shared, lease, sender) = (shared.clone(), Arc::downgrade(lease), sender.clone());
        let (cluster, policy, kafka) = (Arc::new(cluster.clone()), policy.clone(), kafka.clone());
        let spawner = Spawner {
            tasks: tasks.clone(),
            stop: stop.clone(),
        };
        spawner.clone().spawn(async move {
            let Some(client) = client(&cluster, &policy, &shared, &sender).await else {
                return;
            };
            let watcher = Watcher {
                cluster,
                shared,
                lease,
                client,
                hints,
                sender,
            };
            spawner.spawn(list::run(watcher.clone(), recorded));
            spawner.spawn(probe::run(watcher.clone(), kafka.is_some()));
            if let Some(kafka) = kafka {
                spawner.spawn(group::run(watcher, kafka));
            }
        });
    }
    senders
}

/// The client, once its files can be used; until then the cluster shows why it is not watched. `None` when nobody
/// listens any more.
async fn client(
    cluster: &crate::ClusterSpec,
    policy: &egress::Policy,
    shared: &Shared,
    sender: &mpsc::Sender<Looking>,
) -> Option<WorkerClient> {
    loop {
        let problem = match WorkerClient::new(cluster, policy.clone()) {
            Ok(client) => return Some(client),
            Err(problem) => problem,
        };
        warn!(cluster = %cluster.name, %problem, "the cluster cannot be watched");
        let gap = Gap {
            kind: problem.gap_kind(),
            text: problem.to_string().into(),
        };
        let observation = Observation {
            at: shared.clock.now(),
            seen: Seen::ListMissing(gap),
        };
        sender.send(Looking::new(&cluster.name, observation)).await.ok()?;
        tokio::time::sleep(CLIENT_RETRY).await;
    }
}

/// Starts tasks that end with `stop`.
#[derive(Clone)]
struct Spawner {
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Spawner {
    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = work => {}
            }
        });
    }
}
