//! The consumer that reads `__consumer_offsets`.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::consumer::BaseConsumer;

use crate::Error;
use crate::client::{Client, GROUP};
use crate::ffi::{Bulk, Feed};
use crate::voice::Voice;

/// A consumer and what belongs to it.
pub(super) struct Line {
    // In this order: what belongs to the consumer is dropped before it.
    pub feed: Feed,
    pub bulk: Bulk,
    pub consumer: Arc<BaseConsumer<Voice>>,
}

impl Line {
    pub(super) fn open(config: &ClientConfig, voice: &Voice) -> Result<Self, Error> {
        let consumer = config.create_with_context(voice.clone());
        let consumer: Arc<BaseConsumer<Voice>> =
            Arc::new(consumer.map_err(|error| voice.error(&error, Duration::ZERO))?);
        Ok(Self {
            feed: Feed::new(&consumer),
            bulk: Bulk::new(&consumer),
            consumer,
        })
    }
}

/// How it is set up.
pub(super) fn config(client: &Client) -> ClientConfig {
    let mut config = client.config.clone();
    for (key, value) in [
        // Nothing can be read without a group; this one is neither joined nor committed for.
        ("group.id", GROUP),
        ("enable.auto.commit", "false"),
        ("enable.auto.offset.store", "false"),
        ("isolation.level", "read_committed"),
        // A position that is gone is told, and not replaced by another one unseen.
        ("auto.offset.reset", "error"),
        ("enable.partition.eof", "true"),
        // What costs is fetches, not records: few large ones.
        ("fetch.min.bytes", "100000"),
        ("fetch.wait.max.ms", "500"),
        // Little memory also while the loop is held up; without the short pause such queues starve.
        ("queued.max.messages.kbytes", "2048"),
        ("queued.min.messages", "20000"),
        ("fetch.message.max.bytes", "262144"),
        ("fetch.max.bytes", "1048576"),
        ("fetch.queue.backoff.ms", "50"),
        // A connection that says nothing is given up after this, not after a minute.
        ("socket.timeout.ms", "15000"),
    ] {
        config.set(key, value);
    }
    config
}
