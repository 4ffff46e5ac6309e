//! Between the beat, which takes and renews leases, and the units, which work under them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::names::UnitName;
use store::Lease;
use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

/// The units of this server: those that wait for their lease and those that work under one.
#[derive(Clone, Default)]
pub(crate) struct Seats {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    /// Something began to wait or ended.
    nudge: Notify,
}

#[derive(Default)]
struct State {
    waiting: BTreeMap<UnitName, oneshot::Sender<Grant>>,
    held: BTreeMap<UnitName, (i64, Orders)>,
}

/// What the beat tells a unit that holds its lease.
#[derive(Clone, Debug, Default)]
pub(crate) struct Orders {
    /// Another server is to have the unit: say the last words and give the lease back.
    pub(crate) hand_over: CancellationToken,
    /// Another holding began.
    pub(crate) fenced: CancellationToken,
    /// The renewal found the row busy for too long: renew it between two records, which alone can keep it so.
    pub(crate) renew: Arc<Notify>,
}

/// A lease to work under, and what is told meanwhile. Dropped when the work has ended; the beat renews it no more then.
pub(crate) struct Grant {
    pub(crate) lease: Lease,
    pub(crate) orders: Orders,
    pub(crate) seat: Seat,
}

/// Ends the renewal of a lease when it is dropped.
pub(crate) struct Seat {
    unit: UnitName,
    epoch: i64,
    seats: Seats,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut state = self.seats.state();
        if state
            .held
            .get(&self.unit)
            .is_some_and(|(epoch, _)| *epoch == self.epoch)
        {
            state.held.remove(&self.unit);
        }
        drop(state);
        self.seats.inner.nudge.notify_one();
    }
}

impl Seats {
    /// Waits until this server holds the unit; `None` when asked to stop before.
    pub(crate) async fn wait(&self, unit: &UnitName, stop: &CancellationToken) -> Option<Grant> {
        if stop.is_cancelled() {
            return None;
        }
        let (sender, mut receiver) = oneshot::channel();
        self.state().waiting.insert(unit.clone(), sender);
        self.inner.nudge.notify_one();
        tokio::select! {
            granted = &mut receiver => granted.ok(),
            () = stop.cancelled() => {
                // What was granted in this moment is to be given back by the one who waited for it.
                receiver.close();
                receiver.try_recv().ok()
            }
        }
    }

    /// Returns once something began to wait or ended.
    pub(super) async fn nudged(&self) {
        self.inner.nudge.notified().await;
    }

    /// Units whose lease somebody waits for.
    pub(super) fn waiting(&self) -> Vec<UnitName> {
        let mut state = self.state();
        state.waiting.retain(|_, sender| !sender.is_closed());
        state.waiting.keys().cloned().collect()
    }

    /// Leases that are worked under, by unit.
    pub(super) fn held(&self) -> BTreeMap<UnitName, (i64, Orders)> {
        self.state().held.clone()
    }

    /// Hands a lease to the one who waits for it; gives it back if nobody does any more.
    pub(super) fn grant(&self, lease: Lease) -> Option<Lease> {
        let mut state = self.state();
        let Some(sender) = state.waiting.remove(lease.unit()) else {
            return Some(lease);
        };
        let (unit, epoch, orders) = (lease.unit().clone(), lease.epoch(), Orders::default());
        state.held.insert(unit.clone(), (epoch, orders.clone()));
        // The seat of a refused grant is dropped below, which takes the lock.
        drop(state);
        let seat = Seat {
            unit,
            epoch,
            seats: self.clone(),
        };
        sender
            .send(Grant { lease, orders, seat })
            .err()
            .map(|refused| refused.lease)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic in the middle of a change.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
