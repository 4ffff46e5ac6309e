//! Reading the internal topics of all Connect clusters of one Kafka cluster as they grow.
//!
//! One consumer on a thread of its own. It joins no group and commits nothing. Each topic is read from its beginning,
//! and called complete once the end that was there at the start is reached, in every partition. The topics are looked at
//! every two seconds, too: for their ids, by which a topic that was deleted and made again is told from the earlier one,
//! for their partitions, and for what we may do.
//!
//! When the reader is slow, the channel fills, then the consumer's queue, which is capped, and then nothing more is
//! fetched.

mod batch;
mod consumer;
mod event;
mod progress;
mod run;
mod topic;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::Builder;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::Error;
use crate::internal::TopicKind;
use run::Run;

pub use event::{Denied, Incomplete, Restart, TailEvent, TailKind};

/// How long dropping a tail waits for its thread to say its last word.
const FAREWELL: Duration = Duration::from_millis(250);

/// Topics by name, with what they are.
pub type Topics = BTreeMap<Arc<str>, TopicKind>;

/// A running tail. Dropping it ends it: within 250 ms, after which no event comes any more. Its connections are closed
/// after that, by its thread.
pub struct Tail {
    topics: Sender<Topics>,
    stop: Arc<AtomicBool>,
    ended: Receiver<Infallible>,
}

impl fmt::Debug for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tail").finish_non_exhaustive()
    }
}

impl Tail {
    /// Starts to read `topics` of the Kafka cluster that the configuration calls `name`, and tells `events` of it.
    /// Nothing is awaited: an unreachable broker is an event. `properties` are librdkafka's, references resolved.
    ///
    /// An event holds at most 256 kB of records as they came (or one that is longer), so the sender's capacity bounds what
    /// waits for the reader; 16 is plenty.
    ///
    /// # Errors
    /// [`Error::Property`], [`Error::Setup`], [`Error::NoThread`].
    pub fn start(
        name: &str,
        bootstrap: &str,
        properties: &BTreeMap<String, String>,
        topics: Topics,
        events: mpsc::Sender<TailEvent>,
    ) -> Result<Self, Error> {
        let (consumer, voice) = consumer::make(bootstrap, properties)?;
        let stop = Arc::new(AtomicBool::new(false));
        let (wishes, changes) = channel();
        let (farewell, ended) = channel();
        let stopped = Arc::clone(&stop);
        let work = move || {
            let mut run = Run::new(consumer, voice, topics, events, stopped);
            run.until_stopped(&changes);
            let closing = run.end();
            // Whoever drops the tail need not wait for the connections to close.
            drop::<Sender<Infallible>>(farewell);
            drop(closing);
        };
        Builder::new()
            .name(format!("tail {name}"))
            .spawn(work)
            .map_err(|e| Error::NoThread { reason: e.to_string() })?;
        Ok(Self {
            topics: wishes,
            stop,
            ended,
        })
    }

    /// Reads these topics from now on. Those that are read already go on undisturbed; of one that is no longer named no
    /// more events come, and one that is named (again) is read from its beginning.
    ///
    /// # Errors
    /// [`Error::NoThread`], when the reader of the events or the thread is gone.
    pub fn follow(&self, topics: Topics) -> Result<(), Error> {
        self.topics.send(topics).map_err(|_| Error::NoThread {
            reason: "it has ended".to_owned(),
        })
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if self.ended.recv_timeout(FAREWELL) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("a tail takes long to end");
        }
    }
}
