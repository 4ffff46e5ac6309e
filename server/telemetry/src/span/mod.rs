//! Every span: its name, its fields, and where it hangs in its trace. Names are those of OpenTelemetry's semantic
//! conventions where these have one, else they begin with `signalbox.`.
//!
//! No span takes a whole address, a header, a body or the text of an error: addresses hold credentials and queries,
//! and errors quote what was read.

mod cause;
mod http;
mod look;
mod record;

use opentelemetry::trace::{SpanContext, TraceContextExt as _};
use opentelemetry::{Context, SpanId, TraceId};
use tracing::Metadata;

pub use cause::{Cause, Causes};
pub use http::{Method, answered, request, routed};
pub use look::{Asked, Look, ask, judge, look};
pub use record::{commit, committed, swap};

/// The target of our spans; spans of libraries have others, and stay out of traces.
pub(crate) const TARGET: &str = "signalbox";

/// Whether this describes one of our own spans.
pub(crate) fn is_ours(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.target() == TARGET
}

/// The span in force on this thread.
fn here() -> Option<SpanContext> {
    let context = Context::current();
    let span = context.span().span_context().clone();
    span.is_valid().then_some(span)
}

/// Trace and span in force on this thread.
pub(crate) fn ids_here() -> Option<(TraceId, SpanId)> {
    here().map(|span| (span.trace_id(), span.span_id()))
}

/// The id of the trace in force, 32 hexadecimal digits: for an answer that somebody will ask about. There is one
/// within every span, also of traces that are not exported.
pub fn trace_id() -> Option<String> {
    here().map(|span| span.trace_id().to_string())
}
