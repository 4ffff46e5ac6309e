//! Facts as they were recorded, in one snapshot each.

use std::sync::Arc;

use model::facts::{ClusterAbout, Freshness, WorkerFacts};
use model::fault::Fault;
use model::names::{ClusterName, ConnectorName};
use model::record::{ClusterRecord, ConnectorRecord};
use sqlx::postgres::PgConnection;
use sqlx::query_scalar;

use crate::json::text;
use crate::pool::{LONG_ANSWER, within};
use crate::{Result, Store, clusters, connectors, faults, workers};

/// A cluster without its connectors.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// The cluster as a whole.
    pub about: ClusterAbout,
    /// Its workers, in order of their ids.
    pub workers: Vec<Arc<WorkerFacts>>,
    /// Its open faults, the oldest first.
    pub faults: Vec<Arc<Fault>>,
    /// The last heartbeat.
    pub fresh: Freshness,
}

/// Everything below is read as it was at one moment.
macro_rules! snapshot {
    ($store:expr, |$connection:ident| $work:expr) => {
        within(LONG_ANSWER, async {
            let mut transaction = $store
                .pool
                .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .await?;
            let $connection: &mut PgConnection = &mut transaction;
            let found = $work;
            transaction.commit().await?;
            Ok(found)
        })
    };
}

impl Store {
    /// A cluster as recorded, deleted connectors included; `None` if it never was.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`]; [`crate::Error::Corrupt`].
    pub async fn load_cluster(&self, cluster: &ClusterName) -> Result<Option<ClusterRecord>> {
        snapshot!(self, |connection| records(connection, Some(cluster)).await?.pop()).await
    }

    /// Every cluster as recorded, and the highest number of the feed that is in it: who follows the feed beyond that
    /// number misses nothing.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`]; [`crate::Error::Corrupt`].
    pub async fn load_fleet(&self) -> Result<(i64, Vec<ClusterRecord>)> {
        snapshot!(self, |connection| {
            let head = query_scalar!("SELECT id FROM feed_head")
                .fetch_one(&mut *connection)
                .await?;
            (head, records(connection, None).await?)
        })
        .await
    }

    /// Some connectors of a cluster, in order of their names; unknown names are left out.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`]; [`crate::Error::Corrupt`].
    pub async fn load_connectors(
        &self,
        cluster: &ClusterName,
        names: &[ConnectorName],
    ) -> Result<Vec<ConnectorRecord>> {
        let names: Vec<String> = names.iter().map(|name| text(name.as_str())).collect();
        snapshot!(self, |connection| {
            connectors::load(connection, Some(cluster), Some(&names))
                .await?
                .remove(cluster)
                .unwrap_or_default()
        })
        .await
    }

    /// A cluster without its connectors; `None` if it never was recorded.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`]; [`crate::Error::Corrupt`].
    pub async fn load_about(&self, cluster: &ClusterName) -> Result<Option<About>> {
        snapshot!(self, |connection| {
            match clusters::load(connection, Some(cluster)).await?.pop() {
                None => None,
                Some((_, about, fresh)) => Some(About {
                    about,
                    workers: workers::load(connection, Some(cluster))
                        .await?
                        .remove(cluster)
                        .unwrap_or_default(),
                    faults: faults::load(connection, Some(cluster))
                        .await?
                        .remove(cluster)
                        .unwrap_or_default(),
                    fresh,
                }),
            }
        })
        .await
    }
}

async fn records(connection: &mut PgConnection, only: Option<&ClusterName>) -> Result<Vec<ClusterRecord>> {
    let clusters = clusters::load(connection, only).await?;
    let mut workers = workers::load(connection, only).await?;
    let mut faults = faults::load(connection, only).await?;
    let mut connectors = connectors::load(connection, only, None).await?;
    Ok(clusters
        .into_iter()
        .map(|(name, about, fresh)| ClusterRecord {
            about,
            workers: workers.remove(&name).unwrap_or_default(),
            connectors: connectors.remove(&name).unwrap_or_default(),
            faults: faults.remove(&name).unwrap_or_default(),
            fresh,
            name,
        })
        .collect())
}
