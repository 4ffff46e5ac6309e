//! What became of spans.

use std::sync::atomic::{AtomicUsize, Ordering};

use metrics::{counter, describe_counter, describe_gauge, gauge};

use crate::Outcome;

const EXPORTED: &str = "signalbox_trace_spans_exported_total";
const DROPPED: &str = "signalbox_trace_spans_dropped_total";
const REQUESTS: &str = "signalbox_trace_export_requests_total";
const WAITING: &str = "signalbox_trace_spans_waiting";

/// Why spans were not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// The queue was full: the receiver is away or slow.
    QueueFull,
    /// The receiver does not want them.
    Refused,
    /// The server ended first.
    Ended,
}

impl Dropped {
    fn as_str(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::Refused => "refused",
            Self::Ended => "ended",
        }
    }
}

pub fn describe() {
    describe_counter!(EXPORTED, "Spans that the OTLP receiver took.");
    describe_counter!(DROPPED, "Spans that were not delivered, by reason.");
    describe_counter!(REQUESTS, "Requests to the OTLP receiver, by outcome.");
    describe_gauge!(WAITING, "Spans that wait to be sent to the OTLP receiver.");
}

pub fn exported(spans: usize) {
    counter!(EXPORTED).increment(spans as u64);
}

pub fn dropped(spans: usize, why: Dropped) {
    if spans > 0 {
        counter!(DROPPED, "reason" => why.as_str()).increment(spans as u64);
    }
}

pub fn requested(outcome: Outcome) {
    counter!(REQUESTS, "outcome" => outcome.as_str()).increment(1);
}

static NOW_WAITING: AtomicUsize = AtomicUsize::new(0);

/// Spans that wait to be sent, as last counted; 0 where none are exported.
pub fn spans_waiting() -> usize {
    NOW_WAITING.load(Ordering::Relaxed)
}

pub fn waiting(spans: usize) {
    NOW_WAITING.store(spans, Ordering::Relaxed);
    let spans = u32::try_from(spans).unwrap_or(u32::MAX);
    gauge!(WAITING).set(f64::from(spans));
}
