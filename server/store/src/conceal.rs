//! Masking what was recorded as clear before its plugin called it a password.
//!
//! A cluster may have many thousand config versions, of which hardly any is concerned. They are read page by page, outside
//! any transaction, so that nothing waits for it; only what is found is masked under the lease.

use std::sync::Arc;

use model::names::{ClusterName, ConnectorName};
use model::observe::ListedConfig;
use model::secrets::{Definitions, FingerprintKey, Redactor};
use sqlx::query;

use crate::json::{pack, text, unpack};
use crate::lease::SILENCE;
use crate::pool::answer;
use crate::{Lease, Result, Store};

/// Config versions that are looked through at once.
const PAGE: i64 = 500;

/// Where to go on: behind this connector's version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConcealFrom {
    connector: String,
    version: String,
}

/// A config version that showed what is called a password by now.
#[derive(Clone)]
pub struct Concealed {
    /// Whose it is.
    pub connector: ConnectorName,
    /// As it is recorded now.
    pub config: Arc<ListedConfig>,
    /// Strikes out what it showed.
    pub redactor: Redactor,
}

impl Store {
    /// Masks what a page of the recorded config versions of a cluster shows of the keys that a plugin's class calls
    /// passwords. Returns them, and where the next page begins, `None` behind the last one.
    ///
    /// # Errors
    /// [`crate::Error::Fenced`] when the lease is lost: nothing was written; [`crate::Error::Unavailable`];
    /// [`crate::Error::Corrupt`].
    pub async fn conceal(
        &self,
        lease: &Lease,
        cluster: &ClusterName,
        class: &str,
        definitions: &Definitions,
        key: &FingerprintKey,
        from: ConcealFrom,
    ) -> Result<(Vec<Concealed>, Option<ConcealFrom>)> {
        let passwords = definitions.keys.iter().filter(|(_, key)| key.is_password());
        let passwords: Vec<String> = passwords.map(|(name, _)| text(name)).collect();
        if passwords.is_empty() {
            return Ok((Vec::new(), None));
        }
        answer(async {
            let _turn = self.turn().await?;
            // Those that name the class somewhere and show a value under such a key, or under one that ends so, and the
            // last of the page, whether it is one of them or not.
            let rows = query!(
                r#"WITH page AS (
                       SELECT connector, version, config FROM config_versions
                       WHERE cluster = $1 AND (connector, version) > ($2, $3) ORDER BY connector, version LIMIT $6
                   ), concerned AS (
                       SELECT connector, version FROM page
                       WHERE EXISTS (SELECT FROM jsonb_each(config -> 'config') AS named
                                     WHERE $4 IN (named.value ->> 'clear', named.value ->> 'reference'))
                           AND EXISTS (SELECT FROM jsonb_each(config -> 'config') AS shown, unnest($5::text[]) AS secret
                                       WHERE shown.value ? 'clear'
                                           AND (shown.key = secret OR right(shown.key, length(secret) + 1) = '.' || secret))
                   ), ending AS (
                       SELECT connector, version FROM page ORDER BY connector DESC, version DESC LIMIT 1
                   )
                   SELECT page.connector, page.version, config::text AS "config!",
                       (page.connector, page.version) IN (SELECT connector, version FROM concerned) AS "concerned!",
                       (SELECT count(*) FROM page) = $6 AS "more!"
                   FROM page
                   WHERE (page.connector, page.version) IN (SELECT connector, version FROM concerned)
                       OR (page.connector, page.version) IN (SELECT connector, version FROM ending)
                   ORDER BY page.connector, page.version"#,
                cluster.as_str(),
                from.connector,
                from.version,
                text(class),
                &passwords,
                PAGE,
            )
            .fetch_all(&self.pool)
            .await?;
            let next = rows.last().filter(|last| last.more).map(|last| ConcealFrom {
                connector: last.connector.clone(),
                version: last.version.clone(),
            });
            let (mut found, mut texts) = (Vec::new(), Vec::new());
            for row in rows.into_iter().filter(|row| row.concerned) {
                let what = format_args!("config version {} of {}", row.version, row.connector).to_string();
                let mut config: ListedConfig = unpack(&row.config, what)?;
                let Some(redactor) = config.config.conceal(class, definitions, key) else {
                    continue;
                };
                texts.push((row.connector.clone(), row.version, pack(&config)?));
                found.push(Concealed {
                    connector: row.connector.into(),
                    config: Arc::new(config),
                    redactor,
                });
            }
            if texts.is_empty() {
                return Ok((found, next));
            }
            let mut transaction = self.pool.begin().await?;
            // A server that was stopped in the middle must not keep the rows from the others.
            query!("SELECT set_config('idle_in_transaction_session_timeout', $1, true)", SILENCE)
                .fetch_one(&mut *transaction)
                .await?;
            for (connector, version, config) in texts {
                query!(
                    "UPDATE config_versions SET config = $4::text::jsonb
                     WHERE cluster = $1 AND connector = $2 AND version = $3",
                    cluster.as_str(),
                    connector,
                    version,
                    config,
                )
                .execute(&mut *transaction)
                .await?;
            }
            // Last, so that no record that has these rows waits for a lease that is held here.
            lease.check(&mut transaction).await?;
            transaction.commit().await?;
            Ok((found, next))
        })
        .await
    }
}
