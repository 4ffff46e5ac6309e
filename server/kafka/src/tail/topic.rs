//! One topic of a tail: what is known of it, and what follows from what a broker says of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::event::{Denied, Incomplete, Restart};
use super::progress::Partition;
use crate::Error;
use crate::ffi::describe::Found;
use crate::internal::TopicKind;

/// Between two restarts: a log that is truncated all the time is not read all the time.
const BETWEEN_RESTARTS: Duration = Duration::from_secs(2);
/// How long a refusal to read is believed against the word of a broker that we may.
const REFUSED: Duration = Duration::from_secs(5);

/// Bytes of other records than those of its kind after which a topic that holds no other ones is not read on.
const STRANGE: usize = 1 << 20;

/// Codes of Kafka and librdkafka for a topic that is not there.
const MISSING: [i32; 4] = [3, 100, -188, -190];
/// Kafka's code for a topic that we may not use so.
pub(super) const DENIED: i32 = 29;

/// A topic.
#[derive(Debug)]
pub(super) struct Topic {
    pub(super) kind: TopicKind,
    /// The partitions that are assigned to the consumer.
    pub(super) attached: BTreeSet<i32>,
    pub(super) partitions: BTreeMap<i32, Partition>,
    /// How many partitions it has by the last word of a broker.
    size: i32,
    id: Option<(i64, i64)>,
    trouble: Option<Incomplete>,
    /// Whether any record was one of its kind, and how many bytes of others came before.
    akin: bool,
    strange: usize,
    /// Until when a refusal to read stands.
    refused: Option<Instant>,
    restart: Option<Restart>,
    restarted: Option<Instant>,
    told: Option<Standing>,
}

/// How a topic stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Complete,
    Incomplete(Incomplete),
}

/// What is to be done with the consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Leave it as it is.
    Nothing,
    /// Let go of its partitions.
    Detach,
    /// Take up these partitions, beside those that it has.
    Attach(Vec<i32>),
    /// Take up all partitions again, each where it was left, and prove their ends anew.
    Renew,
    /// Forget all, and take it up from its beginning.
    Restart(Restart),
}

impl Topic {
    pub(super) fn new(kind: TopicKind) -> Self {
        Self {
            kind,
            attached: BTreeSet::new(),
            partitions: BTreeMap::new(),
            size: 0,
            id: None,
            trouble: None,
            akin: false,
            strange: 0,
            refused: None,
            restart: None,
            restarted: None,
            told: None,
        }
    }

    /// A broker described it, or said why not.
    pub(super) fn described(&mut self, found: Result<Found, i32>, now: Instant) -> Step {
        let found = match found {
            Ok(found) => found,
            Err(code) if MISSING.contains(&code) => return self.lost(Incomplete::Missing),
            Err(DENIED) => return self.lost(Incomplete::Denied(Denied::Describe)),
            Err(code) => {
                self.trouble = Some(Incomplete::Silent(Error::from_number(code, Duration::ZERO)));
                return Step::Nothing;
            }
        };
        if found.readable == Some(false) {
            return self.lost(Incomplete::Denied(Denied::Read));
        }
        if self.refused.is_some_and(|until| now < until) {
            return Step::Nothing;
        }
        self.refused = None;
        if found.partitions < 1 {
            return self.lost(Incomplete::Missing);
        }
        let before = std::mem::replace(&mut self.size, found.partitions);
        let was_missing = self.trouble == Some(Incomplete::Missing);
        let same = match (self.id, found.id) {
            (Some(before), Some(now)) => before == now,
            // Brokers without ids: one that was away may be another one.
            _ => !was_missing || before == 0,
        };
        self.id = found.id.or(self.id);
        let had = self.trouble.take();
        if before > 0 && (!same || found.partitions < before) {
            return Step::Restart(Restart::Recreated);
        }
        if self.foreign() {
            return self.lost(Incomplete::Foreign);
        }
        self.partitions.extend(fresh(before, found.partitions));
        let attached = !self.attached.is_empty();
        let missing = || (0..found.partitions).filter(|number| !self.attached.contains(number));
        if let Some(partition) = found.leaderless {
            self.trouble = Some(Incomplete::Leaderless { partition });
            // Without a leader it waits by itself, so it may be taken up all the same.
            return if attached {
                attach(missing().collect())
            } else {
                Step::Renew
            };
        }
        match had {
            None if attached => attach(missing().collect()),
            _ => Step::Renew,
        }
    }

