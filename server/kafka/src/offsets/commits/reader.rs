//! The thread that reads `__consumer_offsets`.

use std::collections::BTreeSet;
use std::ffi::CStr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::Consumer;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::baselines::{Baselines, HURRY};
use super::homes::{Homes, Look, Told};
use super::line::{self, Line};
use super::{Home, Reach, Shared, lock};
use crate::client::Client;
use crate::ffi::{Arrival, Code, RawOffset, RawTopic, Reply, Spec};
use crate::offsets::record::{self, Key};
use crate::voice::Voice;
use crate::{Error, offsets};

/// The topic that holds all commits.
const TOPIC: &CStr = c"__consumer_offsets";
/// As it stands in errors.
const NAME: &str = "__consumer_offsets";
/// How long nothing may arrive before the loop does something else: what stopping waits for.
const REST: Duration = Duration::from_millis(100);
/// Arrivals that are handled before the loop does something else.
const BATCH: usize = 5_000;
/// Between two looks at the ends.
const LOOK: Duration = Duration::from_secs(1);
/// The same while baselines wait for one.
const SOON: Duration = Duration::from_millis(250);
/// How long a look, or a question about the topic, may take.
const ANSWER: Duration = Duration::from_secs(2);
/// How long a look lives in librdkafka: see `offsets::leaders`.
const LIFETIME: Duration = Duration::from_secs(10);
/// How long librdkafka may hold the loop up to look the topic up.
const WARMTH: Duration = Duration::from_millis(20);
/// Looks after which a consumer that does not read what there is to read is replaced.
const STUCK: u32 = 15;
/// Between two questions about the topic while its partitions are not known.
const AGAIN: Duration = Duration::from_secs(2);
/// The same when they are: it may have been made anew.
const CHECK: Duration = Duration::from_secs(60);

pub(super) struct Reader {
    shared: Arc<Shared>,
    line: Line,
    config: ClientConfig,
    voice: Voice,
    homes: Homes,
    baselines: Baselines,
    /// Numbers of all questions.
    number: u64,
    look: Option<Asked>,
    next_look: Instant,
    topic: Option<Asked>,
    next_topic: Instant,
    /// How many partitions the topic has, and its id.
    shape: Option<(i32, (i64, i64))>,
    /// Why `shape` is not known.
    trouble: Option<Error>,
}

/// A question in work, with the partitions that it is about.
struct Asked {
    look: Look,
    partitions: Vec<i32>,
}

impl Reader {
    pub(super) fn new(client: &Client, shared: Arc<Shared>) -> Result<Self, Error> {
        let voice = client.voice.another();
        let config = line::config(client);
        let now = Instant::now();
        Ok(Self {
            shared,
            line: Line::open(&config, &voice)?,
            config,
            voice,
            homes: Homes::default(),
            baselines: Baselines::new(Arc::clone(&client.committed)),
            number: 0,
            look: None,
            next_look: now,
            topic: None,
            next_topic: now,
            shape: None,
            trouble: None,
        })
    }

    pub(super) fn run(mut self) {
        while !self.shared.stop.load(Ordering::Acquire) {
            self.follow_wishes();
            let now = Instant::now();
            self.ask(now);
            self.read();
            self.hear(Instant::now());
            self.settle(Instant::now());
            self.publish();
        }
    }

    /// Takes over the groups that are wanted now.
    fn follow_wishes(&mut self) {
        let wanted = lock(&self.shared.wanted).take();
        if let Some(wanted) = wanted {
            let mut book = lock(&self.shared.book);
            let new = book.want(&wanted);
            let read = new.iter().filter(|group| {
                let home = book.home(group);
                home.is_some_and(|home| self.homes.reads(home))
            });
            self.baselines.add(read.filter_map(|group| book.ticket(group)));
            let homes = book.homes();
            drop(book);
            self.read_homes(&homes);
        }
    }

    fn read_homes(&mut self, homes: &BTreeSet<i32>) {
        let gone = self.homes.want(homes);
        self.stop_reading(&gone);
        self.next_look = Instant::now();
    }

    /// Asks for the shape of the topic and for the ends of its partitions, when it is time.
    fn ask(&mut self, now: Instant) {
        if self.topic.is_none() && now >= self.next_topic {
            let look = self.next(now);
            // Whenever its answer comes, librdkafka knows the topic then, as `offsets::leaders` tells that it must before
            // the next look; the question that follows is answered after it.
            drop(self.line.consumer.fetch_metadata(Some(NAME), WARMTH));
            self.line.bulk.ask_topics(number(look), &[TOPIC.to_owned()], ANSWER);
            self.topic = Some(Asked {
                look,
                partitions: Vec::new(),
            });
        }
        let soon = self.baselines.holds() && self.next_look.saturating_duration_since(now) < LOOK - SOON;
        if self.look.is_none() && (soon || now >= self.next_look) {
            let partitions = self.homes.look();
            if partitions.is_empty() {
                self.next_look = now + LOOK;
                return;
            }
            let look = self.next(now);
            let all = partitions.iter().map(|partition| (TOPIC, *partition));
            self.line
                .bulk
                .ask_offsets(number(look), all, Spec::Latest, true, LIFETIME);
            self.look = Some(Asked { look, partitions });
            self.next_look = now + LOOK;
        }
    }

