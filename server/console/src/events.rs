//! Live events: what the feed says, and nothing that needs a right beyond `see`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::Event;
use model::actor::{Actor, Right};
use model::names::{ClusterName, ConnectorId, ConnectorName};
use model::record::FeedItem;
use tokio::sync::broadcast;

use crate::{Console, Error, require};

/// What a reader gets first, and where it goes on.
pub struct Events {
    /// Events after the number that the reader named, oldest first.
    pub missed: Vec<Arc<Event>>,
    /// True when events between that number and `missed` are gone, so that the reader must read everything anew.
    pub reset: bool,
    /// The number up to which the view of this server has come.
    pub head: i64,
    /// What comes from now on; a reader that lags behind gets an error from it and must begin anew.
    pub live: broadcast::Receiver<Arc<Event>>,
}

/// How many times as many events are read as a reader may be told, in the hope that several tell of the same.
const AT_ONCE: usize = 16;

impl Console {
    /// Events after number `after`, then live. Without a number: from now on. Where they are more than `most`, of several
    /// that tell of the same only the last. Right: `see`.
    pub async fn events(&self, actor: &Actor, after: Option<i64>, most: usize) -> Result<Events, Error> {
        require(actor, Right::See)?;
        // Subscribed before the past is read: nothing falls between the two, and doubles are told by their number.
        let live = self.events.subscribe();
        let head = self.fleet().feed;
        let Some(after) = after else {
            return Ok(Events {
                missed: Vec::new(),
                reset: false,
                head,
                live,
            });
        };
        let store = self.store()?;
        let limit = i64::try_from(most.saturating_mul(AT_ONCE)).unwrap_or(i64::MAX - 1) + 1;
        let feed = store.feed_after(after, limit).await?;
        let mut missed = feed.items;
        missed.retain(|item| item.id <= head);
        // A number beyond this server's view may come from a server whose view is ahead by a moment. Only one that was
        // never given out is of another database, or of one that was since restored.
        let unknown = after > head && after > store.feed_head().await?;
        let expired = unknown || feed.oldest.is_none_or(|oldest| after + 1 < oldest) && after < head;
        let complete = missed.len() < most.saturating_mul(AT_ONCE) + 1;
        if missed.len() > most {
            missed = latest(missed);
        }
        let reset = expired || !complete || missed.len() > most;
        let fleet = self.fleet();
        let missed = if reset { Vec::new() } else { missed };
        let missed = missed.into_iter().map(|item| {
            let health = item.connector.as_ref().and_then(|name| {
                let id = ConnectorId {
                    cluster: item.cluster.clone(),
                    name: name.clone(),
                };
                fleet.connector(&id).map(|(_, connector)| connector.verdict().health)
            });
            Arc::new(Event::new(item, health))
        });
        Ok(Events {
            missed: missed.collect(),
            reset,
            head,
            live,
        })
    }
}

/// Of several that tell of the same only the last, in their order.
fn latest(items: Vec<FeedItem>) -> Vec<FeedItem> {
    let mut last: BTreeMap<_, i64> = BTreeMap::new();
    for item in &items {
        last.insert(about(item), item.id);
    }
    let keep: BTreeSet<i64> = last.into_values().collect();
    items.into_iter().filter(|item| keep.contains(&item.id)).collect()
}

fn about(item: &FeedItem) -> (ClusterName, Option<ConnectorName>, &'static str) {
    (item.cluster.clone(), item.connector.clone(), item.changed.as_str())
}
