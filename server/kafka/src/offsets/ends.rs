//! Where partitions begin and end, for many at a time.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::{CStr, CString};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::leaders::Leaders;
use super::topics::{self, Shape};
use super::{NO_LEADERS, Partition, refused};
use crate::Error;
use crate::asker::Asker;
use crate::client::Client;
use crate::ffi::{self, Bulk, Code, RawOffset, Reply, Spec};

/// Partitions in one question: librdkafka puts the leaders' answers together by comparing each with each.
const CHUNK: usize = 100;
/// Questions in work.
const IN_FLIGHT: usize = 64;
/// Codes by which what is remembered of a topic may prove to be old: its leader is another one, or led before or after
/// this one; it has a leader again, or more partitions than it had. librdkafka asks anew for some of them alone.
const STALE: [Code; 5] = [super::NO_LEADER, 6, 74, 75, super::NO_PARTITION];
/// How long a question lives in librdkafka, whoever still waits for it: see [`super::leaders`].
const LIFETIME: Duration = Duration::from_secs(10);

/// Which offset is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// The next offset to be written, as far as the [`Isolation`] lets a reader see.
    Latest,
    /// The first one that is still there.
    Earliest,
    /// The record with the largest timestamp. Brokers older than 3.0 refuse to say.
    MaxTimestamp,
}

/// As whom one asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// Everything that is replicated can be read: the end is the high watermark.
    ReadUncommitted,
    /// What transactions have open cannot be read, nor anything after it: the end is the last stable offset.
    ReadCommitted,
}

/// A place in a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// The offset, 0 or more.
    pub offset: i64,
    /// The record's timestamp in ms since 1970, for [`Point::MaxTimestamp`] alone.
    pub timestamp_ms: Option<i64>,
}

/// What was found out about one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The partition.
    pub partition: Partition,
    /// Where the point is; `None` only where a partition without records has none ([`Point::MaxTimestamp`]).
    ///
    /// Errors: [`Error::NoTopic`], [`Error::NoPartition`], [`Error::Authorization`] (DESCRIBE on the topic is missing),
    /// [`Error::TimedOut`] and what explains it, [`Error::Unreachable`] (no leader), [`Error::Refused`].
    pub at: Result<Option<At>, Error>,
}

/// Asks for offsets of partitions and for topics, on a thread of its own. Dropping it waits for the question in work.
pub struct Offsets {
    asker: Asker<State>,
}

struct State {
    client: Arc<Client>,
    bulk: Bulk,
    leaders: Leaders,
    number: usize,
    /// Questions that were given up and are not answered yet, with who was asked.
    owed: HashMap<usize, i32>,
}

impl fmt::Debug for Offsets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offsets").finish_non_exhaustive()
    }
}

impl Offsets {
    pub(crate) fn start(name: &str, client: Arc<Client>) -> Result<Self, Error> {
        let state = State {
            bulk: Bulk::new(&client.consumer),
            client,
            leaders: Leaders::default(),
            number: 0,
            owed: HashMap::new(),
        };
        let asker = Asker::start(&format!("offsets {name}"), state, |state| state.client.serve())?;
        Ok(Self { asker })
    }

    /// One offset of each partition, by topic and number; a partition that is named twice is answered once. Each has its
    /// own answer: one that is away, denied or not there spoils no other. All that was not answered within `deadline`
    /// is [`Error::TimedOut`].
    ///
    /// # Errors
    /// [`Error::TimedOut`] when an earlier question took all the time, [`Error::NoThread`].
    pub async fn list(
        &self,
        partitions: Vec<Partition>,
        point: Point,
        isolation: Isolation,
        deadline: Duration,
    ) -> Result<Vec<Found>, Error> {
        let question = move |state: &mut State, left| Ok(state.list(partitions, point, isolation, deadline, left));
        self.asker.ask(deadline, question).await
    }

    /// What topics there are of these, by name; one that is named twice is answered once. Brokers hide topics that we may
    /// not describe behind [`Error::NoTopic`], unless it is [`Error::Authorization`] that they say.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub async fn topics(
        &self,
        names: Vec<Arc<str>>,
        deadline: Duration,
    ) -> Result<Vec<(Arc<str>, Result<Shape, Error>)>, Error> {
        let question = move |state: &mut State, left| {
            let names: BTreeSet<Arc<str>> = names.into_iter().collect();
            Ok(topics::describe(&state.client, names, deadline, left))
        };
        self.asker.ask(deadline, question).await
    }
}

