//! A librdkafka client: which properties it may have, and how it is asked.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::BaseConsumer;

use crate::Error;
use crate::coordinators::Coordinators;
use crate::properties::OURS;
use crate::voice::Voice;

/// The group of clients that need one; it is neither joined nor committed for.
pub(crate) const GROUP: &str = "signalbox";
/// The least time, in ms, for which librdkafka remembers what it was told of topics.
const LONG: u64 = 600_000;

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
    // Asking about a topic must not make it.
    config.set("allow.auto.create.topics", "false");
    // See `offsets::leaders`, which looks topics up again before librdkafka forgets them.
    if let Some(age) = config.get("metadata.max.age.ms").and_then(|age| age.parse().ok()) {
        config.set("metadata.max.age.ms", LONG.max(age).to_string());
    }
    Ok((config, Voice::new(properties)))
}

/// The librdkafka client of a Kafka cluster, shared by the threads that use it.
pub(crate) struct Client {
    pub(crate) consumer: Arc<BaseConsumer<Voice>>,
    pub(crate) coordinators: Arc<Coordinators>,
    /// The same, for the offsets of groups alone.
    pub(crate) committed: Arc<Coordinators>,
    pub(crate) voice: Voice,
    /// What further clients of this Kafka cluster are made from.
    pub(crate) config: ClientConfig,
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
        let mut grouped = config.clone();
        grouped.set("group.id", GROUP);
        Ok(Self {
            consumer: Arc::new(consumer),
            committed: Arc::new(Coordinators::new(grouped, voice.another())),
            coordinators: Arc::new(Coordinators::new(config.clone(), voice.clone())),
            voice,
            config,
        })
    }

    /// Handles what librdkafka has to say (log lines, connection errors); bounded, for a storm must not hold us.
    pub(crate) fn serve(&self) {
        self.coordinators.tidy(Instant::now());
        self.committed.tidy(Instant::now());
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
