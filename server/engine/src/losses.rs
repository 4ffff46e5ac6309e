//! What this server saw and could not record before the holding of the lease ended in which it was seen: told as gaps, once
//! the database can be reached again, whoever watches the clusters by then.
//!
//! A gap is recorded without a lease. It is about the recorder and no fact of the cluster: a lease keeps two servers from
//! telling the same cluster's story, and of what it saw itself only the loser knows. The next holder cannot tell it: most
//! servers that die owe nothing, and a gap at each takeover would be said of looks that nobody missed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use model::Timestamp;
use model::names::ClusterName;
use store::Store;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::complaints::Complaints;

/// How long to wait after the database took none.
const AGAIN: Duration = Duration::from_secs(1);
/// What the last try may take once the server stops.
const FAREWELL: Duration = Duration::from_millis(500);
/// So many are kept of one cluster; the last one stands for what is lost after it.
const MOST: usize = 16;
/// What is complained of here.
const LOSSES: &str = "losses";

/// From when to when what was seen of a cluster is not on record, for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Loss {
    pub(crate) cluster: ClusterName,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) why: String,
}

/// Losses of this server of which no gap tells yet. They outlive the units that leave them here, by a panic too.
#[derive(Clone, Default)]
pub(crate) struct Losses {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    owed: Mutex<Vec<Loss>>,
    nudge: Notify,
}

impl Losses {
    pub(crate) fn note(&self, loss: Loss) {
        let mut owed = self.owed();
        let of_it = |known: &Loss| known.cluster == loss.cluster;
        let many = owed.iter().filter(|known| of_it(known)).count() >= MOST;
        match owed.iter_mut().rfind(|known| of_it(known)) {
            Some(last) if many => last.to = loss.to,
            _ => owed.push(loss),
        }
        drop(owed);
        self.inner.nudge.notify_one();
    }

    /// Tells what is lost, as it is lost, until `stop`.
    pub(crate) async fn run(self, store: Store, stop: CancellationToken) {
        let mut complaints = Complaints::default();
        loop {
            let told = tokio::select! {
                () = stop.cancelled() => return,
                told = self.tell(&store) => told,
            };
            let pause = match told {
                Ok(()) => {
                    if complaints.over(LOSSES) {
                        info!("gaps tell of what could not be recorded");
                    }
                    None
                }
                Err(error) => {
                    if complaints.due(LOSSES, &error.to_string(), Instant::now()) {
                        warn!(%error, "what was seen and is lost cannot be told yet");
                    }
                    Some(AGAIN)
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = async {
                    match pause {
                        Some(pause) => tokio::time::sleep(pause).await,
                        None => self.inner.nudge.notified().await,
                    }
                } => {}
            }
        }
    }

    /// The last try of a server that stops.
    pub(crate) async fn farewell(self, store: &Store) {
        let _told = tokio::time::timeout(FAREWELL, self.tell(store)).await;
        for Loss { cluster, from, to, .. } in self.owed().iter() {
            error!(%cluster, %from, %to, "what was seen is lost and no gap tells of it: the server stops");
        }
    }

    /// Has a gap recorded of each loss. One that may have been recorded already is told again, which records it once.
    async fn tell(&self, store: &Store) -> store::Result<()> {
        let owed = self.owed().clone();
        let mut refused = Ok(());
        for loss in owed {
            let Loss { cluster, from, to, why } = &loss;
            match store.record_gap(cluster, *from, *to, why).await {
                Ok(()) => {
                    warn!(%cluster, %from, %to, why, "a gap tells of what could not be recorded");
                    self.owed().retain(|known| *known != loss);
                }
                Err(error @ store::Error::Unavailable(_)) => return Err(error),
                // What is refused of one cluster holds up no other.
                Err(error) => refused = Err(error),
            }
        }
        refused
    }

    fn owed(&self) -> MutexGuard<'_, Vec<Loss>> {
        // Nothing that holds the lock can panic in the middle of a change.
        self.inner.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
impl Losses {
    pub(crate) fn all(&self) -> Vec<Loss> {
        self.owed().clone()
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    #[test]
    fn of_many_losses_the_last_one_kept_stands_for_the_rest() {
        let at = |seconds| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let losses = Losses::default();
        let loss = |cluster: &str, from| Loss {
            cluster: cluster.into(),
            from: at(from),
            to: at(from + 1),
            why: "the lease was lost".into(),
        };
        (0..100).for_each(|from| losses.note(loss("orders", from)));
        losses.note(loss("lines", 7));
        let all = losses.all();
        assert_eq!(all.len(), MOST + 1);
        assert_eq!((all[0].from, all[MOST - 1].to), (at(0), at(100)), "nothing is left out");
        assert_eq!(all[MOST], loss("lines", 7), "another cluster's");
    }
}