impl State {
    fn list(
        &mut self,
        mut partitions: Vec<Partition>,
        point: Point,
        isolation: Isolation,
        deadline: Duration,
        left: Duration,
    ) -> Vec<Found> {
        let end = Instant::now() + left;
        partitions.sort_unstable();
        partitions.dedup();
        let mut list = List {
            answers: vec![None; partitions.len()],
            names: names(&partitions),
            partitions,
            stale: Vec::new(),
            point,
            isolation,
            deadline,
        };
        let all: Vec<usize> = (0..list.partitions.len()).collect();
        self.ask(&mut list, &all, end);
        // What is remembered of these topics was old: once more.
        let stale = std::mem::take(&mut list.stale);
        let worth = |index: &usize| {
            let of = list.partitions.get(*index);
            of.is_some_and(|of| self.leaders.doubt(&of.topic))
        };
        let again: Vec<usize> = stale.into_iter().filter(worth).collect();
        if !again.is_empty() {
            self.ask(&mut list, &again, end);
        }
        self.client.serve();
        if list.answers.iter().any(|answer| matches!(answer, Some(Ok(_)))) {
            self.client.voice.settle();
        }
        list.finish(&self.client)
    }

    /// Asks the leaders of these partitions, each for its own, until `end`.
    fn ask(&mut self, list: &mut List, indices: &[usize], end: Instant) {
        let valid = indices.iter().filter(|index| list.name(**index).is_some());
        let of = valid.filter_map(|index| list.partitions.get(*index));
        // Half of the time is for the answers.
        let left = end.saturating_duration_since(Instant::now()) / 2;
        self.leaders.learn(&self.client.consumer, of, left);
        let mut waiting = list.chunks(&self.leaders, indices);
        let mut asked: HashMap<usize, (i32, Vec<usize>)> = HashMap::new();
        loop {
            // A leader that still owes an answer is not asked again before it gave it, or its time is over: what is given
            // up takes room until then.
            let free = |chunk: &mut (i32, Vec<usize>)| !self.owed.values().any(|leader| *leader == chunk.0);
            let room = IN_FLIGHT.saturating_sub(asked.len());
            let ready: Vec<(i32, Vec<usize>)> = waiting.extract_if(.., free).take(room).collect();
            for (leader, chunk) in ready {
                self.number = self.number.wrapping_add(1).max(1);
                let each: Vec<(&CStr, i32)> = chunk.iter().filter_map(|index| list.native(*index)).collect();
                let committed = list.isolation == Isolation::ReadCommitted;
                self.bulk
                    .ask_offsets(self.number, each.into_iter(), list.point.spec(), committed, LIFETIME);
                asked.insert(self.number, (leader, chunk));
            }
            if asked.is_empty() && (waiting.is_empty() || self.owed.is_empty()) {
                break;
            }
            let left = end.saturating_duration_since(Instant::now());
            let Some((number, reply)) = self.bulk.next(left) else {
                break;
            };
            self.owed.remove(&number);
            if let Some((_, chunk)) = asked.remove(&number) {
                match reply {
                    Ok(Reply::Offsets(found)) => list.found(&chunk, &found),
                    Ok(Reply::Topics(_)) => {}
                    Err(NO_LEADERS) => list.failed(&chunk, super::NO_LEADER),
                    Err(code) => list.failed(&chunk, code),
                }
            }
        }
        self.owed
            .extend(asked.into_iter().map(|(number, (leader, _))| (number, leader)));
    }
}

/// A list in work.
struct List {
    partitions: Vec<Partition>,
    /// The topic of each as librdkafka takes it; `None` for one that cannot be.
    names: Vec<Option<Arc<CString>>>,
    answers: Vec<Option<Result<Option<At>, Error>>>,
    /// Partitions of topics of which what is remembered is old.
    stale: Vec<usize>,
    point: Point,
    isolation: Isolation,
    deadline: Duration,
}

