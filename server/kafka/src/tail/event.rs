//! What a tail tells.

use std::fmt;
use std::sync::Arc;

use crate::Error;
use crate::internal::InternalRecord;

/// News of one topic. Events of a topic come in the order in which they are true. No Debug: records may hold secrets.
pub struct TailEvent {
    /// The topic.
    pub topic: Arc<str>,
    /// The news.
    pub kind: TailKind,
}

/// What a tail tells of a topic.
pub enum TailKind {
    /// Records, those of one partition in the order of their offsets.
    Records(Vec<InternalRecord>),
    /// All that was in the topic when its reading began has been told, and what comes is told as it comes. It holds until
    /// the next [`TailKind::Incomplete`] or [`TailKind::Restarted`].
    Complete,
    /// Something in the topic is not known, or may not be.
    Incomplete(Incomplete),
    /// What was told of this topic is to be forgotten: it is told again from the beginning.
    Restarted(Restart),
}

/// Why a topic is not known wholly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incomplete {
    /// It is being read towards the end that was there at the start.
    Reading,
    /// There is no such topic (yet), or our principal may not know that there is.
    Missing,
    /// Kafka knows us and does not allow it.
    Denied(Denied),
    /// A partition has no broker that leads it, so nobody can read or write it.
    Leaderless {
        /// The first such partition.
        partition: i32,
    },
    /// It holds other records than those of its kind, and none of them, as far as it was read; it is not read on.
    Foreign,
    /// Kafka does not answer, or not as it should.
    Silent(Error),
}

/// The right to a topic that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// DESCRIBE.
    Describe,
    /// READ.
    Read,
}

impl Denied {
    /// The operation as Kafka's tools write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Describe => "DESCRIBE",
            Self::Read => "READ",
        }
    }
}

impl Incomplete {
    /// The same in words, of this topic.
    pub fn of(&self, topic: &str) -> String {
        format!("topic `{topic}` {self}")
    }
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reading => f.write_str("is being read from its beginning"),
            Self::Missing => f.write_str("does not exist"),
            Self::Denied(denied) => write!(f, "may not be read: {} is missing", denied.as_str()),
            Self::Leaderless { partition } => write!(f, "has no leader for partition {partition}"),
            Self::Foreign => f.write_str("holds other records than Kafka Connect writes there"),
            Self::Silent(error) => write!(f, "cannot be read: {error}"),
        }
    }
}

/// Why a topic is told anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// It was deleted and made again.
    Recreated,
    /// Its first records are gone, not by compaction: deleted, or beyond a retention.
    Truncated {
        /// The partition.
        partition: i32,
    },
    /// The place up to which it was read is no longer in its log.
    OutOfRange {
        /// The partition.
        partition: i32,
    },
}

impl fmt::Display for Restart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recreated => f.write_str("it was deleted and made again"),
            Self::Truncated { partition } => write!(f, "the beginning of partition {partition} was deleted"),
            Self::OutOfRange { partition } => write!(f, "the log of partition {partition} is another one"),
        }
    }
}
