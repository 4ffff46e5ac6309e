//! Offsets: what consumer groups have committed, where partitions begin and end, and how old what was not read yet is.

pub mod commits;
mod ends;
mod hashed;
mod leaders;
pub mod record;
mod sampler;
mod topics;

use std::sync::Arc;
use std::time::Duration;

use crate::Error;
use crate::ffi::Code;

pub use commits::{Commit, CommitsTail, Home, Standing, Taken};
pub use ends::{At, Found, Isolation, Offsets, Point};
pub use hashed::partition_of;
pub use record::Value;
pub use sampler::{Sample, Sampler, Unread};
pub use topics::{Shape, TopicId};

/// One partition of a topic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition {
    /// The topic.
    pub topic: Arc<str>,
    /// Its number.
    pub partition: i32,
}

/// Codes by which brokers and librdkafka say that a topic or a partition is not there.
const NO_PARTITION: Code = -190;
const NO_TOPIC: [Code; 2] = [3, -188];
/// librdkafka's word for a question of which no partition has a leader.
const NO_LEADERS: Code = -156;
/// The broker's word for a partition without a leader.
const NO_LEADER: Code = 5;

/// Sorts a code that a leader, or librdkafka in its place, gave for a partition of a topic.
fn refused(code: Code, topic: &str, partition: i32, after: Duration) -> Error {
    match code {
        NO_PARTITION => Error::NoPartition {
            topic: topic.to_owned(),
            partition,
        },
        code if NO_TOPIC.contains(&code) => Error::NoTopic(topic.to_owned()),
        NO_LEADER => Error::Unreachable {
            reason: format!("partition {partition} of topic `{topic}` has no leader"),
        },
        code => Error::from_number(code, after).denied(|| format!("DESCRIBE on topic `{topic}`")),
    }
}

/// Sorts the failure of a whole question about partitions of one topic.
fn leaderless(code: Code, topic: &str, after: Duration) -> Error {
    match code {
        NO_LEADERS => Error::Unreachable {
            reason: format!("no partition of topic `{topic}` has a leader, or there is no such topic"),
        },
        code => Error::from_number(code, after),
    }
}

#[cfg(test)]
#[path = "denied_tests.rs"]
mod denied_tests;

#[cfg(test)]
mod tests {
    use super::*;

    const AFTER: Duration = Duration::from_secs(1);

    #[test]
    fn what_a_leader_refuses_is_named() {
        let sort = |code| refused(code, "orders", 7, AFTER);
        let no_partition = Error::NoPartition {
            topic: "orders".to_owned(),
            partition: 7,
        };
        assert_eq!(sort(NO_PARTITION), no_partition);
        assert_eq!(sort(3), Error::NoTopic("orders".to_owned()));
        let denied = Error::Authorization {
            reason: "DESCRIBE on topic `orders`".to_owned(),
        };
        assert_eq!(sort(29), denied);
        assert!(matches!(sort(NO_LEADER), Error::Unreachable { .. }));
        assert_eq!(sort(-185), Error::TimedOut { after: AFTER });
        assert!(matches!(sort(74), Error::Refused { .. }));
        assert!(matches!(
            leaderless(NO_LEADERS, "orders", AFTER),
            Error::Unreachable { .. }
        ));
        assert_eq!(leaderless(7, "orders", AFTER), Error::TimedOut { after: AFTER });
    }
}
