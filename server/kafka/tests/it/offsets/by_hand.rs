//! What consumers, producers and their transactions do, done by hand.

use std::time::Duration;

use kafka::offsets::Partition;
use lab::Lab;
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

pub const LONG: Duration = Duration::from_secs(20);

pub fn consumer(lab: &Lab, group: &str) -> BaseConsumer {
    ClientConfig::new()
        .set("bootstrap.servers", lab.broker().bootstrap())
        .set("group.id", group)
        .set("enable.auto.commit", "false")
        .set("auto.offset.reset", "earliest")
        .create()
        .unwrap()
}

pub fn offsets(of: &[(&str, i32, i64)]) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    for (topic, partition, offset) in of {
        list.add_partition_offset(topic, *partition, Offset::Offset(*offset))
            .unwrap();
    }
    list
}

/// Commits in the name of a group without members, as `kafka-consumer-groups --reset-offsets` does.
pub fn commit(consumer: &BaseConsumer, of: &[(&str, i32, i64)]) {
    consumer.commit(&offsets(of), CommitMode::Sync).unwrap();
}

pub fn producer(lab: &Lab, transactional: &str) -> BaseProducer {
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", lab.broker().bootstrap())
        .set("transactional.id", transactional)
        .create()
        .unwrap();
    producer.init_transactions(LONG).unwrap();
    producer
}

pub fn send(producer: &BaseProducer, topic: &str, partition: i32, timestamp: i64) {
    let record = BaseRecord::<(), str>::to(topic)
        .partition(partition)
        .timestamp(timestamp)
        .payload("x");
    producer.send(record).unwrap();
    producer.flush(LONG).unwrap();
}

pub fn partition(topic: &str, partition: i32) -> Partition {
    Partition {
        topic: topic.into(),
        partition,
    }
}
