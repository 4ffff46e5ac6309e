//! What was seen, on its way from the watchers of one cluster to its ledger.

use std::sync::Arc;

use model::names::ClusterName;
use model::observe::{Listed, Observation, Seen};
use telemetry::span::Cause;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// One observation on its way to the ledger.
pub(crate) struct Looking {
    pub(crate) cluster: ClusterName,
    pub(crate) observation: Observation,
    /// The look that saw it, for its trace.
    pub(crate) cause: Cause,
    /// What a list takes of its cluster's [`ROOM`], until it was taken.
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

/// Connectors and tasks in all lists of one cluster that may wait to be taken. While the database hangs, changes are kept
/// with their true times in lists that wait: those of a minute and more, of a cluster of some hundred connectors. But a
/// worker decides how long its lists are and how much work they make, so that their number alone would bound nothing.
const ROOM: u32 = 20_000;

/// The way of one cluster's observations.
#[derive(Clone)]
pub(crate) struct Teller {
    cluster: ClusterName,
    sender: mpsc::Sender<Looking>,
    /// Lists for which there is no room wait with their watcher.
    room: Arc<Semaphore>,
}

impl Teller {
    pub(crate) fn new(cluster: &ClusterName, sender: mpsc::Sender<Looking>) -> Self {
        Self {
            cluster: cluster.clone(),
            sender,
            room: Arc::new(Semaphore::new(ROOM as usize)),
        }
    }

    /// Sends what was seen; false when nobody listens any more.
    pub(crate) async fn tell(&self, observation: Observation) -> bool {
        let room = match &observation.seen {
            // Nobody closes it.
            Seen::Listed(listed) => self.room.clone().acquire_many_owned(size(listed)).await.ok(),
            _ => None,
        };
        let looking = Looking {
            cluster: self.cluster.clone(),
            observation,
            cause: Cause::here(),
            room,
        };
        let told = self.sender.send(looking).await.is_ok();
        let waiting = self.sender.max_capacity() - self.sender.capacity();
        telemetry::observations_waiting(self.cluster.as_str(), waiting);
        told
    }
}

/// How much room a list takes; at most all that there is, so that it comes to its turn.
fn size(listed: &Listed) -> u32 {
    let tasks: usize = listed.connectors.values().map(|connector| connector.tasks.len()).sum();
    u32::try_from(listed.connectors.len() + tasks).unwrap_or(ROOM).min(ROOM)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use model::Timestamp;
    use model::observe::{Gap, GapKind, ListedConnector};

    use super::*;

    /// A list of so many connectors without tasks.
    fn list(connectors: u32) -> Observation {
        let connector = || ListedConnector {
            kind: None,
            config: None,
            instance: None,
            tasks: Default::default(),
        };
        let at = Timestamp::default();
        let seen = Seen::Listed(Listed {
            by: "a:1".into(),
            connectors: (0..connectors)
                .map(|number| (format!("c{number}").into(), connector()))
                .collect(),
        });
        Observation { at, answered: at, seen }
    }

    #[tokio::test]
    async fn what_does_not_fit_waits_until_something_was_taken_and_holds_nothing_else_up() {
        let (sender, mut receiver) = mpsc::channel(8);
        let teller = Teller::new(&"orders".into(), sender);
        assert!(teller.tell(list(ROOM / 2)).await);
        let mut second = Box::pin(teller.tell(list(2 * ROOM)));
        assert_eq!(second.as_mut().now_or_never(), None, "the first one waits to be taken");
        let (at, gap) = (
            Timestamp::default(),
            Gap {
                kind: GapKind::TimedOut,
                text: "no answer".into(),
            },
        );
        let no_list = Observation {
            at,
            answered: at,
            seen: Seen::MembersMissing(gap),
        };
        assert_eq!(teller.tell(no_list).now_or_never(), Some(true), "it is no list");
        let first = receiver.recv().await.unwrap();
        assert_eq!(second.as_mut().now_or_never(), None, "it is being taken");
        drop(first);
        assert!(second.await, "one that is longer than all the room comes to its turn");
    }

    #[tokio::test]
    async fn short_lists_wait_together() {
        let (sender, _receiver) = mpsc::channel(64);
        let teller = Teller::new(&"orders".into(), sender);
        for _ in 0..50 {
            assert_eq!(teller.tell(list(200)).now_or_never(), Some(true));
        }
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
