//! Looking at clusters: lists, probes and group members in a task each, so that none delays another. Plugin definitions
//! are asked for between two lists, for a bounded time.

mod aside;
mod ask;
mod choice;
mod cleaned;
mod client;
mod glance;
mod group;
mod hints;
mod installed;
mod known;
mod late;
mod learn;
mod list;
mod names;
mod pace;
mod plain;
mod probe;
mod race;
#[cfg(test)]
mod recorded_tests;
mod redact;
mod tails;
mod teller;
mod trust;
mod turns;
mod watcher;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::names::ClusterName;
use model::observe::{Gap, Observation, Seen};
use store::Lease;
use tokio::sync::{mpsc, watch as channel};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::unit_spec::{Shared, UnitSpec};

pub(crate) use aside::Aside;
pub(crate) use client::{WorkerClient, policy};
pub(crate) use group::Access;
pub(crate) use hints::Hints;
use known::Knowing;
pub(crate) use redact::Recorded;
pub(crate) use tails::{
    Finding as TopicFinding, KINDS as TOPIC_KINDS, OffsetNews, OffsetsOf, find, possible as possible_topics, read_once,
};
pub(crate) use teller::Looking;
use teller::Teller;
use watcher::Watcher;

/// How long certificate files that cannot be used are left alone.
const CLIENT_RETRY: Duration = Duration::from_secs(15);

/// Starts the watchers of all clusters of a unit, which share `kafka` and tell of offset topics there. When one of them panics `sender` is closed, as
/// [`Spawner`] tells, and the unit begins anew instead of going on half blind. Returns where each cluster's watchers hear
/// what is known.
pub(crate) fn start(
    unit: &UnitSpec,
    shared: &Shared,
    lease: &Arc<Lease>,
    known: &BTreeMap<ClusterName, (Hints, Recorded)>,
    sender: mpsc::Sender<Looking>,
    kafka: Option<(&Access, mpsc::Sender<OffsetsOf>)>,
    spawner: &Spawner,
) -> BTreeMap<ClusterName, channel::Sender<Hints>> {
    let (kafka, offsets) = kafka.unzip();
    let parts = unit.kafka.as_ref().zip(kafka).zip(offsets);
    let tails = parts.map(|(((name, spec), access), offsets)| {
        let (hub, wishes) = tails::Hub::new(offsets);
        spawner.spawn(tails::run(name.clone(), spec.clone(), wishes));
        (hub, tails::Search::new(name.clone(), access.clone(), spec.clone()))
    });
    let mut senders = BTreeMap::new();
    let policy = policy(&shared.spec.borrow());
    for cluster in &unit.clusters {
        let (hints, recorded) = known.get(&cluster.name).cloned().unwrap_or_default();
        let (hints_sender, hints) = channel::channel(hints);
        senders.insert(cluster.name.clone(), hints_sender);
        let (shared, lease, sender) = (shared.clone(), Arc::downgrade(lease), sender.clone());
        let (cluster, policy, kafka) = (Arc::new(cluster.clone()), policy.clone(), kafka.cloned());
        let (spawner, tails) = (spawner.clone(), tails.clone());
        spawner.clone().spawn(async move {
            let teller = Teller::new(&cluster.name, sender);
            let Some(client) = client(&cluster, &policy, &shared, &teller).await else {
                return;
            };
            let watcher = Watcher {
                cluster,
                shared,
                lease,
                client,
                hints,
                teller,
            };
            if kafka.is_none() {
                // What was recorded while it was asked must not stand for ever. Whether anybody listens shows with a list.
                watcher.tell(watcher.shared.clock.now(), Seen::Ungrouped).await;
            }
            let known = Knowing::load(&watcher, recorded).await;
            let (sight, seen) = channel::channel(tails::Sight::default());
            spawner.spawn(list::run(watcher.clone(), known.clone(), seen));
            if let Some((hub, search)) = tails {
                spawner.spawn(tails::read(watcher.clone(), known, hub, search, sight));
            }
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
    teller: &Teller,
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
        let at = shared.clock.now();
        let observation = Observation {
            at,
            answered: at,
            seen: Seen::ListMissing(gap),
        };
        if !teller.tell(observation).await {
            return None;
        }
        tokio::time::sleep(CLIENT_RETRY).await;
    }
}

/// Starts tasks that end with `stop`, and end it when one of them panics; `tasks` tells when they have ended.
#[derive(Clone)]
pub(crate) struct Spawner {
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
}

impl Spawner {
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            let alarm = Alarm(&stop);
            tokio::select! {
                () = stop.cancelled() => {}
                () = work => {}
            }
            drop(alarm);
        });
    }
}

/// Ends the watchers of a unit when the one that holds it panics.
struct Alarm<'a>(&'a CancellationToken);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The message is not repeated: it may quote what was being read.
            warn!("a watcher panicked; what watches its unit is started again");
            self.0.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_watcher_that_panics_ends_the_others_and_closes_the_channel() {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let spawner = Spawner { tasks, stop };
        let (sender, mut receiver) = mpsc::channel::<Looking>(1);
        let kept = sender.clone();
        spawner.spawn(async move {
            let _kept = kept;
            std::future::pending::<()>().await;
        });
        spawner.spawn(async move { drop(sender) });
        spawner.tasks.close();
        spawner.spawn(async { panic!("an index out of bounds") });
        assert!(receiver.recv().await.is_none());
        spawner.tasks.wait().await;
        assert!(spawner.stop.is_cancelled());
    }
}
