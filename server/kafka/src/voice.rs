//! What librdkafka says, and where it goes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::KafkaError;

use crate::Error;
use crate::secret::secrets;

/// What librdkafka says: log lines go to `tracing` at debug level, the newest error is kept, since a call that
/// failed says only "timed out" where the connection attempts behind it say why. Secrets are struck out of both.
#[derive(Clone)]
pub(crate) struct Voice(Arc<Inner>);

struct Inner {
    secrets: Vec<String>,
    complaint: Mutex<Option<(KafkaError, String)>>,
    alone: AtomicBool,
}

impl Voice {
    pub(crate) fn new(properties: &BTreeMap<String, String>) -> Self {
        let secrets = properties.iter().flat_map(|(key, value)| secrets(key, value));
        let mut secrets: Vec<String> = secrets.map(str::to_owned).collect();
        // Longest first, so that a secret that contains another one is struck out whole.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self(Arc::new(Inner {
            secrets,
            complaint: Mutex::new(None),
            alone: AtomicBool::new(false),
        }))
    }

    /// The voice of another client of the same Kafka cluster: the same secrets, complaints of its own.
    pub(crate) fn another(&self) -> Self {
        Self(Arc::new(Inner {
            secrets: self.0.secrets.clone(),
            complaint: Mutex::new(None),
            alone: AtomicBool::new(false),
        }))
    }

    /// A line of librdkafka's log; `level` as in syslog.
    pub(crate) fn line(&self, level: i32, facility: &str, message: &str) {
        tracing::debug!(target: "librdkafka", level, facility, "{}", self.strike(message));
    }

    /// `text` without the values of secret properties.
    pub(crate) fn strike(&self, text: &str) -> String {
        self.0
            .secrets
            .iter()
            .fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "***"))
    }

    /// Whether the last connection to a broker was lost since this was asked before.
    pub(crate) fn alone(&self) -> bool {
        self.0.alone.swap(false, Ordering::Relaxed)
    }

    /// Forgets the complaint, because a broker has answered since.
    pub(crate) fn settle(&self) {
        *self.0.complaint.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// `error`, or, when it only says that nothing came, the newest reason why no connection came about.
    pub(crate) fn explain(&self, error: Error, after: Duration) -> Error {
        if !matches!(error, Error::TimedOut { .. } | Error::Unreachable { .. }) {
            return error;
        }
        let complaint = self.0.complaint.lock().unwrap_or_else(PoisonError::into_inner);
        match complaint.as_ref() {
            None => error,
            Some((kind, said)) => match Error::from_kafka(kind, after, |text| self.strike(text)) {
                Error::Unreachable { .. } => Error::Unreachable { reason: said.clone() },
                Error::Authentication { .. } => Error::Authentication { reason: said.clone() },
                _ => error,
            },
        }
    }

    /// An error of the safe binding, sorted, explained, without secrets.
    pub(crate) fn error(&self, error: &KafkaError, after: Duration) -> Error {
        self.explain(Error::from_kafka(error, after, |text| self.strike(text)), after)
    }
}

impl ClientContext for Voice {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(target: "librdkafka", ?level, facility, "{}", self.strike(message));
    }

    fn error(&self, error: KafkaError, reason: &str) {
        let reason = self.strike(reason);
        tracing::debug!(target: "librdkafka", "{reason}");
        // The tail counts milliseconds and repetitions: noise, and never the same twice.
        let reason = reason.split(" (after ").next().unwrap_or_default().to_owned();
        let mut complaint = self.0.complaint.lock().unwrap_or_else(PoisonError::into_inner);
        // "All brokers are down" follows each last failure and says less than it.
        let summary = error.rdkafka_error_code() == Some(rdkafka::error::RDKafkaErrorCode::AllBrokersDown);
        if summary {
            self.0.alone.store(true, Ordering::Relaxed);
        }
        if !(summary && complaint.is_some()) {
            *complaint = Some((error, reason));
        }
    }
}

impl ConsumerContext for Voice {}

#[cfg(test)]
#[path = "voice_tests.rs"]
mod tests;