    /// A record of so many bytes came; `akin`: one of its kind. What holds none of them is something else, however much of
    /// it there is.
    pub(super) fn holds(&mut self, akin: bool, bytes: usize) -> Step {
        self.akin |= akin;
        self.strange = self.strange.saturating_add(bytes);
        match self.foreign() {
            true => self.lost(Incomplete::Foreign),
            false => Step::Nothing,
        }
    }

    fn foreign(&self) -> bool {
        !self.akin && self.strange > STRANGE
    }

    fn lost(&mut self, why: Incomplete) -> Step {
        self.trouble = Some(why);
        if self.attached.is_empty() {
            Step::Nothing
        } else {
            Step::Detach
        }
    }

    /// Nobody answers.
    pub(super) fn silent(&mut self, error: &Error) {
        // What was refused is refused whoever answers; a missing topic may be there when somebody does.
        self.trouble = Some(Incomplete::Silent(error.clone()));
    }

    /// A partition cannot be read, for this reason.
    pub(super) fn troubled(&mut self, partition: i32, code: i32, now: Instant) -> Step {
        const RESET: i32 = -140;
        match code {
            RESET => {
                self.restart.get_or_insert(Restart::OutOfRange { partition });
                Step::Nothing
            }
            DENIED => {
                self.refused = Some(now + REFUSED);
                self.lost(Incomplete::Denied(Denied::Read))
            }
            // Whatever else it is shows at the next look.
            _ => Step::Nothing,
        }
    }

    /// The beginnings of the logs may have moved. `bounds` tells the first and the next offset of a partition.
    pub(super) fn beginnings(&mut self, bounds: impl Fn(i32) -> Option<(i64, i64)>) {
        for (number, partition) in &mut self.partitions {
            if self.attached.contains(number) && partition.begins(|| bounds(*number)) {
                self.restart.get_or_insert(Restart::Truncated { partition: *number });
            }
        }
    }

    /// Whether it must be read anew, and may be by now.
    pub(super) fn due(&mut self, now: Instant) -> Step {
        let early = self
            .restarted
            .is_some_and(|at| now.saturating_duration_since(at) < BETWEEN_RESTARTS);
        if self.attached.is_empty() || early {
            return Step::Nothing;
        }
        self.restart.take().map_or(Step::Nothing, Step::Restart)
    }

    /// All is forgotten. Nothing of it may be attached any more.
    pub(super) fn restart(&mut self, now: Instant) {
        self.partitions = fresh(0, self.size).collect();
        self.restart = None;
        (self.akin, self.strange) = (false, 0);
        self.restarted = Some(now);
        self.told = None;
    }

    /// How it stands, if that is not what was told last.
    pub(super) fn news(&mut self) -> Option<Standing> {
        let standing = self.standing();
        if self.told.as_ref() == Some(&standing) {
            return None;
        }
        self.told = Some(standing.clone());
        Some(standing)
    }

    fn standing(&self) -> Standing {
        let read = |(number, partition): (&i32, &Partition)| partition.reached() && self.attached.contains(number);
        let all = || !self.partitions.is_empty() && self.partitions.iter().all(read);
        match &self.trouble {
            Some(why) => Standing::Incomplete(why.clone()),
            None if self.restart.is_none() && all() => Standing::Complete,
            None => Standing::Incomplete(Incomplete::Reading),
        }
    }
}

fn fresh(from: i32, to: i32) -> impl Iterator<Item = (i32, Partition)> {
    (from..to).map(|number| (number, Partition::default()))
}

fn attach(new: Vec<i32>) -> Step {
    if new.is_empty() {
        Step::Nothing
    } else {
        Step::Attach(new)
    }
}

#[cfg(test)]
#[path = "topic_tests.rs"]
mod tests;
