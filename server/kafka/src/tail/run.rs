//! The loop of a tail's thread.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaResult;
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::mpsc::Sender;

use super::Topics;
use super::batch::Outbox;
use super::event::{TailEvent, TailKind};
use super::topic::{Standing, Step, Topic};
use crate::Error;
use crate::ffi::describe::{self, Asked, Described};
use crate::ffi::{Arrival, Feed, Record, bounds};
use crate::internal::{self, InternalRecord, Said};
use crate::voice::Voice;

/// Between two looks at the topics.
const LOOK: Duration = Duration::from_secs(2);
/// How long a look may take: a first connection over TLS needs some round trips.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest wait for a record.
const WAIT: Duration = Duration::from_millis(100);
/// The longest wait while a broker is being asked.
const WAIT_ASKED: Duration = Duration::from_millis(10);
/// Things of the queue that are taken before anything else is done.
const AT_ONCE: usize = 2000;
/// Kafka's code for a topic that is not there.
const MISSING: i32 = 3;

type Client = BaseConsumer<Voice>;

/// What the thread owns. The question and the queue are dropped before the client.
pub(super) struct Run {
    asked: Option<Asked>,
    feed: Feed,
    consumer: Arc<Client>,
    voice: Voice,
    topics: BTreeMap<Arc<str>, Topic>,
    outbox: Outbox,
    next_look: Instant,
}

impl Run {
    pub(super) fn new(
        consumer: Arc<Client>,
        voice: Voice,
        topics: Topics,
        sender: Sender<TailEvent>,
        stop: Arc<AtomicBool>,
    ) -> Self {
        let topics = topics.into_iter().map(|(name, kind)| (name, Topic::new(kind)));
        Self {
            asked: None,
            feed: Feed::new(&consumer),
            consumer,
            voice,
            topics: topics.collect(),
            outbox: Outbox::new(sender, stop),
            next_look: Instant::now(),
        }
    }

    /// Reads until it is told to stop, or until nobody listens.
    pub(super) fn until_stopped(&mut self, changes: &Receiver<Topics>) {
        while !self.outbox.over() {
            match changes.try_recv() {
                Ok(topics) => self.follow(topics),
                // The tail is being dropped.
                Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => {}
            }
            self.look(Instant::now());
            self.listen();
            self.mend(Instant::now());
            self.outbox.flush();
            self.report();
        }
    }

    /// What is left to be dropped, which takes as long as connections take to close; the sender is dropped here.
    pub(super) fn end(self) -> impl Sized {
        let Self {
            asked, feed, consumer, ..
        } = self;
        (asked, feed, consumer)
    }

    fn follow(&mut self, topics: Topics) {
        let stays = |name: &str, topic: &Topic| topics.get(name) == Some(&topic.kind);
        let gone = self.topics.extract_if(.., |name, topic| !stays(name, topic));
        let gone: Vec<(Arc<str>, Topic)> = gone.collect();
        for (name, mut topic) in gone {
            self.outbox.forget(&name);
            detach(&self.consumer, &name, &mut topic);
        }
        for (name, kind) in topics {
            self.topics.entry(name).or_insert_with(|| Topic::new(kind));
        }
        self.next_look = Instant::now();
    }

    /// Asks for the topics when it is time to, and takes what is answered.
    fn look(&mut self, now: Instant) {
        if let Some(answer) = self.asked.as_ref().and_then(Asked::answer) {
            self.asked = None;
            match answer {
                Ok(described) => {
                    self.voice.settle();
                    self.described(described, now);
                }
                Err(code) => self.silent(&Error::from_number(code, PATIENCE)),
            }
        }
        if self.asked.is_none() && now >= self.next_look && !self.topics.is_empty() {
            let names = self.topics.keys().map(|name| &**name);
            self.asked = Some(describe::ask(&self.consumer, names, PATIENCE));
            self.next_look = now + LOOK;
        }
    }

