//! Topics and records by hand: what the lab and tests need of a Kafka cluster beside reading it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{FutureProducer, FutureRecord, Producer};

use crate::client;
use crate::voice::Voice;
use crate::{Error, ffi};

/// How long each call may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// A topic as the cluster's metadata lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// How many partitions it has.
    pub partitions: usize,
}

/// What a user may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission<'a> {
    /// To read a topic, which includes to know that it is there.
    ReadTopic(&'a str),
    /// To know that a topic is there.
    DescribeTopic(&'a str),
    /// To see the members and offsets of a group.
    DescribeGroup(&'a str),
}

/// Creates and deletes topics and writes records. Every call ends within 10 s.
///
/// Dropping it discards records that no broker has acknowledged and takes some 100 ms.
pub struct Admin {
    topics: AdminClient<Voice>,
    producer: Arc<FutureProducer<Voice>>,
    voice: Voice,
}

impl Admin {
    /// Sets up a client; nothing is connected yet, so an unreachable broker shows at the first call.
    ///
    /// # Errors
    /// [`Error::Property`] and [`Error::Setup`], when `properties` (librdkafka's) make no client.
    pub fn new(bootstrap: &str, properties: &BTreeMap<String, String>) -> Result<Self, Error> {
        let (mut config, voice) = client::config(bootstrap, properties)?;
        config.set("message.timeout.ms", DEADLINE.as_millis().to_string());
        config.set("linger.ms", "0");
        let producer = config
            .create_with_context(voice.clone())
            .map_err(|e| voice.error(&e, DEADLINE))?;
        // Nobody reads the admin client's main queue, so that it must not fill with log lines.
        config.set_log_level(RDKafkaLogLevel::Emerg);
        config.remove("message.timeout.ms").remove("linger.ms");
        let topics = config
            .create_with_context(voice.clone())
            .map_err(|e| voice.error(&e, DEADLINE))?;
        Ok(Self {
            topics,
            producer: Arc::new(producer),
            voice,
        })
    }

    /// Creates a topic with the broker's default replication factor and waits until its controller has it.
    ///
    /// # Errors
    /// [`Error::TopicExists`] and all that a broker may answer.
    pub async fn create_topic(&self, name: &str, partitions: i32, configs: &[(&str, &str)]) -> Result<(), Error> {
        let mut topic = NewTopic::new(name, partitions, TopicReplication::Fixed(-1));
        for (key, value) in configs {
            topic = topic.set(key, value);
        }
        let answer = self.topics.create_topics([&topic], &options()).await;
        self.one_topic(answer)
    }

    /// Deletes a topic with all its records.
    ///
    /// # Errors
    /// [`Error::NoTopic`] and all that a broker may answer.
    pub async fn delete_topic(&self, name: &str) -> Result<(), Error> {
        let answer = self.topics.delete_topics(&[name], &options()).await;
        self.one_topic(answer)
    }

    fn one_topic(&self, answer: Result<Vec<rdkafka::admin::TopicResult>, KafkaError>) -> Result<(), Error> {
        for result in answer.map_err(|e| self.voice.error(&e, DEADLINE))? {
            result.map_err(|(topic, code)| match code {
                RDKafkaErrorCode::TopicAlreadyExists => Error::TopicExists(topic),
                RDKafkaErrorCode::UnknownTopicOrPartition => Error::NoTopic(topic),
                code => self.voice.explain(Error::from_code(code, DEADLINE), DEADLINE),
            })?;
        }
        Ok(())
    }

    /// Writes one record and waits until the partition's replicas have it. Without `partition` the key decides,
    /// without a key chance does. A `value` of `None` is a tombstone.
    ///
    /// # Errors
    /// [`Error::NoTopic`] and all that a broker may answer.
    pub async fn produce(
        &self,
        topic: &str,
        partition: Option<i32>,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
    ) -> Result<(), Error> {
        let mut record: FutureRecord<'_, [u8], [u8]> = FutureRecord::to(topic);
        record.partition = partition;
        record.key = key;
        record.payload = value;
        let sort = |error: &KafkaError| match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic) => {
                Error::NoTopic(topic.to_owned())
            }
            _ => self.voice.error(error, DEADLINE),
        };
        let delivery = self.producer.send_result(record).map_err(|(error, _)| sort(&error))?;
        match delivery.await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err((error, _))) => Err(sort(&error)),
            // The producer lives as long as `self`, so this is its thread's death.
            Err(_) => Err(Error::NoThread {
                reason: "the producer was closed".to_owned(),
            }),
        }
    }

    /// Allows a user (`User:name`) something by an ACL, or takes the ACL back. Other brokers than the one asked learn of it
    /// a moment later.
    ///
    /// # Errors
    /// [`Error::Refused`] where there is no authorizer, and all that a broker may answer.
    pub async fn allow(&self, principal: &str, permission: Permission<'_>, allowed: bool) -> Result<(), Error> {
        let (group, name, describe) = match permission {
            Permission::ReadTopic(topic) => (false, topic, false),
            Permission::DescribeTopic(topic) => (false, topic, true),
            Permission::DescribeGroup(group) => (true, group, true),
        };
        let text = |text: &str| {
            ffi::name(text).ok_or_else(|| Error::Refused {
                reason: format!("{text:?} is no name"),
            })
        };
        let (name, principal) = (text(name)?, text(principal)?);
        let client = Arc::clone(&self.producer);
        let change = move || {
            let rule = ffi::acls::Rule {
                group,
                name: &name,
                principal: &principal,
                describe,
            };
            ffi::acls::change(&client, rule, allowed, DEADLINE)
        };
        let changed = tokio::task::spawn_blocking(change)
            .await
            .map_err(|e| Error::NoThread { reason: e.to_string() })?;
        changed.map_err(|code| self.voice.explain(Error::from_number(code, DEADLINE), DEADLINE))
    }

    /// All topics that we may describe, Kafka's own ones among them, by name.
    ///
    /// # Errors
    /// All that a broker may answer.
    pub async fn topics(&self) -> Result<Vec<Topic>, Error> {
        let producer = Arc::clone(&self.producer);
        let metadata = tokio::task::spawn_blocking(move || producer.client().fetch_metadata(None, DEADLINE))
            .await
            .map_err(|e| Error::NoThread { reason: e.to_string() })?
            .map_err(|e| self.voice.error(&e, DEADLINE))?;
        let topic = |t: &rdkafka::metadata::MetadataTopic| Topic {
            name: t.name().to_owned(),
            partitions: t.partitions().len(),
        };
        let mut topics: Vec<Topic> = metadata.topics().iter().map(topic).collect();
        topics.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(topics)
    }
}

fn options() -> AdminOptions {
    AdminOptions::new()
        .request_timeout(Some(DEADLINE))
        .operation_timeout(Some(DEADLINE))
}
