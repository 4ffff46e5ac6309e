//! Who leads which partition, so that no question for offsets makes librdkafka look for a leader.
//!
//! `rd_kafka_ListOffsets` begins on the caller's thread. Where librdkafka has to wait for metadata, or the time of the
//! question runs out, another thread goes on with the same question, also while the caller's is still at it: memory
//! is freed twice, and the process ends (seen under short deadlines: "double free or corruption"). Neither happens if
//! all leaders are known when the question is put and its own time is long. So every topic is looked up beforehand by a
//! plain metadata request, which fills librdkafka's memory too, and again before librdkafka forgets it; partitions
//! without a leader are not asked for at all; and a question is given up by no longer waiting for it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};

use super::{NO_LEADER, NO_PARTITION, Partition};
use crate::ffi::{Code, TIMED_OUT};
use crate::voice::Voice;

/// How long what was looked up holds: librdkafka forgets after `metadata.max.age.ms`, which `client::config` keeps above.
const HOLDS: Duration = Duration::from_secs(300);
/// How long the absence of a topic, a partition or a leader holds.
const ABSENT: Duration = Duration::from_secs(5);
/// How soon what proved to be old is looked up again.
const RENEWAL: Duration = Duration::from_secs(1);
/// Topics above which all of the cluster are looked up in one request rather than these in one each.
const EACH: usize = 20;

/// What is remembered of topics that were asked about lately.
#[derive(Debug, Default)]
pub(super) struct Leaders {
    topics: HashMap<Arc<str>, Known>,
}

#[derive(Debug)]
struct Known {
    at: Instant,
    /// It proved to be old.
    old: bool,
    /// The number of each partition's leader, -1 for none; or the broker's word for why the topic is not there.
    leaders: Result<Vec<i32>, Code>,
}

impl Leaders {
    /// Looks up what is not known of these partitions' topics. What cannot be found out within `left` stays unknown.
    pub(super) fn learn<'a>(
        &mut self,
        consumer: &BaseConsumer<Voice>,
        of: impl Iterator<Item = &'a Partition>,
        left: Duration,
    ) {
        let now = Instant::now();
        self.topics
            .retain(|_, known| now.saturating_duration_since(known.at) < HOLDS);
        let wanted: BTreeSet<Arc<str>> = of
            .filter(|of| self.lacks(of, now))
            .map(|of| Arc::clone(&of.topic))
            .collect();
        if wanted.len() > EACH {
            self.look_up(consumer, None, &wanted, left);
            return;
        }
        for topic in &wanted {
            let left = left.saturating_sub(now.elapsed());
            if left.is_zero() || !self.look_up(consumer, Some(topic), &wanted, left) {
                return;
            }
        }
    }

    fn lacks(&self, of: &Partition, now: Instant) -> bool {
        let Some(known) = self.topics.get(&of.topic) else {
            return true;
        };
        let age = now.saturating_duration_since(known.at);
        match known.leader(of.partition) {
            Ok(_) => known.old && age >= RENEWAL,
            Err(_) => age >= ABSENT || known.old && age >= RENEWAL,
        }
    }

    /// False when nobody answered.
    fn look_up(
        &mut self,
        consumer: &BaseConsumer<Voice>,
        only: Option<&str>,
        wanted: &BTreeSet<Arc<str>>,
        left: Duration,
    ) -> bool {
        let Ok(metadata) = consumer.fetch_metadata(only, left) else {
            return false;
        };
        let at = Instant::now();
        let mut missing: BTreeSet<&Arc<str>> = match only {
            None => wanted.iter().collect(),
            Some(_) => BTreeSet::new(),
        };
        for topic in metadata.topics() {
            let Some(name) = wanted.get(topic.name()) else {
                continue;
            };
            missing.remove(name);
            let leaders = match topic.error() {
                Some(error) => Err(error as Code),
                None => {
                    let mut leaders = Vec::new();
                    for partition in topic.partitions() {
                        if let Ok(number) = usize::try_from(partition.id()) {
                            // Numbers come from 0 without gaps; a broker that says otherwise gets no memory for it.
                            if number < topic.partitions().len() {
                                leaders.resize(leaders.len().max(number + 1), -1);
                                leaders[number] = partition.leader();
                            }
                        }
                    }
                    Ok(leaders)
                }
            };
            let known = Known {
                at,
                old: false,
                leaders,
            };
            self.topics.insert(Arc::clone(name), known);
        }
        for name in missing {
            let known = Known {
                at,
                old: false,
                leaders: Err(super::NO_TOPIC[0]),
            };
            self.topics.insert(Arc::clone(name), known);
        }
        true
    }

    /// Who leads a partition, or why nobody can be asked.
    pub(super) fn leader(&self, of: &Partition) -> Result<i32, Code> {
        self.topics
            .get(&of.topic)
            .map_or(Err(TIMED_OUT), |known| known.leader(of.partition))
    }

    /// What is remembered of a topic proved to be old. False if it was looked up just now, so that it is not worth asking
    /// again at once.
    pub(super) fn doubt(&mut self, topic: &str) -> bool {
        let Some(known) = self.topics.get_mut(topic) else {
            return true;
        };
        known.old = true;
        known.at.elapsed() >= RENEWAL
    }
}

impl Known {
    fn leader(&self, partition: i32) -> Result<i32, Code> {
        let leaders = self.leaders.as_ref().map_err(|code| *code)?;
        let leader = usize::try_from(partition).ok().and_then(|number| leaders.get(number));
        match leader {
            None => Err(NO_PARTITION),
            Some(leader @ 0..) => Ok(*leader),
            Some(_) => Err(NO_LEADER),
        }
    }
}
