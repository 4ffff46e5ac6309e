//! What was seen, on its way from the watchers of one cluster to its ledger.

use std::sync::Arc;

use model::names::ClusterName;
use model::observe::{Observation, Seen};
use telemetry::span::Cause;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// One observation on its way to the ledger.
pub(crate) struct Looking {
    pub(crate) cluster: ClusterName,
    pub(crate) observation: Observation,
    /// The look that saw it, for its trace.
    pub(crate) cause: Cause,
    /// That of a list, until it was taken.
    pub(crate) turn: Option<OwnedSemaphorePermit>,
}

/// The way of one cluster's observations.
#[derive(Clone)]
pub(crate) struct Teller {
    cluster: ClusterName,
    sender: mpsc::Sender<Looking>,
    /// One list at a time is on its way; the next waits with its watcher. A worker decides how long its lists are and how
    /// much work they make, so that their number says nothing of the room that they take.
    turn: Arc<Semaphore>,
}

impl Teller {
    pub(crate) fn new(cluster: &ClusterName, sender: mpsc::Sender<Looking>) -> Self {
        Self {
            cluster: cluster.clone(),
            sender,
            turn: Arc::new(Semaphore::new(1)),
        }
    }

    /// Sends what was seen; false when nobody listens any more.
    pub(crate) async fn tell(&self, observation: Observation) -> bool {
        let turn = match observation.seen {
            // Nobody closes it.
            Seen::Listed(_) => self.turn.clone().acquire_owned().await.ok(),
            _ => None,
        };
        let looking = Looking {
            cluster: self.cluster.clone(),
            observation,
            cause: Cause::here(),
            turn,
        };
        let told = self.sender.send(looking).await.is_ok();
        let waiting = self.sender.max_capacity() - self.sender.capacity();
        telemetry::observations_waiting(self.cluster.as_str(), waiting);
        told
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use model::Timestamp;
    use model::observe::{Gap, GapKind, Listed};

    use super::*;

    #[tokio::test]
    async fn a_list_waits_until_the_one_before_it_was_taken_and_holds_nothing_else_up() {
        let (sender, mut receiver) = mpsc::channel(8);
        let teller = Teller::new(&"orders".into(), sender);
        let at = Timestamp::default();
        let seen = |seen| Observation { at, answered: at, seen };
        let list = || {
            seen(Seen::Listed(Listed {
                by: "a:1".into(),
                connectors: Default::default(),
            }))
        };
        assert!(teller.tell(list()).await);
        let mut second = Box::pin(teller.tell(list()));
        assert_eq!(second.as_mut().now_or_never(), None, "the first one waits to be taken");
        let gap = Gap {
            kind: GapKind::TimedOut,
            text: "no answer".into(),
        };
        assert_eq!(
            teller.tell(seen(Seen::MembersMissing(gap))).now_or_never(),
            Some(true),
            "it is no list"
        );
        let first = receiver.recv().await.unwrap();
        assert_eq!(second.as_mut().now_or_never(), None, "it is being taken");
        drop(first);
        assert!(second.await);
    }

    #[tokio::test]
    async fn it_is_told_when_nobody_listens() {
        let (sender, receiver) = mpsc::channel(8);
        drop(receiver);
        let at = Timestamp::default();
        let seen = Seen::Listed(Listed {
            by: "a:1".into(),
            connectors: Default::default(),
        });
        let teller = Teller::new(&"orders".into(), sender);
        assert!(!teller.tell(Observation { at, answered: at, seen }).await);
    }
}
