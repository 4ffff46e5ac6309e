//! What a tail has told so far.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kafka::offsets::{Commit, CommitsTail, Standing, Taken};

pub struct Seen {
    pub tail: CommitsTail,
    /// The newest commit by group, topic and partition.
    pub commits: BTreeMap<(String, String, i32), Commit>,
    /// All commits that the tail counted.
    pub counted: u32,
    pub standings: BTreeMap<String, Standing>,
    pub last: Taken,
}

impl Seen {
    pub fn of(tail: CommitsTail, groups: &[&str]) -> Self {
        tail.want(groups.iter().map(|group| (*group).into()).collect());
        Self {
            tail,
            commits: BTreeMap::new(),
            counted: 0,
            standings: BTreeMap::new(),
            last: Taken::default(),
        }
    }

    pub fn take(&mut self) {
        let taken = self.tail.take();
        for commit in &taken.commits {
            self.counted += commit.commits;
            let key = (commit.group.to_string(), commit.topic.to_string(), commit.partition);
            self.commits.insert(key, commit.clone());
        }
        for (group, standing) in &taken.standings {
            self.standings.insert(group.to_string(), standing.clone());
        }
        self.last = taken;
    }

    /// Takes until it is so; how long that took.
    pub async fn until(&mut self, what: &str, within: Duration, so: impl Fn(&Self) -> bool) -> Duration {
        let began = Instant::now();
        loop {
            self.take();
            if so(self) {
                return began.elapsed();
            }
            assert!(
                began.elapsed() < within,
                "{what}: {:?} {:?} {:?}",
                self.commits,
                self.standings,
                self.last
            );
            // A second is time enough for the tail to find out that it is complete.
            let _either = tokio::time::timeout(Duration::from_secs(1), self.tail.changed()).await;
        }
    }

    pub fn commit(&self, group: &str, topic: &str, partition: i32) -> Option<&Commit> {
        self.commits.get(&(group.to_owned(), topic.to_owned(), partition))
    }

    /// The committed offset: the outer `None` for one that was never told of.
    pub fn offset(&self, group: &str, topic: &str, partition: i32) -> Option<Option<i64>> {
        self.commit(group, topic, partition).map(|commit| commit.offset)
    }

    /// Whether everything is known that was committed before this moment.
    pub fn complete_since(&self, group: &str, moment: Instant) -> bool {
        let home = self.last.home(group).and_then(|home| home.complete_at);
        self.standings.get(group) == Some(&Standing::Complete) && home.is_some_and(|at| at >= moment)
    }
}
