//! What was used up here and at the other servers of the database, put together.
//!
//! The database decides who uses a link first. While it cannot be asked, the file of this server decides alone: whoever is
//! called at night because the database is away must get in. What was used up meanwhile is noted there once it is back.

use std::convert::Infallible;
use std::time::Duration;

use model::Timestamp;
use store::Store;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tracing::{debug, error, info, warn};

use super::Access;

/// How often it is asked what was used up elsewhere.
const LOOK: Duration = Duration::from_secs(2);
/// How long somebody at the door waits for the database.
const PATIENCE: Duration = Duration::from_secs(2);

/// The database as the door knows it.
pub(super) struct Everywhere(watch::Receiver<Option<Store>>);

impl Everywhere {
    pub(super) fn new(store: watch::Receiver<Option<Store>>) -> Self {
        Self(store)
    }

    /// Notes that something was used up; whether it had not been before. `None`: the database cannot be asked.
    pub(super) async fn spend(&self, id: &str, expires: Timestamp) -> Option<bool> {
        let store = self.0.borrow().clone()?;
        let id = [(id.to_owned(), expires)];
        match timeout(PATIENCE, store.spend(&id)).await {
            Ok(Ok(new)) => Some(new > 0),
            Ok(Err(error)) => {
                warn!(%error, "the database cannot be asked who signs in and out; this server decides alone");
                None
            }
            Err(_elapsed) => {
                warn!("the database does not say in time who signs in and out; this server decides alone");
                None
            }
        }
    }

    async fn connected(&self) -> Option<Store> {
        let mut store = self.0.clone();
        let found = store.wait_for(Option::is_some).await.ok()?;
        found.clone()
    }
}

impl Access {
    /// Learns every other second what was used up elsewhere and notes what was used up here, until it is dropped. No
    /// request asks the database whether a session still holds.
    pub async fn share(&self) -> Infallible {
        let Some(store) = self.everywhere.connected().await else {
            return std::future::pending().await;
        };
        let mut troubled = false;
        loop {
            match self.exchange(&store).await {
                Ok(()) => {
                    if std::mem::take(&mut troubled) {
                        info!("what is used up at one server is known to the others again");
                    }
                }
                Err(error) if troubled => debug!(%error, "what was used up elsewhere is still not known"),
                Err(error) => {
                    troubled = true;
                    warn!(%error, "who signed out at another server is not known for now");
                }
            }
            sleep(LOOK).await;
        }
    }

    /// One look.
    async fn exchange(&self, store: &Store) -> store::Result<()> {
        let theirs = store.spent().await?;
        if let Err(error) = self.spent.learn(&theirs, self.clock.now()).await {
            error!(%error, "what was used up elsewhere cannot be written down; it is known until this server ends");
        }
        let mine = self.spent.beyond(&theirs, self.clock.now());
        if !mine.is_empty() {
            store.spend(&mine).await?;
        }
        Ok(())
    }
}
