//! Reading an archive, believed only when each of its parts is as its end says.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::BackupError;
use super::manifest::{self, FORMAT, Manifest, Part, SEAL};
use crate::key::hexadecimal;

/// The longest manifest: some hundred bytes a table.
const MANIFEST: u64 = 4 * 1024 * 1024;
/// The longest key.
const KEY: u64 = 64 * 1024;

/// A backup that is whole.
pub struct Archive {
    path: PathBuf,
    file: File,
    manifest: Manifest,
    places: BTreeMap<String, u64>,
}

impl Archive {
    /// Reads it all once and compares every part with the manifest.
    ///
    /// # Errors
    /// [`BackupError::File`], [`BackupError::Broken`].
    pub fn open(path: &Path) -> Result<Self, BackupError> {
        let file = File::open(path).map_err(|error| BackupError::file(path, error))?;
        let (places, mut found, manifest) = look_through(&file).map_err(|error| {
            // The words of an error may quote what the file holds, which is nobody's business if it is no backup.
            let why = format!(
                "it cannot be read, so it was cut short or is something else ({})",
                error.kind()
            );
            BackupError::broken(path, why)
        })?;
        let broken = |why: String| BackupError::broken(path, why);
        let sealed = found.remove(SEAL).map(|_| seal(&file, &places));
        let manifest = manifest.ok_or_else(|| broken("its end is missing, so it was cut short".to_owned()))?;
        let version: Version =
            serde_json::from_slice(&manifest).map_err(|error| broken(format!("manifest.json: {error}")))?;
        if version.format > FORMAT {
            return Err(broken(format!(
                "it is of format {}, and this version reads {FORMAT}; use a newer one",
                version.format
            )));
        }
        let whole = match sealed {
            Some(seal) => {
                seal.map_err(|error| BackupError::file(path, error))? == hexadecimal(&Sha256::digest(&manifest))
            }
            None => version.format == 1,
        };
        if !whole {
            return Err(broken(
                "manifest.json is not what it was when it was written".to_owned(),
            ));
        }
        let manifest: Manifest =
            serde_json::from_slice(&manifest).map_err(|error| broken(format!("manifest.json: {error}")))?;
        if let Some(path) = found
            .keys()
            .find(|path| manifest.parts.iter().all(|part| part.path != **path))
        {
            return Err(broken(format!("{path:?} is no part of it")));
        }
        for part in &manifest.parts {
            match found.get(&part.path) {
                None => return Err(broken(format!("{} is missing", part.path))),
                Some(seen) if *seen != (part.bytes, part.sha256.clone()) => {
                    return Err(broken(format!("{} is not what it was when it was written", part.path)));
                }
                Some(_) => {}
            }
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            manifest,
            places,
        })
    }

    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The secret key.
    ///
    /// # Errors
    /// As [`Archive::open`].
    pub fn key(&self) -> Result<Vec<u8>, BackupError> {
        let part = self.manifest.parts.iter().find(|part| part.path == "secret.key");
        let part = part
            .filter(|part| part.bytes <= KEY)
            .ok_or_else(|| BackupError::broken(&self.path, "it holds no secret key"))?;
        let mut key = Vec::new();
        self.content(part)
            .and_then(|mut content| content.read_to_end(&mut key))
            .map_err(|error| BackupError::file(&self.path, error))?;
        Ok(key)
    }

    /// The bytes of one of its parts.
    pub(super) fn content(&self, part: &Part) -> io::Result<impl Read + use<>> {
        let mut file = self.file.try_clone()?;
        let place = self.places.get(&part.path).ok_or(io::ErrorKind::NotFound)?;
        file.seek(SeekFrom::Start(*place))?;
        Ok(BufReader::new(file).take(part.bytes))
    }
}

/// What every format's manifest has.
#[derive(serde::Deserialize)]
struct Version {
    format: u32,
}

