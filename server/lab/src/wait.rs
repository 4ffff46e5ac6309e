//! Waiting for a condition, with a deadline and the last thing seen in the error. Nothing in the lab sleeps for luck.

use std::time::{Duration, Instant};

use crate::{Error, Result};

/// How long the lab waits for something that takes seconds on an idle machine. Generous, since two cores may be shared.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// What one look at a condition found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look<T> {
    /// The condition holds.
    Done(T),
    /// It does not hold yet; the text goes into the error if it never does.
    NotYet(String),
}

/// Looks every 100 ms until `look` is done.
///
/// # Errors
/// [`Error::Deadline`] when `within` has passed, with what was seen last; whatever `look` itself fails with, at once.
pub async fn until<T, F, L>(condition: &str, within: Duration, look: F) -> Result<T>
where
    F: Fn() -> L,
    L: Future<Output = Result<Look<T>>>,
{
    let start = Instant::now();
    loop {
        let seen = match look().await? {
            Look::Done(value) => return Ok(value),
            Look::NotYet(seen) => seen,
        };
        if start.elapsed() >= within {
            return Err(Error::Deadline {
                condition: condition.to_owned(),
                waited: within,
                seen,
            });
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
