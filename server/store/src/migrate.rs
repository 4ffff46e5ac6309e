//! Bringing the schema up to date, as its owner.

use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::PgPoolOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, query};

use crate::{Result, Store, partitions, pool};

/// The migrations, embedded.
static MIGRATOR: Migrator = {
    let mut migrator = sqlx::migrate!("../../migrations");
    // While a newer server runs beside this one, the database is ahead of the files known here.
    migrator.ignore_missing = true;
    migrator
};

/// A migration may rewrite a table; it is not measured like a question.
const LIMIT: Duration = Duration::from_secs(600);

/// The newest migration that this version knows.
pub(crate) fn newest() -> i64 {
    MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// The newest migration that ran, where its table is there and may be read.
pub(crate) async fn applied(connection: &mut PgConnection) -> sqlx::Result<Option<i64>> {
    // Not checked when compiled: the table belongs to the runner of migrations and not to them.
    sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success")
        .fetch_one(connection)
        .await
}

impl Store {
    /// Runs the migrations that are missing, grants the server's role its rights if that role exists, and makes the
    /// partitions of the coming months. `owner_url` is the address with the role that owns the tables. Servers that
    /// start together wait for one another.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`] when Postgres does not answer, [`crate::Error::Migration`] when it refuses.
    pub async fn migrate(owner_url: &str) -> Result<()> {
        Self::migrate_to(owner_url, newest()).await
    }

    /// As [`Store::migrate`], up to the migration of this version only.
    pub(crate) async fn migrate_to(owner_url: &str, version: i64) -> Result<()> {
        let options = pool::options(owner_url)?.options([("statement_timeout", "0")]);
        pool::within(LIMIT, async {
            // Fails at once and says why, where a pool would try again.
            options.connect().await?.close().await?;
            // One connection; as a pool, because `run` with a borrowed one makes a future that cannot be spawned.
            let owner = PgPoolOptions::new()
                .max_connections(1)
                .acquire_timeout(pool::CONNECT)
                .connect_with(options)
                .await?;
            MIGRATOR.run_to(version, &owner).await?;
            query!(r#"SELECT signalbox_grant_rights() AS "granted!""#)
                .fetch_one(&owner)
                .await?;
            partitions::ensure(&mut *owner.acquire().await?, None).await?;
            owner.close().await;
            Ok(())
        })
        .await
    }
}
