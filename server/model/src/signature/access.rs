//! Signatures of Kafka's access control: rights, credentials, certificates.

use super::row::{Kind, ROW, Row, Whose};
use crate::verdict::Class;

pub(super) const ROWS: &[Row] = &[
    Row {
        classes: &["TopicAuthorizationException", "GroupAuthorizationException"],
        class: Kind::Is(Class::Acl),
        whose: Whose::Principal,
        confidence: 0.6,
        weight: 8,
        why: "Kafka denies the principal access to a topic or group that this connector uses",
        ..ROW
    },
    Row {
        says: &[
            "not authorized to access topics",
            "not authorized to access group",
            "topic authorization failed",
            "group authorization failed",
        ],
        class: Kind::Is(Class::Acl),
        whose: Whose::Principal,
        confidence: 0.6,
        weight: 8,
        why: "Kafka denies the principal access to a topic or group that this connector uses",
        ..ROW
    },
    Row {
        classes: &[
            "ClusterAuthorizationException",
            "TransactionalIdAuthorizationException",
            "DelegationTokenAuthorizationException",
            "org.apache.kafka.common.errors.AuthorizationException",
        ],
        class: Kind::Is(Class::Acl),
        whose: Whose::Principal,
        confidence: 0.7,
        weight: 8,
        why: "Kafka denies the principal an operation on the cluster or on a transactional id",
        ..ROW
    },
    Row {
        classes: &[
            "SaslAuthenticationException",
            "SslAuthenticationException",
            "org.apache.kafka.common.errors.AuthenticationException",
        ],
        class: Kind::Is(Class::Auth),
        whose: Whose::Principal,
        confidence: 0.7,
        weight: 8,
        why: "Kafka refuses the credentials or the certificate",
        ..ROW
    },
    Row {
        classes: &["IllegalSaslStateException", "UnsupportedSaslMechanismException"],
        class: Kind::Is(Class::Auth),
        whose: Whose::Principal,
        confidence: 0.7,
        weight: 8,
        why: "client and listener of Kafka do not agree on the security protocol or the SASL mechanism; no credential was looked at yet",
        ..ROW
    },
    Row {
        classes: &["LoginException"],
        within: &["org.apache.kafka."],
        class: Kind::Is(Class::Auth),
        whose: Whose::Principal,
        confidence: 0.6,
        weight: 6,
        why: "the Kafka client could not log in",
        ..ROW
    },
    Row {
        says: &[
            "ssl handshake failed",
            "failed to load ssl keystore",
            "failed to load ssl truststore",
        ],
        within: &["org.apache.kafka.common.", "org.apache.kafka.clients."],
        class: Kind::Is(Class::Auth),
        whose: Whose::Principal,
        confidence: 0.7,
        weight: 7,
        why: "TLS towards Kafka fails",
        ..ROW
    },
    Row {
        classes: &[
            "SSLHandshakeException",
            "SSLPeerUnverifiedException",
            "SunCertPathBuilderException",
            "CertPathValidatorException",
            "CertificateExpiredException",
        ],
        within: &[
            "org.apache.kafka.common.network.",
            "org.apache.kafka.common.security.",
            "org.apache.kafka.clients.",
        ],
        class: Kind::Is(Class::Auth),
        whose: Whose::Principal,
        confidence: 0.6,
        weight: 6,
        why: "TLS towards Kafka fails",
        ..ROW
    },
];
