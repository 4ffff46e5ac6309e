//! Putting a backup into an empty machine.

use flate2::read::GzDecoder;
use postgres::{Binaries, Options, Own};
use store::{Refill, Table};

use super::{Archive, BackupError};
use crate::config::Config;
use crate::key::{KeyError, SecretKey};

/// Puts key and rows where `config` has them. `told` hears of each table.
///
/// # Errors
/// See [`BackupError`]. The database is then as empty as before; the key may be in its place already, which does no
/// harm and is found again by the next try.
pub async fn restore(archive: &Archive, config: &Config, told: impl FnMut(&str, u64)) -> Result<(), BackupError> {
    place_key(archive, config)?;
    let (url, own) = match config.database.owner() {
        Some(url) => (url.to_owned(), None),
        None => {
            let own = Own::start(Options::new(config.server.own_postgres(), Binaries::find(None)?)).await?;
            (own.url().expose().to_owned(), Some(own))
        }
    };
    let filled = fill(archive, &url, told).await;
    if let Some(own) = own {
        own.stop().await?;
    }
    filled
}

fn place_key(archive: &Archive, config: &Config) -> Result<(), BackupError> {
    let path = &config.server.secret_key_file;
    let key = match SecretKey::open(path) {
        Ok(key) => key,
        Err(KeyError::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            SecretKey::place(path, &archive.key()?)?
        }
        Err(error) => return Err(error.into()),
    };
    if key.fingerprints().identity().as_str() == archive.manifest().key {
        Ok(())
    } else {
        Err(BackupError::OtherKey { path: path.clone() })
    }
}

async fn fill(archive: &Archive, url: &str, mut told: impl FnMut(&str, u64)) -> Result<(), BackupError> {
    let manifest = archive.manifest();
    let mut refill = Refill::open(url, manifest.schema, &manifest.months)
        .await
        .map_err(|error| match error {
            source @ store::Error::NotEmpty { .. } => BackupError::NotEmpty { source },
            other => other.into(),
        })?;
    for part in &manifest.parts {
        let Some(rows) = &part.table else { continue };
        let table = Table {
            name: rows.name.clone(),
            columns: rows.columns.clone(),
        };
        let content = archive
            .content(part)
            .map_err(|error| BackupError::file(archive.path(), error))?;
        let count = refill.fill(&table, &mut GzDecoder::new(content)).await?;
        if count != rows.rows {
            let why = format!(
                "{} holds {count} rows and not the {} that were taken",
                rows.name, rows.rows
            );
            return Err(BackupError::broken(archive.path(), why));
        }
        told(&rows.name, count);
    }
    Ok(refill.finish().await?)
}
