//! The loop that sends spans to the receiver (OTLP over HTTP, protobuf).

use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use prost::Message as _;

use super::metrics::{self, Dropped};
use super::queue::Queue;
use crate::Outcome;

/// What the receiver answered to a POST of `application/x-protobuf`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body: of a good answer a protobuf message, which may be empty.
    pub body: Vec<u8>,
}

/// The times of delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// Spans wait this long at most while the receiver takes them.
    pub period: Duration,
    /// The pause after a first failure; it doubles with each further one.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// What the end of the server waits for at most.
    pub farewell: Duration,
    /// A line in the log is followed by another one after this time at the earliest.
    pub quiet: Duration,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            period: Duration::from_secs(1),
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(30),
            farewell: Duration::from_millis(1800),
            quiet: Duration::from_secs(60),
        }
    }
}

/// Sends what ended to the receiver. Nobody waits for it, and its failures stay its own.
pub struct Exporter {
    queue: Arc<Queue>,
    resource: ResourceAttributesWithSchema,
    rhythm: Rhythm,
    /// Taken from the queue and not delivered yet.
    in_hand: Option<Batch>,
    said: Option<Instant>,
}

struct Batch {
    body: Vec<u8>,
    spans: usize,
}

/// How an attempt ended.
enum Sent {
    Done,
    /// It may pass.
    Again(String),
}

impl Exporter {
    pub(crate) fn new(queue: Arc<Queue>, resource: &Resource) -> Self {
        Self {
            queue,
            resource: resource.into(),
            rhythm: Rhythm::default(),
            in_hand: None,
            said: None,
        }
    }

    /// With other times.
    #[must_use]
    pub fn with_rhythm(mut self, rhythm: Rhythm) -> Self {
        self.rhythm = rhythm;
        self
    }

    /// Sends until `stop`, and then what is left, within less than two seconds. `send` posts one body; an error of it
    /// is a clause without addresses and secrets. A receiver that is away, or says 429, 502, 503 or 504, is tried again
    /// with pauses; what it refuses is dropped. A request that was under way at `stop` is sent once more.
    pub async fn run<S, F>(mut self, send: S, stop: impl Future<Output = ()>)
    where
        S: Fn(Vec<u8>) -> F,
        F: Future<Output = Result<Answer, String>>,
    {
        tokio::select! {
            biased;
            () = stop => {}
            () = self.deliver(&send) => {}
        }
        let farewell = self.rhythm.farewell;
        // What is left then is counted below.
        let _in_time = tokio::time::timeout(farewell, self.flush(&send)).await;
        let left = self.queue.len() + self.in_hand.take().map_or(0, |batch| batch.spans);
        metrics::dropped(left, Dropped::Ended);
    }

    /// For ever.
    async fn deliver<S, F>(&mut self, send: &S)
    where
        S: Fn(Vec<u8>) -> F,
        F: Future<Output = Result<Answer, String>>,
    {
        loop {
            self.queue.ready(self.rhythm.period).await;
            let mut pause = self.rhythm.first_pause;
            while self.fill() {
                if let Sent::Again(why) = self.attempt(send).await {
                    self.say(&format!("{why}; it is tried again"));
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(self.rhythm.longest_pause);
                } else {
                    pause = self.rhythm.first_pause;
                }
            }
        }
    }

    /// Sends everything once.
    async fn flush<S, F>(&mut self, send: &S)
    where
        S: Fn(Vec<u8>) -> F,
        F: Future<Output = Result<Answer, String>>,
    {
        while self.fill() {
            if let Sent::Again(why) = self.attempt(send).await {
                self.say(&format!("{why}; the server ends"));
                return;
            }
        }
    }

    /// Takes a batch into the hand if it is empty; false when there is nothing to send.
    fn fill(&mut self) -> bool {
        if self.in_hand.is_none() {
            let spans = self.queue.take();
            self.in_hand = (!spans.is_empty()).then(|| self.encode(spans));
        }
        self.in_hand.is_some()
    }

    fn encode(&self, spans: Vec<SpanData>) -> Batch {
        let count = spans.len();
        let request = ExportTraceServiceRequest {
            resource_spans: group_spans_by_resource_and_scope(spans, &self.resource),
        };
        Batch {
            body: request.encode_to_vec(),
            spans: count,
        }
    }

    async fn attempt<S, F>(&mut self, send: &S) -> Sent
    where
        S: Fn(Vec<u8>) -> F,
        F: Future<Output = Result<Answer, String>>,
    {
        let Some(batch) = &self.in_hand else { return Sent::Done };
        let spans = batch.spans;
        let answer = match send(batch.body.clone()).await {
            Ok(answer) => answer,
            Err(why) => {
                metrics::requested(Outcome::Failed);
                return Sent::Again(why);
            }
        };
        match answer.status {
            200..=299 => {
                metrics::requested(Outcome::Ok);
                // A receiver that answers with something else took them all the same.
                let said = ExportTraceServiceResponse::decode(&*answer.body).unwrap_or_default();
                let refused = said.partial_success.map_or(0, |partial| partial.rejected_spans);
                let refused = usize::try_from(refused).unwrap_or(0).min(spans);
                metrics::exported(spans - refused);
                if refused > 0 {
                    metrics::dropped(refused, Dropped::Refused);
                    self.say(&format!("the receiver refused {refused} of {spans} spans"));
                }
            }
            status @ (429 | 502 | 503 | 504) => {
                metrics::requested(Outcome::Failed);
                return Sent::Again(format!("the receiver answers {status}"));
            }
            status => {
                metrics::requested(Outcome::Failed);
                metrics::dropped(spans, Dropped::Refused);
                self.say(&format!("the receiver answers {status}; {spans} spans are dropped"));
            }
        }
        self.in_hand = None;
        Sent::Done
    }

    /// In the log, but not all the time.
    fn say(&mut self, why: &str) {
        if self.said.is_none_or(|said| said.elapsed() >= self.rhythm.quiet) {
            self.said = Some(Instant::now());
            tracing::warn!(why, waiting = self.queue.len(), "traces are not delivered");
        }
    }
}
