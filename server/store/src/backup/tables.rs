//! Which tables there are, and how they are named in a statement.

use sqlx::{PgConnection, query};

use crate::{Result, migrate};

/// Counted when migrations run, and nothing that could be carried over.
const MIGRATIONS: &str = "_sqlx_migrations";

/// A table whose rows are carried over, its partitions taken together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in the order in which rows name their values.
    pub columns: Vec<String>,
}

impl Table {
    /// `"name"` and `"one", "two"`, safe in a statement whatever the names hold: they may come from a file.
    pub(super) fn quoted(&self) -> (String, String) {
        let quote = |name: &String| format!("\"{}\"", name.replace('"', "\"\""));
        let columns: Vec<String> = self.columns.iter().map(quote).collect();
        (quote(&self.name), columns.join(", "))
    }
}

/// Every table of ours, in order of its name.
pub(super) async fn tables(connection: &mut PgConnection) -> Result<Vec<Table>> {
    let rows = query!(
        r#"SELECT class.relname::text AS "name!", array_agg(attname::text ORDER BY attnum) AS "columns!"
           FROM pg_class AS class
           JOIN pg_attribute ON attrelid = class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
           WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
               AND relname <> $1
           GROUP BY class.relname
           ORDER BY class.relname"#,
        MIGRATIONS,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Table {
            name: row.name,
            columns: row.columns,
        })
        .collect())
}

/// The newest migration that ran; `None` where none ever did.
pub(super) async fn schema(connection: &mut PgConnection) -> Result<Option<i64>> {
    let there = query!(r#"SELECT to_regclass('public._sqlx_migrations') IS NOT NULL AS "there!""#)
        .fetch_one(&mut *connection)
        .await?
        .there;
    if !there {
        return Ok(None);
    }
    Ok(migrate::applied(connection).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_its_quotes() {
        let table = Table {
            name: "t\"; DROP TABLE audit; --".to_owned(),
            columns: vec!["a".to_owned(), "b\"c".to_owned()],
        };
        let quoted = table.quoted();
        assert_eq!(quoted.0, "\"t\"\"; DROP TABLE audit; --\"");
        assert_eq!(quoted.1, "\"a\", \"b\"\"c\"");
    }
}
