//! Masking what was recorded as clear before its plugin called it a password.

use model::names::{ClusterName, ConnectorName};
use model::observe::ListedConfig;
use model::secrets::{Definitions, FingerprintKey, Redactor};
use sqlx::query;

use crate::json::{pack, text, unpack};
use crate::pool::answer;
use crate::{Lease, Result, Store};

/// Config versions that are read at once.
const ROWS: i64 = 200;

impl Store {
    /// Masks what the recorded config versions of a cluster show of the keys that a plugin's class calls passwords, and
    /// gives what strikes out what they showed, by connector.
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
    ) -> Result<Vec<(ConnectorName, Redactor)>> {
        let passwords = definitions.keys.iter().filter(|(_, key)| key.is_password());
        let passwords: Vec<String> = passwords.map(|(name, _)| text(name)).collect();
        if passwords.is_empty() {
            return Ok(Vec::new());
        }
        answer(async {
            let _turn = self.turn().await?;
            let mut transaction = self.pool.begin().await?;
            lease.check(&mut transaction).await?;
            let (mut concealed, mut after) = (Vec::new(), (String::new(), String::new()));
            loop {
                // Those that name the class somewhere and show a value under such a key, or under one that ends so.
                let rows = query!(
                    r#"SELECT connector, version, config::text AS "config!" FROM config_versions
                       WHERE cluster = $1 AND (connector, version) > ($2, $3)
                           AND EXISTS (SELECT FROM jsonb_each(config -> 'config') AS named
                                       WHERE $4 IN (named.value ->> 'clear', named.value ->> 'reference'))
                           AND EXISTS (SELECT FROM jsonb_each(config -> 'config') AS shown, unnest($5::text[]) AS secret
                                       WHERE shown.value ? 'clear'
                                           AND (shown.key = secret OR right(shown.key, length(secret) + 1) = '.' || secret))
                       ORDER BY connector, version LIMIT $6 FOR UPDATE"#,
                    cluster.as_str(),
                    after.0,
                    after.1,
                    text(class),
                    &passwords,
                    ROWS,
                )
                .fetch_all(&mut *transaction)
                .await?;
                let Some(last) = rows.last() else { break };
                after = (last.connector.clone(), last.version.clone());
                for row in rows {
                    let what = format_args!("config version {} of {}", row.version, row.connector).to_string();
                    let mut config: ListedConfig = unpack(&row.config, what)?;
                    let Some(redactor) = config.config.conceal(class, definitions, key) else {
                        continue;
                    };
                    query!(
                        "UPDATE config_versions SET config = $4::text::jsonb
                         WHERE cluster = $1 AND connector = $2 AND version = $3",
                        cluster.as_str(),
                        row.connector,
                        row.version,
                        pack(&config)?,
                    )
                    .execute(&mut *transaction)
                    .await?;
                    concealed.push((row.connector.into(), redactor));
                }
            }
            transaction.commit().await?;
            Ok(concealed)
        })
        .await
    }
}
