//! Reading an archive, believed only when each of its parts is as its end says.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::BackupError;
use super::manifest::{FORMAT, Manifest, Part};
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
        let (places, found, manifest) = look_through(&file).map_err(|error| {
            // The words of an error may quote what the file holds, which is nobody's business if it is no backup.
            let why = format!(
                "it cannot be read, so it was cut short or is something else ({})",
                error.kind()
            );
            BackupError::broken(path, why)
        })?;
        let broken = |why: String| BackupError::broken(path, why);
        let manifest = manifest.ok_or_else(|| broken("its end is missing, so it was cut short".to_owned()))?;
        let version: Version =
            serde_json::from_slice(&manifest).map_err(|error| broken(format!("manifest.json: {error}")))?;
        if version.format > FORMAT {
            return Err(broken(format!(
                "it is of format {}, and this version reads {FORMAT}; use a newer one",
                version.format
            )));
        }
        let manifest: Manifest =
            serde_json::from_slice(&manifest).map_err(|error| broken(format!("manifest.json: {error}")))?;
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

/// Where each part begins; how long it is and its SHA-256; the manifest's text.
type Looked = (BTreeMap<String, u64>, BTreeMap<String, (u64, String)>, Option<Vec<u8>>);

fn look_through(file: &File) -> io::Result<Looked> {
    let (mut places, mut found, mut manifest) = (BTreeMap::new(), BTreeMap::new(), None);
    let mut archive = tar::Archive::new(file);
    for entry in archive.entries_with_seek()? {
        let mut entry = entry?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if path == "manifest.json" {
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
