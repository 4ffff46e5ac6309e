//! Writing many records, and within transactions.

use std::time::Duration;

use lab::Lab;
use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::{Offset, TopicPartitionList};

const DEADLINE: Duration = Duration::from_secs(30);

pub const RUNNING: &str = r#"{"state":"RUNNING","trace":null,"worker_id":"w:8083","generation":1}"#;

pub struct Writer(ThreadedProducer<DefaultProducerContext>);

impl Writer {
    pub fn new(lab: &Lab) -> Self {
        Self::with(lab, &[])
    }

    pub fn transactional(lab: &Lab, id: &str) -> Self {
        let writer = Self::with(lab, &[("transactional.id", id)]);
        writer.0.init_transactions(DEADLINE).unwrap();
        writer
    }

    fn with(lab: &Lab, settings: &[(&str, &str)]) -> Self {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", lab.broker().bootstrap());
        config.set("linger.ms", "0");
        // What is sent again keeps its place, also after a broker that does not know a new topic yet.
        config.set("enable.idempotence", "true");
        for (key, value) in settings {
            config.set(*key, *value);
        }
        Self(config.create().unwrap())
    }

    /// Writes a status of each of these connectors and waits until the broker has them.
    pub fn write(&self, topic: &str, partition: i32, connectors: &[&str]) {
        for connector in connectors {
            self.send(topic, partition, connector);
        }
        self.flush();
    }

    /// Writes the status of a connector without waiting.
    pub fn send(&self, topic: &str, partition: i32, connector: &str) {
        self.one(topic, partition, connector, Some(RUNNING));
    }

    /// Waits until the broker has all; it takes 100 ms at least.
    pub fn flush(&self) {
        self.0.flush(DEADLINE).unwrap();
    }

    /// Writes `count` statuses with a trace of that many bytes.
    pub fn flood(&self, topic: &str, count: usize, bytes: usize) {
        let trace = "x".repeat(bytes);
        let value = format!(r#"{{"state":"FAILED","trace":"{trace}","worker_id":"w:8083","generation":1}}"#);
        for number in 0..count {
            self.one(topic, 0, &format!("c{number}"), Some(&value));
        }
        self.flush();
    }

    fn one(&self, topic: &str, partition: i32, connector: &str, value: Option<&str>) {
        let key = format!("status-connector-{connector}");
        loop {
            let mut record = BaseRecord::<str, str>::to(topic).key(&key).partition(partition);
            record.payload = value;
            match self.0.send(record) {
                Ok(()) => return,
                Err((error, _)) => {
                    assert_eq!(
                        error.rdkafka_error_code(),
                        Some(rdkafka::types::RDKafkaErrorCode::QueueFull)
                    );
                    self.flush();
                }
            }
        }
    }

    pub fn begin(&self) {
        self.0.begin_transaction().unwrap();
    }

    pub fn commit(&self) {
        self.0.commit_transaction(DEADLINE).unwrap();
    }

    pub fn abort(&self) {
        self.0.abort_transaction(DEADLINE).unwrap();
    }
}

fn admin(lab: &Lab) -> AdminClient<DefaultClientContext> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", lab.broker().bootstrap());
    config.create().unwrap()
}

/// Deletes the records before an offset.
pub async fn cut(lab: &Lab, topic: &str, partition: i32, before: i64) {
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, partition, Offset::Offset(before))
        .unwrap();
    let options = AdminOptions::new().request_timeout(Some(DEADLINE));
    let cut = admin(lab).delete_records(&list, &options).await.unwrap();
    assert!(cut.elements().iter().all(|one| one.error().is_ok()), "{cut:?}");
}

/// Gives a topic that many partitions.
pub async fn grow(lab: &Lab, topic: &str, partitions: usize) {
    let new = NewPartitions::new(topic, partitions);
    let options = AdminOptions::new().request_timeout(Some(DEADLINE));
    let grown = admin(lab).create_partitions([&new], &options).await.unwrap();
    assert!(grown.iter().all(Result::is_ok), "{grown:?}");
}

/// A compacted topic.
pub async fn make(lab: &Lab, topic: &str, partitions: i32) {
    let compact = [("cleanup.policy", "compact")];
    lab.broker()
        .admin()
        .create_topic(topic, partitions, &compact)
        .await
        .unwrap();
}

/// A topic whose beginning may be deleted, which no broker allows of a compacted one.
pub async fn make_to_cut(lab: &Lab, topic: &str, partitions: i32) {
    lab.broker().admin().create_topic(topic, partitions, &[]).await.unwrap();
}
