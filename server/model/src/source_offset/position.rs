//! Where in a source an offset is.

use std::fmt;

use serde_json::Value;

use super::short;
use crate::spelt;

/// A position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// Bytes into a file.
    File(u64),
    /// A log sequence number of Postgres.
    Lsn(u64),
    /// File and position of MySQL's or MariaDB's binlog.
    Binlog {
        /// The file: `binlog.000003`.
        file: String,
        /// Bytes into it.
        position: u64,
    },
    /// A log sequence number of SQL Server, as it writes it.
    ServerLsn(String),
    /// A system change number of Oracle.
    Scn(u64),
    /// Seconds since 1970 and a number within the second, of MongoDB's oplog.
    Oplog {
        /// Seconds since 1970.
        second: u64,
        /// The number within the second.
        order: u64,
    },
    /// The offset of a record that a mirror copied last.
    Record(u64),
    /// A row of a table: its counter, and its time in ms since 1970.
    Row {
        /// The highest value of the counting column.
        counter: Option<u64>,
        /// The highest value of the column with a time, ms since 1970.
        time: Option<u64>,
    },
    /// A number under a name of the connector's own.
    Number {
        /// The name.
        name: String,
        /// The number.
        value: u64,
    },
}

/// Reads the position of an offset object.
pub(super) fn read(offset: &Value) -> Option<Position> {
    let number = |key: &str| offset.get(key).and_then(whole);
    let text = |key: &str| offset.get(key).and_then(Value::as_str);
    if let (Some(file), Some(position)) = (text("file"), number("pos")) {
        let file = short(file);
        return Some(Position::Binlog { file, position });
    }
    if let Some(lsn) = number("lsn") {
        return Some(Position::Lsn(lsn));
    }
    if let Some(lsn) = text("commit_lsn").or_else(|| text("change_lsn")) {
        return Some(Position::ServerLsn(short(lsn)));
    }
    if let Some(scn) = number("scn") {
        return Some(Position::Scn(scn));
    }
    if let (Some(second), Some(order)) = (number("sec"), number("ord")) {
        return Some(Position::Oplog { second, order });
    }
    if let Some(second) = offset.get("_id").and_then(super::time::of_resume_token) {
        return Some(Position::Oplog { second, order: 0 });
    }
    if let Some(position) = number("position") {
        return Some(Position::File(position));
    }
    let (counter, time) = (number("incrementing"), number("timestamp"));
    if counter.is_some() || time.is_some() {
        return Some(Position::Row { counter, time });
    }
    let fields = offset.as_object()?;
    let mut numbers = fields.iter().filter_map(|(name, value)| Some((name, whole(value)?)));
    match (numbers.next()?, numbers.next()) {
        ((name, value), None) if name == "offset" => Some(Position::Record(value)),
        ((name, value), None) => Some(Position::Number {
            name: short(name),
            value,
        }),
        _ => None,
    }
}

/// A number that is written as one or, as Oracle's are, as text.
fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

impl Position {
    /// How much further it is than an earlier one of the same kind, in words; `None` where that cannot be told.
    pub fn further(&self, before: &Self) -> Option<String> {
        let by = |now: &u64, before: &u64, unit: &str| {
            let way = now.checked_sub(*before).filter(|way| *way > 0)?;
            Some(format!("{} {unit} further", spelt::count(way)))
        };
        match (self, before) {
            (Self::File(now), Self::File(before)) | (Self::Lsn(now), Self::Lsn(before)) => by(now, before, "bytes"),
            (Self::Scn(now), Self::Scn(before)) => by(now, before, "changes"),
            (Self::Record(now), Self::Record(before)) => by(now, before, "records"),
            (
                Self::Binlog { file, position },
                Self::Binlog {
                    file: old,
                    position: before,
                },
            ) => match file == old {
                true => by(position, before, "bytes"),
                false => Some(format!("before in {old}")),
            },
            (Self::Oplog { second, .. }, Self::Oplog { second: before, .. }) => by(second, before, "seconds"),
            (
                Self::Row { counter: Some(now), .. },
                Self::Row {
                    counter: Some(before), ..
                },
            ) => by(now, before, "rows"),
            (
                Self::Number { name, value },
                Self::Number {
                    name: old,
                    value: before,
                },
            ) if name == old => {
                let way = value.checked_sub(*before).filter(|way| *way > 0)?;
                Some(format!("{} further", spelt::count(way)))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(position) => write!(f, "byte {}", spelt::count(*position)),
            // As Postgres writes it: two halves in hexadecimal digits.
            Self::Lsn(lsn) => write!(f, "LSN {:X}/{:X}", lsn >> 32, lsn & 0xffff_ffff),
            Self::Binlog { file, position } => write!(f, "{file} at byte {}", spelt::count(*position)),
            Self::ServerLsn(lsn) => write!(f, "LSN {lsn}"),
            Self::Scn(scn) => write!(f, "SCN {scn}"),
            Self::Oplog { second, order: 0 } => write!(f, "oplog {second}"),
            Self::Oplog { second, order } => write!(f, "oplog {second}, number {order}"),
            Self::Record(offset) => write!(f, "offset {}", spelt::count(*offset)),
            Self::Row {
                counter: Some(counter), ..
            } => write!(f, "row {}", spelt::count(*counter)),
            Self::Row { time, .. } => write!(f, "rows until {} ms", time.unwrap_or_default()),
            Self::Number { name, value } => write!(f, "{name} {}", spelt::count(*value)),
        }
    }
}
