//! What may not be used any more before its time is over: redeemed links and ended sessions.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use model::Timestamp;

use crate::key::{make_folder, private};

/// Ids with the time at which they would have expired anyway, kept in a file over restarts.
pub struct Spent {
    path: PathBuf,
    ids: BTreeMap<String, Timestamp>,
}

impl Spent {
    /// Reads what is remembered under `data_dir`.
    ///
    /// # Errors
    /// What the system says; no file is an empty one.
    pub fn open(data_dir: &Path, now: Timestamp) -> std::io::Result<Self> {
        make_folder(data_dir)?;
        let path = data_dir.join("signin-spent");
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            outcome => outcome?,
        };
        let line = |line: &str| {
            let (seconds, id) = line.split_once(' ')?;
            let expires = Timestamp::from_timestamp(seconds.parse().ok()?, 0)?;
            (expires > now).then(|| (id.to_owned(), expires))
        };
        Ok(Self {
            ids: text.lines().filter_map(line).collect(),
            path,
        })
    }

    /// Whether `id` was spent.
    pub fn contains(&self, id: &str) -> bool {
        self.ids.contains_key(id)
    }

    /// Remembers `id` until `expires`, on disk before it returns.
    ///
    /// # Errors
    /// What the system says; then it is not remembered.
    pub fn add(&mut self, id: String, expires: Timestamp, now: Timestamp) -> std::io::Result<()> {
        let mut next = self.ids.clone();
        next.retain(|_, expires| *expires > now);
        next.insert(id, expires);
        let fresh = self.path.with_extension("new");
        let mut file = private(&fresh)?;
        for (id, expires) in &next {
            writeln!(file, "{} {id}", expires.timestamp())?;
        }
        file.sync_all()?;
        std::fs::rename(&fresh, &self.path)?;
        self.ids = next;
        Ok(())
    }
}
