//! What may not be used any more before its time is over: redeemed links and ended sessions.

use std::collections::{BTreeMap, BTreeSet};
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
        self.write(&next)?;
        self.ids = next;
        Ok(())
    }

    /// Remembers what was spent elsewhere, also where it cannot be written down; what is remembered is never forgotten
    /// before its time, whatever an older copy of the database lacks.
    ///
    /// # Errors
    /// What the system says; it is remembered until this server ends even so.
    pub fn learn(&mut self, theirs: &[(String, Timestamp)], now: Timestamp) -> std::io::Result<()> {
        let news = theirs
            .iter()
            .filter(|(id, expires)| *expires > now && !self.contains(id));
        let news: Vec<_> = news.cloned().collect();
        if news.is_empty() {
            return Ok(());
        }
        self.ids.retain(|_, expires| *expires > now);
        self.ids.extend(news);
        self.write(&self.ids)
    }

    /// What is remembered here and not there.
    pub fn beyond(&self, theirs: &[(String, Timestamp)], now: Timestamp) -> Vec<(String, Timestamp)> {
        let theirs: BTreeSet<&str> = theirs.iter().map(|(id, _)| id.as_str()).collect();
        let mine = self
            .ids
            .iter()
            .filter(|(id, expires)| **expires > now && !theirs.contains(id.as_str()));
        mine.map(|(id, expires)| (id.clone(), *expires)).collect()
    }

    fn write(&self, ids: &BTreeMap<String, Timestamp>) -> std::io::Result<()> {
        let fresh = self.path.with_extension("new");
        let mut file = private(&fresh)?;
        for (id, expires) in ids {
            writeln!(file, "{} {id}", expires.timestamp())?;
        }
        file.sync_all()?;
        std::fs::rename(&fresh, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn what_was_spent_elsewhere_is_remembered_over_a_restart_and_what_was_spent_here_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::default();
        let until = |id: &str, seconds| (id.to_owned(), now + TimeDelta::seconds(seconds));
        let mut spent = Spent::open(folder.path(), now).unwrap();
        spent.add("here".to_owned(), now + TimeDelta::seconds(60), now).unwrap();
        let theirs = [until("there", 60), until("over", 0)];
        spent.learn(&theirs, now).unwrap();
        assert_eq!(spent.beyond(&theirs, now), [until("here", 60)]);
        let later = now + TimeDelta::seconds(60);
        assert!(spent.beyond(&theirs, later).is_empty(), "nobody needs it any more");
        let again = Spent::open(folder.path(), now).unwrap();
        assert!(again.contains("here") && again.contains("there") && !again.contains("over"));
        // An older copy of the database brings nothing back.
        spent.learn(&[], now).unwrap();
        assert_eq!(spent.beyond(&[], now), [until("here", 60), until("there", 60)]);
    }

    #[test]
    fn what_was_spent_elsewhere_is_over_though_it_cannot_be_written_down() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::default();
        let mut spent = Spent::open(&folder.path().join("data"), now).unwrap();
        std::fs::remove_dir_all(folder.path().join("data")).unwrap();
        let theirs = [("there".to_owned(), now + TimeDelta::seconds(60))];
        assert!(spent.learn(&theirs, now).is_err());
        assert!(spent.contains("there"));
    }
}