    fn described(&mut self, described: Vec<Described>, now: Instant) {
        for Described { topic: name, found } in described {
            if let Some((name, topic)) = entry(&mut self.topics, &name) {
                let step = topic.described(found, now);
                step_of(&self.consumer, &mut self.outbox, &name, topic, step, now);
            }
        }
        for (name, topic) in &mut self.topics {
            let consumer = &self.consumer;
            topic.beginnings(|partition| bounds(consumer, name, partition));
            if !describe::can_be(name) {
                topic.described(Err(MISSING), now);
            }
        }
    }

    fn silent(&mut self, error: &Error) {
        let error = self.voice.explain(error.clone(), PATIENCE);
        for topic in self.topics.values_mut() {
            topic.silent(&error);
        }
    }

    /// Takes what the consumer has.
    fn listen(&mut self) {
        let left = self.next_look.saturating_duration_since(Instant::now());
        let mut wait = patience(self.asked.is_some(), self.topics.is_empty(), left);
        for _ in 0..AT_ONCE {
            let mut troubled = false;
            let arrived = self.feed.poll(wait, |arrival| {
                let (topics, outbox) = (&mut self.topics, &mut self.outbox);
                troubled = take(&self.consumer, topics, outbox, &arrival);
            });
            if troubled {
                self.next_look = self.next_look.min(Instant::now());
            }
            if !arrived || self.outbox.full() {
                break;
            }
            wait = Duration::ZERO;
        }
        if self.voice.alone() {
            self.silent(&Error::Unreachable {
                reason: "no broker is connected".to_owned(),
            });
        }
    }

    /// Starts anew what must be, once it may be.
    fn mend(&mut self, now: Instant) {
        for (name, topic) in &mut self.topics {
            let step = topic.due(now);
            step_of(&self.consumer, &mut self.outbox, name, topic, step, now);
        }
    }

    fn report(&mut self) {
        for (name, topic) in &mut self.topics {
            let news = match topic.news() {
                None => continue,
                Some(Standing::Complete) => TailKind::Complete,
                Some(Standing::Incomplete(why)) => TailKind::Incomplete(why),
            };
            self.outbox.tell(name, news);
        }
    }
}

fn entry<'a>(topics: &'a mut BTreeMap<Arc<str>, Topic>, name: &str) -> Option<(Arc<str>, &'a mut Topic)> {
    let name = Arc::clone(topics.get_key_value(name)?.0);
    let topic = topics.get_mut(&name)?;
    Some((name, topic))
}

/// How long to wait for something of the consumer's: while a question is put, while there is nothing to ask for, or with
/// so much time left to the next look. Never nothing at all for long, which would be a thread that spins.
fn patience(asked: bool, idle: bool, left: Duration) -> Duration {
    match asked {
        true => WAIT_ASKED,
        false if idle => WAIT,
        false => WAIT.min(left),
    }
}

/// Takes one thing of the consumer's. True when it is a reason to look at the topics.
fn take(consumer: &Client, topics: &mut BTreeMap<Arc<str>, Topic>, outbox: &mut Outbox, arrival: &Arrival<'_>) -> bool {
    match arrival {
        Arrival::Record(record) => note(consumer, topics, outbox, record),
        Arrival::End {
            topic,
            partition,
            offset,
        } => {
            if let Some((name, topic)) = entry(topics, &topic.to_string_lossy())
                && topic.attached.contains(partition)
                && let Some(read) = topic.partitions.get_mut(partition)
            {
                read.end(*offset, || bounds(consumer, &name, *partition));
            }
        }
        Arrival::Trouble { topic, partition, code } => {
            let now = Instant::now();
            tracing::debug!(
                ?topic,
                partition,
                code,
                "a partition of an internal topic cannot be read on"
            );
            if let Some((name, topic)) = entry(topics, &topic.to_string_lossy()) {
                let step = topic.troubled(*partition, *code, now);
                step_of(consumer, outbox, &name, topic, step, now);
            }
            return true;
        }
        Arrival::Other => {}
    }
    false
}

