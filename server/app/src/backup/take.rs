//! Taking a backup.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use model::Timestamp;
use postgres::{Binaries, Options, Own};
use store::Snapshot;

use super::BackupError;
use super::manifest::{FORMAT, MANIFEST, Manifest, SEAL, TableRows};
use super::write::Writer;
use crate::config::Config;
use crate::key::{SecretKey, private};

/// Writes everything to `to`, which must not exist; nothing is left there when it fails. `told` hears of each table.
///
/// # Errors
/// See [`BackupError`].
pub async fn take(
    config: &Config,
    to: &Path,
    now: Timestamp,
    told: impl FnMut(&str, u64),
) -> Result<Manifest, BackupError> {
    if to.exists() {
        return Err(BackupError::Exists { path: to.to_owned() });
    }
    let key = SecretKey::open(&config.server.secret_key_file)?;
    let (url, own) = database(config).await?;
    let draft = draft(to);
    let taken = write(&url, &key, &draft, now, told).await;
    if let Some(own) = own {
        own.stop().await?;
    }
    let placed = match taken {
        // A link, which unlike a rename takes nothing's place.
        Ok(manifest) => fs::hard_link(&draft, to)
            .map(|()| manifest)
            .map_err(|error| BackupError::file(to, error)),
        Err(error) => Err(error),
    };
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(BackupError::file(&draft, error)),
        _ => placed,
    }
}

/// Where a backup is written until it is whole: whoever gives one up removes it, since it holds the secret key.
pub fn draft(to: &Path) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(format!(".unfinished-{}", std::process::id()));
    to.with_file_name(name)
}

/// The address of the database; our own is asked where it runs, else started for as long as this takes.
async fn database(config: &Config) -> Result<(String, Option<Own>), BackupError> {
    if let Some(url) = config.database.owner() {
        return Ok((url.to_owned(), None));
    }
    let place = config.server.own_postgres();
    if let Some(url) = Own::running(&place)? {
        return Ok((url.expose().to_owned(), None));
    }
    if !place.join("data").exists() {
        return Err(BackupError::file(&place, std::io::ErrorKind::NotFound.into()));
    }
    let own = Own::start(Options::new(place, Binaries::find(None)?)).await?;
    Ok((own.url().expose().to_owned(), Some(own)))
}

async fn write(
    url: &str,
    key: &SecretKey,
    draft: &Path,
    now: Timestamp,
    mut told: impl FnMut(&str, u64),
) -> Result<Manifest, BackupError> {
    let failed = |error| BackupError::file(draft, error);
    let mut snapshot = Snapshot::open(url).await?;
    let identity = key.fingerprints().identity();
    if let Some(recorded) = snapshot.key().filter(|recorded| *recorded != identity.as_str()) {
        return Err(store::Error::OtherKey {
            theirs: recorded.chars().take(8).collect(),
            ours: identity.short().into(),
        }
        .into());
    }
    let file = private(draft).map_err(failed)?;
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    let mut writer = Writer::new(file, seconds);
    let secret = writer
        .part("secret.key", async |content| content.write_all(key.expose()))
        .await
        .map_err(failed)?;
    let mut parts = vec![secret];
    for table in snapshot.tables().to_vec() {
        let mut rows = 0;
        let mut refusal = None;
        let part = writer
            .part(&format!("tables/{}.copy.gz", table.name), async |content| {
                let mut packed = GzEncoder::new(content, Compression::fast());
                match snapshot.read(&table, &mut packed).await {
                    Ok(count) => rows = count,
                    Err(error) => refusal = Some(error),
                }
                packed.finish().map(|_| ())
            })
            .await
            .map_err(failed)?;
        if let Some(error) = refusal {
            return Err(error.into());
        }
        told(&table.name, rows);
        parts.push(super::Part {
            table: Some(TableRows {
                name: table.name,
                columns: table.columns,
                rows,
            }),
            ..part
        });
    }
    let manifest = Manifest {
        format: FORMAT,
        taken_at: now,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        schema: snapshot.schema(),
        key: identity.as_str().to_owned(),
        months: snapshot.months().to_vec(),
        parts,
    };
    let text = serde_json::to_vec_pretty(&manifest).map_err(|error| failed(error.into()))?;
    let written = writer
        .part(MANIFEST, async |content| content.write_all(&text))
        .await
        .map_err(failed)?;
    writer
        .part(SEAL, async |content| content.write_all(written.sha256.as_bytes()))
        .await
        .map_err(failed)?;
    writer.finish().map_err(failed)?;
    snapshot.close().await?;
    Ok(manifest)
}
