//! The directory of a block: its connectors in order of their names, each with the lengths of its columns.
//!
//! A name is what it shares with the one before, and the rest: thousands of names are alike.

use super::column::{self, Columns};
use super::damaged::Damaged;
use super::series::Series;
use super::varint::{put, take, take_size};
use crate::names::ConnectorName;

/// Which version of this format a block has.
const VERSION: u64 = 1;
/// Bytes of a name: Kafka Connect has no limit, but a worker's answer is bounded.
const LONGEST: usize = 64 * 1024;

/// Where the columns of a connector lie in a block's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Where the first begins.
    pub offset: usize,
    /// How long all are.
    pub length: usize,
    points: usize,
    columns: Vec<(Series, usize)>,
}

impl Slice {
    /// The columns, of the bytes that this slice is.
    ///
    /// # Errors
    /// [`Damaged`].
    pub fn read(&self, bytes: &[u8]) -> Result<Columns, Damaged> {
        let mut rest = bytes;
        let each = self.columns.iter().map(|(series, length)| {
            let (column, after) = rest.split_at_checked(*length).ok_or(Damaged("a column is cut off"))?;
            rest = after;
            Ok((*series, column::read(column, self.points)?))
        });
        each.collect()
    }
}

/// Writes a directory, connector by connector in order of their names.
pub(super) struct Writer {
    bytes: Vec<u8>,
    last: Vec<u8>,
}

impl Writer {
    pub(super) fn new(points: usize) -> Self {
        let mut bytes = Vec::new();
        put(&mut bytes, VERSION);
        put(&mut bytes, points as u64);
        Self {
            bytes,
            last: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, name: &ConnectorName, columns: &[(Series, usize)]) {
        let name = name.as_str().as_bytes();
        let alike = name.iter().zip(&self.last).take_while(|(one, other)| one == other);
        let shared = alike.count();
        let own = name.get(shared..).unwrap_or_default();
        put(&mut self.bytes, shared as u64);
        put(&mut self.bytes, own.len() as u64);
        self.bytes.extend_from_slice(own);
        put(&mut self.bytes, columns.len() as u64);
        for (series, length) in columns {
            self.bytes.push(series.0);
            put(&mut self.bytes, *length as u64);
        }
        self.last.truncate(shared);
        self.last.extend_from_slice(own);
    }

    pub(super) fn done(self) -> Vec<u8> {
        self.bytes
    }
}

/// Reads a directory, one connector after the other: no more of it is in memory.
#[derive(Clone)]
pub(super) struct Entries<'a> {
    rest: &'a [u8],
    pub(super) points: usize,
    name: Vec<u8>,
    begun: bool,
    offset: usize,
}

impl<'a> Entries<'a> {
    pub(super) fn of(directory: &'a [u8]) -> Result<Self, Damaged> {
        let mut rest = directory;
        if take(&mut rest)? != VERSION {
            return Err(Damaged("it is of another version"));
        }
        let points = take_size(&mut rest)?;
        if points > column::MOST_POINTS {
            return Err(Damaged("it has too many points"));
        }
        Ok(Self {
            rest,
            points,
            name: Vec::new(),
            begun: false,
            offset: 0,
        })
    }

    /// The name of the next connector as bytes, and its columns.
    pub(super) fn next(&mut self) -> Result<Option<(&[u8], Slice)>, Damaged> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (shared, own) = (take_size(&mut self.rest)?, take_size(&mut self.rest)?);
        let Some((own, rest)) = self.rest.split_at_checked(own) else {
            return Err(Damaged("a name is cut off"));
        };
        self.rest = rest;
        let before = self.name.get(shared..).ok_or(Damaged("a name shares too much"))?;
        if self.begun && own <= before {
            return Err(Damaged("its names are in no order"));
        }
        if shared + own.len() > LONGEST {
            return Err(Damaged("a name is too long"));
        }
        self.begun = true;
        self.name.truncate(shared);
        self.name.extend_from_slice(own);
        let count = take(&mut self.rest)?;
        let mut slice = Slice {
            offset: self.offset,
            length: 0,
            points: self.points,
            columns: Vec::new(),
        };
        for _ in 0..count {
            let Some((series, rest)) = self.rest.split_first() else {
                return Err(Damaged("its directory is cut off"));
            };
            self.rest = rest;
            let length = take_size(&mut self.rest)?;
            slice.columns.push((Series(*series), length));
            slice.length = slice.length.saturating_add(length);
        }
        self.offset = self.offset.saturating_add(slice.length);
        Ok(Some((&self.name, slice)))
    }
}

/// Where a connector's columns lie in the block of this directory; `None` where it is not in it.
///
/// # Errors
/// [`Damaged`].
pub fn find(directory: &[u8], name: &ConnectorName) -> Result<Option<Slice>, Damaged> {
    let wanted = name.as_str().as_bytes();
    let mut entries = Entries::of(directory)?;
    while let Some((found, slice)) = entries.next()? {
        if found >= wanted {
            return Ok((found == wanted).then_some(slice));
        }
    }
    Ok(None)
}
