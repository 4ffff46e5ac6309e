//! Signatures of Kafka itself: its topics, its brokers, its clients.

use super::row::{Kind, ROW, Row, Whose};
use crate::verdict::Class;

/// Where Kafka's own clients show in a trace.
const CLIENTS: &[&str] = &["org.apache.kafka.clients.", "org.apache.kafka.common.network."];

pub(super) const ROWS: &[Row] = &[
    Row {
        says: &["no resolvable bootstrap urls"],
        class: Kind::Is(Class::Network),
        whose: Whose::Principal,
        confidence: 0.6,
        weight: 8,
        why: "none of the bootstrap addresses resolves",
        ..ROW
    },
    Row {
        says: &["could not initialize dead letter queue"],
        class: Kind::Is(Class::Config),
        whose: Whose::Owner,
        confidence: 0.7,
        weight: 7,
        why: "the dead letter queue that the config names could not be set up",
        ..ROW
    },
    Row {
        classes: &["InvalidReplicationFactorException"],
        class: Kind::Is(Class::Config),
        whose: Whose::Owner,
        confidence: 0.6,
        weight: 6,
        why: "a topic was to be made with more replicas than the Kafka cluster has brokers",
        ..ROW
    },
    Row {
        classes: &["InvalidTopicException"],
        class: Kind::Is(Class::Config),
        whose: Whose::Owner,
        confidence: 0.7,
        weight: 6,
        why: "Kafka refuses the topic's name",
        ..ROW
    },
    Row {
        says: &[
            "required to have a single partition",
            "cleanup.policy",
            "cleanup policy",
        ],
        class: Kind::Is(Class::Kafka),
        whose: Whose::Platform,
        weight: 7,
        why: "an internal topic of the workers is set up wrongly",
        ..ROW
    },
    Row {
        says: &[
            "timed out while checking for or creating topic",
            "could not look up partition metadata for",
            "unable to create topic(s)",
            "failed to write to config topic",
            "error writing connector configuration to kafka",
            "error writing target state to kafka",
            "error writing task configurations to kafka",
            "failed to read to end of log",
        ],
        class: Kind::Is(Class::Kafka),
        whose: Whose::Platform,
        weight: 6,
        why: "the workers could not use their own topics in Kafka",
        ..ROW
    },
    Row {
        says: &["task failed to create new topic"],
        class: Kind::Is(Class::Kafka),
        whose: Whose::Platform,
        confidence: 0.6,
        weight: 4,
        why: "the worker could not make the topic that the task writes to",
        ..ROW
    },
    Row {
        classes: &[
            "NotEnoughReplicasException",
            "NotEnoughReplicasAfterAppendException",
            "NotLeaderOrFollowerException",
            "NotLeaderForPartitionException",
            "LeaderNotAvailableException",
            "KafkaStorageException",
            "CoordinatorNotAvailableException",
            "NotCoordinatorException",
            "BrokerNotAvailableException",
            "UnknownServerException",
            "OutOfOrderSequenceException",
            "UnknownProducerIdException",
            "InvalidPidMappingException",
            "CorruptRecordException",
            "ReplicaNotAvailableException",
            "OffsetNotAvailableException",
            "CoordinatorLoadInProgressException",
            "NotControllerException",
            "FencedLeaderEpochException",
            "EligibleLeadersNotAvailableException",
            "TransactionCoordinatorFencedException",
        ],
        class: Kind::Is(Class::Kafka),
        whose: Whose::Platform,
        weight: 6,
        why: "the brokers cannot serve the request",
        ..ROW
    },
    Row {
        classes: &["ThrottlingQuotaExceededException", "GroupMaxSizeReachedException"],
        class: Kind::Is(Class::Kafka),
        whose: Whose::Platform,
        confidence: 0.7,
        weight: 7,
        why: "a quota or limit of the brokers is used up",
        ..ROW
    },
    Row {
        classes: &["InvalidTxnTimeoutException", "UnsupportedCompressionTypeException"],
        class: Kind::Is(Class::Config),
        whose: Whose::Owner,
        confidence: 0.6,
        weight: 6,
        why: "the brokers do not take a setting of the connector's client",
        ..ROW
    },
    Row {
        classes: &[
            "org.apache.kafka.common.errors.UnsupportedVersionException",
            "UnsupportedForMessageFormatException",
        ],
        class: Kind::Is(Class::Kafka),
        whose: Whose::Open,
        confidence: 0.5,
        why: "the brokers are too old or too new for what the client asks",
        ..ROW
    },
    Row {
        classes: &["CommitFailedException"],
        class: Kind::OtherSystem,
        whose: Whose::Owner,
        confidence: 0.6,
        weight: 6,
        why: "the task took longer than max.poll.interval.ms with one batch, so that Kafka gave its partitions away",
        ..ROW
    },
    Row {
        says: &["consumer is not part of an active group"],
        class: Kind::OtherSystem,
        whose: Whose::Owner,
        confidence: 0.6,
        weight: 6,
        why: "the task took longer than max.poll.interval.ms with one batch, so that Kafka gave its partitions away",
        ..ROW
    },
    Row {
        classes: &["UnknownTopicOrPartitionException", "UnknownTopicIdException"],
        class: Kind::Is(Class::Config),
        whose: Whose::Owner,
        confidence: 0.5,
        why: "the topic does not exist in Kafka",
        ..ROW
    },
    Row {
        classes: &["NoOffsetForPartitionException", "OffsetOutOfRangeException"],
        class: Kind::Is(Class::Config),
        whose: Whose::Owner,
        confidence: 0.6,
        why: "the offset to read from is gone, and auto.offset.reset of the connector does not allow another",
        ..ROW
    },
    Row {
        says: &["this server does not host this topic"],
        class: Kind::Is(Class::Config),
        whose: Whose::Owner,
        confidence: 0.5,
        why: "the topic does not exist in Kafka",
        ..ROW
    },
    // The source of a mirror is a Kafka cluster that its owner chose, so that the trace alone does not decide.
    Row {
        classes: &[
            "org.apache.kafka.common.errors.TimeoutException",
            "org.apache.kafka.common.errors.DisconnectException",
        ],
        within: &["org.apache.kafka.connect.mirror."],
        class: Kind::Is(Class::Kafka),
        whose: Whose::Open,
        confidence: 0.5,
        weight: 6,
        why: "a Kafka cluster does not answer, and the mirror uses one of its own beside that of the workers",
        ..ROW
    },
    Row {
        classes: &[
            "org.apache.kafka.common.errors.TimeoutException",
            "org.apache.kafka.common.errors.DisconnectException",
            "org.apache.kafka.common.errors.NetworkException",
        ],
        class: Kind::Is(Class::Kafka),
        whose: Whose::Platform,
        confidence: 0.75,
        why: "Kafka did not answer in time",
        ..ROW
    },
    Row {
        says: &[
            "not present in metadata after",
            "timed out waiting for a node assignment",
            "failed to update metadata after",
        ],
        class: Kind::Is(Class::Kafka),
        whose: Whose::Platform,
        confidence: 0.75,
        weight: 6,
        why: "Kafka did not answer in time",
        ..ROW
    },
    Row {
        classes: &[
            "java.net.ConnectException",
            "UnknownHostException",
            "SocketException",
            "EOFException",
            "ClosedChannelException",
            "NoRouteToHostException",
        ],
        within: CLIENTS,
        class: Kind::Is(Class::Kafka),
        whose: Whose::Platform,
        confidence: 0.6,
        weight: 3,
        why: "the connection to Kafka's brokers fails",
        ..ROW
    },
    Row {
        says: &[
            "failed to construct kafka consumer",
            "failed to construct kafka producer",
            "failed to create new kafkaadminclient",
        ],
        class: Kind::Is(Class::Config),
        whose: Whose::Open,
        confidence: 0.5,
        weight: 2,
        why: "a Kafka client could not be made from the worker's and the connector's settings",
        ..ROW
    },
    Row {
        classes: &[
            "org.apache.kafka.common.KafkaException",
            "org.apache.kafka.common.errors.*",
        ],
        class: Kind::Is(Class::Kafka),
        whose: Whose::Open,
        confidence: 0.4,
        weight: 1,
        why: "a Kafka client failed, and the trace does not say at which end",
        ..ROW
    },
];
