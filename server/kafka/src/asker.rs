//! One named thread for calls of librdkafka that block and cannot be cancelled.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::Error;

/// How often a resting thread lets its state be served.
const REST: Duration = Duration::from_secs(1);
/// How much longer than its deadline a question may take to bring its own word back.
const SLACK: Duration = Duration::from_millis(250);

type Question<S> = Box<dyn FnOnce(&mut S) + Send>;

/// Puts questions to a state that lives on a thread of its own, one after the other. Dropping it ends the thread and
/// waits for it, which takes as long as the question in work.
pub(crate) struct Asker<S> {
    // The queue has no bound of its own: whoever asks waits for the answer, and a question that waited beyond its
    // deadline is answered without being put.
    questions: Option<Sender<Question<S>>>,
    thread: Option<JoinHandle<()>>,
}

impl<S: Send + 'static> Asker<S> {
    /// Starts the thread. `serve` is called about once a second while nobody asks.
    ///
    /// # Errors
    /// [`Error::NoThread`].
    pub(crate) fn start(name: &str, mut state: S, serve: fn(&mut S)) -> Result<Self, Error> {
        let (questions, inbox) = mpsc::channel::<Question<S>>();
        let run = move || {
            loop {
                match inbox.recv_timeout(REST) {
                    Ok(question) => question(&mut state),
                    Err(RecvTimeoutError::Timeout) => serve(&mut state),
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        };
        let thread = Builder::new()
            .name(name.to_owned())
            .spawn(run)
            .map_err(|e| Error::NoThread { reason: e.to_string() })?;
        Ok(Self {
            questions: Some(questions),
            thread: Some(thread),
        })
    }

    /// Puts a question, which learns how much of `deadline` is left for it. A caller that stops waiting does not stop
    /// the question; its answer is dropped.
    ///
    /// # Errors
    /// What the question answers; [`Error::TimedOut`]; [`Error::NoThread`].
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        deadline: Duration,
        question: impl FnOnce(&mut S, Duration) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let gone = || Error::NoThread {
            reason: "it has ended".to_owned(),
        };
        let (answer, answered) = oneshot::channel();
        let asked = Instant::now();
        let put = move |state: &mut S| {
            let left = deadline.saturating_sub(asked.elapsed());
            let said = if left.is_zero() {
                Err(Error::TimedOut { after: deadline })
            } else {
                question(state, left)
            };
            // A caller that no longer waits has no use for the answer.
            drop(answer.send(said));
        };
        self.questions
            .as_ref()
            .ok_or_else(gone)?
            .send(Box::new(put))
            .map_err(|_| gone())?;
        match tokio::time::timeout(deadline + SLACK, answered).await {
            // The question knew only what was left of the deadline.
            Ok(Ok(Err(Error::TimedOut { .. }))) => Err(Error::TimedOut { after: deadline }),
            Ok(Ok(said)) => said,
            Ok(Err(_)) => Err(gone()),
            Err(_) => Err(Error::TimedOut { after: deadline }),
        }
    }
}

impl<S> Drop for Asker<S> {
    fn drop(&mut self) {
        self.questions = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("a thread that talks to Kafka had panicked");
        }
    }
}

#[cfg(test)]
#[path = "asker_tests.rs"]
mod tests;
