//! The server's secret key: made when absent, refused when others can read it.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use hmac::{Hmac, Mac};
use model::secrets::FingerprintKey;
use rand::TryRngCore as _;
use sha2::Sha256;

/// Bytes of a key that is made; the fewest that are taken.
const LENGTH: usize = 32;

/// Why there is no key. Holds no byte of it.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file could not be read or made.
    #[error("the secret key {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others than its owner may read or write it.
    #[error(
        "the secret key {} is open to others (mode {mode:03o}); run `chmod 600 {}`, and if others may have read it, \
         make a new one",
        path.display(), path.display()
    )]
    Loose {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It is too short to be one.
    #[error("the secret key {} is shorter than {LENGTH} bytes; restore it, or remove it to have a new one made", path.display())]
    Short {
        /// The file.
        path: PathBuf,
    },
    /// The system has no randomness.
    #[error("no random bytes could be had: {0}")]
    Randomness(String),
}

/// The secret key. No Debug.
#[derive(Clone)]
pub struct SecretKey {
    bytes: std::sync::Arc<[u8]>,
}

impl SecretKey {
    /// Reads the key, or makes one where there is no file.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn open_or_make(path: &Path) -> Result<Self, KeyError> {
        match Self::open(path) {
            Err(KeyError::File { source, .. }) if source.kind() == ErrorKind::NotFound => {}
            outcome => return outcome,
        }
        let mut bytes = [0; LENGTH];
        rand::rngs::OsRng
            .try_fill_bytes(&mut bytes)
            .map_err(|error| KeyError::Randomness(error.to_string()))?;
        match write_new(path, &bytes) {
            // Of two servers that start together one wins, and both use its key.
            Err(KeyError::File { source, .. }) if source.kind() == ErrorKind::AlreadyExists => {}
            outcome => outcome?,
        }
        Self::open(path)
    }

    /// Reads the key.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn open(path: &Path) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File {
            path: path.to_owned(),
            source,
        };
        let mut file = File::open(path).map_err(failed)?;
        let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Loose {
                path: path.to_owned(),
                mode,
            });
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() < LENGTH {
            return Err(KeyError::Short { path: path.to_owned() });
        }
        Ok(Self { bytes: bytes.into() })
    }

    /// Puts a key from elsewhere in its place. One that is there already is not touched.
    ///
    /// # Errors
    /// [`KeyError::Short`] when it is none; [`KeyError::File`], also when there is a file.
    pub fn place(path: &Path, bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.len() < LENGTH {
            return Err(KeyError::Short { path: path.to_owned() });
        }
        write_new(path, bytes)?;
        Self::open(path)
    }

    /// The key itself, for a backup and for nothing else.
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// For fingerprints of masked values.
    pub fn fingerprints(&self) -> FingerprintKey {
        FingerprintKey::new(&self.bytes)
    }

    /// HMAC-SHA256 of `text` as 64 hexadecimal digits; `purpose` keeps signatures of different things apart.
    pub fn sign(&self, purpose: &str, text: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.bytes) else {
            // HMAC takes keys of any length, so this is never reached; and it would match nothing.
            return String::new();
        };
        mac.update(&(purpose.len() as u64).to_be_bytes());
        mac.update(purpose.as_bytes());
        mac.update(text.as_bytes());
        hexadecimal(&mac.finalize().into_bytes())
    }

    /// Whether `signature` is that of `text`, in constant time.
    pub fn verify(&self, purpose: &str, text: &str, signature: &str) -> bool {
        let right = self.sign(purpose, text);
        !right.is_empty() && equal(right.as_bytes(), signature.as_bytes())
    }
}

/// Writes a key where there is no file yet, whole or not at all.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let failed = |source| KeyError::File {
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path.parent() {
        make_folder(folder).map_err(failed)?;
    }
    // Under another name first: a key that was cut short by a full disk must never be taken for one.
    let fresh = path.with_extension(format!("new-{}", std::process::id()));
    let written = private(&fresh)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        // A link, which unlike a rename takes no other's place.
        .and_then(|()| fs::hard_link(&fresh, path));
    let removed = fs::remove_file(&fresh);
    written.and(removed).map_err(failed)
}

/// Compares without telling by its time where the two differ.
pub fn equal(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

/// Random text of 32 hexadecimal digits.
///
/// # Errors
/// [`KeyError::Randomness`].
pub fn random_id() -> Result<String, KeyError> {
    let mut bytes = [0; 16];
    rand::rngs::OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| KeyError::Randomness(error.to_string()))?;
    Ok(hexadecimal(&bytes))
}

/// As text of two digits a byte.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes a folder for the server's files, closed to others if it is new.
///
/// # Errors
/// What the system says.
pub fn make_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() || folder.as_os_str().is_empty() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    // Not 0700: our own Postgres runs as another user when we are root, and must pass through to its folder.
    fs::set_permissions(folder, Permissions::from_mode(0o711))
}

/// Makes a file that only its owner can read, in place of an old one.
///
/// # Errors
/// What the system says.
pub fn private(path: &Path) -> std::io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_closed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/secret.key");
        let made = SecretKey::open_or_make(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let again = SecretKey::open_or_make(&path).unwrap();
        assert_eq!(made.sign("a", "b"), again.sign("a", "b"));
        assert_ne!(made.sign("a", "b"), made.sign("ab", ""));
        assert!(again.verify("a", "b", &made.sign("a", "b")) && !again.verify("a", "b", ""));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn loose_and_short_keys_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        fs::write(&path, [7; 32]).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(
            SecretKey::open_or_make(&path),
            Err(KeyError::Loose { mode: 0o640, .. })
        ));
        fs::set_permissions(&path, Permissions::from_mode(0o400)).unwrap();
        assert!(SecretKey::open_or_make(&path).is_ok());
        drop(private(&path).unwrap());
        assert!(matches!(SecretKey::open_or_make(&path), Err(KeyError::Short { .. })));
    }
}
