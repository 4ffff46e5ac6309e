//! Offsets of sources, read where their shape is known: Connect keeps a JSON object for each part of a source, and what is in
//! it is the connector's own affair.
//!
//! Shapes: FileStreamSource and other readers of files; Debezium's Postgres, MySQL and MariaDB, SQL Server, Oracle and MongoDB;
//! MongoDB's own connector; MirrorSource; Confluent's JDBC source; anything with a single number. Debezium's, MirrorSource's and
//! FileStreamSource's were seen live, the others are taken from their documentation.

mod position;
mod time;

use std::sync::Arc;

use serde_json::Value;

use crate::Timestamp;
pub use position::Position;

/// Longest text that is shown of anything in an offset.
const LONGEST: usize = 80;

/// Where a source is in one part of what it reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceOffset {
    /// Which part, in words: `orders-3`, `/var/log/syslog`; `None` where there is only one.
    pub part: Option<Arc<str>>,
    /// Where in it; `None` where the shape is not known.
    pub position: Option<Position>,
    /// The moment that it carries: what was changed in the source then has been read.
    pub read_until: Option<Timestamp>,
}

impl SourceOffset {
    /// Reads the partition and offset objects of one record of the offset topic.
    pub fn read(partition: &Value, offset: &Value) -> Self {
        Self {
            part: part(partition),
            position: position::read(offset),
            read_until: time::read(offset),
        }
    }

    /// Where it is, and by how much that is further than `before`: `LSN 0/19280A5, 1,234 bytes further`. `None` where the
    /// shape is not known.
    pub fn words(&self, before: Option<&Self>) -> Option<String> {
        let position = self.position.as_ref()?;
        let further = before
            .filter(|before| before.part == self.part)
            .and_then(|before| position.further(before.position.as_ref()?));
        let part = self.part.as_ref().map(|part| format!("{part}: ")).unwrap_or_default();
        Some(match further {
            Some(further) => format!("{part}{position}, {further}"),
            None => format!("{part}{position}"),
        })
    }
}

/// Which part of a source a partition object means.
fn part(partition: &Value) -> Option<Arc<str>> {
    let text = |key: &str| {
        partition
            .get(key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    if let (Some(topic), Some(number)) = (text("topic"), partition.get("partition").and_then(Value::as_i64)) {
        return Some(format!("{}-{number}", short(topic)).into());
    }
    let known = ["filename", "table", "query", "collection", "database"];
    known.into_iter().find_map(text).map(|text| short(text).into())
}

/// The text, or its beginning.
fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
