//! History that has grown old is dropped, by whole months.

use std::convert::Infallible;
use std::time::Duration;

use store::Store;
use tracing::{info, warn};

/// How often it is looked for what has grown old.
const LOOK: Duration = Duration::from_secs(6 * 3600);
/// After a look that failed: of a database that is away, or a long reader that kept the tables locked.
const AGAIN: Duration = Duration::from_secs(600);

/// Drops the months of history and feed that lie wholly longer ago than `keep`, at once and then every six hours, until
/// it is dropped itself. Several servers of one database may do so: what one dropped the other does not find.
pub async fn forget(store: &Store, keep: Duration) -> Infallible {
    loop {
        let pause = match look(store, keep).await {
            Ok(()) => LOOK,
            Err(error) => {
                warn!(%error, "old history could not be dropped; it is tried again");
                AGAIN
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// By Postgres's clock, by which rows went into their months: a wrong clock of this machine deletes nothing.
async fn look(store: &Store, keep: Duration) -> store::Result<()> {
    let before = store.ping().await?.clock - keep;
    let tables = store.drop_partitions(before).await?;
    if tables > 0 {
        info!(tables, %before, "months of history and events that lay wholly before this were dropped");
    }
    Ok(())
}
