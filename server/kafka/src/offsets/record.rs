//! Keys and values of `__consumer_offsets`, as far as they tell of committed offsets. Nothing is copied or allocated: most
//! records are of groups that nobody asked for.
//!
//! Big-endian throughout; a string is an int16 length and UTF-8, in flexible versions a length plus one as an unsigned
//! varint. The bytes come from whoever may commit, so every length is checked against what is left.
//! Source: Kafka's `OffsetCommitKey.json`, `GroupMetadataKey.json` and `OffsetCommitValue.json`.

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
pub struct Place<'a>(&'a [u8]);

/// What was committed for a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value {
    /// The next offset to read, 0 or more.
    pub offset: i64,
    /// By the clock of the group's coordinator, in ms since 1970. `None` in a version that is newer than [`NEWEST`],
    /// of which nothing is known but that it begins with the offset as all before it.
    pub committed_at_ms: Option<i64>,
}

/// Why bytes are no record of this topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It ends before what it announces.
    #[error("it ends early")]
    Truncated,
    /// A length below 0, or one that no text here has.
    #[error("an impossible length")]
    Length,
    /// A name that is not UTF-8.
    #[error("a name that is not UTF-8")]
    Text,
    /// A number that cannot be: a version, a partition or an offset below 0.
    #[error("a negative number where there is none")]
    Negative,
}

/// Reads a key up to the group's id. What follows is ignored, as Kafka does.
///
/// # Errors
/// [`Malformed`].
pub fn key(bytes: &[u8]) -> Result<Key<'_>, Malformed> {
    let mut input = Input(bytes);
    match input.version()? {
        0 | 1 => Ok(Key::Offset {
            group: input.string()?,
            place: Place(input.0),
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
        let mut input = Input(self.0);
        let topic = input.string()?;
        match i32::from_be_bytes(input.take()?) {
            partition @ 0.. => Ok((topic, partition)),
            _ => Err(Malformed::Negative),
        }
    }
}

/// Reads the value of a record whose key is an offset's. (That a record has none means that the commit is gone: it
/// expired, or somebody deleted it, its group or its topic.)
///
/// # Errors
/// [`Malformed`].
pub fn value(bytes: &[u8]) -> Result<Value, Malformed> {
    let mut input = Input(bytes);
    let version = input.version()?;
    let offset = i64::from_be_bytes(input.take()?);
    if offset < 0 {
        return Err(Malformed::Negative);
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

/// What is left to read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn slice(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (slice, rest) = self.0.split_at_checked(length).ok_or(Malformed::Truncated)?;
        self.0 = rest;
        Ok(slice)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let mut out = [0; N];
        out.copy_from_slice(self.slice(N)?);
        Ok(out)
    }

    fn version(&mut self) -> Result<i16, Malformed> {
        match i16::from_be_bytes(self.take()?) {
            version @ 0.. => Ok(version),
            _ => Err(Malformed::Negative),
        }
    }

    fn string(&mut self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.skip_string()?).map_err(|_| Malformed::Text)
    }

    fn skip_string(&mut self) -> Result<&'a [u8], Malformed> {
        let length = i16::from_be_bytes(self.take()?);
        self.slice(usize::try_from(length).map_err(|_| Malformed::Length)?)
    }

    /// 0 stands for null, which is as good as empty.
    fn skip_compact(&mut self) -> Result<&'a [u8], Malformed> {
        let mut length = 0_usize;
        // Metadata is bounded by the broker to 4 KiB unless told otherwise, and a record to far less than 4 bytes can say.
        for shift in [0, 7, 14, 21] {
            let [byte] = self.take()?;
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return self.slice(length.saturating_sub(1));
            }
        }
        Err(Malformed::Length)
    }
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
