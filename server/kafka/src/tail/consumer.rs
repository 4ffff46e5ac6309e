//! The consumer of a tail and its settings.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::BaseConsumer;

use crate::Error;
use crate::client;
use crate::voice::Voice;

/// Settings that a tail stands on, whatever the configuration says.
const SETTINGS: [(&str, &str); 17] = [
    // Without one nothing can be assigned. Nothing joins or commits, so no right to this group is needed.
    ("group.id", "signalbox-tail"),
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    // A place that is no longer in the log is the sign of a truncated or recreated topic, which must not be passed over.
    ("auto.offset.reset", "error"),
    ("isolation.level", "read_committed"),
    ("enable.partition.eof", "true"),
    ("allow.auto.create.topics", "false"),
    ("check.crcs", "true"),
    // An answer comes with the first byte: a status is here milliseconds after it was written.
    ("fetch.min.bytes", "1"),
    // What waits for a slow reader is capped. Without its own backoff a cap starves the reader.
    ("queued.max.messages.kbytes", "2048"),
    ("queued.min.messages", "20000"),
    ("fetch.message.max.bytes", "262144"),
    ("message.max.bytes", "1000000"),
    ("fetch.max.bytes", "1048576"),
    ("fetch.queue.backoff.ms", "50"),
    // A broker that freezes says nothing, so that its partitions would be looked for elsewhere only after minutes.
    ("socket.timeout.ms", "10000"),
    ("topic.metadata.refresh.interval.ms", "10000"),
];

/// Makes it; nothing is connected yet.
pub(super) fn make(
    bootstrap: &str,
    properties: &BTreeMap<String, String>,
) -> Result<(Arc<BaseConsumer<Voice>>, Voice), Error> {
    let (mut config, voice) = client::config(bootstrap, properties)?;
    for (key, value) in SETTINGS {
        config.set(key, value);
    }
    let consumer = config.create_with_context(voice.clone());
    let consumer = consumer.map_err(|error| voice.error(&error, Duration::ZERO))?;
    Ok((Arc::new(consumer), voice))
}
