//! Kafka, Connect, plugins and Postgres binaries from Maven, resolved once into a cache outside the repository.
//!
//! A set of artifacts is one directory of the cache, named by its version and by the hash of the pom that describes it.
//! It is fetched beside its place and renamed, so a directory that exists is complete, two labs may fetch at once,
//! and a start with a warm cache calls no `mvn`. Within one lab whoever wants a set that is being fetched waits for it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use tokio::process::Command;

use crate::error::Doing;
use crate::java::Logging;
use crate::{Error, Progress, Result};

/// The newest Kafka the lab runs; the broker's version unless told.
pub const NEWEST: &str = "4.3.1";
/// The older Connect the lab runs beside it.
pub const OLDER: &str = "3.9.1";
/// The published Postgres binaries, for machines that have none.
pub const POSTGRES: &str = "18.1.0";

/// A named set of jars with the pom that resolves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    name: &'static str,
    pom: &'static str,
    property: &'static str,
    version: String,
}

impl Set {
    /// The broker's class path.
    pub fn broker(version: &str) -> Self {
        Self {
            name: "broker",
            pom: include_str!("../maven/broker.xml"),
            property: "kafka.version",
            version: version.to_owned(),
        }
    }

    /// A worker's class path; releases before 4 log through another backend.
    pub fn worker(version: &str) -> Self {
        let pom = match logging(version) {
            Logging::Log4j2 => include_str!("../maven/worker.xml"),
            Logging::Reload4j => include_str!("../maven/worker-reload4j.xml"),
        };
        Self {
            name: "worker",
            pom,
            property: "kafka.version",
            version: version.to_owned(),
        }
    }

    /// Plugins for `plugin.path`; thin jars that run on every worker from 3.x on.
    pub fn plugins() -> Self {
        Self {
            name: "plugins",
            pom: include_str!("../maven/plugins.xml"),
            property: "kafka.version",
            version: NEWEST.to_owned(),
        }
    }

    /// Postgres server binaries, packed.
    pub fn postgres() -> Self {
        Self {
            name: "postgres",
            pom: include_str!("../maven/postgres.xml"),
            property: "postgres.version",
            version: POSTGRES.to_owned(),
        }
    }

    /// For people: `worker 4.3.1`.
    pub fn title(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    fn directory(&self) -> String {
        let digest = Sha256::digest(self.pom.as_bytes());
        let short: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{}-{short}", self.name, self.version)
    }
}

/// The logging backend on the class path of a worker of this version.
pub(crate) fn logging(version: &str) -> Logging {
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_some_and(|major| major < 4) {
        Logging::Reload4j
    } else {
        Logging::Log4j2
    }
}

/// The cache of artifacts on this machine.
#[derive(Debug, Clone)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// The cache at `root`.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// `SIGNALBOX_LAB_CACHE`, else `~/.cache/signalbox-lab`, else a directory for all under `/var/tmp`.
    pub fn usual() -> Self {
        let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache/signalbox-lab"));
        let root = std::env::var_os("SIGNALBOX_LAB_CACHE").map(PathBuf::from).or_else(home);
        Self::at(root.unwrap_or_else(|| PathBuf::from("/var/tmp/signalbox-lab-cache")))
    }

    /// Where it lies.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether `set` is here already.
    pub fn holds(&self, set: &Set) -> bool {
        self.root.join(set.directory()).is_dir()
    }

