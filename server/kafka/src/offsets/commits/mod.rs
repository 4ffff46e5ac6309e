//! The commits of consumer groups as they happen, from the tail of `__consumer_offsets`.

mod baselines;
mod book;
mod homes;
mod line;
mod reader;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Instant;

use tokio::sync::Notify;

use crate::Error;
use crate::client::Client;
use crate::offsets::partition_of;
use book::Book;
use reader::Reader;

/// The newest commit of one partition by one group, and how many there were since the last one that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The group.
    pub group: Arc<str>,
    /// The topic.
    pub topic: Arc<str>,
    /// Its partition.
    pub partition: i32,
    /// The next offset to read. `None`: there is no commit any more; it expired, or the group, its offset or the topic was
    /// deleted.
    pub offset: Option<i64>,
    /// When it was committed, by the clock of the group's coordinator, in ms since 1970. `None` for a removal, for what
    /// was committed before the tail began, and where the broker is too new.
    pub committed_at_ms: Option<i64>,
    /// How many commits (or removals) the tail saw since the last one that was taken; 0 when the coordinator's list told
    /// of it.
    pub commits: u32,
}

/// How much is known of a group's commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// What was committed before the tail began is not known yet: a partition without commit proves nothing.
    Waiting,
    /// All commits are known, as of the moment of the group's [`Home`].
    Complete,
    /// The coordinator did not tell what was committed before the tail began, for this reason; it is asked again by
    /// itself. Commits that the tail sees are told all the same.
    Failed(Error),
}

/// How far one partition of `__consumer_offsets` was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The partition.
    pub partition: i32,
    /// Everything that was committed before this moment was told. It advances about once a second; a group's
    /// commits are as old as this.
    pub complete_at: Option<Instant>,
    /// What keeps it from advancing. It goes on by itself when that is over.
    pub trouble: Option<Error>,
}

/// What has changed since the last one that was taken.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// At most one for each partition of each group.
    pub commits: Vec<Commit>,
    /// Groups that stand otherwise than before.
    pub standings: Vec<(Arc<str>, Standing)>,
    /// All partitions of `__consumer_offsets` in which wanted groups are, by number, changed or not.
    pub homes: Vec<Home>,
    /// How many partitions `__consumer_offsets` has; 0 while that is not known.
    pub partitions: i32,
    /// Why it is not known how many there are.
    pub trouble: Option<Error>,
    /// Commits since the beginning for which there was no room: groups have more than 800,000 partitions together.
    pub left_out: u64,
}

impl Taken {
    /// How far the tail of this group was read.
    pub fn home(&self, group: &str) -> Option<&Home> {
        let number = partition_of(group, self.partitions)?;
        let at = self.homes.binary_search_by_key(&number, |home| home.partition).ok()?;
        self.homes.get(at)
    }
}

/// Follows the commits of the groups that are wanted, on a thread of its own. Who reads slowly finds the newest commit of
/// each partition and how many there were; memory is bounded by wanted groups and their partitions.
///
/// Only those partitions of `__consumer_offsets` are read that wanted groups are in, in large and rare fetches: a commit is
/// told at most about 600 ms after it was made. Dropping it ends the thread within 250 ms.
pub struct CommitsTail {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread and its owner share.
#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    wanted: Mutex<Option<BTreeSet<Arc<str>>>>,
    book: Mutex<Book>,
    reach: Mutex<Reach>,
    changed: Notify,
}

/// How far everything was read.
#[derive(Debug, Clone, Default, PartialEq)]
struct Reach {
    homes: Vec<Home>,
    trouble: Option<Error>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for CommitsTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommitsTail").finish_non_exhaustive()
    }
}

impl CommitsTail {
    pub(crate) fn start(name: &str, client: &Client) -> Result<Self, Error> {
        let shared = Arc::new(Shared::default());
        let reader = Reader::new(client, Arc::clone(&shared))?;
        let thread = Builder::new()
            .name(format!("commits {name}"))
            .spawn(move || reader.run())
            .map_err(|e| Error::NoThread { reason: e.to_string() })?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Makes these the groups whose commits are told, in place of those before. Takes effect within 100 ms; what is known
    /// of a group that stays wanted stays known.
    pub fn want(&self, groups: BTreeSet<Arc<str>>) {
        *lock(&self.shared.wanted) = Some(groups);
    }

    /// Waits until there is something to take. Cancelling it loses nothing.
    pub async fn changed(&self) {
        self.shared.changed.notified().await;
    }

    /// Takes what has changed since the last time, which may be nothing.
    pub fn take(&self) -> Taken {
        let reach = lock(&self.shared.reach).clone();
        let mut book = lock(&self.shared.book);
        let (commits, standings) = book.take();
        Taken {
            commits,
            standings,
            homes: reach.homes,
            partitions: book.partitions(),
            trouble: reach.trouble,
            left_out: book.left_out(),
        }
    }
}

impl Drop for CommitsTail {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that follows commits had panicked");
        }
    }
}
