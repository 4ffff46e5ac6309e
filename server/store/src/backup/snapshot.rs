//! Taking everything out, as of one moment.

use std::io::Write;

use futures_util::TryStreamExt as _;
use model::Timestamp;
use sqlx::{Connection as _, PgConnection, query, query_scalar};

use super::tables::{Table, schema, tables};
use crate::{Error, Result, pool};

/// A table that older schemas do not have, kept by months as those that all have.
const COUNTS: &str = "counts";

/// A database as it was when this was opened, whatever is written meanwhile; servers go on undisturbed.
pub struct Snapshot {
    connection: PgConnection,
    schema: i64,
    tables: Vec<Table>,
    months: Vec<Timestamp>,
    key: Option<String>,
}

impl Snapshot {
    /// Opens it. `url` is the address with the role that owns the tables, since the server's own role may not see how
    /// far the schema is.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when Postgres does not answer, [`Error::Other`] for a database without our tables.
    pub async fn open(url: &str) -> Result<Self> {
        let mut connection = pool::patient(url).await?;
        query!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .execute(&mut connection)
            .await?;
        let Some(schema) = schema(&mut connection).await? else {
            return Err(Error::Other("this database holds nothing of Signalbox".into()));
        };
        let tables = tables(&mut connection).await?;
        let mut months = query_scalar!(
            r#"SELECT DISTINCT date_trunc('month', recorded_at, 'UTC') AS "month!"
               FROM (SELECT recorded_at FROM feed UNION ALL SELECT recorded_at FROM history
                     UNION ALL SELECT recorded_at FROM audit) AS recorded"#
        )
        .fetch_all(&mut connection)
        .await?;
        if tables.iter().any(|table| table.name == COUNTS) {
            let counted =
                query_scalar!(r#"SELECT DISTINCT date_trunc('month', recorded_at, 'UTC') AS "month!" FROM counts"#);
            months.extend(counted.fetch_all(&mut connection).await?);
        }
        months.sort_unstable();
        months.dedup();
        let key = query_scalar!("SELECT identity FROM server_key")
            .fetch_optional(&mut connection)
            .await?;
        Ok(Self {
            connection,
            schema,
            tables,
            months,
            key,
        })
    }

    /// The newest migration that had run.
    pub fn schema(&self) -> i64 {
        self.schema
    }

    /// What to read.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The beginnings of the months, by UTC, in which anything was recorded.
    pub fn months(&self) -> &[Timestamp] {
        &self.months
    }

    /// The fingerprint of the secret key that masked it all; `None` when no server ever used this database.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Writes the rows of a table, one a line, in COPY's text format; how many they were.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the connection is lost, [`Error::Other`] when `sink` takes no more.
    pub async fn read(&mut self, table: &Table, sink: &mut (dyn Write + Send)) -> Result<u64> {
        let (name, columns) = table.quoted();
        // Through a query, since the rows of partitions cannot be copied from their parent otherwise.
        let statement = format!("COPY (SELECT {columns} FROM public.{name}) TO STDOUT");
        let mut chunks = self.connection.copy_out_raw(&statement).await?;
        let mut rows = 0;
        while let Some(chunk) = chunks.try_next().await? {
            // A line end within a value is written as `\n`, so each of them ends a row.
            rows += chunk.iter().filter(|byte| **byte == b'\n').count() as u64;
            sink.write_all(&chunk)
                .map_err(|error| Error::Other(format!("the rows could not be written: {error}")))?;
        }
        Ok(rows)
    }

    /// Lets go of the database.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn close(self) -> Result<()> {
        Ok(self.connection.close().await?)
    }
}
