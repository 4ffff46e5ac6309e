//! Why there is no backup, or why it was not restored.

use std::path::{Path, PathBuf};

use crate::key::KeyError;

/// What went wrong, by what a person does next.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The backup is there already.
    #[error("{} is there already; name another file", path.display())]
    Exists {
        /// Which.
        path: PathBuf,
    },
    /// The file is no whole backup.
    #[error("{} is no backup that can be used: {why}", path.display())]
    Broken {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The secret key on this machine is another one.
    #[error(
        "the secret key {} is another than that of the backup; move it away, and the backup's takes its place", path.display()
    )]
    OtherKey {
        /// Where it lies.
        path: PathBuf,
    },
    /// The database holds something.
    #[error(
        "{source}; a backup is put into an empty one only: make a new database (or, without [database] url, move the \
         folder postgres under data_dir away)"
    )]
    NotEmpty {
        /// What it holds.
        source: store::Error,
    },
    /// The database could not do it.
    #[error(transparent)]
    Database(#[from] store::Error),
    /// Our own Postgres could not be started.
    #[error(transparent)]
    Postgres(#[from] postgres::Error),
    /// There is no usable key.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl BackupError {
    pub(super) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File {
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn broken(path: &Path, why: impl ToString) -> Self {
        Self::Broken {
            path: path.to_owned(),
            why: why.to_string(),
        }
    }
}
