//! Questions to the coordinators of groups that no broker lists, on a client of their own.
//!
//! librdkafka must not give up a question whose coordinator is not found yet (see [`ffi::ask_coordinator`]): while the
//! topic of the groups is being created, or a broker starts, that would end the whole process a little later. So a
//! question that was not answered in time waits on, and when it has waited for long, the client is dropped with it,
//! which librdkafka does well. Hence the client of its own: the other one is never dropped for that.

use std::ffi::{CStr, CString};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::BaseConsumer;

use crate::Error;
use crate::ffi::{self, Committed, Coordinator, Question};
use crate::voice::Voice;

/// How long a question waits before its client is dropped: time enough to connect through a slow network.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a client is kept that nobody uses.
const IDLE: Duration = Duration::from_secs(60);
/// The least time for a question.
const LEAST: Duration = Duration::from_millis(100);
/// How many events of the client are taken at once.
const EVENTS: usize = 100;

const _: () = assert!(
    PATIENCE.as_secs() * 10 < ffi::LIFETIME.as_secs(),
    "no question may outlive its client's patience"
);

/// Asks coordinators about their groups.
pub(crate) struct Coordinators {
    config: ClientConfig,
    voice: Voice,
    open: Mutex<Option<Open>>,
}

/// A client with the questions that wait for its answers.
struct Open {
    client: Arc<BaseConsumer<Voice>>,
    used: Instant,
    waiting: Vec<Waiting>,
}

struct Waiting {
    group: CString,
    /// Whether it asks for offsets; else whether the group is there.
    offsets: bool,
    question: Question,
    since: Instant,
}

/// A question for the offsets of a group that may be asked again and again whether it was answered. Dropped without an
/// answer it waits on with its client, as all questions here must.
pub(crate) struct Offsets {
    coordinators: Arc<Coordinators>,
    waiting: Option<Waiting>,
}

impl Offsets {
    /// When it was put.
    pub(crate) fn since(&self) -> Option<Instant> {
        self.waiting.as_ref().map(|waiting| waiting.since)
    }

    /// What the group has committed; `None` if the coordinator has not said so within `wait`. An answer is given once.
    ///
    /// # Errors
    /// What a broker's refusal can be.
    pub(crate) fn answer(&mut self, wait: Duration) -> Option<Result<Vec<Committed>, Error>> {
        let answer = self.waiting.as_ref()?.question.committed(wait)?;
        // It is over, and needs nobody to wait for it.
        self.waiting = None;
        Some(answer.map_err(|code| Error::from_number(code, PATIENCE)))
    }
}

impl Drop for Offsets {
    fn drop(&mut self) {
        if let Some(waiting) = self.waiting.take() {
            self.coordinators.wait_on(waiting);
        }
    }
}

impl Coordinators {
    /// No client is made before the first question.
    pub(crate) fn new(config: ClientConfig, voice: Voice) -> Self {
        Self {
            config,
            voice,
            open: Mutex::new(None),
        }
    }

    /// Whether the group exists and may be described by us, as its coordinator says; blocks for at most about `wait`.
    ///
    /// # Errors
    /// [`Error::TimedOut`], [`Error::Setup`], and what a broker's silence or refusal can be.
    pub(crate) fn ask(&self, group: &CStr, wait: Duration) -> Result<Coordinator, Error> {
        let end = Instant::now() + wait;
        let (client, earlier) = self.begin(group)?;
        if let Some(earlier) = earlier {
            let left = end.saturating_duration_since(Instant::now()).max(LEAST);
            if earlier.question.answer(left).is_none() {
                self.wait_on(earlier);
                return Err(Error::TimedOut { after: wait });
            }
            // Nobody knows how old that answer is. But the way to the coordinator is open now.
        }
        let asked = Waiting {
            group: group.to_owned(),
            offsets: false,
            question: ffi::ask_coordinator(&client, group),
            since: Instant::now(),
        };
        let left = end.saturating_duration_since(Instant::now()).max(LEAST);
        match asked.question.answer(left) {
            Some(answer) => answer.map_err(|code| Error::from_number(code, wait)),
            None => {
                self.wait_on(asked);
                Err(Error::TimedOut { after: wait })
            }
        }
    }

    /// Asks for the offsets that the group has committed, without waiting. The client must have a `group.id`: without one
    /// librdkafka reads from nowhere, and the process ends, when a broker answers that it is not the coordinator. Whoever asks for many groups keeps few
    /// questions in work, and tidies while it waits: nobody else may do so meanwhile.
    ///
    /// # Errors
    /// [`Error::Setup`].
    pub(crate) fn ask_offsets(self: &Arc<Self>, group: &CStr) -> Result<Offsets, Error> {
        let now = Instant::now();
        let client = Arc::clone(&self.ready(&mut self.open(), now)?.client);
        let waiting = Waiting {
            group: group.to_owned(),
            offsets: true,
            question: ffi::ask_committed(&client, group),
            since: now,
        };
        Ok(Offsets {
            coordinators: Arc::clone(self),
            waiting: Some(waiting),
        })
    }

    /// The client to ask, and the question about the group that waits for its answer.
    fn begin(&self, group: &CStr) -> Result<(Arc<BaseConsumer<Voice>>, Option<Waiting>), Error> {
        let now = Instant::now();
        self.tidy(now);
        let mut open = self.open();
        let open = self.ready(&mut open, now)?;
        let same = |waiting: &Waiting| *waiting.group == *group && !waiting.offsets;
        let earlier = open.waiting.iter().position(same);
        Ok((Arc::clone(&open.client), earlier.map(|at| open.waiting.swap_remove(at))))
    }

    fn ready<'a>(&self, open: &'a mut Option<Open>, now: Instant) -> Result<&'a mut Open, Error> {
        let open = match open {
            Some(open) => open,
            none => {
                let client = self.config.create_with_context(self.voice.clone());
                none.insert(Open {
                    client: Arc::new(client.map_err(|error| self.voice.error(&error, LEAST))?),
                    used: now,
                    waiting: Vec::new(),
                })
            }
        };
        open.used = now;
        Ok(open)
    }

    /// Lets a question wait with its client, or go with it if that was let go meanwhile.
    fn wait_on(&self, waiting: Waiting) {
        let mut open = self.open();
        match &mut *open {
            Some(open) if Arc::ptr_eq(&open.client, waiting.question.client()) => open.waiting.push(waiting),
            _ => let_go(waiting),
        }
    }

    /// Handles what the client has to say, and drops it when its time has come. To be called about once a second.
    pub(crate) fn tidy(&self, now: Instant) {
        let mut open = self.open();
        let over = |since: Instant, limit| now.saturating_duration_since(since) > limit;
        let done =
            |open: &Open| over(open.used, IDLE) || open.waiting.iter().any(|waiting| over(waiting.since, PATIENCE));
        if let Some(old) = open.take_if(|open| done(open)) {
            let_go(old);
        }
        if let Some(open) = &*open {
            for _ in 0..EVENTS {
                if open.client.poll(Duration::ZERO).is_none() {
                    return;
                }
            }
        }
    }

    fn open(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drops it on a thread of its own: a client that ends waits for its threads, and nobody has time for that.
fn let_go<T: Send + 'static>(old: T) {
    // Without a thread the closure, and `old` with it, is dropped here.
    let farewell = Builder::new()
        .name("kafka farewell".to_owned())
        .spawn(move || drop(old));
    if let Err(error) = farewell {
        tracing::warn!(%error, "no thread to end a Kafka client on");
    }
}

#[cfg(test)]
#[path = "coordinators_tests.rs"]
mod tests;
