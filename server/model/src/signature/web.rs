//! Signatures of anything that is spoken to over HTTP or gRPC.
//!
//! A status alone says less than a system's own words, so that these rows weigh less than theirs.

use super::row::{Kind, ROW, Row, Whose};
use crate::verdict::Class;

pub(super) const ROWS: &[Row] = &[
    // Tokens for Kafka itself come over HTTP too.
    Row {
        codes: &["http 4*", "http 5*"],
        within: &["org.apache.kafka.common.security."],
        class: Kind::Is(Class::Auth),
        whose: Whose::Principal,
        confidence: 0.7,
        weight: 8,
        why: "the Kafka client gets no token from its token endpoint",
        ..ROW
    },
    Row {
        codes: &[
            "http 401",
            "http 403",
            "http 407",
            "grpc UNAUTHENTICATED",
            "grpc PERMISSION_DENIED",
        ],
        class: Kind::Is(Class::Auth),
        whose: Whose::Owner,
        weight: 6,
        why: "the connector's other system answers that its credentials or their rights are not enough",
        ..ROW
    },
    Row {
        codes: &[
            "http 408",
            "http 425",
            "http 429",
            "http 5*",
            "grpc UNAVAILABLE",
            "grpc RESOURCE_EXHAUSTED",
            "grpc DEADLINE_EXCEEDED",
        ],
        class: Kind::OtherSystem,
        whose: Whose::Owner,
        weight: 5,
        why: "the connector's other system answers that it is overloaded or out of service",
        ..ROW
    },
    Row {
        codes: &[
            "http 404",
            "http 410",
            "http 409",
            "grpc NOT_FOUND",
            "grpc FAILED_PRECONDITION",
            "grpc ALREADY_EXISTS",
        ],
        class: Kind::OtherSystem,
        whose: Whose::Owner,
        confidence: 0.7,
        weight: 4,
        why: "the connector's other system does not have what the config names, or has it in another state",
        ..ROW
    },
    Row {
        codes: &["http 405", "http 406", "http 411", "http 415"],
        class: Kind::Is(Class::Config),
        whose: Whose::Owner,
        confidence: 0.7,
        weight: 4,
        why: "the connector's other system does not take requests of this form at the address that the config names",
        ..ROW
    },
    Row {
        codes: &[
            "http 400",
            "http 413",
            "http 414",
            "http 422",
            "grpc INVALID_ARGUMENT",
            "grpc OUT_OF_RANGE",
        ],
        class: Kind::RecordThere,
        whose: Whose::Owner,
        confidence: 0.65,
        weight: 4,
        why: "the connector's other system refuses what it was sent",
        ..ROW
    },
];
