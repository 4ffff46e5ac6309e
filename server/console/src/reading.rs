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
pub(crate) struct Reading {
    turns: Semaphore,
    patience: Duration,
    answer: Duration,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            turns: Semaphore::new(AT_ONCE),
            patience: PATIENCE,
            answer: ANSWER,
        }
    }
}

impl Reading {
    /// Works in turn.
    ///
    /// # Errors
    /// [`Error::Busy`] when none came; [`Error::Unavailable`] when the work took too long; those of the work.
    async fn turn<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let Ok(Ok(_turn)) = timeout(self.patience, self.turns.acquire()).await else {
            return Err(Error::Busy);
        };
        timeout(self.answer, work).await.unwrap_or_else(|_elapsed| {
            let why = format!("the database did not answer within {} s", self.answer.as_secs());
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

    #[tokio::test]
    async fn who_hangs_keeps_others_from_the_database_for_a_while_and_not_for_ever() {
        let reading = Reading {
            turns: Semaphore::new(2),
            patience: Duration::from_millis(50),
            answer: Duration::from_millis(500),
        };
        let hung = || reading.turn::<()>(std::future::pending());
        let quick = || reading.turn(async { Ok(()) });
        let (one, two, three) = tokio::join!(hung(), hung(), quick());
        assert!(matches!(one, Err(Error::Unavailable(_))), "{one:?}");
        assert!(matches!(two, Err(Error::Unavailable(_))), "{two:?}");
        assert!(matches!(three, Err(Error::Busy)), "{three:?}");
        let after = quick().await;
        assert!(after.is_ok(), "the turns are free again: {after:?}");
    }
}
