//! Questions that read the database: few at a time, and none for ever. A database that hangs holds up those who ask it,
//! and nobody else.

use std::time::Duration;

use store::Store;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::{Console, Error};

/// Questions that are with the database at once. Fewer than a server has connections, which are ten: who records what
/// was seen always finds one.
const AT_ONCE: usize = 6;
/// How long a question waits for its turn. The database answers most within milliseconds; when all turns are taken for
/// longer than this it hangs, or far too much is asked of it.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long the answer may take: Postgres itself gives a statement up after as long.
const ANSWER: Duration = Duration::from_secs(10);

/// The turns of those who read the database.
pub(crate) struct Reading(Semaphore);

impl Default for Reading {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

impl Reading {
    /// Works in turn.
    ///
    /// # Errors
    /// [`Error::Busy`] when none came; [`Error::Unavailable`] when the work took too long; those of the work.
    async fn turn<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let Ok(Ok(_turn)) = timeout(PATIENCE, self.0.acquire()).await else {
            return Err(Error::Busy);
        };
        timeout(ANSWER, work).await.unwrap_or_else(|_elapsed| {
            let why = format!("the database did not answer within {} s", ANSWER.as_secs());
            Err(Error::Unavailable(why))
        })
    }
}

impl Console {
    /// Asks the database, in turn: the only way to it, so that no question can forget to wait for one.
    pub(crate) async fn reading<T, F>(&self, question: impl FnOnce(Store) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let store = self.store.borrow().clone();
        let store = store.ok_or_else(|| {
            let why = self.trouble.borrow().clone();
            let why = why.unwrap_or_else(|| "the database is not connected yet".into());
            Error::Unavailable(why.to_string())
        })?;
        self.reading.turn(question(store)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_hangs_keeps_others_from_the_database_for_a_while_and_not_for_ever() {
        let reading = Reading::default();
        let hung = || reading.turn::<()>(std::future::pending());
        let quick = || reading.turn(async { Ok(()) });
        let late = async {
            tokio::time::sleep(PATIENCE / 2).await;
            quick().await
        };
        let after = async {
            tokio::time::sleep(ANSWER - PATIENCE / 2).await;
            quick().await
        };
        let (a, b, c, d, e, f, late, after) = tokio::join!(hung(), hung(), hung(), hung(), hung(), hung(), late, after);
        for one in [a, b, c, d, e, f] {
            assert!(matches!(one, Err(Error::Unavailable(_))), "{one:?}");
        }
        assert!(matches!(late, Err(Error::Busy)), "{late:?}");
        assert!(after.is_ok(), "the turns are free again: {after:?}");
    }
}
