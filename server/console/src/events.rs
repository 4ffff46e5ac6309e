//! Live events: what the feed says, and nothing that needs a right beyond `see`.

use std::sync::Arc;

use engine::Event;
use model::actor::{Actor, Right};
use store::Store;
use tokio::sync::broadcast;
use view::Fleet;

use crate::{Console, Error, require};

/// A number of the feed, and how often the numbers went back before it: those of another count tell other things.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Position {
    /// How often the database became an older copy of itself since this server started.
    pub begun: u32,
    /// The number.
    pub feed: i64,
}

impl Position {
    pub(crate) fn of(fleet: &Fleet) -> Self {
        let Fleet { begun, feed, .. } = *fleet;
        Self { begun, feed }
    }
}

/// What a reader gets first, and where it goes on.
pub struct Events {
    /// Events after the number that the reader named, oldest first, no more than were asked for.
    pub missed: Vec<Arc<Event>>,
    /// True when more of them follow.
    pub more: bool,
    /// True when events after that number are gone, so that the reader must read everything anew.
    pub reset: bool,
    /// Up to where the view of this server has come.
    pub head: Position,
    /// What comes from now on; a reader that lags behind gets an error from it and must begin anew.
    pub live: broadcast::Receiver<Arc<Event>>,
}

impl Console {
    /// Events after number `after`, then live. Without a number: from now on. Right: `see`.
    ///
    /// # Errors
    /// [`Error::Denied`]; with a number also [`Error::Unavailable`], [`Error::Busy`] and [`Error::Broken`].
    pub async fn events(&self, actor: &Actor, after: Option<i64>, most: usize) -> Result<Events, Error> {
        require(actor, Right::See)?;
        // Subscribed before the past is read: nothing falls between the two, and doubles are told by their number.
        let live = self.events.subscribe();
        let head = self.position();
        let Some(after) = after else {
            return Ok(Events {
                missed: Vec::new(),
                more: false,
                reset: false,
                head,
                live,
            });
        };
        let limit = i64::try_from(most).unwrap_or(i64::MAX - 1) + 1;
        // A number beyond this server's view may come from a server whose view is a moment ahead. Only one that was never
        // given out is of another database, or of one that was since restored.
        let question = |store: Store| async move {
            let feed = store.feed_after(after, limit).await?;
            let unknown = after > head.feed && after > store.feed_head().await?;
            Ok((feed, unknown))
        };
        let (feed, unknown) = self.reading(question).await?;
        let expired = unknown || feed.expired(after, head.feed);
        let fleet = self.fleet();
        let more = !expired && feed.items.len() > most;
        let missed = if expired { Vec::new() } else { feed.items };
        let missed = missed
            .into_iter()
            .take(most)
            .filter(|item| item.id <= head.feed)
            .map(|item| Arc::new(Event::new(item, &fleet)));
        Ok(Events {
            missed: missed.collect(),
            more,
            reset: expired,
            head,
            live,
        })
    }
}
