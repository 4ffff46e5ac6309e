//! What a backup says of itself.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The format that this version writes; it reads this one and every earlier one. Since 2 the manifest's own SHA-256 follows
/// it.
pub(super) const FORMAT: u32 = 2;
/// The manifest's path in the archive.
pub(super) const MANIFEST: &str = "manifest.json";
/// The path of its SHA-256, hexadecimal, with which a backup ends.
pub(super) const SEAL: &str = "manifest.sha256";

/// What a backup consists of. What this version does not know of it was damaged: whoever adds something raises the format.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The format of the file.
    pub format: u32,
    /// When it was taken, by the clock of the machine that took it.
    pub taken_at: DateTime<Utc>,
    /// The version of Signalbox that took it.
    pub version: String,
    /// The newest migration that had run.
    pub schema: i64,
    /// The fingerprint of the secret key within.
    pub key: String,
    /// The beginnings of the months in which anything was recorded.
    pub months: Vec<DateTime<Utc>>,
    /// Every part of the file before this one, in its order.
    pub parts: Vec<Part>,
}

/// One part of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its path in the archive.
    pub path: String,
    /// Bytes in the archive.
    pub bytes: u64,
    /// SHA-256 of these bytes, hexadecimal.
    pub sha256: String,
    /// The table whose rows it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<TableRows>,
}

/// Rows of a table.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableRows {
    /// The table.
    pub name: String,
    /// Its columns in the order of the values.
    pub columns: Vec<String>,
    /// How many there are.
    pub rows: u64,
}
