//! A librdkafka client: which properties it may have, and how it is asked.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::BaseConsumer;

use crate::Error;
use crate::coordinators::Coordinators;
use crate::properties::OURS;
use crate::voice::Voice;

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
        self.coordinators.tidy(Instant::now());
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