/// Reads a record of a partition that is taken up.
fn note(consumer: &Client, topics: &mut BTreeMap<Arc<str>, Topic>, outbox: &mut Outbox, record: &Record<'_>) {
    let Some((name, topic)) = entry(topics, &record.topic.to_string_lossy()) else {
        return;
    };
    let partition = topic.partitions.get_mut(&record.partition);
    let Some(partition) = partition.filter(|_| topic.attached.contains(&record.partition)) else {
        return;
    };
    if !partition.record(record.offset, || bounds(consumer, &name, record.partition)) {
        return;
    }
    let length = record.key.map_or(0, <[u8]>::len) + record.value.map_or(0, <[u8]>::len);
    let said = internal::read(topic.kind, record.key, record.value);
    let akin = said.as_ref().is_some_and(|said| !matches!(said, Said::Unreadable(_)));
    if let Some(said) = said {
        let record = InternalRecord {
            partition: record.partition,
            offset: record.offset,
            timestamp_ms: record.timestamp,
            said,
        };
        outbox.record(&name, record, length);
    }
    let step = topic.holds(akin, length);
    step_of(consumer, outbox, &name, topic, step, Instant::now());
}

/// Does what is to be done with the consumer.
fn step_of(consumer: &Client, outbox: &mut Outbox, name: &Arc<str>, topic: &mut Topic, step: Step, now: Instant) {
    match step {
        Step::Nothing => {}
        Step::Detach => detach(consumer, name, topic),
        Step::Attach(new) => attach(consumer, name, topic, &new),
        Step::Renew => {
            detach(consumer, name, topic);
            renew(consumer, name, topic);
        }
        Step::Restart(why) => {
            tracing::info!(topic = %name, reason = %why, "an internal topic is read anew");
            detach(consumer, name, topic);
            topic.restart(now);
            outbox.forget(name);
            outbox.tell(name, TailKind::Restarted(why));
            renew(consumer, name, topic);
        }
    }
}

fn renew(consumer: &Client, name: &str, topic: &mut Topic) {
    for partition in topic.partitions.values_mut() {
        partition.again();
    }
    let all: Vec<i32> = topic.partitions.keys().copied().collect();
    attach(consumer, name, topic, &all);
}

/// Assigns partitions from where they were left, or from their beginning.
fn attach(consumer: &Client, name: &str, topic: &mut Topic, numbers: &[i32]) {
    let mut list = TopicPartitionList::with_capacity(numbers.len());
    let mut added: KafkaResult<()> = Ok(());
    for number in numbers {
        let next = topic.partitions.get(number).and_then(|partition| partition.next());
        let place = next.map_or(Offset::Beginning, Offset::Offset);
        added = added.and(list.add_partition_offset(name, *number, place));
    }
    match added.and_then(|()| consumer.incremental_assign(&list)) {
        Ok(()) => topic.attached.extend(numbers),
        Err(error) => tracing::warn!(topic = name, %error, "partitions of an internal topic cannot be taken up"),
    }
}

fn detach(consumer: &Client, name: &str, topic: &mut Topic) {
    let attached = std::mem::take(&mut topic.attached);
    if attached.is_empty() {
        return;
    }
    let mut list = TopicPartitionList::with_capacity(attached.len());
    for number in attached {
        list.add_partition(name, number);
    }
    if let Err(error) = consumer.incremental_unassign(&list) {
        tracing::warn!(topic = name, %error, "partitions of an internal topic cannot be let go");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_that_is_due_shortens_the_wait_only_if_it_can_be_taken() {
        assert_eq!(patience(false, false, LOOK), WAIT);
        assert_eq!(patience(false, false, Duration::ZERO), Duration::ZERO);
        assert_eq!(patience(false, true, Duration::ZERO), WAIT);
        assert_eq!(patience(true, false, Duration::ZERO), WAIT_ASKED);
    }
}
