//! What can go wrong, one variant per decision of the caller, each with a sentence that says what to do.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why there is no Postgres server of our own. No variant carries the password.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No usable server programs were found on this machine.
    #[error(
        "no PostgreSQL server programs (initdb, pg_ctl, postgres) were found on this machine. Install the package \
         `postgresql` (Debian, Ubuntu), `postgresql-server` (Fedora, RHEL, SUSE), `postgresql` (Alpine, Arch, \
         Homebrew), name their folder in PG_BIN, or configure the address of an existing database"
    )]
    NotFound,
    /// The folder that was named explicitly holds no usable server programs.
    #[error("the PostgreSQL programs in {} cannot be used: {reason}", dir.display())]
    BadBinaries {
        /// The folder.
        dir: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Another live process owns this directory.
    #[error(
        "another process{} already runs its own Postgres in {}; stop it, or give this one another directory",
        pid.map(|pid| format!(" (process {pid})")).unwrap_or_default(), data_dir.display()
    )]
    Owned {
        /// The directory both wanted.
        data_dir: PathBuf,
        /// The owner's process id, when it could be read.
        pid: Option<u32>,
    },
    /// The directory holds something that this crate did not make.
    #[error("{} is not empty and holds no Postgres of ours; name an empty or a new directory", path.display())]
    NotOurs {
        /// What is in the way.
        path: PathBuf,
    },
    /// The user to which root drops cannot reach a path.
    #[error(
        "PostgreSQL refuses to run as root, so it runs as user `{user}`, who may not enter {}, which leads to {}; \
         choose a directory outside it (for example under /var/lib), or allow entry with `chmod o+x {}`",
        blocked_by.display(), path.display(), blocked_by.display()
    )]
    Unreachable {
        /// What must be reached.
        path: PathBuf,
        /// The first folder on the way that refuses.
        blocked_by: PathBuf,
        /// The user to which root drops.
        user: String,
    },
    /// Root found no user to drop to.
    #[error(
        "PostgreSQL refuses to run as root, and there is neither a user `postgres` nor `nobody` to run it as; \
         create one, or run as another user"
    )]
    NoUser,
    /// The data was written by another major version than the programs found.
    #[error(
        "the data in {} was written by PostgreSQL {data}, but the programs found are version {programs}; install \
         PostgreSQL {data}, or move the data over with pg_upgrade",
        data_dir.display()
    )]
    OtherVersion {
        /// Where the data is.
        data_dir: PathBuf,
        /// The major version that wrote it.
        data: String,
        /// The version of the programs.
        programs: String,
    },
    /// The data is there, its password file is not.
    #[error(
        "the database in {} is there, but its password file {} is missing; put it back, or move the directory away \
         to begin with an empty database", data_dir.display(), path.display()
    )]
    PasswordLost {
        /// Where the data is.
        data_dir: PathBuf,
        /// Where the password should be.
        path: PathBuf,
    },
    /// The port that was asked for is in use.
    #[error("port {port} on 127.0.0.1 is already in use; choose another, or none to have a free one chosen")]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// The disk is full.
    #[error("no space is left on the disk of {}; it goes on once there is room", path.display())]
    DiskFull {
        /// A path on that disk.
        path: PathBuf,
    },
    /// The file system is mounted read-only.
    #[error("{} lies on a read-only file system; choose another directory, or mount it writable", path.display())]
    ReadOnly {
        /// A path on that file system.
        path: PathBuf,
    },
    /// `initdb` failed.
    #[error("initdb could not make a database in {}: {output}", data_dir.display())]
    Initdb {
        /// Where it should have been.
        data_dir: PathBuf,
        /// The end of what it said.
        output: String,
    },
    /// The server ended although nobody asked it to.
    #[error("PostgreSQL ended ({how}); its log {} ends with: {tail}", log.display())]
    Ended {
        /// Its exit status in words.
        how: String,
        /// Its log file.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
    /// The server did not become ready in time and was stopped again.
    #[error(
        "PostgreSQL was not ready within {} s and was stopped again; its log {} ends with: {tail}",
        after.as_secs(), log.display()
    )]
    NotReady {
        /// How long it was given.
        after: Duration,
        /// Its log file.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
    /// The server did not end, not even when killed.
    #[error("PostgreSQL (process {pid}) did not end, not even when killed; look at what it waits for")]
    NotStopped {
        /// Its process id.
        pid: i32,
    },
    /// Any other failure of the operating system.
    #[error("could not {doing} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb.
        doing: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// Wraps a failure of the operating system, telling apart those that a person can mend.
    pub(crate) fn io(doing: &'static str, path: &Path, source: io::Error) -> Error {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::DiskFull { path },
            io::ErrorKind::ReadOnlyFilesystem => Error::ReadOnly { path },
            _ => Error::Io { doing, path, source },
        }
    }

    /// Recognises the failures of the disk in what a Postgres program said; its messages are untranslated, because
    /// every child runs with `LC_ALL=C`.
    pub(crate) fn of_disk(said: &str, path: &Path) -> Option<Error> {
        let path = path.to_owned();
        if said.contains("No space left on device") || said.contains("Disk quota exceeded") {
            Some(Error::DiskFull { path })
        } else if said.contains("Read-only file system") {
            Some(Error::ReadOnly { path })
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_of_the_disk_are_told_apart() {
        let path = Path::new("/somewhere");
        let full = "FATAL:  could not write lock file \"postmaster.pid\": No space left on device";
        assert!(matches!(Error::of_disk(full, path), Some(Error::DiskFull { .. })));
        let read_only = "FATAL:  could not create lock file \"postmaster.pid\": Read-only file system";
        assert!(matches!(Error::of_disk(read_only, path), Some(Error::ReadOnly { .. })));
        assert!(Error::of_disk("FATAL:  out of memory", path).is_none());
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert!(matches!(Error::io("write", path, full), Error::DiskFull { .. }));
    }

    #[test]
    fn the_missing_package_is_named() {
        assert!(Error::NotFound.to_string().contains("`postgresql` (Debian"));
    }
}
