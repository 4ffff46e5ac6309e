//! What the watchers of one cluster share.

use std::sync::{Arc, Weak};
use std::time::Duration;

use model::Timestamp;
use model::observe::{Observation, Seen};
use store::Lease;
use tokio::sync::watch as channel;

use super::client::WorkerClient;
use super::hints::Hints;
use super::teller::Teller;
use crate::FleetSpec;
use crate::unit_spec::Shared;

/// Nobody listens any more.
pub(super) struct Deaf;

/// What every watcher of one cluster has.
#[derive(Clone)]
pub(crate) struct Watcher {
    pub(crate) cluster: Arc<crate::ClusterSpec>,
    pub(crate) shared: Shared,
    /// Not its owner: the unit gives it back when it ends.
    pub(crate) lease: Weak<Lease>,
    pub(crate) client: WorkerClient,
    pub(crate) hints: channel::Receiver<Hints>,
    pub(crate) teller: Teller,
}

impl Watcher {
    /// Sends what was seen, asked for at `at` and answered by now; false when nobody listens any more.
    pub(crate) async fn tell(&self, at: Timestamp, seen: Seen) -> bool {
        let answered = self.shared.clock.now();
        self.tell_answered(at, answered, seen).await
    }

    /// The same for an answer that came some time ago.
    pub(crate) async fn tell_answered(&self, at: Timestamp, answered: Timestamp, seen: Seen) -> bool {
        self.teller.tell(Observation { at, answered, seen }).await
    }

    pub(crate) fn interval(&self) -> Duration {
        let interval = self.shared.spec.borrow().settings.interval;
        interval.to_std().unwrap_or(Duration::from_secs(5))
    }

    /// Time between two whole lists while the topics tell what they would.
    pub(crate) fn list_interval(&self) -> Duration {
        let interval = self.shared.spec.borrow().settings.list_interval;
        interval.to_std().unwrap_or(Duration::from_secs(60))
    }

    /// From this age on what a list told is stale.
    pub(crate) fn stale_after(&self) -> Duration {
        let limit = self.shared.spec.borrow().settings.stale_after;
        limit.to_std().unwrap_or(Duration::from_secs(30))
    }

    /// Time between two of the slow questions.
    pub(crate) fn slow_interval(&self) -> Duration {
        let interval = self.shared.spec.borrow().settings.slow_interval;
        interval.to_std().unwrap_or(Duration::from_secs(60))
    }

    /// Whether it is another configured cluster again.
    pub(crate) fn refused(&self) -> bool {
        self.hints.borrow().refused
    }

    /// The configuration, so that [`Watcher::rest`] ends when it changes from now on.
    pub(crate) fn configuration(&self) -> channel::Receiver<Arc<FleetSpec>> {
        let mut spec = self.shared.spec.clone();
        spec.mark_unchanged();
        spec
    }

    /// Waits for `pause`, and while the cluster is refused for the slow interval in its place: until the configuration
    /// changes, or the cluster is refused no more.
    pub(crate) async fn rest(&self, pause: Duration, mut spec: channel::Receiver<Arc<FleetSpec>>) {
        if !self.refused() {
            return tokio::time::sleep(pause).await;
        }
        let mut hints = self.hints.clone();
        tokio::select! {
            () = tokio::time::sleep(self.slow_interval()) => {}
            Ok(()) = spec.changed() => {}
            Ok(_) = hints.wait_for(|hints| !hints.refused) => {}
        }
    }
}
