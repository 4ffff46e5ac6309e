//! Records of an offset topic: how far source connectors have read.
//!
//! The key is a JSON array of the connector's name and the source partition, the value the offset there. Both are maps
//! of the connector's own making. Their members stand in any order, so they are compared as maps, never as bytes.

use std::collections::BTreeMap;

use model::names::ConnectorName;
use serde_json::value::RawValue;

use super::{Malformed, json};

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffsetRecord {
    /// The connector. Its records survive it: who creates it again under its name goes on from them.
    pub connector: ConnectorName,
    /// Which part of the source.
    pub partition: SourceMap,
    /// How far that was read; `None` when it was reset.
    pub offset: Option<SourceMap>,
}

/// A partition or an offset of a source.
pub type SourceMap = BTreeMap<Box<str>, SourceValue>;

/// A value in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceValue {
    /// null.
    Null,
    /// A boolean.
    Boolean(bool),
    /// A whole number that fits.
    Whole(i64),
    /// Any other number, as JSON writes it.
    Number(Box<str>),
    /// A text.
    Text(Box<str>),
    /// An object or array as it was written, which Connect itself refuses.
    Nested(Box<str>),
}

/// Reads a record; every key of this topic is of one kind.
///
/// # Errors
/// [`Malformed`].
pub fn read(key: &[u8], value: Option<&[u8]>) -> Result<OffsetRecord, Malformed> {
    let parts = json::payload(key).map_err(|_| Malformed::Key)?;
    let parts = parts.and_then(json::array).ok_or(Malformed::Key)?;
    let [connector, partition] = parts[..] else {
        return Err(Malformed::Key);
    };
    let connector = json::string(connector).filter(|name| !name.is_empty());
    let partition = match json::some(partition) {
        None => SourceMap::new(),
        Some(partition) => map(json::object(partition).ok_or(Malformed::Key)?),
    };
    Ok(OffsetRecord {
        connector: connector.ok_or(Malformed::Key)?.into(),
        partition,
        offset: json::fields(value)?.map(map),
    })
}

fn map(fields: json::Fields<'_>) -> SourceMap {
    let entry = |(name, entry): (String, &RawValue)| (name.into_boxed_str(), value(entry));
    fields.into_iter().map(entry).collect()
}

fn value(value: &RawValue) -> SourceValue {
    let written = value.get();
    if let Some(text) = json::string(value) {
        return SourceValue::Text(text.into());
    }
    if let Some(whole) = json::whole(value) {
        return SourceValue::Whole(whole);
    }
    match written {
        "null" => SourceValue::Null,
        "true" => SourceValue::Boolean(true),
        "false" => SourceValue::Boolean(false),
        nested if nested.starts_with(['{', '[']) => SourceValue::Nested(nested.into()),
        number => SourceValue::Number(number.into()),
    }
}

#[cfg(test)]
#[path = "offset_tests.rs"]
mod tests;