/// The topic of each partition; they come by topic.
fn names(partitions: &[Partition]) -> Vec<Option<Arc<CString>>> {
    let mut last: Option<(&Arc<str>, Option<Arc<CString>>)> = None;
    let name = |of: &'_ Partition| ffi::name(&of.topic).filter(|name| !name.is_empty()).map(Arc::new);
    let mut names = Vec::with_capacity(partitions.len());
    for of in partitions {
        let native = match &last {
            Some((topic, native)) if **topic == of.topic => native.clone(),
            _ => name(of),
        };
        last = Some((&of.topic, native.clone()));
        names.push(native);
    }
    names
}

impl List {
    fn name(&self, index: usize) -> Option<&CStr> {
        self.names.get(index)?.as_ref().map(|name| name.as_c_str())
    }

    fn native(&self, index: usize) -> Option<(&CStr, i32)> {
        Some((self.name(index)?, self.partitions.get(index)?.partition))
    }

    /// Questions about all of these that can be asked, each to one leader; what cannot be is answered.
    fn chunks(&mut self, leaders: &Leaders, indices: &[usize]) -> Vec<(i32, Vec<usize>)> {
        let mut by_leader: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
        for index in indices.iter().copied() {
            let Some(of) = self.partitions.get(index) else {
                continue;
            };
            let answer = match (self.name(index), leaders.leader(of)) {
                (None, _) => Error::NoTopic(of.topic.to_string()),
                (Some(_), Ok(leader)) => {
                    by_leader.entry(leader).or_default().push(index);
                    continue;
                }
                (Some(_), Err(code)) => refused(code, &of.topic, of.partition, self.deadline),
            };
            self.answer(index, Err(answer));
        }
        let chunks = |(leader, indices): (i32, Vec<usize>)| {
            let chunks: Vec<_> = indices.chunks(CHUNK).map(|chunk| (leader, chunk.to_vec())).collect();
            chunks
        };
        by_leader.into_iter().flat_map(chunks).collect()
    }

    fn found(&mut self, chunk: &[usize], found: &[RawOffset]) {
        for (index, found) in chunk.iter().zip(found) {
            let same = self
                .partitions
                .get(*index)
                .is_some_and(|of| of.partition == found.partition);
            let answer = match found.error {
                _ if !same => Err(Error::TimedOut { after: self.deadline }),
                0 if found.offset >= 0 => Ok(Some(At {
                    offset: found.offset,
                    timestamp_ms: Some(found.timestamp).filter(|at| self.point == Point::MaxTimestamp && *at >= 0),
                })),
                0 if found.offset == -1 && self.point == Point::MaxTimestamp => Ok(None),
                // No answer in time looks like success but for the offset.
                0 => Err(Error::TimedOut { after: self.deadline }),
                code => {
                    self.failed(&[*index], code);
                    continue;
                }
            };
            self.answer(*index, answer);
        }
    }

    fn failed(&mut self, chunk: &[usize], code: Code) {
        for index in chunk {
            if STALE.contains(&code) {
                self.stale.push(*index);
            }
            if let Some(of) = self.partitions.get(*index) {
                let error = refused(code, &of.topic, of.partition, self.deadline);
                self.answer(*index, Err(error));
            }
        }
    }

    fn answer(&mut self, index: usize, answer: Result<Option<At>, Error>) {
        if let Some(place) = self.answers.get_mut(index) {
            *place = Some(answer);
        }
    }

    fn finish(self, client: &Client) -> Vec<Found> {
        let silence = client
            .voice
            .explain(Error::TimedOut { after: self.deadline }, self.deadline);
        let finish = |(partition, at): (Partition, Option<Result<Option<At>, Error>>)| Found {
            partition,
            at: match at {
                None | Some(Err(Error::TimedOut { .. })) => Err(silence.clone()),
                Some(at) => at,
            },
        };
        self.partitions.into_iter().zip(self.answers).map(finish).collect()
    }
}

impl Point {
    fn spec(self) -> Spec {
        match self {
            Self::Latest => Spec::Latest,
            Self::Earliest => Spec::Earliest,
            Self::MaxTimestamp => Spec::MaxTimestamp,
        }
    }
}
