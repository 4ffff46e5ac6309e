//! The records of the three topics in which a Connect cluster keeps what it knows: statuses, configs, source offsets.
//!
//! Pure readers of one record each. Whoever may write to such a topic decides what stands in a record, so everything is
//! checked, nothing is reserved by an announced length, and what cannot be read is an error and never a panic. What only
//! a newer Connect writes is passed over: keys of other kinds, fields of other names, words of other states.
//!
//! No reader remembers anything. Of a key several records may come (compaction is lazy), and the last one of its
//! partition holds.
//! Source: Kafka's `KafkaStatusBackingStore`, `KafkaConfigBackingStore` and `OffsetUtils`.

pub mod config;
mod json;
pub mod offset;
pub mod status;

use std::fmt;

pub use config::ConfigRecord;
pub use offset::OffsetRecord;
pub use status::StatusRecord;

/// Which of the three a topic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TopicKind {
    /// `status.storage.topic`.
    Status,
    /// `config.storage.topic`.
    Config,
    /// `offset.storage.topic`, or a connector's own `offsets.storage.topic`.
    Offsets,
}

impl TopicKind {
    /// A word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Config => "config",
            Self::Offsets => "offset",
        }
    }
}

impl fmt::Display for TopicKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One record with its place and time. No Debug: it may hold a raw config or trace.
pub struct InternalRecord {
    /// Its partition.
    pub partition: i32,
    /// Its offset there.
    pub offset: i64,
    /// Its timestamp in ms since 1970, by the clock of the worker that wrote it or of the broker, as the topic is
    /// configured; `None` where the broker keeps none.
    pub timestamp_ms: Option<i64>,
    /// What it says.
    pub said: Said,
}

/// What a record says. No Debug: it may hold a raw config or trace.
pub enum Said {
    /// Of a status topic.
    Status(StatusRecord),
    /// Of a config topic.
    Config(ConfigRecord),
    /// Of an offset topic.
    Offset(OffsetRecord),
    /// A record of a known kind that cannot be read; what was known of its subject still holds.
    Unreadable(Malformed),
}

/// Why a record cannot be read. Nothing of the record itself is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It has no key, or none of the form that its kind has.
    #[error("its key has not the form of its kind")]
    Key,
    /// The value is no JSON.
    #[error("its value is no JSON")]
    Json,
    /// A JSON object was expected.
    #[error("its value is no JSON object")]
    Object,
    /// A field is missing or holds something impossible.
    #[error("its field `{0}` is missing or holds something else")]
    Field(&'static str),
    /// It is longer than any config is.
    #[error("it holds a config of more than 4 MB")]
    Long,
}

/// Reads a record of a topic of this kind; `None` when its key is of a kind that this version does not know. A `value`
/// of `None` is a tombstone.
pub fn read(kind: TopicKind, key: Option<&[u8]>, value: Option<&[u8]>) -> Option<Said> {
    let Some(key) = key else {
        return Some(Said::Unreadable(Malformed::Key));
    };
    let said = match kind {
        TopicKind::Status => status::read(key, value)?.map(Said::Status),
        TopicKind::Config => config::read(key, value)?.map(Said::Config),
        TopicKind::Offsets => offset::read(key, value).map(Said::Offset),
    };
    Some(said.unwrap_or_else(Said::Unreadable))
}

/// The number behind the last dash of a task's key, with the connector's name before it, which may hold dashes itself.
fn task_key(rest: &str) -> Result<(&str, u32), Malformed> {
    let (name, number) = rest.rsplit_once('-').ok_or(Malformed::Key)?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| number.parse().ok()).flatten().ok_or(Malformed::Key)?;
    Ok((named(name)?, number))
}

/// A connector's name, which is never empty.
fn named(name: &str) -> Result<&str, Malformed> {
    if name.is_empty() { Err(Malformed::Key) } else { Ok(name) }
}
