//! One reader's stream of events.

use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::Sse;
use axum::response::{IntoResponse, Response, sse};
use console::{Position, Readiness};
use futures_util::{Stream, StreamExt as _, stream};
use http::header::{CACHE_CONTROL, HeaderName};
use http::{HeaderMap, HeaderValue};
use model::actor::{Actor, Right};
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{Instant, sleep_until};
use tracing::error;

use crate::api::shape::Event;
use crate::http::Problem;
use crate::state::AppState;

/// The name under which a change is sent; the pages' script listens for it.
pub const CHANGE: &str = "change";
/// The name under which a reader is told to read everything anew; the pages' script listens for it.
pub const RESET: &str = "reset";
/// The name under which a reader is told, while nothing changes, that the server is there and how fresh what it shows is; the
/// pages' script listens for it.
pub const ALIVE: &str = "alive";
/// Events that one reader may be behind.
pub const QUEUE: usize = 256;
/// How many times as many are read for a reader that comes back: of those about the same thing only the last is said.
const AT_ONCE: usize = 16;
/// [`ALIVE`] is sent when nothing else was for so long, so that both ends know of one another.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// A stream ends after so long, whoever reads it; who comes back is asked who he is.
const LIFE: Duration = Duration::from_secs(3600);

/// Events after `last`, then live ones, until the server ends or what was sent with the question lets nobody in any more.
pub async fn stream(
    state: &AppState,
    actor: &Actor,
    asked: &HeaderMap,
    last: Option<i64>,
) -> Result<Response, Problem> {
    let permit = Arc::clone(state.streams())
        .try_acquire_owned()
        .map_err(|_| Problem::busy())?;
    let mut began = state.console().events(actor, last, QUEUE * AT_ONCE).await?;
    if began.missed.len() > QUEUE {
        began.missed = latest(&began.missed).into_iter().cloned().collect();
    }
    // Who missed more than a queue holds even so is quicker to read everything anew.
    if began.more || began.missed.len() > QUEUE {
        began.reset = true;
        began.missed.clear();
    }
    let mut waiting = VecDeque::new();
    waiting.push_back(match (began.reset, last) {
        (true, _) => reset(began.head.feed),
        // The reader knows from the start where to go on, however long nothing happens.
        (false, None) => sse::Event::default().id(began.head.feed.to_string()).comment("begin"),
        (false, Some(last)) => sse::Event::default().id(last.to_string()).comment("go on"),
    });
    let missed_to = began.missed.last().map(|event| event.id);
    waiting.extend(began.missed.iter().map(|event| said(event)));
    let known = missed_to.or(last.filter(|_| !began.reset)).unwrap_or(began.head.feed);
    let reader = Reader {
        waiting,
        live: began.live,
        known,
        begun: began.head.begun,
        pulse: pulse(state.clone()),
        position: position(state.clone()),
        admitted: admitted(state.clone(), asked.clone()),
        heartbeat: HEARTBEAT,
        end: Instant::now() + LIFE,
        _permit: permit,
    };
    let events = reader.events().take_until(state.ending().clone().cancelled_owned());
    let mut response = Sse::new(events).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // For proxies that would otherwise gather the stream before they pass it on.
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    Ok(response)
}

type Pulse = Box<dyn Fn() -> String + Send + Sync>;
type Where = Box<dyn Fn() -> Position + Send + Sync>;
type Admitted = Box<dyn Fn() -> bool + Send + Sync>;

/// Whether the reader may still read: tokens are revoked, and sessions end.
fn admitted(state: AppState, asked: HeaderMap) -> Admitted {
    Box::new(move || {
        let visitor = state.access().visitor(&asked);
        visitor.is_some_and(|visitor| visitor.actor.may(Right::See))
    })
}

/// Where the view stands.
fn position(state: AppState) -> Where {
    Box::new(move || state.console().position())
}

/// Says of how many clusters the states are recent, and what keeps the server from its work: whoever is told something else
/// than before reads anew, since what only ages is no change.
fn pulse(state: AppState) -> Pulse {
    Box::new(move || {
        let Readiness {
            trouble,
            clusters,
            fresh,
        } = state.console().readiness();
        serde_json::json!({ "clusters": clusters, "fresh": fresh, "trouble": trouble }).to_string()
    })
}

