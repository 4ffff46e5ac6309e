//! What each group has committed, as far as it was told: a gauge that is new has to be told all of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use kafka::offsets::{Commit, Standing, partition_of};
use model::Timestamp;
use model::lag::TopicPartition;

use super::told::Commits;

/// One group.
#[derive(Default)]
struct Group {
    /// Whether all that it has committed is known.
    complete: bool,
    commits: BTreeMap<TopicPartition, i64>,
}

/// All groups that are wanted.
#[derive(Default)]
pub(super) struct Book {
    groups: BTreeMap<Arc<str>, Group>,
    /// As of when each partition of `__consumer_offsets` was read.
    homes: BTreeMap<i32, Timestamp>,
    partitions: i32,
}

/// What is to be told to the gauges of a group.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// It committed this, or its commit is gone.
    Moved(Arc<str>, TopicPartition, Option<i64>),
    /// All that it has committed is known now.
    Answered(Arc<str>),
}

impl Book {
    /// Only these groups are wanted from now on.
    pub(super) fn want(&mut self, mut wanted: impl FnMut(&Arc<str>) -> bool) {
        self.groups.retain(|group, _| wanted(group));
    }

    /// Notes what was told, and says what of it is news.
    pub(super) fn note(&mut self, told: Commits) -> Vec<News> {
        let mut news = Vec::new();
        for commit in told.commits {
            let group = self.groups.entry(commit.group.clone()).or_default();
            let Commit { topic, partition, .. } = commit;
            let of = TopicPartition { topic, partition };
            match commit.offset {
                Some(offset) => group.commits.insert(of.clone(), offset),
                None => group.commits.remove(&of),
            };
            // What a coordinator listed was committed before anybody looked: that is no move, and told with all the others.
            if group.complete || commit.commits > 0 {
                news.push(News::Moved(commit.group, of, commit.offset));
            }
        }
        for (name, standing) in told.standings {
            let group = self.groups.entry(name.clone()).or_default();
            let complete = standing == Standing::Complete;
            if complete && !group.complete {
                news.push(News::Answered(name));
            }
            group.complete = complete;
        }
        (self.homes, self.partitions) = (told.complete, told.partitions);
        news
    }

    /// All that a group has committed, where that is known.
    pub(super) fn all(&self, group: &str) -> Option<Vec<(TopicPartition, i64)>> {
        let group = self.groups.get(group).filter(|group| group.complete)?;
        Some(group.commits.iter().map(|(of, offset)| (of.clone(), *offset)).collect())
    }

    /// As of when all that a group has committed is known; `None` while it is not.
    pub(super) fn as_of(&self, group: &str) -> Option<Timestamp> {
        self.groups.get(group).filter(|group| group.complete)?;
        let home = partition_of(group, self.partitions)?;
        self.homes.get(&home).copied()
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn commit(partition: i32, offset: Option<i64>, commits: u32) -> Commit {
        Commit {
            group: "g".into(),
            topic: "t".into(),
            partition,
            offset,
            committed_at_ms: None,
            commits,
        }
    }

    fn of(partition: i32) -> TopicPartition {
        TopicPartition {
            topic: "t".into(),
            partition,
        }
    }

    fn told(commits: Vec<Commit>, standing: Option<Standing>) -> Commits {
        let home = partition_of("g", 50).unwrap();
        Commits {
            at: DateTime::UNIX_EPOCH,
            commits,
            standings: standing.map(|standing| ("g".into(), standing)).into_iter().collect(),
            complete: [(home, DateTime::UNIX_EPOCH)].into(),
            partitions: 50,
        }
    }

    #[test]
    fn what_was_committed_before_anybody_looked_is_told_at_once_and_is_no_move() {
        let mut book = Book::default();
        let moved = |partition, offset| News::Moved("g".into(), of(partition), offset);
        let listed = vec![commit(0, Some(5), 0), commit(1, Some(7), 2)];
        assert_eq!(book.note(told(listed, None)), [moved(1, Some(7))]);
        assert_eq!((book.all("g"), book.as_of("g")), (None, None), "it is not known wholly");
        let news = book.note(told(vec![], Some(Standing::Complete)));
        assert_eq!(news, [News::Answered("g".into())]);
        assert_eq!(book.all("g").unwrap(), [(of(0), 5), (of(1), 7)]);
        assert_eq!(book.as_of("g"), Some(DateTime::UNIX_EPOCH));
        // From now on what a list tells is what was missed.
        let news = book.note(told(vec![commit(0, Some(6), 0), commit(1, None, 1)], None));
        assert_eq!(news, [moved(0, Some(6)), moved(1, None)]);
        assert_eq!(book.all("g").unwrap(), [(of(0), 6)]);
        book.note(told(vec![], Some(Standing::Waiting)));
        assert_eq!(book.as_of("g"), None);
        book.want(|_| false);
        assert!(book.groups.is_empty());
    }
}
