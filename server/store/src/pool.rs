//! The way to Postgres: a pool whose connections and questions all have an end.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection, query};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Error, Result};

/// A question's end on this side: it also holds when Postgres hangs instead of refusing.
const ANSWER: Duration = Duration::from_secs(15);
/// Waiting for a connection.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);
/// The end of what reads or writes whole clusters.
pub(crate) const LONG_ANSWER: Duration = Duration::from_secs(60);

/// All that is kept, behind one pool of connections. A clone is cheap and shares the pool.
#[derive(Clone)]
pub struct Store {
    pub(crate) pool: PgPool,
    pub(crate) options: PgConnectOptions,
    turns: Arc<Semaphore>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The options hold the password.
        f.debug_struct("Store")
            .field("host", &self.options.get_host())
            .field("database", &self.options.get_database())
            .finish_non_exhaustive()
    }
}

/// How the database is.
#[derive(Clone, Debug, PartialEq)]
pub struct DatabaseHealth {
    /// How long one question took, a connection included.
    pub latency: Duration,
    /// Postgres's version.
    pub version: String,
    /// Postgres's clock, by which leases expire.
    pub clock: Timestamp,
}

impl Store {
    /// Opens a pool of at most `pool_size` connections and asks one question, so that an address that leads nowhere is
    /// told at once, with the reason.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when Postgres does not answer, [`Error::Other`] for a bad address, password or database.
    pub async fn connect(url: &str, pool_size: u32) -> Result<Self> {
        let store = Self::lazy(url, pool_size)?;
        store.knock().await?;
        store.ping().await?;
        Ok(store)
    }

    /// As [`Store::connect`], without asking anything yet: for a server that starts while Postgres is away.
    ///
    /// # Errors
    /// [`Error::Other`] for an address that cannot be read. Must be called within a tokio runtime.
    pub fn lazy(url: &str, pool_size: u32) -> Result<Self> {
        Ok(Self::pooled(options(url)?, pool_size))
    }

    /// Whether an address can be read as one of Postgres. Nobody is asked.
    ///
    /// # Errors
    /// [`Error::Other`], without the address, which may hold a password.
    pub fn check_address(url: &str) -> Result<()> {
        options(url).map(drop)
    }

    pub(crate) fn pooled(options: PgConnectOptions, pool_size: u32) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(pool_size)
            .acquire_timeout(CONNECT)
            .connect_lazy_with(options.clone());
        let turns = Arc::new(Semaphore::new((pool_size / 2).max(1) as usize));
        Self { pool, options, turns }
    }

    /// Waits for its turn to write what is long, as for a connection. Half of the connections are left to short questions
    /// and to those who read, however many units have something to record at once.
    pub(crate) async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        match tokio::time::timeout(CONNECT, Arc::clone(&self.turns).acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(Error::Unavailable(
                "others were being recorded all the time that it waited".into(),
            )),
        }
    }

    /// Asks for the version and the time.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when no answer comes, with the reason as far as it can be had.
    pub async fn ping(&self) -> Result<DatabaseHealth> {
        let began = Instant::now();
        let row = answer(async {
            Ok(
                query!(r#"SELECT current_setting('server_version') AS "version!", clock_timestamp() AS "clock!""#)
                    .fetch_one(&self.pool)
                    .await,
            )
        })
        .await?;
        let row = match row {
            Ok(row) => row,
            // The pool tries again until its time is over and then only says that; one more try says why.
            Err(sqlx::Error::PoolTimedOut) => {
                self.knock().await?;
                return Err(sqlx::Error::PoolTimedOut.into());
            }
            Err(error) => return Err(error.into()),
        };
        Ok(DatabaseHealth {
            latency: began.elapsed(),
            version: row.version,
            clock: row.clock,
        })
    }

    /// How many bytes the database takes on its server's disk.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn size(&self) -> Result<u64> {
        answer(async {
            let row = query!(r#"SELECT pg_database_size(current_database()) AS "bytes!""#)
                .fetch_one(&self.pool)
                .await?;
            Ok(u64::try_from(row.bytes).unwrap_or_default())
        })
        .await
    }

    /// One connection beside the pool, closed again: it fails at once and says why.
    async fn knock(&self) -> Result<()> {
        within(CONNECT, async { Ok(self.options.connect().await?.close().await?) }).await
    }

    /// Closes every connection; what is under way is finished first.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Reads an address and adds what every connection of ours has.
pub(crate) fn options(url: &str) -> Result<PgConnectOptions> {
    // The parser's own text may quote the address.
    let options = PgConnectOptions::from_str(url).map_err(|_| {
        Error::Other("the database's address cannot be read; it looks like postgres://user@host:5432/name".into())
    })?;
    Ok(options.application_name("signalbox").options([
        ("statement_timeout", "10s"),
        // A server that stopped in the middle of a transaction must not hold its locks for ever.
        ("idle_in_transaction_session_timeout", "30s"),
    ]))
}

/// One connection for work that takes as long as it takes, and between whose statements the caller may be busy.
pub(crate) async fn patient(url: &str) -> Result<PgConnection> {
    let options = options(url)?.options([("statement_timeout", "0"), ("idle_in_transaction_session_timeout", "0")]);
    within(CONNECT, async { Ok(options.connect().await?) }).await
}

/// Waits for an answer, but not for ever.
pub(crate) async fn answer<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    within(ANSWER, work).await
}

/// Waits for an answer at most `limit`.
pub(crate) async fn within<T>(limit: Duration, work: impl Future<Output = Result<T>>) -> Result<T> {
    match tokio::time::timeout(limit, work).await {
        Ok(result) => result,
        Err(_) => Err(Error::Unavailable(format!("no answer within {} s", limit.as_secs()))),
    }
}
