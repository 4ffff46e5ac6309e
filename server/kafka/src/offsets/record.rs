//! Keys and values of `__consumer_offsets`, as far as they tell of committed offsets. Nothing is copied or allocated: most
//! records are of groups that nobody asked for.
//!
//! Source: Kafka's `OffsetCommitKey.json`, `GroupMetadataKey.json` and `OffsetCommitValue.json`.

use crate::protocol::{Input, Malformed};

/// The newest version of an offset's value whose layout is known.
pub const NEWEST: i16 = 4;

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'a> {
    /// An offset that a group committed: versions 0 and 1.
    Offset {
        /// The group's id.
        group: &'a str,
        /// The topic and the partition, unread: see [`Place::read`].
        place: Place<'a>,
    },
    /// The members of a group: version 2.
    Group(&'a str),
    /// Groups of newer protocols, shares, streams, and whatever comes: the version.
    Other(i16),
}

/// The part of a key that nobody needs to read before the group is known to matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a>(Input<'a>);

/// What was committed for a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value {
    /// The next offset to read, 0 or more.
    pub offset: i64,
    /// By the clock of the group's coordinator, in ms since 1970. `None` in a version that is newer than [`NEWEST`],
    /// of which nothing is known but that it begins with the offset as all before it.
    pub committed_at_ms: Option<i64>,
}

/// Reads a key up to the group's id. What follows is ignored, as Kafka does.
///
/// # Errors
/// [`Malformed`].
pub fn key(bytes: &[u8]) -> Result<Key<'_>, Malformed> {
    let mut input = Input::of(bytes);
    match input.version()? {
        0 | 1 => Ok(Key::Offset {
            group: input.string()?,
            place: Place(input),
        }),
        2 => Ok(Key::Group(input.string()?)),
        other => Ok(Key::Other(other)),
    }
}

impl<'a> Place<'a> {
    /// The topic and the number of the partition.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn read(self) -> Result<(&'a str, i32), Malformed> {
        let mut input = self.0;
        let topic = input.string()?;
        match i32::from_be_bytes(input.take()?) {
            partition @ 0.. => Ok((topic, partition)),
            partition => Err(Malformed::Negative(partition.into())),
        }
    }
}

/// Reads the value of a record whose key is an offset's. (That a record has none means that the commit is gone: it
/// expired, or somebody deleted it, its group or its topic.)
///
/// # Errors
/// [`Malformed`].
pub fn value(bytes: &[u8]) -> Result<Value, Malformed> {
    let mut input = Input::of(bytes);
    let version = input.version()?;
    let offset = i64::from_be_bytes(input.take()?);
    if offset < 0 {
        return Err(Malformed::Negative(offset));
    }
    if version > NEWEST {
        return Ok(Value {
            offset,
            committed_at_ms: None,
        });
    }
    if version >= 3 {
        // The leader's epoch, which tells nothing about progress.
        input.take::<4>()?;
    }
    let _metadata = match version {
        4 => input.skip_compact()?,
        _ => input.skip_string()?,
    };
    let committed_at_ms = Some(i64::from_be_bytes(input.take()?));
    Ok(Value {
        offset,
        committed_at_ms,
    })
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
