//! What is logged while the process runs: as configured, or for some minutes as somebody wants it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use console::LogLevel;
use model::Timestamp;
use telemetry::{Logs, LogsError};
use tracing::{info, warn};

/// A handle; clones change the same.
#[derive(Clone)]
pub struct LogLevels {
    logs: Logs,
    /// The command line or the environment decided.
    fixed: bool,
    state: Arc<Mutex<State>>,
}

struct State {
    /// What is logged when nobody wants it otherwise.
    usual: String,
    /// Who wants it otherwise until when.
    other: Option<(Arc<str>, Timestamp)>,
    /// Counts the wishes, so that the end of one that was replaced ends nothing.
    wishes: u64,
}

impl LogLevels {
    /// From what was set up.
    pub fn new(logs: Logs, usual: String, fixed: bool) -> Self {
        let state = State {
            usual,
            other: None,
            wishes: 0,
        };
        Self {
            logs,
            fixed,
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// What is logged now.
    pub fn now(&self) -> LogLevel {
        let state = self.state();
        LogLevel {
            filter: self.logs.filter(),
            until: state.other.as_ref().map(|(_, until)| *until),
            by: state.other.as_ref().map(|(by, _)| by.clone()),
        }
    }

    /// Takes over what a reloaded configuration says.
    pub fn take(&self, before: &str, now: &str) {
        if before == now {
            return;
        }
        if self.fixed {
            warn!("log of [telemetry] changed, but --log or SIGNALBOX_LOG decides what is logged");
            return;
        }
        let mut state = self.state();
        now.clone_into(&mut state.usual);
        if state.other.is_some() {
            info!(before, now, "what is logged will change when what somebody wanted ends");
            return;
        }
        match self.logs.set(now) {
            Ok(()) => info!(before, now, "what is logged has changed"),
            Err(error) => warn!(%error, "what is logged could not be changed"),
        }
    }

    /// Logs this until `until`, which is `long` from now, and then again what is usual. Must be called within a runtime.
    ///
    /// # Errors
    /// When it is no filter; what was logged before still is.
    pub fn wish(&self, filter: &str, by: &Arc<str>, until: Timestamp, long: Duration) -> Result<(), LogsError> {
        let mut state = self.state();
        let before = self.logs.filter();
        self.logs.set(filter)?;
        state.wishes += 1;
        state.other = Some((by.clone(), until));
        let wish = state.wishes;
        drop(state);
        // A warning, so that it stands in the log whatever is logged from now on, unless nothing is.
        warn!(before, now = filter, %by, %until, "what is logged was changed for a while");
        let levels = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(long).await;
            levels.end(wish);
        });
        Ok(())
    }

    fn end(&self, wish: u64) {
        let mut state = self.state();
        if state.wishes != wish {
            return;
        }
        state.other = None;
        match self.logs.set(&state.usual) {
            Ok(()) => info!(now = state.usual, "what is logged is as usual again"),
            Err(error) => warn!(%error, "what is logged could not be changed back"),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use telemetry::{LogFormat, Settings, TraceSettings, assemble};

    use super::*;

    fn levels(fixed: bool) -> LogLevels {
        let settings = Settings {
            format: LogFormat::Text,
            filter: "info".to_owned(),
            traces: TraceSettings {
                export: false,
                sample_ratio: 1.0,
                service_name: String::new(),
                service_version: "",
                instance_id: String::new(),
            },
        };
        let (subscriber, logs, _) = assemble(&settings, std::io::sink).unwrap();
        // The handle changes it for as long as it lives.
        std::mem::forget(subscriber);
        LogLevels::new(logs, settings.filter, fixed)
    }

    fn wish(levels: &LogLevels, filter: &str, minutes: u64) -> Result<(), LogsError> {
        let until = Timestamp::UNIX_EPOCH;
        levels.wish(filter, &"somebody".into(), until, Duration::from_secs(minutes * 60))
    }

    #[tokio::test(start_paused = true)]
    async fn a_wish_ends_by_itself_and_a_later_one_outlives_it() {
        let levels = levels(false);
        wish(&levels, "debug", 15).unwrap();
        assert_eq!(
            (levels.now().filter.as_str(), levels.now().by.is_some()),
            ("debug", true)
        );
        tokio::time::sleep(Duration::from_secs(14 * 60)).await;
        wish(&levels, "trace", 15).unwrap();
        // The end of the first one.
        tokio::time::sleep(Duration::from_secs(2 * 60)).await;
        assert_eq!(levels.now().filter, "trace");
        tokio::time::sleep(Duration::from_secs(14 * 60)).await;
        let now = levels.now();
        assert_eq!((now.filter.as_str(), now.by, now.until), ("info", None, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_reloaded_configuration_waits_for_the_end_of_a_wish() {
        let levels = levels(false);
        wish(&levels, "debug", 15).unwrap();
        levels.take("info", "warn");
        assert_eq!(levels.now().filter, "debug");
        tokio::time::sleep(Duration::from_secs(16 * 60)).await;
        assert_eq!(levels.now().filter, "warn");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_no_filter_changes_nothing() {
        let levels = levels(true);
        assert!(wish(&levels, "loud", 15).is_err());
        let now = levels.now();
        assert_eq!((now.filter.as_str(), now.until), ("info", None));
        wish(&levels, "debug", 1).unwrap();
        levels.take("info", "warn");
        tokio::time::sleep(Duration::from_secs(61)).await;
        assert_eq!(levels.now().filter, "info", "the command line decided");
    }
}
