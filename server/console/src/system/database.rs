//! How the database is.

use std::time::Duration;

use chrono::TimeDelta;
use store::Store;

use crate::{Console, Error};

/// The database, as this server sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct DatabaseItem {
    /// Postgres's version.
    pub version: String,
    /// How long one question took, a connection included.
    pub latency: Duration,
    /// By how much its clock is ahead of this server's, to half of the latency.
    pub ahead: TimeDelta,
    /// Bytes on its server's disk.
    pub bytes: u64,
}

impl Console {
    pub(super) async fn database(&self) -> Result<DatabaseItem, Error> {
        let question = |store: Store| async move { Ok((store.ping().await?, store.size().await?)) };
        let (health, bytes) = self.reading(question).await?;
        // Its clock was read about in the middle of the question.
        let half = TimeDelta::from_std(health.latency / 2).unwrap_or_default();
        let ahead = health.clock - (self.now() - half);
        Ok(DatabaseItem {
            ahead,
            latency: health.latency,
            version: health.version,
            bytes,
        })
    }
}
