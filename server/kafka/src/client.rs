//! A librdkafka client: which properties it may have, how it is asked, and where its words go.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rdkafka::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use rdkafka::error::KafkaError;

use crate::Error;
use crate::coordinators::Coordinators;

/// Properties that this crate sets itself, or that would print secrets or run code of others in our process.
pub(crate) const OURS: &[(&str, &str)] = &[
    ("bootstrap.servers", "is given as `bootstrap`"),
    ("metadata.broker.list", "is given as `bootstrap`"),
    ("group.id", "must not be set: this client joins no group"),
    ("debug", "must not be set: librdkafka's debug output may hold secrets"),
    (
        "log_level",
        "must not be set: the level belongs to the server's own log",
    ),
    ("log.queue", "must not be set"),
    ("plugin.library.paths", "must not be set: no foreign code is loaded"),
];

/// Builds the configuration that all clients of one Kafka cluster share.
///
/// # Errors
/// [`Error::Property`] for a property that belongs to this crate. Unknown properties show when a client is made.
pub(crate) fn config(bootstrap: &str, properties: &BTreeMap<String, String>) -> Result<(ClientConfig, Voice), Error> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap);
    config.set("client.id", "signalbox");
    // Each attempt to connect to a broker that is down spoils a look at the groups (see `group::list`), so the first
    // pauses between attempts are longer than a look; librdkafka's 100 ms are not.
    config.set("reconnect.backoff.ms", "500");
    // librdkafka's 10 s would hide a cluster for that long after it is back.
    config.set("reconnect.backoff.max.ms", "3000");
    config.set_log_level(RDKafkaLogLevel::Info);
    for (key, value) in properties {
        if let Some((_, problem)) = OURS.iter().find(|(ours, _)| ours == key) {
            return Err(Error::Property {
                key: key.clone(),
                problem: (*problem).to_owned(),
            });
        }
        config.set(key.as_str(), value.as_str());
    }
    Ok((config, Voice::new(properties)))
}

/// The librdkafka client of a Kafka cluster, shared by the threads that use it.
pub(crate) struct Client {
    pub(crate) consumer: BaseConsumer<Voice>,
    pub(crate) coordinators: Coordinators,
    pub(crate) voice: Voice,
}

impl Client {
    /// Makes it; nothing is connected yet.
    ///
    /// # Errors
    /// [`Error::Property`], [`Error::Setup`].
    pub(crate) fn new(bootstrap: &str, properties: &BTreeMap<String, String>) -> Result<Self, Error> {
        let (config, voice) = config(bootstrap, properties)?;
        let consumer = config
            .create_with_context(voice.clone())
            .map_err(|error| voice.error(&error, Duration::ZERO))?;
        Ok(Self {
            consumer,
            coordinators: Coordinators::new(config, voice.clone()),
            voice,
        })
    }

    /// Handles what librdkafka has to say (log lines, connection errors); bounded, for a storm must not hold us.
    pub(crate) fn serve(&self) {
        self.coordinators.tidy();
        for _ in 0..100 {
            if self.consumer.poll(Duration::from_millis(1)).is_none() {
                return;
            }
        }
    }

    /// Puts one question to librdkafka. A failure is explained by the newest connection error, a success ends it.
    pub(crate) fn put<T>(&self, after: Duration, question: impl FnOnce(&Self) -> Result<T, Error>) -> Result<T, Error> {
        let answer = question(self);
        self.serve();
        match answer {
            Ok(answer) => {
                self.voice.settle();
                Ok(answer)
            }
            Err(error) => Err(self.voice.explain(error, after)),
        }
    }
}

/// What librdkafka says: log lines go to `tracing` at debug level, the newest error is kept, since a call that
/// failed says only "timed out" where the connection attempts behind it say why. Secrets are struck out of both.
#[derive(Clone)]
pub(crate) struct Voice(Arc<Inner>);

struct Inner {
    secrets: Vec<String>,
    complaint: Mutex<Option<(KafkaError, String)>>,
}

impl Voice {
    fn new(properties: &BTreeMap<String, String>) -> Self {
        let mut secrets: Vec<String> = properties
            .iter()
            .filter(|(key, value)| is_secret(key) && !value.is_empty())
            .map(|(_, v)| v.clone())
            .collect();
        // Longest first, so that a secret that contains another one is struck out whole.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self(Arc::new(Inner {
            secrets,
            complaint: Mutex::new(None),
        }))
    }

    /// `text` without the values of secret properties.
    pub(crate) fn strike(&self, text: &str) -> String {
        self.0
            .secrets
            .iter()
            .fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "***"))
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
        if !(summary && complaint.is_some()) {
            *complaint = Some((error, reason));
        }
    }
}

impl ConsumerContext for Voice {}

fn is_secret(key: &str) -> bool {
    [
        "password",
        "secret",
        "key.pem",
        "oauthbearer.config",
        "jaas",
        "token",
        "username",
    ]
    .iter()
    .any(|part| key.contains(part))
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