/// The manifest's SHA-256 as it was written.
fn seal(file: &File, places: &BTreeMap<String, u64>) -> io::Result<String> {
    let mut file = file.try_clone()?;
    let place = places.get(SEAL).ok_or(io::ErrorKind::NotFound)?;
    file.seek(SeekFrom::Start(*place))?;
    let mut seal = Vec::new();
    // SHA-256 has 32 bytes, of two digits each.
    file.take(64).read_to_end(&mut seal)?;
    Ok(String::from_utf8_lossy(&seal).into_owned())
}

/// Where each part begins; how long it is and its SHA-256; the manifest's text.
type Looked = (BTreeMap<String, u64>, BTreeMap<String, (u64, String)>, Option<Vec<u8>>);

fn look_through(file: &File) -> io::Result<Looked> {
    let (mut places, mut found, mut manifest) = (BTreeMap::new(), BTreeMap::new(), None);
    let mut archive = tar::Archive::new(file);
    for entry in archive.entries_with_seek()? {
        let mut entry = entry?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if path == manifest::MANIFEST {
            let mut text = Vec::new();
            (&mut entry).take(MANIFEST).read_to_end(&mut text)?;
            manifest = Some(text);
            continue;
        }
        let mut digest = Sha256::new();
        let mut bytes = 0;
        let mut chunk = vec![0; 64 * 1024];
        loop {
            match entry.read(&mut chunk)? {
                0 => break,
                length => {
                    digest.update(&chunk[..length]);
                    bytes += length as u64;
                }
            }
        }
        places.insert(path.clone(), entry.raw_file_position());
        found.insert(path, (bytes, hexadecimal(&digest.finalize())));
    }
    Ok((places, found, manifest))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use chrono::DateTime;

    use super::super::manifest::{MANIFEST, TableRows};
    use super::super::write::Writer;
    use super::*;

    const BLOCK: usize = 512;

    /// An archive of the key and one table, as an earlier version wrote it or as this one does.
    async fn archive(folder: &Path, format: u32) -> PathBuf {
        let path = folder.join(format!("{format}.tar"));
        let mut writer = Writer::new(File::create_new(&path).unwrap(), 7);
        let mut put = async |path: &str, bytes: &[u8]| {
            let filled = writer.part(path, async |content| content.write_all(bytes));
            filled.await.unwrap()
        };
        let key = put("secret.key", &[7; 32]).await;
        let rows = TableRows {
            name: "history".to_owned(),
            columns: vec!["id".to_owned()],
            rows: 3,
        };
        let table = Part {
            table: Some(rows),
            ..put("tables/history.copy.gz", b"rows").await
        };
        let manifest = Manifest {
            format,
            taken_at: DateTime::UNIX_EPOCH,
            version: "0".to_owned(),
            schema: 1,
            key: "k".to_owned(),
            months: Vec::new(),
            parts: vec![key, table],
        };
        let written = put(MANIFEST, &serde_json::to_vec(&manifest).unwrap()).await;
        if format > 1 {
            put(SEAL, written.sha256.as_bytes()).await;
        }
        writer.finish().unwrap();
        path
    }

    #[tokio::test]
    async fn one_wrong_bit_anywhere_in_a_backup_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = archive(folder.path(), FORMAT).await;
        let good = std::fs::read(&path).unwrap();
        assert_eq!(Archive::open(&path).unwrap().manifest().parts.len(), 2);
        let damaged = folder.path().join("damaged.tar");
        // What fills a block is of no part: all of it is 0.
        let used = good.iter().enumerate().filter(|(_, byte)| **byte != 0);
        for (place, _) in used {
            for bit in [0, 3, 5] {
                let mut bytes = good.clone();
                bytes[place] ^= 1 << bit;
                std::fs::write(&damaged, bytes).unwrap();
                assert!(Archive::open(&damaged).is_err(), "bit {bit} of byte {place}");
            }
        }
        // Without its end, by whole blocks, so that it is a well-formed archive.
        std::fs::write(&damaged, &good[..good.len() - 4 * BLOCK]).unwrap();
        assert!(Archive::open(&damaged).is_err());
    }

    #[tokio::test]
    async fn a_backup_of_the_first_format_is_read_as_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = archive(folder.path(), 1).await;
        assert_eq!(Archive::open(&path).unwrap().key().unwrap(), [7; 32]);
    }
}
