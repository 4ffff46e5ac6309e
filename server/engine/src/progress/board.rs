//! Where those who watch hang out what they measured, for the view of the same server; others read it from the database.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::names::{ClusterName, ConnectorName};
use model::progress::{PartitionLag, Readings};
use tokio::sync::{mpsc, oneshot};

/// What was measured of a cluster last.
struct Posted {
    /// Grows with each posting.
    number: u64,
    readings: Readings,
}

/// Somebody wants to see every partition of a sink.
#[derive(Debug)]
pub(crate) struct Wish {
    pub(crate) cluster: ClusterName,
    pub(crate) connector: ConnectorName,
    pub(crate) answer: oneshot::Sender<Option<Vec<PartitionLag>>>,
}

/// The board of a server. A clone is the same one.
#[derive(Clone, Default)]
pub(crate) struct Board(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    number: u64,
    posted: BTreeMap<ClusterName, Posted>,
    /// Who measures a cluster, and can be asked.
    holders: BTreeMap<ClusterName, mpsc::Sender<Wish>>,
}

impl Board {
    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Hangs out what was measured now.
    pub(crate) fn post(&self, cluster: &ClusterName, readings: Readings) {
        self.with(|inner| {
            inner.number += 1;
            let number = inner.number;
            inner.posted.insert(cluster.clone(), Posted { number, readings });
        });
    }

    /// What was posted after this number, with the last number.
    pub(crate) fn after(&self, number: u64) -> (u64, Vec<(ClusterName, Readings)>) {
        self.with(|inner| {
            let newer = inner.posted.iter().filter(|(_, posted)| posted.number > number);
            let newer = newer.map(|(cluster, posted)| (cluster.clone(), posted.readings.clone()));
            (inner.number, newer.collect())
        })
    }

    /// This one measures the cluster from now on, and answers wishes.
    pub(crate) fn held(&self, cluster: &ClusterName, holder: mpsc::Sender<Wish>) {
        self.with(|inner| inner.holders.insert(cluster.clone(), holder));
    }

    /// Nobody here measures the cluster any more.
    pub(crate) fn given_up(&self, cluster: &ClusterName) {
        self.with(|inner| {
            inner.holders.remove(cluster);
            inner.posted.remove(cluster);
        });
    }

    /// Whether something hangs out that was measured of the cluster here.
    pub(crate) fn shows(&self, cluster: &ClusterName) -> bool {
        self.with(|inner| inner.posted.contains_key(cluster))
    }

    /// Every partition of a sink; `None` where this server does not measure it.
    pub(crate) async fn partitions(
        &self,
        cluster: &ClusterName,
        connector: &ConnectorName,
    ) -> Option<Vec<PartitionLag>> {
        let holder = self.with(|inner| inner.holders.get(cluster).cloned())?;
        let (answer, answered) = oneshot::channel();
        let wish = Wish {
            cluster: cluster.clone(),
            connector: connector.clone(),
            answer,
        };
        holder.send(wish).await.ok()?;
        answered.await.ok()?
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::*;

    fn readings(second: i64) -> Readings {
        Readings {
            as_of: Timestamp::from_timestamp(second, 0),
            of: Arc::default(),
        }
    }

    #[test]
    fn what_was_posted_is_found_once_and_the_last_of_a_cluster_alone() {
        let board = Board::default();
        board.post(&"a".into(), readings(1));
        board.post(&"b".into(), readings(2));
        board.post(&"a".into(), readings(3));
        let (number, all) = board.after(0);
        assert_eq!(all, [("a".into(), readings(3)), ("b".into(), readings(2))]);
        assert_eq!(board.after(number), (number, vec![]));
        board.post(&"b".into(), readings(4));
        assert_eq!(board.after(number).1, [("b".into(), readings(4))]);
        assert!(board.shows(&"b".into()));
        board.given_up(&"b".into());
        assert!(board.shows(&"a".into()) && !board.shows(&"b".into()));
        assert_eq!(board.after(number).1, []);
    }

    #[tokio::test]
    async fn whoever_measures_a_cluster_is_asked_and_nobody_else() {
        let board = Board::default();
        assert_eq!(board.partitions(&"a".into(), &"c".into()).await, None);
        let (sender, mut wishes) = mpsc::channel::<Wish>(1);
        board.held(&"a".into(), sender);
        let (name, connector) = ("a".into(), "c".into());
        let asked = board.partitions(&name, &connector);
        let answer = async {
            let wish = wishes.recv().await.unwrap();
            assert_eq!((wish.cluster.as_str(), wish.connector.as_str()), ("a", "c"));
            wish.answer.send(Some(vec![])).unwrap();
        };
        assert_eq!(tokio::join!(asked, answer).0, Some(vec![]));
        drop(wishes);
        assert_eq!(board.partitions(&"a".into(), &"c".into()).await, None, "it has ended");
    }
}
