//! Keeping what runs in the background running: a panic ends one attempt, not the work.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;
use tracing::warn;

/// How long the first new start waits.
const FIRST: Duration = Duration::from_secs(1);
/// The longest wait; work that lasted this long before it ended waits only [`FIRST`] again.
const LONGEST: Duration = Duration::from_secs(30);

/// Runs `work` until `stop`. Work that ends before, by a panic or by itself, is started again after a pause that
/// doubles from 1 s to 30 s. Each attempt gets a token that ends with `stop` and with the attempt, for what it started
/// itself. A panic's message is not repeated in the log: it may quote what was being read.
pub(crate) async fn keep<W>(what: &str, stop: &CancellationToken, work: impl FnMut(CancellationToken) -> W)
where
    W: Future<Output = ()> + Send + 'static,
{
    paced(what, stop, work, FIRST).await;
}

async fn paced<W>(what: &str, stop: &CancellationToken, mut work: impl FnMut(CancellationToken) -> W, first: Duration)
where
    W: Future<Output = ()> + Send + 'static,
{
    let mut pause = first;
    loop {
        let began = Instant::now();
        let attempt = stop.child_token();
        let ended = tokio::spawn(work(attempt.clone())).await;
        attempt.cancel();
        let panicked = ended.is_err_and(|error| error.is_panic());
        if stop.is_cancelled() {
            if panicked {
                warn!(what, "it panicked before it was to end");
            }
            return;
        }
        if began.elapsed() >= LONGEST {
            pause = first;
        }
        warn!(what, panicked, ?pause, "it ended and is started again after a pause");
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        pause = pause.saturating_mul(2).min(LONGEST);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio_util::task::TaskTracker;

    use super::*;

    const SHORT: Duration = Duration::from_millis(10);

    #[tokio::test]
    async fn what_panics_or_ends_is_started_again_with_growing_pauses() {
        let stop = CancellationToken::new();
        let attempts = Arc::new(AtomicUsize::new(0));
        let began = Instant::now();
        let work = |token: CancellationToken| {
            let (attempts, stop) = (attempts.clone(), stop.clone());
            async move {
                match attempts.fetch_add(1, Ordering::SeqCst) {
                    0 => panic!("an index out of bounds"),
                    1 => {}
                    _ => {
                        stop.cancel();
                        token.cancelled().await;
                    }
                }
            }
        };
        paced("a unit", &stop, work, SHORT).await;
        assert_eq!(attempts.load(Ordering::SeqCst), 3);
        assert!(began.elapsed() >= SHORT + 2 * SHORT, "{:?}", began.elapsed());
    }

    #[tokio::test]
    async fn what_an_attempt_started_ends_with_it() {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let mut first = true;
        let work = |token: CancellationToken| {
            let (stop, tasks) = (stop.clone(), tasks.clone());
            let first = std::mem::take(&mut first);
            async move {
                if first {
                    tasks.spawn(async move { token.cancelled().await });
                    panic!("nobody is left to wait for it");
                }
                tasks.close();
                tasks.wait().await;
                stop.cancel();
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(10), paced("a unit", &stop, work, SHORT)).await;
        assert!(waited.is_ok());
    }
}