    fn next(&mut self, at: Instant) -> Look {
        self.number += 1;
        Look {
            number: self.number,
            at,
        }
    }

    /// Handles what arrives.
    fn read(&mut self) {
        let mut wait = match self.baselines.hurries() {
            true => HURRY,
            false => REST,
        };
        let mut lost = Vec::new();
        for _ in 0..BATCH {
            let (shared, homes) = (&self.shared, &mut self.homes);
            let arrived = self.line.feed.poll(wait, |arrival| match arrival {
                Arrival::Record(record) => {
                    if homes.reached(record.partition, record.offset.saturating_add(1)) {
                        note(shared, record.key, record.value);
                    }
                }
                Arrival::End { partition, offset, .. } => {
                    homes.reached(partition, offset);
                }
                Arrival::Trouble { partition, code, .. } => lost.push((partition, code)),
                Arrival::Other => {}
            });
            if !arrived {
                break;
            }
            wait = Duration::ZERO;
        }
        for (partition, code) in lost {
            self.troubled(partition, code);
        }
    }

    /// Something is wrong with one partition: it is waited for, or read anew.
    fn troubled(&mut self, partition: i32, code: Code) {
        let error = Error::from_number(code, ANSWER).denied(|| format!("READ on topic `{NAME}`"));
        if matches!(error, Error::Refused { .. }) && self.homes.reads(partition) {
            // Its position is gone, or a batch that cannot be read stands there.
            tracing::debug!(partition, %error, "{NAME} is read anew");
            self.stop_reading(&[partition]);
            self.homes.lost(partition, error);
            self.next_topic = Instant::now();
        } else {
            self.homes.trouble(partition, error);
        }
    }

    /// Handles answers, and what was not answered in time.
    fn hear(&mut self, now: Instant) {
        while let Some((number, reply)) = self.line.bulk.next(Duration::ZERO) {
            let about = |asked: &mut Asked| u64::try_from(number) == Ok(asked.look.number);
            if let Some(asked) = self.look.take_if(about) {
                self.told(&asked, reply);
            } else if self.topic.take_if(about).is_some() {
                self.described(reply, now);
            }
        }
        let late = |asked: &mut Asked| now.saturating_duration_since(asked.look.at) > ANSWER;
        if self.look.take_if(late).is_some() {
            self.silence(Error::TimedOut { after: ANSWER });
        }
        if self.topic.take_if(late).is_some() {
            self.described(Ok(Reply::Topics(Vec::new())), now);
        }
    }

    fn silence(&mut self, error: Error) {
        let error = self.voice.explain(error, ANSWER);
        self.homes.silence_all(&error);
    }

    /// A look's answer.
    fn told(&mut self, asked: &Asked, reply: Result<Reply, Code>) {
        let found = match reply {
            Ok(Reply::Offsets(found)) => found,
            Ok(Reply::Topics(_)) => Vec::new(),
            Err(code) => return self.silence(offsets::leaderless(code, NAME, ANSWER)),
        };
        let mut begun = TopicPartitionList::new();
        let mut tickets = Vec::new();
        for (number, found) in asked.partitions.iter().zip(found) {
            match self
                .end(*number, found)
                .map(|end| self.homes.told(asked.look, *number, end))
            {
                Ok(Told::Fine) => {}
                Ok(Told::Lost) => self.stop_reading(&[*number]),
                Ok(Told::Begin(end)) => {
                    tickets.extend(lock(&self.shared.book).begin(*number));
                    if let Err(error) = begun.add_partition_offset(NAME, *number, Offset::Offset(end)) {
                        self.homes.lost(*number, self.voice.error(&error, ANSWER));
                    }
                }
                Err(error) => {
                    self.homes.silence(*number, error);
                    self.next_topic = Instant::now().min(self.next_topic);
                }
            }
        }
        if begun.count() > 0 {
            if let Err(error) = self.line.consumer.incremental_assign(&begun) {
                let error = self.voice.error(&error, ANSWER);
                for partition in begun.elements() {
                    self.homes.lost(partition.partition(), error.clone());
                }
            }
            self.baselines.add(tickets);
        }
        if self.homes.stuck(STUCK) {
            let reason = "there is more to read than comes; the consumer is replaced".to_owned();
            self.begin_anew(&Error::Refused { reason });
        }
    }

