//! What Kafka's client says, in words for people: librdkafka speaks to who wrote it.

use kafka::Error;

/// One clause, without what only librdkafka's authors understand.
pub(super) fn words(error: &Error) -> String {
    match error {
        Error::Unreachable { reason } => {
            let (at, said) = place(reason);
            match connection(said) {
                Some(why) => format!("no Kafka broker can be used from here: {at}{why}"),
                None => format!("no Kafka broker can be used from here: {at}{}", plain(said)),
            }
        }
        Error::Authentication { reason } => {
            let (at, said) = place(reason);
            match identity(said) {
                Some(why) => format!("{at}{why}"),
                None => format!("{at}Kafka does not accept who we are: {}", plain(said)),
            }
        }
        Error::Authorization { reason } => {
            let what = ["Group", "Cluster", "Topic"]
                .into_iter()
                .find(|what| reason.contains(what));
            let what = match what {
                Some("Group") => "describe the group",
                Some("Cluster") => "describe the cluster",
                Some(_) => "describe the topic",
                None => "do this",
            };
            format!("Kafka knows who we are and does not allow us to {what}")
        }
        Error::OtherCluster { before, now } => {
            format!(
                "another Kafka cluster, {now}, answers at these addresses than {before}, where the group had its members"
            )
        }
        Error::Setup { reason } => format!("its properties do not fit together: {}", plain(reason)),
        Error::Refused { reason } => format!("Kafka refused to answer: {}", plain(reason)),
        Error::Property { key, problem } => {
            let problem = problem.replace("librdkafka knows no such property", "there is no such property");
            let problem = problem.replace("librdkafka does not accept its value", "its value is not accepted");
            format!("Kafka property `{key}`: {problem}")
        }
        told => told.to_string(),
    }
}

/// What to do about it.
pub(super) fn advice(error: &Error) -> &'static str {
    match error {
        Error::Unreachable { reason } if reason.contains("security.protocol") || reason.contains("listener?") => {
            "correct `security.protocol` in the properties of this Kafka cluster, or the port in `bootstrap`"
        }
        Error::Unreachable { .. } => "check `bootstrap`, and that this machine may connect to every broker",
        Error::Authentication { .. } => "correct the SASL or SSL properties of this Kafka cluster",
        Error::Authorization { .. } => "allow this principal DESCRIBE on the group and on the cluster",
        Error::TimedOut { .. } => "a broker does not answer: look at the brokers, or at a firewall that drops packets",
        Error::NotConnect { .. } => "correct `group_id`: it must be the workers' `group.id`",
        Error::OtherCluster { .. } => "check `bootstrap`: it leads to another Kafka cluster than the workers use",
        Error::NoThread { .. } => "look at this machine: it lets no further thread be started",
        _ => "correct the properties of this Kafka cluster",
    }
}

/// Which broker is meant, `kafka-1:9092: `, and what is said of it. librdkafka writes `sasl_ssl://kafka-1:9092/bootstrap: …`.
fn place(reason: &str) -> (String, &str) {
    let Some((head, said)) = reason.split_once(": ") else {
        return (String::new(), reason);
    };
    let address = head.split_once("://").map_or(head, |(_, address)| address);
    let address = address.split('/').next().unwrap_or_default();
    let port = address.rsplit_once(':').map(|(_, port)| port);
    match port.is_some_and(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())) {
        true => (format!("{address}: "), said),
        false => (String::new(), reason),
    }
}

fn connection(said: &str) -> Option<&'static str> {
    let table: &[(&str, &str)] = &[
        ("onnection refused", "nothing listens there"),
        (
            "PLAINTEXT broker listener",
            "the broker speaks plain text there, and we TLS",
        ),
        (
            "connecting to a SSL listener",
            "the broker hangs up, as one does that wants TLS or signing in",
        ),
        (
            "security.protocol",
            "the broker hangs up, as one does that wants TLS or signing in",
        ),
        ("certificate verify failed", "its certificate is not trusted"),
        ("SSL handshake failed", "the TLS handshake failed"),
        ("resolve", "its name does not resolve"),
        ("Host resolution failure", "its name does not resolve"),
        ("timed out", "it does not answer"),
        ("No route to host", "there is no route to it"),
        ("Network is unreachable", "there is no route to it"),
        ("Connection reset", "it breaks the connection off"),
        ("Disconnected", "it breaks the connection off"),
        ("Broker transport failure", "the connection failed"),
        ("brokers are down", "none of them can be connected to"),
        (
            "coordinator was lost",
            "the broker that keeps the group was lost while it answered",
        ),
    ];
    first(table, said)
}

