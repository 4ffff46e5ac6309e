//! The lab's own directory: made at the start, removed at the end unless kept, and swept away by the next lab when
//! its owner was killed before it could.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::Result;
use crate::error::Doing;

const PREFIX: &str = "signalbox-lab-";
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A directory that is removed when dropped, unless it is to be kept.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    keep: bool,
}

impl Directory {
    /// Makes `wanted`, or a fresh one under the machine's temporary directory.
    pub(crate) fn make(wanted: Option<&Path>, keep: bool) -> Result<Self> {
        let path = match wanted {
            Some(path) => path.to_path_buf(),
            None => {
                sweep(&std::env::temp_dir());
                let number = NUMBER.fetch_add(1, Ordering::Relaxed);
                std::env::temp_dir().join(format!("{PREFIX}{}-{number}", std::process::id()))
            }
        };
        std::fs::create_dir_all(&path).doing(|| format!("making {}", path.display()))?;
        // A Postgres that runs under another uid must be able to pass through.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))
                .doing(|| format!("opening {}", path.display()))?;
        }
        Ok(Self {
            path,
            keep: keep || wanted.is_some(),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes (if needed) and returns a directory below this one.
    pub(crate) fn sub(&self, name: &str) -> Result<PathBuf> {
        let path = self.path.join(name);
        std::fs::create_dir_all(&path).doing(|| format!("making {}", path.display()))?;
        Ok(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if !self.keep {
            // Nobody is left to tell, and the next lab sweeps what stays.
            drop(std::fs::remove_dir_all(&self.path));
        }
    }
}

/// Removes the directories of labs whose process is gone. Best effort: a directory of another user stays.
fn sweep(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name
            .to_str()
            .and_then(|n| n.strip_prefix(PREFIX))
            .and_then(|n| n.split('-').next());
        let Some(pid) = owner.and_then(|pid| pid.parse::<u32>().ok()) else {
            continue;
        };
        if !Path::new(&format!("/proc/{pid}")).exists() {
            drop(std::fs::remove_dir_all(entry.path()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_removed_when_dropped() -> Result<()> {
        let directory = Directory::make(None, false)?;
        let path = directory.path().to_path_buf();
        assert!(directory.sub("inner")?.starts_with(&path));
        drop(directory);
        assert!(!path.exists());
        Ok(())
    }
}