struct Reader {
    waiting: VecDeque<sse::Event>,
    live: tokio::sync::broadcast::Receiver<Arc<engine::Event>>,
    /// The greatest number that was sent; what was missed may come live once more.
    known: i64,
    /// How often the numbers had gone back when that one was sent.
    begun: u32,
    /// How fresh what the server shows is, as it is told.
    pulse: Pulse,
    position: Where,
    admitted: Admitted,
    heartbeat: Duration,
    end: Instant,
    _permit: OwnedSemaphorePermit,
}

impl Reader {
    fn events(self) -> impl Stream<Item = Result<sse::Event, Infallible>> + Send {
        stream::unfold(self, |mut reader| async move {
            let event = reader.next().await?;
            // Looked at for each event, so that nothing is told on any more, and for each sign of life, so that it ends.
            (reader.admitted)().then_some((Ok(event), reader))
        })
    }

    async fn next(&mut self) -> Option<sse::Event> {
        if let Some(event) = self.waiting.pop_front() {
            return Some(event);
        }
        let beat = Instant::now() + self.heartbeat;
        loop {
            let received = tokio::select! {
                received = self.live.recv() => received,
                () = sleep_until(self.end) => return None,
                () = sleep_until(beat) => return Some(self.beat()),
            };
            if let Some(reset) = self.gone_back() {
                return Some(reset);
            }
            match received {
                Ok(event) if event.id > self.known => return Some(self.take(event)),
                Ok(_known) => {}
                Err(RecvError::Lagged(_)) => return Some(self.begin_anew()),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// That the stream is alive.
    fn beat(&mut self) -> sse::Event {
        self.gone_back()
            .unwrap_or_else(|| sse::Event::default().event(ALIVE).data((self.pulse)()))
    }

    /// Where the numbers of the feed have gone back, that the reader must begin anew: the database is an older copy of what
    /// it was, and what it tells now bears numbers that were told before. The view stands there before anything of it is
    /// told, so that this is noticed even if the copy has come as far as the old one meanwhile.
    fn gone_back(&mut self) -> Option<sse::Event> {
        if (self.position)().begun == self.begun {
            return None;
        }
        telemetry::feed_reader_reset();
        // What is queued bears old numbers, or is in the view that stands there once it is taken from the queue.
        while !matches!(self.live.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {}
        let Position { begun, feed } = (self.position)();
        (self.begun, self.known) = (begun, feed);
        Some(reset(feed))
    }

    /// An event with all that is queued behind it. Of several about the same thing only the last is said; a reader that
    /// is behind by more than its share even so is told to begin anew, instead of being fed what is old.
    fn take(&mut self, first: Arc<engine::Event>) -> sse::Event {
        let mut queued = vec![first];
        let lost = loop {
            match self.live.try_recv() {
                Ok(event) => queued.push(event),
                // This is said once: what follows would look like all there is.
                Err(TryRecvError::Lagged(_)) => break true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break false,
            }
        };
        let last = latest(&queued);
        if lost || last.len() > QUEUE {
            self.known = queued.last().map_or(self.known, |event| event.id);
            return self.begin_anew();
        }
        for event in last {
            self.known = event.id;
            self.waiting.push_back(said(event));
        }
        self.waiting.pop_front().unwrap_or_else(|| reset(self.known))
    }

    /// Drops what is queued; what comes after is what is new after the reader has read everything anew.
    fn begin_anew(&mut self) -> sse::Event {
        telemetry::feed_reader_reset();
        while let Ok(event) = self.live.try_recv() {
            self.known = self.known.max(event.id);
        }
        reset(self.known)
    }
}

/// Of several about the same thing only the last, in their order.
fn latest(events: &[Arc<engine::Event>]) -> Vec<&Arc<engine::Event>> {
    let mut about = BTreeSet::new();
    let mut last: Vec<&Arc<engine::Event>> = events
        .iter()
        .rev()
        .filter(|event| about.insert((&event.cluster, &event.connector, event.changed.as_str())))
        .collect();
    last.reverse();
    last
}

fn said(event: &engine::Event) -> sse::Event {
    written(event.id, &Event::from(event))
}

/// A change that cannot be written is none that the reader may go without: it is told to read everything anew.
fn written(id: i64, change: &impl Serialize) -> sse::Event {
    match serde_json::to_string(change) {
        Ok(text) => sse::Event::default().id(id.to_string()).event(CHANGE).data(text),
        Err(error) => {
            error!(id, %error, "a change cannot be written as JSON; its reader begins anew");
            reset(id)
        }
    }
}

fn reset(head: i64) -> sse::Event {
    sse::Event::default().id(head.to_string()).event(RESET).data("{}")
}

#[cfg(test)]
mod tests;
