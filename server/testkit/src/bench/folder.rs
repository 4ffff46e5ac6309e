//! A folder that vanishes.

use std::io;
use std::path::{Path, PathBuf};

/// Removed with all that is in it when dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn make() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("signalbox-bench-{}", std::process::id()));
        std::fs::create_dir(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nobody is left to be told.
        drop(std::fs::remove_dir_all(&self.0));
    }
}
