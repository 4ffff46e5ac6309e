//! The fingerprint of the secret key that masked what is kept.

use model::secrets::Fingerprint;
use sqlx::query;

use crate::pool::answer;
use crate::{Error, Result, Store};

impl Store {
    /// Compares the server's key (by [`model::secrets::FingerprintKey::identity`]) with the one that this database was
    /// written with; the first server leaves its own.
    ///
    /// # Errors
    /// [`Error::OtherKey`] when they differ.
    pub async fn check_key(&self, identity: &Fingerprint) -> Result<()> {
        let recorded = answer(async {
            query!(
                "INSERT INTO server_key (identity) VALUES ($1) ON CONFLICT DO NOTHING",
                identity.as_str()
            )
            .execute(&self.pool)
            .await?;
            Ok(query!("SELECT identity FROM server_key")
                .fetch_one(&self.pool)
                .await?
                .identity)
        })
        .await?;
        let recorded = Fingerprint::from_hex(&recorded);
        if recorded == *identity {
            Ok(())
        } else {
            Err(Error::OtherKey {
                theirs: recorded.short().into(),
                ours: identity.short().into(),
            })
        }
    }
}
