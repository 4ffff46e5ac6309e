//! How old the next unread record of a partition is: its timestamp, and never what it says.

use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::leaders::Leaders;
use super::{Isolation, Partition, refused};
use crate::Error;
use crate::asker::Asker;
use crate::client::{Client, GROUP};
use crate::ffi::{self, Arrival, Code, Feed, TIMED_OUT};
use crate::voice::Voice;

/// Partitions that are read at a time; each may have one batch of records in memory.
const AT_A_TIME: usize = 64;
/// Partitions in one call; what is more is not read.
const MOST: usize = 1_000;
/// How long a consumer is kept that nobody uses.
const IDLE: Duration = Duration::from_secs(60);
/// How long one arrival is waited for at most, so that deadlines are kept.
const STEP: Duration = Duration::from_millis(50);
/// Codes by which the position is not in the log: the broker's, and librdkafka's when it may not choose another one.
const OUT_OF_RANGE: [Code; 2] = [1, -140];

/// What was found at an offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// The first record at or after the offset has this timestamp, in ms since 1970: set by its producer, or by the
    /// broker, as the topic's configuration has it. `None`: the record has none.
    At(Option<i64>),
    /// No reader sees a record there yet: there are none, or only marks of transactions and what was aborted.
    Nothing,
    /// The log does not hold the offset: it was cut at its beginning, or made anew.
    OutOfRange,
    /// It could not be read: [`Error::Authorization`] (READ on the topic is missing), [`Error::NoTopic`],
    /// [`Error::NoPartition`], [`Error::TimedOut`] and what explains it, [`Error::Refused`].
    Failed(Error),
}

/// The answer for one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The partition.
    pub partition: Partition,
    /// The offset that was asked for.
    pub offset: i64,
    /// What was found there.
    pub unread: Unread,
}

/// Reads single records with a consumer of its own on a thread of its own; the consumer is made when it is needed and let
/// go after a minute. At most 64 partitions are read at a time, each with one batch, in fetches of 1 MiB; an answer of a
/// broker above 8 MiB is refused. Dropping it waits for the call in work.
pub struct Sampler {
    asker: Asker<State>,
}

struct State {
    config: ClientConfig,
    voice: Voice,
    open: Option<Open>,
    used: Instant,
}

struct Open {
    feed: Feed,
    consumer: Arc<BaseConsumer<Voice>>,
    leaders: Leaders,
}

impl fmt::Debug for Sampler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sampler").finish_non_exhaustive()
    }
}

impl Sampler {
    pub(crate) fn start(name: &str, client: &Client, isolation: Isolation) -> Result<Self, Error> {
        let mut config = client.config.clone();
        let isolation = match isolation {
            Isolation::ReadUncommitted => "read_uncommitted",
            Isolation::ReadCommitted => "read_committed",
        };
        for (key, value) in [
            ("group.id", GROUP),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            ("isolation.level", isolation),
            ("auto.offset.reset", "error"),
            ("enable.partition.eof", "true"),
            ("fetch.wait.max.ms", "50"),
            // A partition has one batch and no more; more than a batch comes from the first partition alone.
            ("queued.min.messages", "1"),
            ("queued.max.messages.kbytes", "1024"),
            ("fetch.message.max.bytes", "16384"),
            ("fetch.max.bytes", "1048576"),
            ("receive.message.max.bytes", "8388608"),
            // A topic that is not there is one at once, and not after half a minute.
            ("topic.metadata.propagation.max.ms", "0"),
            ("fetch.error.backoff.ms", "50"),
            ("fetch.queue.backoff.ms", "20"),
            ("socket.timeout.ms", "15000"),
        ] {
            config.set(key, value);
        }
        let state = State {
            config,
            voice: client.voice.another(),
            open: None,
            used: Instant::now(),
        };
        Ok(Self {
            asker: Asker::start(&format!("sampler {name}"), state, State::rest)?,
        })
    }

    /// The age of what is next to read at each offset, in no particular order. A partition that is named twice is answered
    /// once, for its smallest offset; of more than 1,000 the rest is not asked for, and missing in the answer. All that
    /// was not read within `deadline` is [`Unread::Failed`].
    ///
    /// # Errors
    /// [`Error::TimedOut`] when an earlier call took all the time, [`Error::Setup`], [`Error::NoThread`].
    pub async fn next_unread(&self, mut of: Vec<(Partition, i64)>, deadline: Duration) -> Result<Vec<Sample>, Error> {
        of.sort_unstable();
        of.dedup_by(|later, first| later.0 == first.0);
        of.truncate(MOST);
        let question = move |state: &mut State, left: Duration| state.read(of, deadline, Instant::now() + left);
        self.asker.ask(deadline, question).await
    }
}

impl State {
    /// Nobody asked for about a second.
    fn rest(&mut self) {
        if self.used.elapsed() > IDLE {
            self.open = None;
        }
        if let Some(open) = &self.open {
            while open.feed.poll(Duration::ZERO, |_| {}) {}
        }
    }

