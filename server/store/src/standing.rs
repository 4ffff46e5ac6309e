//! What a role may do with a database: asked by those who want to know beforehand whether a server could run on it.

use model::secrets::Fingerprint;
use sqlx::query;

use crate::pool::answer;
use crate::{Result, Store, migrate};

/// The role that the migrations give the server's rights to.
pub const RIGHTS: &str = "signalbox_server";

/// What a database is to the role that asks. Nothing is changed by asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The role.
    pub role: String,
    /// Whether it may make tables, which migrations do.
    pub may_define: bool,
    /// Whether it has the server's rights by [`RIGHTS`], now or as soon as migrations grant them; false where that role is
    /// not there.
    pub in_rights: bool,
    /// Tables of Signalbox that are there and that it may not read.
    pub unreadable: Vec<String>,
    /// The newest migration that was run; `None` where none was, or where the role may not see.
    pub migrated: Option<i64>,
    /// Whether migrations that this version knows are missing, as far as the role can see.
    pub behind: bool,
    /// The key that it was written with, where the role can see it.
    pub key: Option<Fingerprint>,
}

impl Store {
    /// Asks what this database is to the role of the address.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`] when no answer comes, [`crate::Error::Other`] when Postgres refuses to answer.
    pub async fn standing(&self) -> Result<Standing> {
        answer(async {
            let row = query!(
                r#"SELECT current_user::text AS "role!",
                       has_schema_privilege('public', 'CREATE') AS "may_define!",
                       coalesce((SELECT pg_has_role(oid, 'MEMBER') FROM pg_roles WHERE rolname = $1), false) AS "in_rights!",
                       to_regclass('public._sqlx_migrations') IS NOT NULL AS "begun!",
                       coalesce(has_table_privilege(to_regclass('public._sqlx_migrations'), 'SELECT'), false) AS "shown!",
                       coalesce(has_table_privilege(to_regclass('public.server_key'), 'SELECT'), false) AS "key_shown!",
                       array(
                           SELECT relname::text FROM pg_class
                           WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
                               AND relname <> '_sqlx_migrations' AND NOT has_table_privilege(oid, 'SELECT')
                           ORDER BY relname
                       ) AS "unreadable!""#,
                RIGHTS,
            )
            .fetch_one(&self.pool)
            .await?;
            let migrated = match row.shown {
                true => migrate::applied(&mut *self.pool.acquire().await?).await?,
                false => None,
            };
            let key = match row.key_shown {
                true => query!("SELECT identity FROM server_key").fetch_optional(&self.pool).await?,
                false => None,
            };
            Ok(Standing {
                role: row.role,
                may_define: row.may_define,
                in_rights: row.in_rights,
                // Of a database that is not ours yet, others' tables are no concern.
                unreadable: if row.begun { row.unreadable } else { Vec::new() },
                migrated,
                behind: !row.begun || migrated.is_some_and(|migrated| migrated < migrate::newest()),
                key: key.map(|key| Fingerprint::from_hex(&key.identity)),
            })
        })
        .await
    }
}
