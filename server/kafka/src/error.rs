//! What can go wrong between us and a Kafka cluster, by what the caller can do about it.

use std::time::Duration;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// What is wrong with a property that does not exist.
pub(crate) const UNKNOWN: &str = "librdkafka knows no such property";

/// Why Kafka gave no answer. No variant carries the value of a property.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// One librdkafka property is unknown, malformed or not to be set: its owner must change the configuration.
    #[error("Kafka property `{key}`: {problem}")]
    Property {
        /// The property's name.
        key: String,
        /// What is wrong with it, without its value.
        problem: String,
    },
    /// The properties together make no client: a file that cannot be read, a certificate that does not parse.
    #[error("the Kafka client cannot be set up: {reason}")]
    Setup {
        /// librdkafka's words, secrets struck out.
        reason: String,
    },
    /// No broker can be connected to: names, addresses, ports, firewalls, a broker that is down.
    #[error("no Kafka broker can be reached: {reason}")]
    Unreachable {
        /// librdkafka's words, secrets struck out.
        reason: String,
    },
    /// A broker was reached, but the connection was refused for who we are, or the TLS handshake failed.
    #[error("Kafka does not accept our credentials: {reason}")]
    Authentication {
        /// librdkafka's words, secrets struck out.
        reason: String,
    },
    /// Kafka knows us and refuses this: an ACL is missing.
    #[error("Kafka does not allow it: {reason}")]
    Authorization {
        /// What is not allowed.
        reason: String,
    },
    /// A broker is connected, or seemed to be, and did not answer within the deadline. Nothing is known.
    #[error("Kafka did not answer within {}", words(*after))]
    TimedOut {
        /// The deadline that passed.
        after: Duration,
    },
    /// The topic to create is there already.
    #[error("topic `{0}` exists already")]
    TopicExists(String),
    /// The topic does not exist.
    #[error("there is no topic `{0}`")]
    NoTopic(String),
    /// The topic has fewer partitions.
    #[error("topic `{topic}` has no partition {partition}")]
    NoPartition {
        /// The topic.
        topic: String,
        /// The partition asked for.
        partition: i32,
    },
    /// The group id belongs to something else than Connect workers.
    #[error("group `{group_id}` is of protocol type `{protocol_type}`, not of Connect")]
    NotConnect {
        /// The group asked for.
        group_id: String,
        /// What it is.
        protocol_type: String,
    },
    /// Another Kafka cluster answers at the addresses than before, and nobody of the group is there. Nothing is known
    /// about any worker: it may live on where it was. Over as soon as the group has members there.
    #[error("Kafka cluster {now} answers where {before} did, and nobody of the group is there")]
    OtherCluster {
        /// The id of the Kafka cluster in which the group had members.
        before: String,
        /// The id of the one that answers.
        now: String,
    },
    /// Anything else that Kafka or librdkafka refused.
    #[error("Kafka refused: {reason}")]
    Refused {
        /// librdkafka's words and its code, secrets struck out.
        reason: String,
    },
    /// The thread that talks to this Kafka cluster could not be started or is gone.
    #[error("the thread that talks to Kafka is not running: {reason}")]
    NoThread {
        /// The system's words.
        reason: String,
    },
}

impl Error {
    /// Sorts an error code of Kafka (positive) or librdkafka (negative) by what can be done about it.
    /// `after` is the deadline that the call had.
    pub(crate) fn from_code(code: RDKafkaErrorCode, after: Duration) -> Self {
        use RDKafkaErrorCode as C;
        let reason = format!("{code} ({})", code as i32);
        match code {
            C::OperationTimedOut | C::MessageTimedOut | C::RequestTimedOut | C::TimedOutQueue => {
                Self::TimedOut { after }
            }
            C::BrokerTransportFailure | C::AllBrokersDown | C::Resolve | C::BrokerNotAvailable => {
                Self::Unreachable { reason }
            }
            C::Authentication
            | C::SSL
            | C::SaslAuthenticationFailed
            | C::UnsupportedSASLMechanism
            | C::IllegalSASLState => Self::Authentication { reason },
            C::TopicAuthorizationFailed
            | C::GroupAuthorizationFailed
            | C::ClusterAuthorizationFailed
            | C::TransactionalIdAuthorizationFailed
            | C::DelegationTokenAuthorizationFailed => Self::Authorization { reason },
            _ => Self::Refused { reason },
        }
    }

    /// Sorts a bare number, which a newer broker may know and librdkafka not.
    pub(crate) fn from_number(code: i32, after: Duration) -> Self {
        match rdkafka::types::RDKafkaRespErr::try_from(code) {
            Ok(known) => Self::from_code(known.into(), after),
            Err(_) => Self::Refused {
                reason: format!("error code {code}"),
            },
        }
    }

    /// Names what is not allowed, as in ``READ on topic `orders` ``: the broker's own words do not.
    pub(crate) fn denied(self, what: impl FnOnce() -> String) -> Self {
        match self {
            Self::Authorization { .. } => Self::Authorization { reason: what() },
            other => other,
        }
    }

    /// Sorts an error of the safe binding; `strike` takes secrets out of librdkafka's free text.
    pub(crate) fn from_kafka(error: &KafkaError, after: Duration, strike: impl Fn(&str) -> String) -> Self {
        if let KafkaError::ClientConfig(_, description, key, _) = error {
            // The description quotes the value, so only its kind is kept.
            let problem = match description.contains("No such configuration property") {
                true => UNKNOWN,
                false => "librdkafka does not accept its value",
            };
            return Self::Property {
                key: key.clone(),
                problem: problem.to_owned(),
            };
        }
        match error {
            KafkaError::ClientCreation(text) => Self::Setup { reason: strike(text) },
            _ => match error.rdkafka_error_code() {
                Some(code) => Self::from_code(code, after),
                None => Self::Refused {
                    reason: strike(&error.to_string()),
                },
            },
        }
    }
}
/// `10 s`, or `1500 ms` where it is no whole number of seconds.
fn words(duration: Duration) -> String {
    match duration.subsec_millis() {
        0 => format!("{} s", duration.as_secs()),
        _ => format!("{} ms", duration.as_millis()),
    }
}
