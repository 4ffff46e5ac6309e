//! The feed: what changed, under numbers that become visible in order.

use model::record::{Changed, FeedItem};
use sqlx::{PgConnection, query, query_scalar};

use crate::json::text;
use crate::pool::answer;
use crate::{Batch, Result, Store};

/// The channel on which the highest number is told.
pub(crate) const CHANNEL: &str = "signalbox_feed";

/// A part of the feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// Items in order of their numbers.
    pub items: Vec<FeedItem>,
    /// The oldest number still kept; `None` when there is none. Who last saw a number well below it may have missed
    /// what was dropped since, and starts anew. Numbers are shared with the history, so they have holes.
    pub oldest: Option<i64>,
}

impl Feed {
    /// Whether numbers after `last` may have been dropped before this part was read, of a feed that has come to `head`:
    /// then a reader begins anew. Of a feed that holds nothing any more everything was dropped. History and feed share
    /// their numbers, so that it may also say so where nothing was missed; beginning anew is right then too.
    pub fn expired(&self, last: i64, head: i64) -> bool {
        last < head && self.oldest.is_none_or(|oldest| last + 1 < oldest)
    }
}

/// Writes the feed of a batch under numbers from `first` on.
pub(crate) async fn put(connection: &mut PgConnection, batch: &Batch<'_>, first: i64) -> Result<()> {
    if batch.feed.is_empty() {
        return Ok(());
    }
    let connectors: Vec<Option<String>> = batch
        .feed
        .iter()
        .map(|(connector, _)| connector.as_ref().map(|name| text(name.as_str())))
        .collect();
    let changed: Vec<String> = batch
        .feed
        .iter()
        .map(|(_, changed)| changed.as_str().to_owned())
        .collect();
    query!(
        "INSERT INTO feed (id, at, cluster, connector, changed)
         SELECT $1 + place - 1, $2, $3, connector, changed
         FROM unnest($4::text[], $5::text[]) WITH ORDINALITY AS new (connector, changed, place)",
        first,
        batch.at,
        batch.cluster.as_str(),
        &connectors as &[Option<String>],
        &changed,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Tells the listeners, once the transaction is committed.
pub(crate) async fn notify(connection: &mut PgConnection, highest: i64) -> Result<()> {
    query!("SELECT pg_notify($1, $2)", CHANNEL, highest.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

impl Store {
    /// At most `limit` items with numbers above `last`.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn feed_after(&self, last: i64, limit: i64) -> Result<Feed> {
        answer(async {
            let items = query!(
                "SELECT id, at, cluster, connector, changed FROM feed WHERE id > $1 ORDER BY id LIMIT $2",
                last,
                limit.max(0),
            )
            .fetch_all(&self.pool)
            .await?
            .into_iter()
            .map(|row| {
                Ok(FeedItem {
                    id: row.id,
                    at: row.at,
                    cluster: row.cluster.into(),
                    changed: changed(&row.changed, row.connector.is_some()),
                    connector: row.connector.map(Into::into),
                })
            })
            .collect::<Result<_>>()?;
            let oldest = query_scalar!("SELECT min(id) FROM feed").fetch_one(&self.pool).await?;
            Ok(Feed { items, oldest })
        })
        .await
    }

    /// The last item with a number up to `last`: who read the feed so far and finds another one there than he read reads
    /// another database, or an older copy of it that has come as far since.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn feed_item_at(&self, last: i64) -> Result<Option<FeedItem>> {
        answer(async {
            let row = query!(
                "SELECT id, at, cluster, connector, changed FROM feed WHERE id <= $1 ORDER BY id DESC LIMIT 1",
                last,
            )
            .fetch_optional(&self.pool)
            .await?;
            Ok(row.map(|row| FeedItem {
                id: row.id,
                at: row.at,
                cluster: row.cluster.into(),
                changed: changed(&row.changed, row.connector.is_some()),
                connector: row.connector.map(Into::into),
            }))
        })
        .await
    }

    /// The highest number given out so far; 0 at first.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn feed_head(&self) -> Result<i64> {
        answer(async { Ok(query_scalar!("SELECT id FROM feed_head").fetch_one(&self.pool).await?) }).await
    }
}

/// What a word of the feed says. One that only a newer version knows has the connector, or the cluster, read anew: all
/// that this version can tell of it is there.
fn changed(word: &str, of_connector: bool) -> Changed {
    Changed::parse(word).unwrap_or(match of_connector {
        true => Changed::Connector,
        false => Changed::Cluster,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_begins_anew_where_numbers_were_dropped_that_it_has_not_seen() {
        let feed = |oldest| Feed {
            items: Vec::new(),
            oldest,
        };
        for (oldest, last, head, expired) in [
            (Some(5), 4, 9, false),
            (Some(5), 3, 9, true),
            (Some(5), 9, 9, false),
            // Whoever is at the head misses nothing, whatever was dropped.
            (Some(12), 9, 9, false),
            (None, 8, 9, true),
            (None, 9, 9, false),
            (None, 0, 0, false),
        ] {
            assert_eq!(feed(oldest).expired(last, head), expired, "{oldest:?} {last} {head}");
        }
    }
}
