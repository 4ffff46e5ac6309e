//! Where the lab tells what it is doing: nowhere in tests, numbered lines in the binary.

use std::sync::Arc;
use std::time::Instant;

/// A listener for progress lines, each with the seconds since the listener was made.
#[derive(Clone)]
pub struct Progress {
    since: Instant,
    tell: Arc<dyn Fn(&str) + Send + Sync>,
}

impl Progress {
    /// Tells nobody.
    pub fn silent() -> Self {
        Self::to(|_| {})
    }

    /// Passes every line, prefixed with the elapsed seconds, to `tell`.
    pub fn to(tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self {
            since: Instant::now(),
            tell: Arc::new(tell),
        }
    }

    /// Says one line.
    pub fn say(&self, line: impl AsRef<str>) {
        (self.tell)(&format!(
            "[{:5.1} s] {}",
            self.since.elapsed().as_secs_f64(),
            line.as_ref()
        ));
    }
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Progress").finish_non_exhaustive()
    }
}
