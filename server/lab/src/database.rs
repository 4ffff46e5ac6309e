//! The lab's Postgres: the one of `DATABASE_URL`, else one of our own from the machine's programs, else from the
//! published binaries, which only the lab fetches.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid};
use postgres::{Binaries, Options, Own};
use tokio::process::Command;

use crate::artifacts::{Cache, POSTGRES, Set};
use crate::error::Doing;
use crate::{Error, Progress, Result};

/// Where root unpacks the binaries, since Postgres runs under another uid that cannot enter root's home.
const FOR_ROOT: &str = "/var/tmp";

/// A Postgres to use; one of the lab's own is killed when this is dropped.
pub struct Database {
    url: String,
    own: Option<Own>,
}

impl Database {
    /// Finds or starts one; its files go to `directory/postgres`.
    pub(crate) async fn start(cache: &Cache, directory: &Path, progress: &Progress) -> Result<Self> {
        if let Ok(url) = std::env::var("DATABASE_URL") {
            return Ok(Self { url, own: None });
        }
        let binaries = match Binaries::find(std::env::var_os("PG_BIN").map(PathBuf::from).as_deref()) {
            Ok(binaries) => binaries,
            Err(postgres::Error::NotFound) => published(cache, progress).await?,
            Err(error) => return Err(error.into()),
        };
        let mut options = Options::new(directory.join("postgres"), binaries);
        options.die_with_parent = true;
        // Thrown away with the lab, so nothing has to survive a power cut.
        options.settings = [
            ("fsync", "off"),
            ("synchronous_commit", "off"),
            ("full_page_writes", "off"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
        let own = Own::start(options).await?;
        Ok(Self {
            url: own.url().expose().to_owned(),
            own: Some(own),
        })
    }

    /// Its address, with the password in it: for a configuration file, not for a log.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The process id of the lab's own; none for the one of `DATABASE_URL`.
    pub fn pid(&self) -> Option<i32> {
        self.own.as_ref().map(Own::pid)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(pid) = self.pid() else { return };
        // It has nothing to save, and its directory goes next: no orderly shutdown. Its end is waited for, since it
        // would otherwise write into a directory that is being removed.
        let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        let deadline = Instant::now() + Duration::from_secs(5);
        while Path::new(&format!("/proc/{pid}")).exists() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database")
            .field("pid", &self.pid())
            .finish_non_exhaustive()
    }
}

/// The published binaries, unpacked where the uid that will run them can reach them.
///
/// # Errors
/// [`Error::Missing`] without `unzip`, `tar` or `xz`; [`Error::Artifacts`] when they cannot be fetched or unpacked.
pub async fn published(cache: &Cache, progress: &Progress) -> Result<Binaries> {
    let packed = cache.have(&Set::postgres(), progress).await?;
    let parent = if Uid::effective().is_root() {
        PathBuf::from(FOR_ROOT)
    } else {
        cache.root().to_path_buf()
    };
    let place = parent.join(format!("signalbox-lab-postgres-{POSTGRES}"));
    if !place.join("bin/postgres").exists() {
        let partial = parent.join(format!(".signalbox-lab-postgres-{POSTGRES}-{}", std::process::id()));
        std::fs::create_dir_all(&partial).doing(|| format!("making {}", partial.display()))?;
        unpack(&packed, &partial).await?;
        if let Err(source) = std::fs::rename(&partial, &place) {
            drop(std::fs::remove_dir_all(&partial));
            // Another lab may have been faster.
            if !place.exists() {
                return Err(Error::Io {
                    doing: format!("moving {} into place", partial.display()),
                    source,
                });
            }
        }
    }
    // In a directory where everybody may write, somebody else could have been first.
    let owner = std::fs::metadata(&place)
        .doing(|| format!("reading {}", place.display()))?
        .uid();
    if owner != Uid::effective().as_raw() {
        return Err(Error::Usage(format!(
            "{} belongs to another user (uid {owner}); remove it",
            place.display()
        )));
    }
    Ok(Binaries::find(Some(&place.join("bin")))?)
}

async fn unpack(packed: &Path, into: &Path) -> Result<()> {
    let bad = |reason: String| Error::Artifacts {
        set: Set::postgres().title(),
        reason,
    };
    let files = std::fs::read_dir(packed).doing(|| format!("reading {}", packed.display()))?;
    let mut jars = files.flatten().map(|entry| entry.path());
    let jar = jars
        .find(|path| path.extension().is_some_and(|end| end == "jar"))
        .ok_or_else(|| bad("no jar came".to_owned()))?;
    let script =
        r#"set -e; unzip -qo "$0" '*.txz' -d "$1"; tar -xJf "$1"/*.txz -C "$1"; rm "$1"/*.txz; chmod 755 "$1""#;
    for (program, package) in [("unzip", "unzip"), ("tar", "tar"), ("xz", "xz-utils")] {
        let found = Command::new("sh")
            .args(["-c", &format!("command -v {program}")])
            .output()
            .await;
        if !found.is_ok_and(|output| output.status.success()) {
            return Err(Error::Missing {
                program,
                remedy: format!("install it (Debian: {package}), or Postgres itself"),
            });
        }
    }
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(&jar)
        .arg(into)
        .output()
        .await;
    let output = output.doing(|| format!("unpacking {}", jar.display()))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(bad(String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}
