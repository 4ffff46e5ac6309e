//! The directory that holds everything of our own Postgres, and the lock that says whose it is.
//!
//! `lock` · `password` · `port` · `data/` · `log/postgres.log`. As root only `data/` and the password belong to the
//! user of the server, so that this user cannot lay links for root to follow.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use nix::unistd::Uid;

use crate::Error;

/// A claimed directory. As long as this value lives, nobody else can claim the same one; the lock falls with the
/// process, however that ends.
#[derive(Debug)]
pub(crate) struct Home {
    path: PathBuf,
    _lock: File,
}

impl Home {
    /// Makes the directory when it is missing and takes its lock.
    pub(crate) fn claim(path: &Path) -> Result<Home, Error> {
        make(path)?;
        let path = path.canonicalize().map_err(|e| Error::io("resolve", path, e))?;
        let lock_path = path.join("lock");
        if !lock_path.exists() && !is_empty(&path)? {
            return Err(Error::NotOurs { path });
        }
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&lock_path)
            .map_err(|e| Error::io("open", &lock_path, e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                // The number only decorates the message; without it the answer is the same.
                let pid = lock.read_to_string(&mut pid).ok().and_then(|_| pid.trim().parse().ok());
                return Err(Error::Owned { data_dir: path, pid });
            }
            Err(TryLockError::Error(e)) => return Err(Error::io("lock", &lock_path, e)),
        }
        lock.set_len(0)
            .and_then(|()| lock.rewind())
            .and_then(|()| writeln!(lock, "{}", std::process::id()))
            .map_err(|e| Error::io("write", &lock_path, e))?;
        // As root the server's user must be able to pass through, but not to list.
        let mode = if Uid::effective().is_root() { 0o711 } else { 0o700 };
        fs::set_permissions(&path, Permissions::from_mode(mode)).map_err(|e| Error::io("set the mode of", &path, e))?;
        Ok(Home { path, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The data of the server, what Postgres calls its data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// Writes a small file whole or not at all: a kill in the middle leaves the old one.
    pub(crate) fn write(&self, name: &str, content: &str) -> Result<PathBuf, Error> {
        let (path, new) = (self.path.join(name), self.path.join(format!("{name}.new")));
        let write = || -> io::Result<()> {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&new)?;
            file.write_all(content.as_bytes())?;
            file.sync_all()?;
            fs::rename(&new, &path)
        };
        write().map_err(|e| Error::io("write", &path, e))?;
        Ok(path)
    }

    /// Reads what [`Home::write`] wrote; none when it was never written.
    pub(crate) fn read(&self, name: &str) -> Result<Option<String>, Error> {
        let path = self.path.join(name);
        match fs::read_to_string(&path) {
            Ok(content) => Ok(Some(content.trim().to_owned())),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::io("read", &path, e)),
        }
    }

    /// Makes renames in the directory survive a power cut.
    pub(crate) fn sync(&self) -> Result<(), Error> {
        File::open(&self.path)
            .and_then(|dir| dir.sync_all())
            .map_err(|e| Error::io("sync", &self.path, e))
    }
}

/// Makes the directory, closed to others; its missing parents get the usual mode, because root drops to a user who
/// must pass through them.
fn make(path: &Path) -> Result<(), Error> {
    if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(|e| Error::io("make", parent, e))?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made.map_err(|e| Error::io("make", path, e)),
    }
}

/// Whether nothing is in a folder.
pub(crate) fn is_empty(path: &Path) -> Result<bool, Error> {
    Ok(fs::read_dir(path)
        .map_err(|e| Error::io("list", path, e))?
        .next()
        .is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_has_one_owner_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::claim(&dir.path().join("pg")).unwrap();
        match Home::claim(&dir.path().join("pg")).unwrap_err() {
            Error::Owned { pid, .. } => assert_eq!(pid, Some(std::process::id())),
            other => panic!("{other}"),
        }
        drop(home);
        Home::claim(&dir.path().join("pg")).unwrap();
    }

    #[test]
    fn a_folder_with_other_things_in_it_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("letter"), "mine").unwrap();
        assert!(matches!(Home::claim(dir.path()).unwrap_err(), Error::NotOurs { .. }));
        assert!(!dir.path().join("lock").exists());
    }
}