fn identity(said: &str) -> Option<&'static str> {
    let table: &[(&str, &str)] = &[
        (
            "certificate verify failed",
            "its certificate is not trusted: `ssl.ca.location` must hold who signed it",
        ),
        ("certificate required", "it wants a certificate of ours"),
        (
            "PLAINTEXT broker listener",
            "the broker speaks plain text there, and we TLS",
        ),
        ("nsupported SASL mechanism", "it does not offer this `sasl.mechanism`"),
        (
            "nvalid username or password",
            "Kafka does not know this user name and password",
        ),
        ("nvalid credentials", "Kafka does not know this user name and password"),
        ("SSL handshake failed", "the TLS handshake failed"),
        (
            "SASL authentication error",
            "Kafka does not accept our user name and password, or token",
        ),
        (
            "SaslAuthenticationFailed",
            "Kafka does not accept our user name and password, or token",
        ),
    ];
    first(table, said)
}

fn first(table: &[(&str, &'static str)], said: &str) -> Option<&'static str> {
    let found = table.iter().find(|(part, _)| said.contains(part));
    found.map(|(_, words)| *words)
}

/// `Broker: Group load in progress` of `CoordinatorLoadInProgress (Broker: Group load in progress) (14)`: without the name
/// of a constant, who says it, and a number.
fn plain(said: &str) -> &str {
    let inner = said.split_once(" (").and_then(|(_, rest)| rest.rsplit_once(") ("));
    let inner = inner.map_or(said, |(inner, _)| inner);
    let inner = inner
        .strip_prefix("Broker: ")
        .or_else(|| inner.strip_prefix("Local: "))
        .unwrap_or(inner);
    inner.trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn people_read_no_words_of_librdkafka() {
        let unreachable = |reason: &str| Error::Unreachable { reason: reason.into() };
        let authentication = |reason: &str| Error::Authentication { reason: reason.into() };
        for (error, said) in [
            (
                unreachable("kafka-1:9092/bootstrap: Connect to ipv4#10.0.0.1:9092 failed: Connection refused"),
                "no Kafka broker can be used from here: kafka-1:9092: nothing listens there",
            ),
            (
                unreachable(
                    "sasl_ssl://kafka-1:9092/bootstrap: Failed to resolve 'kafka-1:9092': Name or service not known",
                ),
                "no Kafka broker can be used from here: kafka-1:9092: its name does not resolve",
            ),
            (
                unreachable(
                    "kafka-1:9093/bootstrap: Disconnected while requesting ApiVersion: might be caused by incorrect \
                     security.protocol configuration (connecting to a SSL listener?) or broker version is < 0.10",
                ),
                "no Kafka broker can be used from here: kafka-1:9093: the broker hangs up, as one does that wants TLS or \
                 signing in",
            ),
            (
                unreachable("BrokerTransportFailure (Local: Broker transport failure) (-195)"),
                "no Kafka broker can be used from here: the connection failed",
            ),
            (
                authentication(
                    "ssl://kafka-1:9093/1: SSL handshake failed: error:0A000086:SSL routines::certificate verify failed",
                ),
                "kafka-1:9093: its certificate is not trusted: `ssl.ca.location` must hold who signed it",
            ),
            (
                authentication(
                    "sasl_plaintext://kafka-1:9092/bootstrap: SASL authentication error: Authentication failed: Invalid username or password",
                ),
                "kafka-1:9092: Kafka does not know this user name and password",
            ),
            (
                Error::Authorization {
                    reason: "GroupAuthorizationFailed (Broker: Group authorization failed) (30)".into(),
                },
                "Kafka knows who we are and does not allow us to describe the group",
            ),
            (
                Error::Refused {
                    reason: "CoordinatorLoadInProgress (Broker: Coordinator load in progress) (14)".into(),
                },
                "Kafka refused to answer: Coordinator load in progress",
            ),
            (
                Error::TimedOut {
                    after: Duration::from_secs(1),
                },
                "Kafka did not answer within 1 s",
            ),
        ] {
            assert_eq!(words(&error), said);
            assert!(!advice(&error).is_empty());
        }
    }

    #[test]
    fn another_kafka_cluster_means_another_bootstrap() {
        let error = Error::OtherCluster {
            before: "MkU3OEVBNTcwNTJENDM2Qg".into(),
            now: "x0U3OEVBNTcwNTJENDM2Qg".into(),
        };
        assert!(words(&error).contains("another Kafka cluster"), "{}", words(&error));
        assert!(advice(&error).starts_with("check `bootstrap`"));
        let advised = advice(&Error::Unreachable {
            reason:
                "kafka-1:9092/bootstrap: SSL handshake failed: Disconnected: connecting to a PLAINTEXT broker listener?"
                    .into(),
        });
        assert!(advised.contains("security.protocol"), "{advised}");
    }
}
