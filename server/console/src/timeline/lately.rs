//! The newest history of the whole fleet, which every first screen shows: read once for each change.

use std::sync::Arc;

use chrono::TimeDelta;
use model::Timestamp;
use model::actor::{Actor, Right};
use tokio::sync::Mutex;

use super::{EntryKind, TimelineItem, TimelinePage, TimelineQuery};
use crate::{Console, Error, require};

/// However quiet the feed is, history is read again after this time.
const FRESH: TimeDelta = TimeDelta::seconds(5);

/// What was read last.
#[derive(Default)]
pub(crate) struct Lately(Mutex<Option<Read>>);

struct Read {
    revision: i64,
    at: Timestamp,
    limit: usize,
    page: Arc<TimelinePage>,
}

impl Console {
    /// The newest `limit` entries (1 to 500) of all clusters, of those that are refused only what concerns the cluster as a
    /// whole. Right: `see`. Whoever asks while they are being read waits for them and shares them.
    ///
    /// # Errors
    /// As [`Console::timeline`].
    pub async fn lately(&self, actor: &Actor, limit: usize) -> Result<Arc<TimelinePage>, Error> {
        require(actor, Right::See)?;
        let mut last = self.lately.0.lock().await;
        // Taken before it is read: numbers that come meanwhile may be missing in it.
        let (now, revision) = (self.now(), self.revision());
        let known = last
            .as_ref()
            .filter(|read| read.revision == revision && read.limit == limit && (now - read.at).abs() < FRESH);
        if let Some(read) = known {
            return Ok(read.page.clone());
        }
        let query = TimelineQuery {
            limit,
            ..TimelineQuery::default()
        };
        let mut page = self.timeline(actor, &query).await?;
        // What a cluster told before it was found to be another one again is told of that one.
        let fleet = self.fleet();
        let refused = |item: &TimelineItem| {
            fleet
                .clusters
                .get(&item.cluster)
                .is_some_and(|cluster| cluster.refused())
        };
        page.items
            .retain(|item| item.kind == EntryKind::Cluster || !refused(item));
        let page = Arc::new(page);
        *last = Some(Read {
            revision,
            at: now,
            limit,
            page: page.clone(),
        });
        Ok(page)
    }
}