    fn read(&mut self, of: Vec<(Partition, i64)>, deadline: Duration, end: Instant) -> Result<Vec<Sample>, Error> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => {
                let consumer = self.config.create_with_context(self.voice.clone());
                let consumer = Arc::new(consumer.map_err(|error| self.voice.error(&error, deadline))?);
                Open {
                    feed: Feed::new(&consumer),
                    consumer,
                    leaders: Leaders::default(),
                }
            }
        };
        // Who waits for what is not there waits long; half of the time is for reading.
        let left = end.saturating_duration_since(Instant::now()) / 2;
        let askable = of
            .iter()
            .map(|(of, _)| of)
            .filter(|of| ffi::name(&of.topic).is_some_and(|name| !name.is_empty()));
        open.leaders.learn(&open.consumer, askable, left);
        let mut samples = Vec::with_capacity(of.len());
        let mut silent = false;
        for some in of.chunks(AT_A_TIME) {
            let mut reading = Reading::new(some, &open.leaders, deadline);
            if !silent {
                reading.read(&open, end);
            }
            // Whoever is silent now would keep all others waiting.
            silent |= Instant::now() >= end;
            samples.extend(reading.finish(&self.voice));
        }
        if let Err(error) = open.consumer.unassign() {
            tracing::debug!(%error, "a sampler's consumer could not be put to rest, and is made anew");
        } else {
            self.open = Some(open);
        }
        self.used = Instant::now();
        Ok(samples)
    }
}

/// Some partitions that are read together.
struct Reading<'a> {
    of: &'a [(Partition, i64)],
    found: Vec<Option<Unread>>,
    places: HashMap<(CString, i32), usize>,
    open: usize,
    deadline: Duration,
}

impl<'a> Reading<'a> {
    fn new(of: &'a [(Partition, i64)], leaders: &Leaders, deadline: Duration) -> Self {
        let mut reading = Self {
            of,
            found: vec![None; of.len()],
            places: HashMap::new(),
            open: 0,
            deadline,
        };
        for (index, ((of, offset), found)) in of.iter().zip(&mut reading.found).enumerate() {
            let led = match of.partition {
                0.. => leaders.leader(of).err().filter(|code| *code != TIMED_OUT),
                _ => Some(super::NO_PARTITION),
            };
            match ffi::name(&of.topic).filter(|name| !name.is_empty()) {
                None => *found = Some(Unread::Failed(Error::NoTopic(of.topic.to_string()))),
                Some(_) if led.is_some() => {
                    let code = led.unwrap_or(TIMED_OUT);
                    *found = Some(Unread::Failed(failure(code, of, deadline)));
                }
                Some(_) if *offset < 0 => *found = Some(Unread::OutOfRange),
                Some(name) => {
                    reading.places.insert((name, of.partition), index);
                    reading.open += 1;
                }
            }
        }
        reading
    }

    fn read(&mut self, open: &Open, end: Instant) {
        let mut list = TopicPartitionList::with_capacity(self.open);
        for ((of, offset), found) in self.of.iter().zip(&mut self.found) {
            if found.is_none()
                && let Err(error) = list.add_partition_offset(&of.topic, of.partition, Offset::Offset(*offset))
            {
                *found = Some(Unread::Failed(Error::Refused {
                    reason: error.to_string(),
                }));
                self.open = self.open.saturating_sub(1);
            }
        }
        if let Err(error) = open.consumer.assign(&list) {
            let error = Error::Refused {
                reason: error.to_string(),
            };
            self.found.iter_mut().filter(|found| found.is_none()).for_each(|found| {
                *found = Some(Unread::Failed(error.clone()));
            });
            return;
        }
        while self.open > 0 {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let mut done = None;
            open.feed.poll(left.min(STEP), |arrival| done = self.take(&arrival));
            if let Some(index) = done {
                self.open -= 1;
                self.put_down(open, index);
            }
        }
    }

    /// Notes what arrived; the index of a partition that is answered by it.
    fn take(&mut self, arrival: &Arrival<'_>) -> Option<usize> {
        let (index, unread) = match arrival {
            Arrival::Record(record) => (
                self.place(record.topic, record.partition)?,
                Unread::At(record.timestamp),
            ),
            Arrival::End { topic, partition, .. } => (self.place(topic, *partition)?, Unread::Nothing),
            Arrival::Trouble { topic, partition, code } => {
                let index = self.place(topic, *partition)?;
                let unread = match *code {
                    code if OUT_OF_RANGE.contains(&code) => Unread::OutOfRange,
                    code => {
                        let (of, _) = self.of.get(index)?;
                        Unread::Failed(failure(code, of, self.deadline))
                    }
                };
                (index, unread)
            }
            Arrival::Other => return None,
        };
        let found = self.found.get_mut(index)?;
        if found.is_some() {
            return None;
        }
        *found = Some(unread);
        Some(index)
    }

    fn place(&self, topic: &CStr, partition: i32) -> Option<usize> {
        self.places.get(&(topic.to_owned(), partition)).copied()
    }

    /// Reads a partition no further, which also drops what of it was read already.
    fn put_down(&self, open: &Open, index: usize) {
        if let Some((of, _)) = self.of.get(index) {
            let mut list = TopicPartitionList::new();
            list.add_partition(&of.topic, of.partition);
            if let Err(error) = open.consumer.incremental_unassign(&list) {
                tracing::debug!(%error, topic = &*of.topic, "a partition was not being read");
            }
        }
    }

    fn finish(self, voice: &Voice) -> impl Iterator<Item = Sample> {
        let silence = voice.explain(Error::TimedOut { after: self.deadline }, self.deadline);
        let each = self.of.iter().zip(self.found);
        each.map(move |((partition, offset), found)| Sample {
            partition: partition.clone(),
            offset: *offset,
            unread: found.unwrap_or_else(|| Unread::Failed(silence.clone())),
        })
    }
}

/// Sorts what keeps a partition from being read.
fn failure(code: Code, of: &Partition, deadline: Duration) -> Error {
    match refused(code, &of.topic, of.partition, deadline) {
        Error::Authorization { .. } => Error::Authorization {
            reason: format!("READ on topic `{}`", of.topic),
        },
        other => other,
    }
}
