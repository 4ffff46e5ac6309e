//! Putting everything into an empty database, wholly or not at all.

use std::io::Read;

use model::Timestamp;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, query, query_scalar};

use super::tables::{Table, schema, tables};
use crate::{Error, Result, Store, migrate, pool};

/// The one table that a migration itself puts a row into.
const HEAD: &str = "feed_head";
/// Read from the source at once.
const CHUNK: usize = 256 * 1024;

/// An empty database that is being filled, in one transaction.
pub struct Refill {
    connection: PgConnection,
    url: String,
    tables: Vec<Table>,
}

impl Refill {
    /// Brings the schema to where it was when the rows were taken out, and makes room for the `months` in which they
    /// were recorded.
    ///
    /// # Errors
    /// [`Error::NotEmpty`] when there are rows already, [`Error::NewerSchema`] when the rows, or the database, come from
    /// a newer version; [`Error::Unavailable`]; [`Error::Migration`].
    pub async fn open(owner_url: &str, taken_at: i64, months: &[Timestamp]) -> Result<Self> {
        let newest = migrate::newest();
        if taken_at > newest {
            return Err(Error::NewerSchema {
                theirs: taken_at,
                ours: newest,
            });
        }
        let mut connection = pool::patient(owner_url).await?;
        refuse_if_filled(&mut connection).await?;
        if let Some(there) = schema(&mut connection).await?.filter(|there| *there > taken_at) {
            return Err(Error::NewerSchema {
                theirs: there,
                ours: taken_at,
            });
        }
        Store::migrate_to(owner_url, taken_at).await?;
        query!("BEGIN").execute(&mut connection).await?;
        // Nobody begins to work with what is half there.
        query!("LOCK TABLE server_key, leases IN ACCESS EXCLUSIVE MODE")
            .execute(&mut connection)
            .await?;
        refuse_if_filled(&mut connection).await?;
        query_scalar!(
            r#"SELECT signalbox_make_partition(parent, month) AS "made!"
               FROM unnest($1::timestamptz[]) AS month, unnest(ARRAY['history', 'feed', 'audit', 'counts']) AS parent
               WHERE to_regclass('public.' || parent) IS NOT NULL"#,
            months,
        )
        .fetch_all(&mut connection)
        .await?;
        query!("DELETE FROM feed_head").execute(&mut connection).await?;
        let tables = tables(&mut connection).await?;
        Ok(Self {
            connection,
            url: owner_url.to_owned(),
            tables,
        })
    }

    /// Takes the rows of a table; how many they were.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when there is no such table, [`Error::Other`] when the rows are not its, or cannot be read.
    pub async fn fill(&mut self, table: &Table, source: &mut (dyn Read + Send)) -> Result<u64> {
        if !self.tables.iter().any(|known| known.name == table.name) {
            return Err(Error::corrupt(
                format!("table {}", table.name),
                "there is none of this name",
            ));
        }
        let (name, columns) = table.quoted();
        let mut copy = self
            .connection
            .copy_in_raw(&format!("COPY public.{name} ({columns}) FROM STDIN"))
            .await?;
        let mut chunk = vec![0; CHUNK];
        loop {
            match source.read(&mut chunk) {
                Ok(0) => return Ok(copy.finish().await?),
                Ok(length) => {
                    copy.send(&chunk[..length]).await?;
                }
                Err(error) => {
                    copy.abort("the rows could not be read").await?;
                    return Err(Error::Other(format!("the rows could not be read: {error}")));
                }
            }
        }
    }

    /// Makes it all visible, and brings the schema up to date. No lease is held afterwards: its holder was elsewhere.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; [`Error::Migration`] when the rows are there and the schema could not be brought on,
    /// which the next start tries again.
    pub async fn finish(mut self) -> Result<()> {
        query!("UPDATE leases SET released = true, expires_at = clock_timestamp()")
            .execute(&mut self.connection)
            .await?;
        let counters = query!(
            r#"SELECT relname::text AS "name!", attname::text AS "column!",
                   pg_get_serial_sequence(format('public.%I', relname), attname) AS "sequence!"
               FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
               WHERE relnamespace = 'public'::regnamespace AND NOT relispartition AND attidentity <> ''"#
        )
        .fetch_all(&mut self.connection)
        .await?;
        for counter in counters {
            let table = Table {
                name: counter.name,
                columns: vec![counter.column],
            };
            let (name, column) = table.quoted();
            // Names of the catalogue, quoted; the sequence is a value.
            let statement = format!("SELECT setval($1::regclass, max({column})) FROM public.{name}");
            sqlx::query(AssertSqlSafe(statement))
                .bind(counter.sequence)
                .execute(&mut self.connection)
                .await?;
        }
        query!("COMMIT").execute(&mut self.connection).await?;
        self.connection.close().await?;
        Store::migrate(&self.url).await
    }
}

async fn refuse_if_filled(connection: &mut PgConnection) -> Result<()> {
    for table in tables(connection).await?.iter().filter(|table| table.name != HEAD) {
        let statement = format!("SELECT EXISTS (SELECT FROM public.{})", table.quoted().0);
        let filled: bool = sqlx::query_scalar(AssertSqlSafe(statement))
            .fetch_one(&mut *connection)
            .await?;
        if filled {
            return Err(Error::NotEmpty {
                table: table.name.clone(),
            });
        }
    }
    Ok(())
}
