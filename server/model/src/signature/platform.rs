//! Signatures of workers, their hosts, their plugins and rebalances.

use super::row::{Kind, ROW, Row, Whose};
use crate::verdict::Class;

pub(super) const ROWS: &[Row] = &[
    // A server that says so speaks of its own disk; the worker's is told by Java's exceptions of files and sockets.
    Row {
        classes: &[
            "SQLException",
            "PSQLException",
            "BatchUpdateException",
            "SQLServerException",
            "SQLTransientException",
            "SQLNonTransientException",
            "MongoException",
            "MongoCommandException",
            "MongoWriteException",
            "MongoBulkWriteException",
            "ElasticsearchException",
            "ElasticsearchStatusException",
            "OpenSearchException",
            "RedisCommandExecutionException",
        ],
        says: &[
            "no space left on device",
            "disk quota exceeded",
            "too many open files",
            "read-only file system",
        ],
        class: Kind::OtherSystem,
        whose: Whose::Owner,
        weight: 9,
        why: "the connector's other system says that it ran out of disk or file handles itself",
        ..ROW
    },
    // Resources of the worker and its host.
    Row {
        classes: &["OutOfMemoryError"],
        class: Kind::Is(Class::Resource),
        whose: Whose::Platform,
        confidence: 0.9,
        weight: 9,
        why: "the worker ran out of memory",
        ..ROW
    },
    Row {
        says: &[
            "gc overhead limit",
            "java heap space",
            "unable to create native thread",
            "unable to create new native thread",
            "direct buffer memory",
            "requested array size exceeds vm limit",
        ],
        class: Kind::Is(Class::Resource),
        whose: Whose::Platform,
        confidence: 0.9,
        weight: 9,
        why: "the worker ran out of memory or threads",
        ..ROW
    },
    Row {
        says: &[
            "no space left on device",
            "too many open files",
            "disk quota exceeded",
            "read-only file system",
        ],
        class: Kind::Is(Class::Resource),
        whose: Whose::Platform,
        confidence: 0.85,
        weight: 9,
        why: "the worker's host ran out of disk or file handles",
        ..ROW
    },
    // Plugins installed on workers.
    Row {
        says: &[
            "failed to find any class that implements",
            "since it is not a recognizable type (source or sink)",
            "no suitable driver",
        ],
        class: Kind::Is(Class::Plugin),
        whose: Whose::Platform,
        confidence: 0.9,
        weight: 8,
        why: "a plugin or driver is not installed on the worker",
        ..ROW
    },
    Row {
        classes: &[
            "NoClassDefFoundError",
            "NoSuchMethodError",
            "NoSuchFieldError",
            "AbstractMethodError",
            "IncompatibleClassChangeError",
            "UnsupportedClassVersionError",
            "UnsatisfiedLinkError",
            "ExceptionInInitializerError",
            "ServiceConfigurationError",
            "LinkageError",
            "VerifyError",
            "NoSuchMethodException",
            "IllegalAccessError",
            "ClassFormatError",
        ],
        class: Kind::Is(Class::Plugin),
        whose: Whose::Platform,
        confidence: 0.85,
        weight: 8,
        why: "the plugin as installed on the worker lacks a library or does not fit its version",
        ..ROW
    },
    Row {
        says: &["instantiation error", "plugin class loader"],
        class: Kind::Is(Class::Plugin),
        whose: Whose::Platform,
        confidence: 0.7,
        weight: 7,
        why: "the worker could not load the plugin",
        ..ROW
    },
    Row {
        says: &["more than one connector matches alias", "more than one plugin matches"],
        class: Kind::Is(Class::Plugin),
        whose: Whose::Open,
        confidence: 0.6,
        weight: 8,
        why: "two installed plugins answer to the name that the config uses, which either side can mend",
        ..ROW
    },
    Row {
        says: &["tasks, which is greater than"],
        class: Kind::Is(Class::Plugin),
        whose: Whose::Open,
        confidence: 0.6,
        weight: 8,
        why: "the plugin made more tasks than tasks.max allows",
        ..ROW
    },
    // A converter calls itself as deep as the schema or the record goes, so that it is these that have no end.
    Row {
        classes: &["StackOverflowError"],
        within: &[
            "io.confluent.connect.avro.",
            "io.confluent.connect.json.",
            "io.confluent.connect.protobuf.",
            "io.apicurio.registry.",
            "org.apache.avro.",
            "com.google.protobuf.",
            "org.apache.kafka.connect.data.",
            "org.apache.kafka.connect.json.",
        ],
        class: Kind::Is(Class::Schema),
        whose: Whose::Open,
        confidence: 0.5,
        weight: 7,
        why: "a converter goes deeper into the records' schema than its stack allows, as it does when a schema contains itself",
        ..ROW
    },
    Row {
        classes: &["StackOverflowError"],
        class: Kind::Is(Class::Plugin),
        whose: Whose::Open,
        confidence: 0.5,
        weight: 6,
        why: "code calls itself without end, which a plugin's fault or data nested too deep can bring about",
        ..ROW
    },
    Row {
        classes: &["ClassNotFoundException"],
        class: Kind::Is(Class::Plugin),
        whose: Whose::Platform,
        confidence: 0.7,
        weight: 4,
        why: "a class is missing on the worker",
        ..ROW
    },
    // Passing consequences of rebalances.
    Row {
        says: &[
            "zombie fencing",
            "a new set of task configs was generated",
            "already generated a new set of task configs",
            "already been revoked",
            "was revoked",
            "rebalance is expected",
            "stale configuration",
        ],
        class: Kind::Is(Class::Transient),
        whose: Whose::Platform,
        weight: 7,
        why: "a rebalance overtook the task; a restart settles it",
        ..ROW
    },
    Row {
        classes: &[
            "ProducerFencedException",
            "InvalidProducerEpochException",
            "FencedInstanceIdException",
        ],
        class: Kind::Is(Class::Transient),
        whose: Whose::Platform,
        weight: 7,
        why: "a newer instance of the task took its place; a restart settles it",
        ..ROW
    },
    Row {
        classes: &[
            "RebalanceInProgressException",
            "RebalanceNeededException",
            "WakeupException",
        ],
        class: Kind::Is(Class::Transient),
        whose: Whose::Platform,
        confidence: 0.7,
        why: "a rebalance interrupted the task",
        ..ROW
    },
    // Code that does not come back.
    Row {
        says: &[
            "failed to properly shut down, has become unresponsive",
            "graceful stop of task",
            "has become unresponsive",
        ],
        class: Kind::OtherSystem,
        whose: Whose::Owner,
        confidence: 0.5,
        why: "the plugin's code did not return when it was asked to stop, mostly because it waits for its other system",
        ..ROW
    },
    // Hosts that cannot reach one another.
    Row {
        says: &[
            "io error trying to forward rest request",
            "unable to forward",
            "when handling forwarded request",
        ],
        class: Kind::Is(Class::Worker),
        whose: Whose::Platform,
        weight: 7,
        why: "the workers cannot reach one another over REST",
        ..ROW
    },
];
