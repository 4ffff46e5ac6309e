//! Waiting for what is told: that the feed grew, that a unit was given up.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPoolOptions};

use crate::pool::{CONNECT, answer};
use crate::{Result, Store, feed, lease};

/// Hears when something is told. It only says *look now*: what is new stands in the tables.
#[derive(Debug)]
pub struct Listener {
    listener: PgListener,
}

impl Store {
    /// Hears when the feed grows ([`Store::feed_after`]), on a connection of its own beside the pool.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn listen(&self) -> Result<Listener> {
        self.listen_to(feed::CHANNEL).await
    }

    /// Hears when a unit is given up ([`Store::leases`]), on a connection of its own beside the pool.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn listen_for_leases(&self) -> Result<Listener> {
        self.listen_to(lease::CHANNEL).await
    }

    async fn listen_to(&self, channel: &str) -> Result<Listener> {
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
            listener.listen(channel).await?;
            Ok(Listener { listener })
        })
        .await
    }
}

impl Listener {
    /// Returns when something was told, when the connection was lost (what came meanwhile was not heard), and after `at_most`
    /// in any case. Says whether the connection still stands; if not, the next call connects anew.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`], at once: the caller waits a little before it calls again.
    pub async fn wait(&mut self, at_most: Duration) -> Result<bool> {
        match tokio::time::timeout(at_most, self.listener.try_recv()).await {
            Err(_) => Ok(true),
            Ok(heard) => {
                let stands = heard?.is_some();
                // One look answers all that was told until now.
                while self.listener.next_buffered().is_some() {}
                Ok(stands)
            }
        }
    }
}
