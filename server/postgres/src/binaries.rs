//! Where the server programs of Postgres are on this machine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;

/// The oldest major version that is tried: the oldest that its makers still mended when this was written.
const OLDEST: u32 = 13;

/// The server programs of one Postgres version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// Makes the files of a new database server.
    pub initdb: PathBuf,
    /// Controls a server; not used by this crate, here for people's and the lab's use.
    pub pg_ctl: PathBuf,
    /// The server itself.
    pub postgres: PathBuf,
    /// Its version as it says itself, such as `15.18`.
    pub version: String,
}

impl Binaries {
    /// The programs in `extra` when it is given (and no others, so that an explicit wish is never overruled), else
    /// the first usable ones of [`candidates`].
    ///
    /// # Errors
    /// [`Error::BadBinaries`] when `extra` holds none that run, [`Error::NotFound`] when the machine has none.
    pub fn find(extra: Option<&Path>) -> Result<Binaries, Error> {
        if let Some(dir) = extra {
            return Binaries::in_dir(dir).map_err(|reason| Error::BadBinaries {
                dir: dir.to_owned(),
                reason,
            });
        }
        candidates(None)
            .iter()
            .find_map(|dir| Binaries::in_dir(dir).ok())
            .ok_or(Error::NotFound)
    }

    /// The programs of this machine whose major version is `major`, for data that another version wrote.
    pub(crate) fn of_major(major: &str) -> Option<Binaries> {
        candidates(None)
            .iter()
            .filter_map(|dir| Binaries::in_dir(dir).ok())
            .find(|found| found.major() == major)
    }

    /// The part of the version that decides who can read whose data, such as `15`.
    pub(crate) fn major(&self) -> &str {
        self.version
            .split(|c: char| !c.is_ascii_digit())
            .next()
            .unwrap_or_default()
    }

    /// The programs in one folder, tried by running them: a wrapper or a broken link may have the right name.
    fn in_dir(dir: &Path) -> Result<Binaries, String> {
        // Wrappers and links are followed, because `initdb` looks for `postgres` beside itself.
        let dir = dir.canonicalize().map_err(|e| e.to_string())?;
        let program = |name: &str| {
            let path = dir.join(name).canonicalize().unwrap_or_else(|_| dir.join(name));
            path.is_file()
                .then_some(path)
                .ok_or_else(|| format!("there is no `{name}`"))
        };
        let (initdb, pg_ctl, postgres) = (program("initdb")?, program("pg_ctl")?, program("postgres")?);
        say_version(&initdb)?;
        let said = say_version(&postgres)?;
        let version = parse_version(&said).ok_or_else(|| format!("`postgres --version` says {said:?}"))?;
        let found = Binaries {
            initdb,
            pg_ctl,
            postgres,
            version,
        };
        match found.major().parse::<u32>() {
            Ok(major) if major >= OLDEST => Ok(found),
            _ => Err(format!(
                "they are version {}, and {OLDEST} or newer is needed",
                found.version
            )),
        }
    }
}

/// The folders in which [`Binaries::find`] looks, best first: `pg_bin` (the caller's `PG_BIN`), the packages of
/// Debian from the newest version down, the usual places of other systems, then the folders of `PATH`.
pub fn candidates(pg_bin: Option<&Path>) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = pg_bin.map(Path::to_owned).into_iter().collect();
    all.extend(versioned("/usr/lib/postgresql", "", "bin"));
    all.extend(versioned("/usr", "pgsql-", "bin"));
    all.push("/usr/local/pgsql/bin".into());
    for cellar in ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"] {
        all.extend(versioned(cellar, "postgresql@", "bin"));
    }
    all.extend(versioned("/usr/libexec", "postgresql", ""));
    all.extend(
        std::env::var_os("PATH")
            .iter()
            .flat_map(std::env::split_paths)
            .filter(|dir| dir.is_absolute()),
    );
    // On the PATH there may be a link to one program of a version whose other programs lie beside its target.
    let targets: Vec<PathBuf> = all
        .iter()
        .filter_map(|dir| Some(dir.join("initdb").canonicalize().ok()?.parent()?.to_owned()))
        .collect();
    all.extend(targets);
    let mut seen = BTreeSet::new();
    all.retain(|dir| seen.insert(dir.clone()));
    all
}

/// The folders `parent/<prefix><number>/<below>`, the greatest number first.
fn versioned(parent: &str, prefix: &str, below: &str) -> Vec<PathBuf> {
    // A folder that is not there or not readable simply offers nothing.
    let Ok(entries) = std::fs::read_dir(parent) else {
        return Vec::new();
    };
    let mut found: Vec<(Vec<u32>, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let number = name.strip_prefix(prefix)?;
            let number = number
                .split('.')
                .map(str::parse)
                .collect::<Result<Vec<u32>, _>>()
                .ok()?;
            Some((number, entry.path().join(below)))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, dir)| dir).collect()
}

fn say_version(program: &Path) -> Result<String, String> {
    let output = Command::new(program)
        .arg("--version")
        .output()
        .map_err(|e| format!("`{} --version` does not run: {e}", program.display()))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("`{} --version` fails: {}", program.display(), said.trim()))
    }
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` → `15.18`; also `18beta1`.
fn parse_version(said: &str) -> Option<String> {
    let (_, after) = said.split_once("(PostgreSQL) ")?;
    let version = after.split_whitespace().next()?;
    version
        .starts_with(|c: char| c.is_ascii_digit())
        .then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_programs_print_them() {
        let debian = "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)";
        assert_eq!(parse_version(debian).as_deref(), Some("15.18"));
        assert_eq!(
            parse_version("postgres (PostgreSQL) 18beta1").as_deref(),
            Some("18beta1")
        );
        assert_eq!(parse_version("postgresql wrapper"), None);
        let beta = Binaries {
            initdb: PathBuf::new(),
            pg_ctl: PathBuf::new(),
            postgres: PathBuf::new(),
            version: "18beta1".into(),
        };
        assert_eq!(beta.major(), "18");
    }

    #[test]
    fn the_newest_version_comes_first_by_number_not_by_letter() {
        let dir = tempfile::tempdir().unwrap();
        for version in ["9.6", "15", "16", "notes", "9.10"] {
            std::fs::create_dir(dir.path().join(version)).unwrap();
        }
        let found = versioned(dir.path().to_str().unwrap(), "", "bin");
        let names: Vec<_> = found
            .iter()
            .map(|p| p.parent().unwrap().file_name().unwrap().to_str().unwrap())
            .collect();
        assert_eq!(names, ["16", "15", "9.10", "9.6"]);
    }

    #[test]
    fn what_the_caller_names_comes_first() {
        assert_eq!(
            candidates(Some(Path::new("/opt/mine"))).first().unwrap(),
            Path::new("/opt/mine")
        );
    }

    #[test]
    fn an_explicit_folder_without_programs_is_an_error_and_no_other_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let error = Binaries::find(Some(dir.path())).unwrap_err();
        assert!(matches!(error, Error::BadBinaries { .. }), "{error}");
        assert!(error.to_string().contains("`initdb`"), "{error}");
    }

    #[test]
    fn a_program_that_does_not_run_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        for name in ["initdb", "pg_ctl", "postgres"] {
            let path = dir.path().join(name);
            std::fs::write(&path, "#!/bin/sh\necho no such version >&2\nexit 3\n").unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let error = Binaries::find(Some(dir.path())).unwrap_err();
        assert!(error.to_string().contains("no such version"), "{error}");
    }
}
