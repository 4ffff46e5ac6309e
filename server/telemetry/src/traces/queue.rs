//! Spans that wait to be sent: a bounded number, and whoever ends a span never waits.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};
use tokio::sync::Notify;

use super::metrics::{self, Dropped};

/// As many spans wait, about 4 MB; then each new one displaces the oldest: what happens now tells more than what
/// happened when the receiver went away.
const CAPACITY: usize = 4096;
/// As many are sent at once, and are waited for no longer.
pub const BATCH: usize = 512;

/// The queue.
#[derive(Debug, Default)]
pub struct Queue {
    spans: Mutex<VecDeque<SpanData>>,
    many: Notify,
}

impl Queue {
    fn push(&self, span: SpanData) {
        let mut spans = self.spans();
        let full = spans.len() == CAPACITY;
        if full {
            spans.pop_front();
        }
        spans.push_back(span);
        let many = spans.len() >= BATCH;
        drop(spans);
        if full {
            metrics::dropped(1, Dropped::QueueFull);
        }
        if many {
            self.many.notify_one();
        }
    }

    /// The oldest ones, a batch at most.
    pub fn take(&self) -> Vec<SpanData> {
        let mut spans = self.spans();
        let count = spans.len().min(BATCH);
        let batch = spans.drain(..count).collect();
        let left = spans.len();
        drop(spans);
        metrics::waiting(left);
        batch
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.spans().len()
    }

    /// Returns after `period`, or when a batch is full.
    pub async fn ready(&self, period: Duration) {
        // Either way it is time.
        let _period_or_many = tokio::time::timeout(period, self.many.notified()).await;
    }

    fn spans(&self) -> MutexGuard<'_, VecDeque<SpanData>> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What puts spans that ended into the queue.
#[derive(Debug)]
pub struct Fill(pub Arc<Queue>);

impl SpanProcessor for Fill {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if span.span_context.is_sampled() {
            self.0.push(span);
        }
    }

    // Sending is the exporter's, which the server waits for at its end.
    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}
