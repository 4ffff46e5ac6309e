//! Asking the coordinators for all offsets of groups, a few at a time, and keeping each answer until the tail has read
//! beyond its moment: what the tail gives after that is newer for certain, and nothing ever seems to go back.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::book::{Book, Ticket};
use crate::Error;
use crate::coordinators::{Coordinators, Offsets};
use crate::ffi::{self, Committed};
use crate::offsets::Standing;

/// Questions in work.
const IN_FLIGHT: usize = 16;
/// How long a question may take; librdkafka looks for the coordinator first.
const DEADLINE: Duration = Duration::from_secs(10);
/// The pause after a question that came to nothing, doubled up to the longest; then one at a time is asked.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// When a group is asked for again that we may not see.
const DENIED: Duration = Duration::from_secs(60);
/// Offsets in answers that wait for the tail, above which nothing more is asked.
const HELD: usize = 20_000;
/// How long the loop may rest while answers are awaited.
pub(super) const HURRY: Duration = Duration::from_millis(5);

pub(super) struct Baselines {
    coordinators: Arc<Coordinators>,
    waiting: VecDeque<Ticket>,
    /// Groups to ask for again, not before that moment.
    later: Vec<(Instant, Ticket)>,
    asked: Vec<(Ticket, Offsets)>,
    held: Vec<Held>,
    pause: Duration,
    rest: Option<Instant>,
}

/// An answer, with the first look that was put after it came.
struct Held {
    ticket: Ticket,
    offsets: Vec<Committed>,
    look: u64,
}

impl Baselines {
    pub(super) fn new(coordinators: Arc<Coordinators>) -> Self {
        Self {
            coordinators,
            waiting: VecDeque::new(),
            later: Vec::new(),
            asked: Vec::new(),
            held: Vec::new(),
            pause: Duration::ZERO,
            rest: None,
        }
    }

    /// Asks for these groups when their turn comes.
    pub(super) fn add(&mut self, tickets: impl IntoIterator<Item = Ticket>) {
        self.waiting.extend(tickets);
    }

    /// Whether answers are awaited, so that it is worth looking for them often.
    pub(super) fn hurries(&self) -> bool {
        !self.asked.is_empty()
    }

    /// Whether answers wait for the tail, so that it is worth finding out often how far that is.
    pub(super) fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// Puts questions and takes answers, without waiting. `next_look` is the number of the look that comes next.
    pub(super) fn step(&mut self, book: &mut Book, next_look: u64, now: Instant) {
        self.take(book, next_look, now);
        let due = self.later.extract_if(.., |(at, _)| *at <= now);
        self.waiting.extend(due.map(|(_, ticket)| ticket));
        if self.rest.is_some_and(|rest| now < rest) {
            return;
        }
        // After a failure one question finds out whether it is over.
        let most = if self.pause.is_zero() { IN_FLIGHT } else { 1 };
        let held: usize = self.held.iter().map(|held| held.offsets.len()).sum();
        while self.asked.len() < most && held < HELD {
            let Some(ticket) = self.waiting.pop_front() else {
                break;
            };
            if book.awaits(&ticket) {
                self.ask(book, ticket, now);
            }
        }
        if self.hurries() {
            self.coordinators.tidy(now);
        }
    }

    fn ask(&mut self, book: &mut Book, ticket: Ticket, now: Instant) {
        // A name that no broker can have is no group's, and has no offsets.
        let Some(name) = ffi::name(&ticket.group).filter(|name| !name.is_empty()) else {
            let reason = format!("{:?} is no group id", ticket.group);
            return book.stand(&ticket, Standing::Failed(Error::Refused { reason }));
        };
        match self.coordinators.ask_offsets(&name) {
            Ok(question) => self.asked.push((ticket, question)),
            Err(error) => self.failed(book, ticket, error, now),
        }
    }

    fn take(&mut self, book: &mut Book, next_look: u64, now: Instant) {
        let mut open = Vec::with_capacity(self.asked.len());
        for (ticket, mut question) in std::mem::take(&mut self.asked) {
            let waited = question.since().map(|since| now.saturating_duration_since(since));
            match question.answer(Duration::ZERO) {
                Some(Ok(offsets)) => {
                    self.pause = Duration::ZERO;
                    self.rest = None;
                    self.held.push(Held {
                        ticket,
                        offsets,
                        look: next_look,
                    });
                }
                Some(Err(error)) => self.failed(book, ticket, error, now),
                None if !book.awaits(&ticket) => {}
                None if waited.is_some_and(|waited| waited > DEADLINE) => {
                    self.failed(book, ticket, Error::TimedOut { after: DEADLINE }, now);
                }
                None => open.push((ticket, question)),
            }
        }
        self.asked = open;
    }

    fn failed(&mut self, book: &mut Book, ticket: Ticket, error: Error, now: Instant) {
        let error = error.denied(|| format!("DESCRIBE on group `{}`", ticket.group));
        let again = match &error {
            Error::Authorization { .. } => DENIED,
            _ => {
                self.pause = (self.pause * 2).clamp(PAUSE, LONGEST_PAUSE);
                self.rest = Some(now + self.pause);
                self.pause
            }
        };
        book.stand(&ticket, Standing::Failed(error));
        self.later.push((now + again, ticket));
    }

    /// Writes down the answers beyond whose moment the tail has read, as `complete` tells of a group: the last look up
    /// to which its partition is complete.
    pub(super) fn settle(&mut self, book: &mut Book, complete: impl Fn(&Book, &str) -> Option<u64>) {
        let ready = |held: &mut Held| complete(book, &held.ticket.group).is_some_and(|look| look >= held.look);
        let ready: Vec<Held> = self.held.extract_if(.., ready).collect();
        self.held.retain(|held| book.awaits(&held.ticket));
        for held in ready {
            let offsets = held.offsets.iter().filter(|one| one.error == 0);
            book.baseline(
                &held.ticket,
                offsets.map(|one| (&*one.topic, one.partition, one.offset)),
            );
        }
    }
}

#[cfg(test)]
#[path = "baselines_tests.rs"]
mod tests;
