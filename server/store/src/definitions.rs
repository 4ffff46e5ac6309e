//! What plugins say about their own keys.

use std::sync::Arc;

use model::names::ClusterName;
use model::secrets::Definitions;
use sqlx::query;

use crate::json::{pack, text, unpack};
use crate::pool::answer;
use crate::{Lease, Result, Store};

/// Definitions with what they belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDefinitions {
    /// Java class of the plugin.
    pub class: Arc<str>,
    /// Its version; `None` when it has none.
    pub version: Option<Arc<str>>,
    /// Its keys.
    pub definitions: Definitions,
}

impl Store {
    /// The definitions of a plugin's class and version, if they were read before.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`]; [`crate::Error::Corrupt`].
    pub async fn definitions(
        &self,
        cluster: &ClusterName,
        class: &str,
        version: Option<&str>,
    ) -> Result<Option<Definitions>> {
        answer(async {
            query!(
                r#"SELECT definitions::text AS "definitions!" FROM definitions
                   WHERE cluster = $1 AND class = $2 AND version = $3"#,
                cluster.as_str(),
                text(class),
                text(version.unwrap_or_default()),
            )
            .fetch_optional(&self.pool)
            .await?
            .map(|row| unpack(&row.definitions, format_args!("definitions of {class}")))
            .transpose()
        })
        .await
    }

    /// Keeps the definitions of a plugin's class and version; those kept before are replaced.
    ///
    /// # Errors
    /// [`crate::Error::Fenced`] when the lease is lost: nothing was written; [`crate::Error::Unavailable`].
    pub async fn put_definitions(
        &self,
        lease: &Lease,
        cluster: &ClusterName,
        class: &str,
        version: Option<&str>,
        definitions: &Definitions,
    ) -> Result<()> {
        let body = pack(definitions)?;
        answer(async {
            let _turn = self.turn().await?;
            let mut transaction = self.pool.begin().await?;
            lease.check(&mut transaction).await?;
            query!(
                "INSERT INTO definitions (cluster, class, version, definitions) VALUES ($1, $2, $3, $4::text::jsonb)
                 ON CONFLICT (cluster, class, version) DO UPDATE SET
                     definitions = excluded.definitions, read_at = excluded.read_at",
                cluster.as_str(),
                text(class),
                text(version.unwrap_or_default()),
                body,
            )
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
    }

    /// Everything that plugins of a cluster said, in order of class and version.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`]; [`crate::Error::Corrupt`].
    pub async fn all_definitions(&self, cluster: &ClusterName) -> Result<Vec<StoredDefinitions>> {
        answer(async {
            query!(
                r#"SELECT class, version, definitions::text AS "definitions!" FROM definitions
                   WHERE cluster = $1 ORDER BY class, version"#,
                cluster.as_str(),
            )
            .fetch_all(&self.pool)
            .await?
            .into_iter()
            .map(|row| {
                Ok(StoredDefinitions {
                    definitions: unpack(&row.definitions, format_args!("definitions of {}", row.class))?,
                    class: row.class.into(),
                    version: (!row.version.is_empty()).then(|| row.version.into()),
                })
            })
            .collect()
        })
        .await
    }
}
