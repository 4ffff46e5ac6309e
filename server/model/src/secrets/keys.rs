//! Keys that are known to be no secrets without asking a plugin: Connect's own, and those of the Kafka clients.

/// Keys of Kafka Connect itself (4.x and before), by their full name.
const OWN: &[&str] = &[
    "name",
    "connector.class",
    "connector.plugin.version",
    "tasks.max",
    "tasks.max.enforce",
    "topics",
    "topics.regex",
    "key.converter",
    "value.converter",
    "header.converter",
    "key.converter.plugin.version",
    "value.converter.plugin.version",
    "header.converter.plugin.version",
    "transforms",
    "predicates",
    "config.action.reload",
    "errors.retry.timeout",
    "errors.retry.delay.max.ms",
    "errors.tolerance",
    "errors.log.enable",
    "errors.log.include.messages",
    "errors.deadletterqueue.topic.name",
    "errors.deadletterqueue.topic.replication.factor",
    "errors.deadletterqueue.context.headers.enable",
    "topic.creation.groups",
    "topic.creation.enable",
    "exactly.once.support",
    "transaction.boundary",
    "transaction.boundary.interval.ms",
    "offsets.storage.topic",
];

/// Keys of the converters that come with Kafka and with Confluent's schema registry, after `key.converter.` and so on.
const CONVERTER: &[&str] = &[
    "schemas.enable",
    "schemas.cache.size",
    "decimal.format",
    "replace.null.with.default",
    "converter.type",
    "converter.encoding",
    "schema.registry.url",
    "auto.register.schemas",
    "use.latest.version",
    "enhanced.avro.schema.support",
    "connect.meta.data",
    "basic.auth.credentials.source",
];

/// What follows `topic.creation.<group>.`.
const TOPIC_CREATION: &[&str] = &[
    "include",
    "exclude",
    "replication.factor",
    "partitions",
    "cleanup.policy",
    "retention.ms",
    "retention.bytes",
    "compression.type",
    "max.message.bytes",
    "min.insync.replicas",
    "segment.bytes",
    "segment.ms",
    "min.compaction.lag.ms",
    "delete.retention.ms",
    "message.timestamp.type",
];

/// Client keys after `producer.override.`, `consumer.override.` and `admin.override.`.
const CLIENT: &[&str] = &[
    "bootstrap.servers",
    "client.id",
    "client.rack",
    "group.id",
    "group.instance.id",
    "group.protocol",
    "acks",
    "batch.size",
    "linger.ms",
    "buffer.memory",
    "compression.type",
    "max.request.size",
    "max.block.ms",
    "max.in.flight.requests.per.connection",
    "enable.idempotence",
    "delivery.timeout.ms",
    "request.timeout.ms",
    "retries",
    "retry.backoff.ms",
    "reconnect.backoff.ms",
    "reconnect.backoff.max.ms",
    "max.poll.records",
    "max.poll.interval.ms",
    "max.partition.fetch.bytes",
    "fetch.min.bytes",
    "fetch.max.bytes",
    "fetch.max.wait.ms",
    "session.timeout.ms",
    "heartbeat.interval.ms",
    "auto.offset.reset",
    "isolation.level",
    "partition.assignment.strategy",
    "partitioner.class",
    "metadata.max.age.ms",
    "connections.max.idle.ms",
    "default.api.timeout.ms",
    "send.buffer.bytes",
    "receive.buffer.bytes",
    "security.protocol",
    "sasl.mechanism",
    "sasl.kerberos.service.name",
    "ssl.protocol",
    "ssl.enabled.protocols",
    "ssl.truststore.type",
    "ssl.truststore.location",
    "ssl.keystore.type",
    "ssl.keystore.location",
    "ssl.endpoint.identification.algorithm",
    "transaction.timeout.ms",
];

/// Whether the key is Connect's own, or a client's that is known to be no secret. A value may still carry one
/// (a URL's userinfo), which is looked for separately.
pub(super) fn known_clear(key: &str) -> bool {
    OWN.contains(&key) || converter(key) || transformation(key) || topic_creation(key) || client(key)
}

fn converter(key: &str) -> bool {
    ["key.converter.", "value.converter.", "header.converter."]
        .iter()
        .find_map(|prefix| key.strip_prefix(prefix))
        .is_some_and(|rest| CONVERTER.contains(&rest))
}

/// `transforms.<alias>.type` and what Connect itself adds to each; aliases have no dots.
fn transformation(key: &str) -> bool {
    let after = |prefix: &str| {
        key.strip_prefix(prefix)
            .and_then(|rest| rest.split_once('.'))
            .map(|(_, rest)| rest)
    };
    after("transforms.").is_some_and(|rest| ["type", "predicate", "negate", "plugin.version"].contains(&rest))
        || after("predicates.").is_some_and(|rest| ["type", "plugin.version"].contains(&rest))
}

fn topic_creation(key: &str) -> bool {
    key.strip_prefix("topic.creation.")
        .and_then(|rest| rest.split_once('.'))
        .is_some_and(|(_, rest)| TOPIC_CREATION.contains(&rest))
}

fn client(key: &str) -> bool {
    ["producer.override.", "consumer.override.", "admin.override."]
        .iter()
        .find_map(|prefix| key.strip_prefix(prefix))
        .is_some_and(|rest| CLIENT.contains(&rest))
}
