//! Requests are worked on in turn, so that everything else the server does never stands behind many of them.
//!
//! A turn lasts for as long as a request is worked on without a pause. Answers from memory are, to their end; one that
//! waits for the database gives its turn back, so that a database that hangs keeps nobody from what memory answers.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::state::AppState;

/// How long a request may wait for its turn. Under more requests than the processors can answer all of them wait for
/// each other; whoever would be answered late is told to come back instead, which costs next to nothing and keeps the
/// queue short.
const PATIENCE: Duration = Duration::from_secs(1);

/// Too much is under way.
#[derive(Debug)]
pub(super) struct Busy;

/// What a request takes before it is answered.
pub(super) struct Turns<'a> {
    /// For being there at all.
    places: &'a Semaphore,
    /// For being worked on. Who waits for one does not stand in the runtime's queue, where watchers and probes would
    /// wait behind it.
    turns: &'a Semaphore,
    /// For waiting for something; fewer than the places.
    waits: &'a Semaphore,
    patience: Duration,
}

impl<'a> Turns<'a> {
    pub(super) fn of(state: &'a AppState) -> Self {
        Self {
            places: state.places(),
            turns: state.turns(),
            waits: state.waits(),
            patience: PATIENCE,
        }
    }

    /// Works when its turn comes.
    ///
    /// # Errors
    /// [`Busy`] when all places are taken, when the turn did not come in time, and when too many wait for something.
    pub(super) async fn take<T>(&self, work: impl Future<Output = T>) -> Result<T, Busy> {
        let _place = self.places.try_acquire().map_err(|_full| Busy)?;
        let turn = timeout(self.patience, self.turns.acquire()).await;
        let Ok(Ok(turn)) = turn else { return Err(Busy) };
        let mut work = pin!(work);
        let begun = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await;
        drop(turn);
        if let Poll::Ready(done) = begun {
            return Ok(done);
        }
        let _wait = self.waits.try_acquire().map_err(|_full| Busy)?;
        Ok(work.await)
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    struct Room(Semaphore, Semaphore, Semaphore);

    impl Room {
        fn turns(&self, patience: Duration) -> Turns<'_> {
            Turns {
                places: &self.0,
                turns: &self.1,
                waits: &self.2,
                patience,
            }
        }
    }

    const SOON: Duration = Duration::from_millis(20);
    const LATE: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_for_a_turn_is_told_to_come_back() {
        let room = Room(Semaphore::new(3), Semaphore::new(1), Semaphore::new(1));
        let held = room.1.acquire().await;
        let (soon, late) = (room.turns(SOON), room.turns(LATE));
        let (first, second, third, none) = tokio::join!(
            soon.take(ready(1)),
            soon.take(ready(2)),
            async {
                let third = late.take(ready(3));
                let (third, ()) = tokio::join!(third, async {
                    tokio::time::sleep(SOON * 2).await;
                    drop(held);
                });
                third
            },
            late.take(ready(4)),
        );
        assert!(first.is_err() && second.is_err(), "the turn is another's");
        assert_eq!(third.ok(), Some(3), "a turn that is given back is the next one's");
        assert!(none.is_err(), "there is no place to wait in");
        assert_eq!((room.0.available_permits(), room.1.available_permits()), (3, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_something_takes_no_turn_and_not_every_place() {
        let room = Room(Semaphore::new(4), Semaphore::new(1), Semaphore::new(2));
        let turns = room.turns(SOON);
        let waits = || timeout(LATE, turns.take(pending::<()>()));
        let (one, two, three, ready) = tokio::join!(waits(), waits(), waits(), turns.take(ready(())));
        assert!(one.is_err() && two.is_err(), "they wait to their end");
        assert!(matches!(three, Ok(Err(Busy))), "too many wait");
        assert!(ready.is_ok(), "memory answers all the same");
        assert_eq!((room.0.available_permits(), room.2.available_permits()), (4, 2));
    }
}
