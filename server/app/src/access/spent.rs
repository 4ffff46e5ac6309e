//! What may not be used any more before its time is over: redeemed links and ended sessions.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::Timestamp;
use tokio::sync::Mutex as Turn;
use tokio::task::spawn_blocking;

use crate::key::{make_folder, private};

type Ids = BTreeMap<String, Timestamp>;

/// Ids with the time at which they would have expired anyway, kept in a file over restarts.
///
/// Whoever asks is answered from memory, also while a disk that hangs keeps those waiting who write.
pub struct Spent {
    ids: Mutex<Ids>,
    /// Writers come one after the other, so that none writes over what another has written.
    file: Turn<Arc<Path>>,
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
            ids: Mutex::new(text.lines().filter_map(line).collect()),
            file: Turn::new(path.into()),
        })
    }

    /// Whether `id` was spent.
    pub fn contains(&self, id: &str) -> bool {
        self.ids().contains_key(id)
    }

    /// Remembers `id` until `expires`, on disk before it returns; whether it was not remembered before.
    ///
    /// # Errors
    /// What the system says; then it is not remembered.
    pub async fn add(&self, id: String, expires: Timestamp, now: Timestamp) -> std::io::Result<bool> {
        let file = self.file.lock().await;
        let mut next = self.ids().clone();
        next.retain(|_, expires| *expires > now);
        if next.insert(id, expires).is_some() {
            return Ok(false);
        }
        write(&file, next.clone()).await?;
        *self.ids() = next;
        Ok(true)
    }

    /// Remembers what was spent elsewhere, also where it cannot be written down; what is remembered is never forgotten
    /// before its time, whatever an older copy of the database lacks.
    ///
    /// # Errors
    /// What the system says; it is remembered until this server ends even so.
    pub async fn learn(&self, theirs: &[(String, Timestamp)], now: Timestamp) -> std::io::Result<()> {
        let file = self.file.lock().await;
        let all = {
            let mut ids = self.ids();
            let news = theirs
                .iter()
                .filter(|(id, expires)| *expires > now && !ids.contains_key(id));
            let news: Vec<_> = news.cloned().collect();
            if news.is_empty() {
                return Ok(());
            }
            ids.retain(|_, expires| *expires > now);
            ids.extend(news);
            ids.clone()
        };
        write(&file, all).await
    }

    /// What is remembered here and not there.
    pub fn beyond(&self, theirs: &[(String, Timestamp)], now: Timestamp) -> Vec<(String, Timestamp)> {
        let theirs: BTreeSet<&str> = theirs.iter().map(|(id, _)| id.as_str()).collect();
        let ids = self.ids();
        let mine = ids
            .iter()
            .filter(|(id, expires)| **expires > now && !theirs.contains(id.as_str()));
        mine.map(|(id, expires)| (id.clone(), *expires)).collect()
    }

    /// Held for as long as memory takes, and never while something is written.
    fn ids(&self) -> MutexGuard<'_, Ids> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write(path: &Arc<Path>, ids: Ids) -> std::io::Result<()> {
    let path = path.clone();
    let written = spawn_blocking(move || {
        let fresh: PathBuf = path.with_extension("new");
        let mut file = private(&fresh)?;
        for (id, expires) in &ids {
            writeln!(file, "{} {id}", expires.timestamp())?;
        }
        file.sync_all()?;
        std::fs::rename(&fresh, &path)
    });
    written.await.map_err(std::io::Error::other)?
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[tokio::test]
    async fn what_was_spent_elsewhere_is_remembered_over_a_restart_and_what_was_spent_here_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::default();
        let until = |id: &str, seconds| (id.to_owned(), now + TimeDelta::seconds(seconds));
        let spent = Spent::open(folder.path(), now).unwrap();
        let (id, expires) = until("here", 60);
        assert!(spent.add(id.clone(), expires, now).await.unwrap());
        assert!(!spent.add(id, expires, now).await.unwrap(), "once");
        let theirs = [until("there", 60), until("over", 0)];
        spent.learn(&theirs, now).await.unwrap();
        assert_eq!(spent.beyond(&theirs, now), [until("here", 60)]);
        let later = now + TimeDelta::seconds(60);
        assert!(spent.beyond(&theirs, later).is_empty(), "nobody needs it any more");
        let again = Spent::open(folder.path(), now).unwrap();
        assert!(again.contains("here") && again.contains("there") && !again.contains("over"));
        // An older copy of the database brings nothing back.
        spent.learn(&[], now).await.unwrap();
        assert_eq!(spent.beyond(&[], now), [until("here", 60), until("there", 60)]);
    }

    #[tokio::test]
    async fn what_was_spent_elsewhere_is_over_though_it_cannot_be_written_down() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::default();
        let spent = Spent::open(&folder.path().join("data"), now).unwrap();
        std::fs::remove_dir_all(folder.path().join("data")).unwrap();
        let theirs = [("there".to_owned(), now + TimeDelta::seconds(60))];
        assert!(spent.learn(&theirs, now).await.is_err());
        assert!(spent.contains("there"));
    }
}
