//! Waiting for a condition with a deadline; what was seen last is in the failure.

use std::time::{Duration, Instant};

/// Looks every 150 ms until `look` gives a value.
pub async fn until<T>(what: &str, seconds: u64, mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
    let began = Instant::now();
    loop {
        let seen = match look().await {
            Ok(found) => return found,
            Err(seen) => seen,
        };
        assert!(
            began.elapsed() < Duration::from_secs(seconds),
            "not within {seconds} s: {what}; last seen: {seen}"
        );
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
}
