//! What has grown old is let go: history by whole months, and with it the config versions of those days; ids of links and
//! sessions that have long expired.

use std::convert::Infallible;
use std::time::Duration;

use store::Store;
use tracing::{info, warn};

/// How often it is looked for what has grown old.
const LOOK: Duration = Duration::from_secs(6 * 3600);
/// After a look that failed: of a database that is away, or a long reader that kept the tables locked.
const AGAIN: Duration = Duration::from_secs(600);

/// Drops the months of history and feed that lie wholly longer ago than `keep`, with the config versions that were
/// replaced before them, at once and then every six hours, until it is dropped itself. Several servers of one database
/// may do so: what one dropped the other does not find.
pub async fn forget(store: &Store, keep: Duration) -> Infallible {
    loop {
        let pause = match look(store, keep).await {
            Ok(()) => LOOK,
            Err(error) => {
                warn!(%error, "not all that is old could be dropped; it is tried again");
                AGAIN
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// By Postgres's clock, by which rows went into their months: a wrong clock of this machine deletes nothing.
async fn look(store: &Store, keep: Duration) -> store::Result<()> {
    let before = store.ping().await?.clock - keep;
    // Each on its own: one reader that keeps a month from being dropped keeps nothing else.
    let tables = store.drop_partitions(before).await;
    let versions = store.forget_config_versions(before).await;
    let spent = store.forget_spent().await;
    let tables = tables?;
    if tables > 0 {
        info!(tables, %before, "months of history and events that lay wholly before this were dropped");
    }
    let versions = versions?;
    if versions > 0 {
        info!(
            versions,
            "config versions that nobody can be shown any more were deleted"
        );
    }
    spent.map(drop)
}
