//! What was seen, on its way from the watchers of one cluster to its ledger.

use std::sync::Arc;

use chrono::TimeDelta;
use model::names::ClusterName;
use model::observe::{Listed, Observation, Seen};
use telemetry::span::Cause;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Instant;

/// One observation on its way to the ledger.
pub(crate) struct Looking {
    pub(crate) cluster: ClusterName,
    pub(crate) observation: Observation,
    /// The look that saw it, for its trace.
    pub(crate) cause: Cause,
    /// What a list takes of its cluster's [`ROOM`], until it was taken.
    pub(crate) room: Option<OwnedSemaphorePermit>,
    /// For how long it waited for that, where nothing more was looked at for so long that the record must say so.
    pub(crate) held_up: Option<TimeDelta>,
}

/// A list that waited for this long was not followed by others in time.
const HELD_UP: TimeDelta = TimeDelta::seconds(10);

/// Connectors and tasks, or names, in all lists, and records of topics, of one cluster that may wait to be taken. While the database hangs, changes are kept
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
    /// See [`HELD_UP`].
    patience: TimeDelta,
}

impl Teller {
    pub(crate) fn new(cluster: &ClusterName, sender: mpsc::Sender<Looking>) -> Self {
        Self {
            cluster: cluster.clone(),
            sender,
            room: Arc::new(Semaphore::new(ROOM as usize)),
            patience: HELD_UP,
        }
    }

    /// Sends what was seen; false when nobody listens any more.
    pub(crate) async fn tell(&self, observation: Observation) -> bool {
        let began = Instant::now();
        let room = match &observation.seen {
            Seen::Listed(listed) => Some(size(listed)),
            Seen::Named { names, .. } => Some(u32::try_from(names.len()).unwrap_or(ROOM).min(ROOM)),
            Seen::Statuses(seen) => Some(u32::try_from(seen.statuses.len()).unwrap_or(ROOM).min(ROOM)),
            Seen::Configs(seen) => Some(u32::try_from(seen.configs.len()).unwrap_or(ROOM).min(ROOM)),
            _ => None,
        };
        let room = match room {
            // Nobody closes it.
            Some(size) => self.room.clone().acquire_many_owned(size).await.ok(),
            None => None,
        };
        let looking = Looking {
            cluster: self.cluster.clone(),
            observation,
            cause: Cause::here(),
            room,
            held_up: TimeDelta::from_std(began.elapsed())
                .ok()
                .filter(|held| *held > self.patience),
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
    use model::observe::{Gap, GapKind, ListedConnector, ListedInstance};
    use model::state::State;

    use super::*;

    /// A list of so many connectors without tasks.
    fn list(connectors: u32) -> Observation {
        let connector = || ListedConnector {
            unstarted: None,
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
    async fn for_how_long_nothing_was_looked_at_is_told_with_the_list_that_waited() {
        for (patience, told) in [(TimeDelta::zero(), true), (TimeDelta::hours(1), false)] {
            let (sender, mut receiver) = mpsc::channel(8);
            let teller = Teller {
                patience,
                ..Teller::new(&"orders".into(), sender)
            };
            assert!(teller.tell(list(ROOM)).await);
            let first = receiver.recv().await.unwrap();
            let mut second = Box::pin(teller.tell(list(ROOM)));
            assert_eq!(second.as_mut().now_or_never(), None);
            drop(first);
            assert!(second.await);
            assert_eq!(receiver.recv().await.unwrap().held_up.is_some(), told);
        }
    }

    #[tokio::test]
    async fn short_lists_wait_together() {
        let (sender, _receiver) = mpsc::channel(64);
        let teller = Teller::new(&"orders".into(), sender);
        for _ in 0..50 {
            assert_eq!(teller.tell(list(200)).now_or_never(), Some(true));
        }
    }

    #[test]
    fn tasks_take_room_too() {
        let Seen::Listed(mut listed) = list(2).seen else {
            unreachable!()
        };
        assert_eq!(size(&listed), 2);
        let task = ListedInstance {
            state: State::Running,
            worker_id: "a:1".into(),
            trace: None,
            trace_id: None,
            version: None,
        };
        for connector in listed.connectors.values_mut() {
            connector.tasks = (0..3).map(|number| (number, task.clone())).collect();
        }
        assert_eq!(size(&listed), 8);
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
