//! One file that holds everything: the database as of one moment and the secret key without which it is worth nothing.
//!
//! It is a tar archive (POSIX ustar) with `secret.key`, one `tables/NAME.copy.gz` per table (Postgres's COPY text format,
//! gzip) and at its end `manifest.json`, which tells of each part its length and SHA-256, with the manifest's own in
//! `manifest.sha256`. A file without that end was cut short and is refused.

mod error;
mod manifest;
mod read;
mod restore;
mod take;
mod write;

pub use error::BackupError;
pub use manifest::{Manifest, Part};
pub use read::Archive;
pub use restore::restore;
pub use take::{draft, take};