    /// The directory with the jars of `set`, fetched if they are not here.
    ///
    /// # Errors
    /// [`Error::Missing`] without `mvn`; [`Error::Artifacts`] with Maven's own words when it fails.
    pub async fn have(&self, set: &Set, progress: &Progress) -> Result<PathBuf> {
        let place = self.root.join(set.directory());
        if place.is_dir() {
            return Ok(place);
        }
        // Clusters of one lab start side by side and want the same plugins.
        let turn = turn(&place);
        let _turn = turn.lock().await;
        if place.is_dir() {
            return Ok(place);
        }
        progress.say(format!(
            "fetching {} with Maven into {}",
            set.title(),
            self.root.display()
        ));
        let partial = self
            .root
            .join(format!(".partial-{}-{}", std::process::id(), set.directory()));
        let outcome = fetch(set, &partial).await;
        let outcome = outcome.and_then(|()| match std::fs::rename(&partial, &place) {
            Ok(()) => Ok(()),
            // Another lab was faster; what it has is the same.
            Err(_) if place.is_dir() => Ok(()),
            Err(source) => Err(Error::Io {
                doing: format!("moving {} into place", partial.display()),
                source,
            }),
        });
        if partial.exists() {
            std::fs::remove_dir_all(&partial).doing(|| format!("clearing {}", partial.display()))?;
        }
        outcome?;
        let count = std::fs::read_dir(&place).map(Iterator::count).unwrap_or_default();
        progress.say(format!("{} is here: {count} files", set.title()));
        Ok(place)
    }
}

/// Held by whoever fetches what belongs there.
fn turn(place: &Path) -> Arc<tokio::sync::Mutex<()>> {
    static TURNS: Mutex<BTreeMap<PathBuf, Arc<tokio::sync::Mutex<()>>>> = Mutex::new(BTreeMap::new());
    let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(turns.entry(place.to_owned()).or_default())
}

async fn fetch(set: &Set, into: &Path) -> Result<()> {
    std::fs::create_dir_all(into).doing(|| format!("making {}", into.display()))?;
    let pom = into.join("pom.xml");
    std::fs::write(&pom, set.pom).doing(|| format!("writing {}", pom.display()))?;
    let output = Command::new("mvn")
        .args(["-q", "-B", "-U", "-Dstyle.color=never", "-f"])
        .arg(&pom)
        .args(["dependency:copy-dependencies", "-DincludeScope=runtime"])
        .arg(format!("-D{}={}", set.property, set.version))
        .arg(format!("-DoutputDirectory={}", into.display()))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await;
    let output = match output {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Error::Missing {
                program: "mvn",
                remedy: format!("install Maven (Debian: maven); it fetches {}", set.title()),
            });
        }
        Err(source) => {
            return Err(Error::Io {
                doing: "running mvn".to_owned(),
                source,
            });
        }
    };
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let reason = text
            .lines()
            .find(|line| line.contains("[ERROR]"))
            .unwrap_or("it said nothing");
        return Err(Error::Artifacts {
            set: set.title(),
            reason: reason.trim().to_owned(),
        });
    }
    std::fs::remove_file(&pom).doing(|| format!("removing {}", pom.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_named_by_version_and_pom() {
        let newest = Set::worker(NEWEST).directory();
        assert!(newest.starts_with("worker-4.3.1-"));
        assert_ne!(
            newest.rsplit('-').next(),
            Set::worker(OLDER).directory().rsplit('-').next()
        );
        assert_eq!(Set::worker(OLDER).title(), "worker 3.9.1");
    }

    #[tokio::test]
    async fn a_set_that_two_want_at_once_is_fetched_once() {
        let place = std::env::temp_dir().join(format!("signalbox-artifacts-{}", std::process::id()));
        let cache = Cache::at(place.join("cache"));
        let fetched = cache.root().join(Set::plugins().directory());
        let (progress, set) = (Progress::silent(), Set::plugins());
        let first = turn(&fetched);
        let held = first.lock().await;
        let mut second = std::pin::pin!(cache.have(&set, &progress));
        let soon = std::time::Duration::from_millis(50);
        assert!(tokio::time::timeout(soon, &mut second).await.is_err());
        assert!(!cache.root().exists(), "nothing is fetched beside the first");
        std::fs::create_dir_all(&fetched).unwrap();
        drop(held);
        assert_eq!(second.await.unwrap(), fetched);
        std::fs::remove_dir_all(&place).unwrap();
    }

    #[test]
    fn logging_follows_the_major_version() {
        assert_eq!(logging("3.9.1"), Logging::Reload4j);
        assert_eq!(logging("4.0.0"), Logging::Log4j2);
        assert_eq!(logging("10.0.0"), Logging::Log4j2);
    }
}
