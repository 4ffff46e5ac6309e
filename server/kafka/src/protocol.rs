//! The bytes in which Kafka lays out what it keeps itself: big-endian throughout, a string is an int16 length and UTF-8,
//! bytes and arrays an int32 length of which -1 means null; in flexible versions a length plus one as an unsigned varint.
//!
//! They come from whoever may join a group or commit, so every length is checked against what is left before anything is
//! read, and what does not fit is an error, never a panic.

/// Why bytes are not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// They end before what they announce; so many are there.
    #[error("it ends early, at byte {0}")]
    Truncated(usize),
    /// A length below -1, one that nothing here has, or null where there is none, before this byte.
    #[error("an impossible length before byte {0}")]
    Length(usize),
    /// A string that is not UTF-8 ends at this byte.
    #[error("text that is not UTF-8 ends at byte {0}")]
    Text(usize),
    /// A number that cannot be, below 0: a version, a partition or an offset.
    #[error("{0} where no number below 0 can be")]
    Negative(i64),
}

/// Bytes, and how far they were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(crate) fn slice(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let slice = rest.get(..length).ok_or(Malformed::Truncated(self.bytes.len()))?;
        self.at += length;
        Ok(slice)
    }

    pub(crate) fn take<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let mut out = [0; N];
        out.copy_from_slice(self.slice(N)?);
        Ok(out)
    }

    pub(crate) fn version(&mut self) -> Result<i16, Malformed> {
        match i16::from_be_bytes(self.take()?) {
            version @ 0.. => Ok(version),
            version => Err(Malformed::Negative(version.into())),
        }
    }

    pub(crate) fn string(&mut self) -> Result<&'a str, Malformed> {
        let text = self.skip_string()?;
        std::str::from_utf8(text).map_err(|_| Malformed::Text(self.at))
    }

    /// A string that nobody looks at.
    pub(crate) fn skip_string(&mut self) -> Result<&'a [u8], Malformed> {
        let length = i16::from_be_bytes(self.take()?);
        self.slice(usize::try_from(length).map_err(|_| Malformed::Length(self.at))?)
    }

    /// A string of a flexible version. 0 stands for null, which is as good as empty.
    pub(crate) fn skip_compact(&mut self) -> Result<&'a [u8], Malformed> {
        let mut length = 0_usize;
        // No text here is longer than four bytes can say.
        for shift in [0, 7, 14, 21] {
            let [byte] = self.take()?;
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return self.slice(length.saturating_sub(1));
            }
        }
        Err(Malformed::Length(self.at))
    }

    /// An int32 length; `None` for null.
    pub(crate) fn length(&mut self) -> Result<Option<usize>, Malformed> {
        match i32::from_be_bytes(self.take()?) {
            -1 => Ok(None),
            length => usize::try_from(length)
                .map(Some)
                .map_err(|_| Malformed::Length(self.at)),
        }
    }

    pub(crate) fn blob(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        match self.length()? {
            None => Ok(None),
            Some(length) => self.slice(length).map(Some),
        }
    }
}
