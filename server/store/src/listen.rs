//! Waiting for the feed to grow.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPoolOptions};

use crate::feed::CHANNEL;
use crate::pool::{CONNECT, answer};
use crate::{Result, Store};

/// Hears when the feed grows. It only says *look now*: what is new stands in [`Store::feed_after`].
#[derive(Debug)]
pub struct FeedListener {
    listener: PgListener,
}

impl Store {
    /// Listens, on a connection of its own beside the pool.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn listen(&self) -> Result<FeedListener> {
        answer(async {
            // The connection stays for as long as the listener does, so it must not take one of the pool's.
            let own = PgPoolOptions::new()
                .max_connections(1)
                .idle_timeout(None)
                .max_lifetime(None)
                .acquire_timeout(CONNECT)
                .connect_lazy_with(self.options.clone());
            let mut listener = PgListener::connect_with(&own).await?;
            listener.eager_reconnect(false);
            listener.listen(CHANNEL).await?;
            Ok(FeedListener { listener })
        })
        .await
    }
}

impl FeedListener {
    /// Returns when the feed grew, when the connection was lost (what came meanwhile was not heard), and after `at_most`
    /// in any case. The next call connects anew.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`], at once: the caller waits a little before it calls again.
    pub async fn wait(&mut self, at_most: Duration) -> Result<()> {
        match tokio::time::timeout(at_most, self.listener.try_recv()).await {
            Err(_) => Ok(()),
            Ok(heard) => {
                heard?;
                // One look answers all that was told until now.
                while self.listener.next_buffered().is_some() {}
                Ok(())
            }
        }
    }
}
