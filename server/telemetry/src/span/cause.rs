//! What led to something that happens later and elsewhere: a look to a record, a record to a new view.

use std::collections::BTreeMap;

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt as _};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::here;

/// As many causes are kept of one record; a storm of looks has more, and its latest ones tell of it.
const MOST: usize = 32;

/// The span that was in force where something began. It keeps no span open.
#[derive(Clone, Debug, Default)]
pub struct Cause(Option<SpanContext>);

impl Cause {
    /// The span in force on this thread; outside of all spans, none.
    pub fn here() -> Self {
        Self(here())
    }

    /// Hangs a span that was not entered yet below this cause.
    pub(super) fn adopt(&self, span: &Span) {
        if let Some(parent) = &self.0 {
            // It fails only where no traces are made, or after the span began, which is a matter of this crate alone.
            let _no_traces = span.set_parent(Context::new().with_remote_span_context(parent.clone()));
        }
    }

    /// Has a span point at this cause.
    pub(super) fn link(&self, span: &Span) {
        if let Some(cause) = &self.0 {
            span.add_link(cause.clone());
        }
    }
}

/// What led to the changes of each cluster that are not recorded yet.
#[derive(Debug, Default)]
pub struct Causes(BTreeMap<String, Vec<Cause>>);

impl Causes {
    /// Notes that what happens here changed something of a cluster.
    pub fn note(&mut self, cluster: &str, cause: Cause) {
        if cause.0.is_none() {
            return;
        }
        let causes = self.0.entry(cluster.to_owned()).or_default();
        if causes.len() == MOST {
            causes.remove(0);
        }
        causes.push(cause);
    }

    /// Everything of a cluster is recorded.
    pub fn recorded(&mut self, cluster: &str) {
        self.0.remove(cluster);
    }

    pub(super) fn of(&self, cluster: &str) -> &[Cause] {
        self.0.get(cluster).map_or(&[], Vec::as_slice)
    }
}
