//! Recording what the ledgers of a unit have pending, and what becomes of what cannot be recorded.

use std::time::Instant;

use model::names::ClusterName;
use telemetry::Outcome;
use telemetry::span;
use tracing::{Instrument as _, error, info, warn};

use super::Holding;
use crate::ledger::{Ledger, LeftOut};

/// Pieces of a refused batch that are sent before anything else is looked at.
const PIECES: usize = 100;

impl Holding<'_> {
    /// Records what is pending. What cannot be recorded stays pending and is tried again.
    pub(super) async fn record(&mut self) -> Result<(), Fenced> {
        let clusters: Vec<ClusterName> = self.ledgers.keys().cloned().collect();
        for cluster in clusters {
            // Pieces of what was refused follow one another at once, but not for ever: leases and looks wait meanwhile.
            for _ in 0..PIECES {
                match self.record_one(&cluster).await? {
                    Recording::Pieces => {}
                    Recording::Done => break,
                    // Where the database is away the others would only wait for it too.
                    Recording::Away => return Ok(()),
                }
            }
        }
        Ok(())
    }

    /// One batch, or the heartbeat, of one cluster.
    async fn record_one(&mut self, cluster: &ClusterName) -> Result<Recording, Fenced> {
        let Some(ledger) = self.ledgers.get_mut(cluster) else {
            return Ok(Recording::Done);
        };
        let now = self.shared.clock.now();
        let began = Instant::now();
        let result = if let Some(outgoing) = ledger.outgoing(now) {
            let span = span::commit(cluster.as_str(), &self.causes);
            let batch = outgoing.batch();
            let work = self.shared.store.commit(self.lease, &batch);
            let committed = work.instrument(span.clone()).await;
            if let Ok(Some(feed)) = committed {
                span::committed(&span, feed);
            }
            committed.map(|_| true)
        } else if ledger.owes_heartbeat() {
            let fresh = &ledger.facts().fresh;
            self.shared
                .store
                .heartbeat(self.lease, cluster, fresh)
                .await
                .map(|()| false)
        } else {
            return Ok(Recording::Done);
        };
        if result.is_ok() && self.complaints.over(cluster.as_str()) {
            info!(%cluster, "what was seen is recorded again");
        }
        match result {
            Ok(true) => {
                telemetry::store_committed(cluster.as_str(), Outcome::Ok, began.elapsed());
                if let Some(left_out) = ledger.recorded() {
                    tell(cluster, &left_out);
                }
                self.causes.recorded(cluster.as_str());
            }
            Ok(false) => ledger.heartbeat_recorded(),
            Err(store::Error::Fenced { .. }) => {
                self.expired_or_fenced().await?;
                return Ok(Recording::Away);
            }
            Err(error) => {
                telemetry::store_committed(cluster.as_str(), Outcome::Failed, began.elapsed());
                ledger.unrecorded_yet();
                if matches!(error, store::Error::Unavailable(_)) {
                    if self.complaints.due(cluster.as_str(), &error.to_string(), began) {
                        warn!(%cluster, %error, "what was seen cannot be recorded yet");
                    }
                    return Ok(Recording::Away);
                }
                // A database that does not even take a renewal refuses this server, not what was seen.
                if let Err(refusal) = self.shared.store.renew(self.lease).await {
                    if self.complaints.due(cluster.as_str(), &error.to_string(), began) {
                        warn!(%cluster, %error, %refusal, "what was seen cannot be recorded yet");
                    }
                    return Ok(Recording::Away);
                }
                match ledger.refused(now, &error.to_string()) {
                    Some(left_out) => tell(cluster, &left_out),
                    None => warn!(%cluster, %error, "what was seen is refused; it is sent again, then in pieces"),
                }
            }
        }
        match ledger.in_pieces() {
            true => Ok(Recording::Pieces),
            false => Ok(Recording::Done),
        }
    }

    /// A refusal may only mean that the lease ran out while the database was away and nobody took it: then it is good
    /// again after a renewal, and the next beat records what is pending.
    pub(super) async fn expired_or_fenced(&self) -> Result<(), Fenced> {
        match self.shared.store.renew(self.lease).await {
            Err(store::Error::Fenced { .. }) => Err(Fenced),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    pub(super) fn owes_record(&self) -> bool {
        self.ledgers.values().any(Ledger::owes_record)
    }

    /// History that the database refuses ends with this holding: that is recorded in its place.
    pub(super) async fn give_up(&mut self) -> Result<(), Fenced> {
        let now = self.shared.clock.now();
        let mut lost = 0;
        for (cluster, ledger) in self.ledgers.iter_mut() {
            let entries = ledger.give_up(now);
            if entries > 0 {
                warn!(%cluster, entries, "history that the database refuses is lost: this server lets the cluster go");
            }
            lost += entries;
        }
        match lost {
            0 => Ok(()),
            _ => self.record().await,
        }
    }
}

/// How recording one batch went.
enum Recording {
    /// Recorded, refused for now, or there was nothing.
    Done,
    /// Pieces of a refused batch are to follow.
    Pieces,
    /// The database cannot record anything now.
    Away,
}

/// Says what the database does not take.
fn tell(cluster: &ClusterName, LeftOut { what, changes, why }: &LeftOut) {
    telemetry::store_left_out(cluster.as_str(), u64::try_from(*changes).unwrap_or(u64::MAX));
    error!(%cluster, why, "the database refuses {what}: it is left out, the rest is recorded");
}

/// The lease is another's.
pub(super) struct Fenced;
