//! Whether a whole list can wait, because the topics tell what it would, and the glance that takes its place: a worker is
//! only asked who it is.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use connect::Worker;
use model::Timestamp;
use model::names::ConnectorName;
use tokio::sync::watch as channel;

use super::ask;
use super::hints::Dispute;
use super::tails::Sight;
use super::watcher::Watcher;

/// When lists can wait.
pub(super) struct Rest {
    sight: channel::Receiver<Sight>,
    /// When the last list was asked for, where nothing speaks against it since.
    listed: Option<Instant>,
    /// What lists and topics said differently as a list was asked for last.
    asked: BTreeSet<Dispute>,
}

/// What a glance saw.
pub(super) enum Glance {
    /// The worker answers, and is one of the same cluster.
    Stands {
        /// When it was asked.
        at: Timestamp,
        /// How long it took.
        took: Duration,
    },
    /// A list has to tell.
    Unclear,
}

impl Rest {
    pub(super) fn new(sight: channel::Receiver<Sight>) -> Self {
        Self {
            sight,
            listed: None,
            asked: BTreeSet::new(),
        }
    }

    /// A list was asked for at this moment and came; or none did, or another one is needed soon.
    pub(super) fn listed(&mut self, began: Option<Instant>) {
        self.listed = began;
    }

    /// Whether the next list can wait: the topics are known wholly, the last list is not old, it showed all connectors that
    /// exist, and said nothing that the topics say otherwise, but for what was asked about again already.
    pub(super) fn can_wait(&mut self, watcher: &Watcher, last: &BTreeSet<ConnectorName>) -> bool {
        let whole = self.sight.borrow_and_update().whole;
        let lately = self.listed.is_some_and(|at| at.elapsed() < watcher.list_interval());
        let hints = watcher.hints.borrow();
        let settled = hints.disputes.is_subset(&self.asked);
        self.asked.clone_from(&hints.disputes);
        whole && lately && settled && hints.missed(last).is_none()
    }

    /// Asks a worker who it is.
    pub(super) async fn glance(&self, watcher: &Watcher, worker: &Worker) -> Glance {
        let at = watcher.shared.clock.now();
        let began = Instant::now();
        let root = ask::patient_root(watcher.cluster.name.clone(), worker.clone());
        let Ok(answer) = root.await else {
            return Glance::Unclear;
        };
        let hints = watcher.hints.borrow();
        match hints.expected.is_another(answer.kafka_cluster_id.as_ref()) {
            true => Glance::Unclear,
            false => Glance::Stands {
                at,
                took: began.elapsed(),
            },
        }
    }

    /// Returns once the topics tell no more what lists would, if they did.
    pub(super) async fn over(&self) {
        let mut sight = self.sight.clone();
        let rested = sight.borrow_and_update().whole && self.listed.is_some();
        if !rested || sight.wait_for(|sight| !sight.whole).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
