//! Waiting for the database.

use store::Store;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The database, once it is there; `None` when the server stops first.
pub(crate) async fn connected(store: &mut watch::Receiver<Option<Store>>, stop: &CancellationToken) -> Option<Store> {
    tokio::select! {
        () = stop.cancelled() => None,
        found = store.wait_for(Option::is_some) => found.ok().and_then(|store| store.clone()),
    }
}