    /// The end that a partition's leader told.
    fn end(&self, number: i32, found: RawOffset) -> Result<i64, Error> {
        let error = match found.error {
            0 if found.partition == number && found.offset >= 0 => return Ok(found.offset),
            0 => Error::TimedOut { after: ANSWER },
            code => offsets::refused(code, NAME, number, ANSWER),
        };
        Err(self.voice.explain(error, ANSWER))
    }

    /// What a broker said of the topic.
    fn described(&mut self, reply: Result<Reply, Code>, now: Instant) {
        let shape = match reply {
            Ok(Reply::Topics(mut topics)) => match topics.pop().flatten() {
                Some(RawTopic {
                    error: 0,
                    partitions,
                    id,
                }) => Ok((i32::try_from(partitions).unwrap_or(0), id)),
                Some(RawTopic { error, .. }) => Err(offsets::refused(error, NAME, 0, ANSWER)),
                None => Err(Error::TimedOut { after: ANSWER }),
            },
            Ok(Reply::Offsets(_)) => Err(Error::TimedOut { after: ANSWER }),
            Err(code) => Err(offsets::refused(code, NAME, 0, ANSWER)),
        };
        match shape {
            Ok(shape) => {
                self.voice.settle();
                self.trouble = None;
                self.next_topic = now + CHECK;
                if self.shape != Some(shape) {
                    self.reshape(shape);
                }
            }
            Err(error) => {
                self.next_topic = now + AGAIN;
                self.trouble = Some(self.voice.explain(error, ANSWER));
            }
        }
    }

    /// The topic is another one than before: all is read anew.
    fn reshape(&mut self, shape: (i32, (i64, i64))) {
        if self.shape.is_some() {
            let reason = format!("topic `{NAME}` was made anew");
            self.begin_anew(&Error::Refused { reason });
        }
        self.shape = Some(shape);
        let mut book = lock(&self.shared.book);
        book.place(shape.0);
        let homes = book.homes();
        drop(book);
        self.read_homes(&homes);
    }

    /// Begins anew with another consumer, which remembers nothing of a topic that was.
    fn begin_anew(&mut self, why: &Error) {
        let read = self.homes.lost_all(why);
        self.look = None;
        self.topic = None;
        match Line::open(&self.config, &self.voice) {
            Ok(line) => self.line = line,
            Err(error) => {
                tracing::warn!(%error, "the consumer of {NAME} cannot be replaced");
                self.stop_reading(&read);
            }
        }
    }

    fn stop_reading(&self, partitions: &[i32]) {
        if partitions.is_empty() {
            return;
        }
        let mut list = TopicPartitionList::new();
        for partition in partitions {
            list.add_partition(NAME, *partition);
        }
        if let Err(error) = self.line.consumer.incremental_unassign(&list) {
            tracing::debug!(%error, "partitions of {NAME} were not being read");
        }
    }

    /// Baselines: asks, and writes down what may be.
    fn settle(&mut self, now: Instant) {
        let mut book = lock(&self.shared.book);
        self.baselines.step(&mut book, self.number + 1, now);
        if self.baselines.holds() {
            let homes = &self.homes;
            self.baselines.settle(&mut book, |book, group| {
                let look = homes.complete(book.home(group)?)?;
                Some(look.number)
            });
        }
    }

    fn publish(&self) {
        let home = |(partition, look, trouble): (i32, Option<Look>, Option<&Error>)| Home {
            partition,
            complete_at: look.map(|look| look.at),
            trouble: trouble.cloned(),
        };
        let reach = Reach {
            homes: self.homes.all().map(home).collect(),
            trouble: self.trouble.clone().filter(|_| self.shape.is_none()),
        };
        let mut known = lock(&self.shared.reach);
        let moved = *known != reach;
        *known = reach;
        drop(known);
        if moved || lock(&self.shared.book).has_changed() {
            self.shared.changed.notify_one();
        }
    }
}

fn number(look: Look) -> usize {
    usize::try_from(look.number).unwrap_or_default()
}

/// Writes down one record. What cannot be read is nobody's commit that we could name.
fn note(shared: &Shared, key: Option<&[u8]>, value: Option<&[u8]>) {
    let Some(Ok(Key::Offset { group, place })) = key.map(record::key) else {
        return;
    };
    let mut book = lock(&shared.book);
    if !book.wants(group) {
        return;
    }
    let value = value.map(record::value).transpose();
    match (place.read(), value) {
        (Ok((topic, partition)), Ok(value)) => book.commit(group, topic, partition, value),
        (Err(error), _) | (_, Err(error)) => {
            tracing::debug!(group, %error, "a record of {NAME} cannot be read");
        }
    }
}
