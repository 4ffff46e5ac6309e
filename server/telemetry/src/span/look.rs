//! A look at a cluster: what was asked of whom, and what it led to.

use std::sync::Arc;

use opentelemetry::Context;
use opentelemetry::trace::Status;
use tracing::field::Empty;
use tracing::{Instrument as _, Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::{Cause, TARGET};

/// What a watcher looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The lists of connectors.
    List,
    /// Whether workers answer, their versions and plugins.
    Probe,
    /// The members of the Connect group.
    Group,
}

impl Look {
    fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Probe => "probe",
            Self::Group => "group",
        }
    }
}

/// How a question to a worker ended, in words that hold no secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// With an answer of this HTTP status.
    Answered(u16),
    /// With none, for this reason in a word of our own: `refused`, `timed_out`, `tls`.
    Failed(&'static str),
}

/// The cluster of a trace, for the spans below the look that do not know it.
struct Within(Arc<str>);

/// A look begins: a trace of its own.
pub fn look(what: Look, cluster: &str) -> Span {
    let span = info_span!(
        target: TARGET,
        parent: None,
        "look",
        signalbox.look = what.as_str(),
        signalbox.cluster = cluster,
    );
    // It fails only where no traces are made.
    let _no_traces = span.set_parent(Context::new().with_value(Within(cluster.into())));
    span
}

/// Asks a worker (`host:port`) for a path without query, within a span; `how` says how it ended. An error of the
/// worker's is marked as one; that it knows nothing of what was asked (4xx) is an answer. The span of a question that
/// is given up, because another worker was faster, has no outcome.
pub async fn ask<T, E>(
    worker: &str,
    path: &str,
    question: impl Future<Output = Result<T, E>>,
    how: impl FnOnce(&Result<T, E>) -> Asked,
) -> Result<T, E> {
    let span = info_span!(
        target: TARGET,
        "ask worker",
        otel.kind = "client",
        signalbox.cluster = Empty,
        signalbox.worker = worker,
        url.path = path,
        signalbox.outcome = Empty,
        http.response.status_code = Empty,
    );
    if let Some(Within(cluster)) = Context::current().get::<Within>() {
        span.record("signalbox.cluster", &**cluster);
    }
    let answer = question.instrument(span.clone()).await;
    let outcome = match how(&answer) {
        Asked::Answered(status) => {
            span.record("http.response.status_code", status);
            if status >= 500 { "error" } else { "ok" }
        }
        Asked::Failed(why) => why,
    };
    span.record("signalbox.outcome", outcome);
    if outcome != "ok" {
        span.set_status(Status::error(outcome));
    }
    answer
}

/// What a look saw is folded into the facts and judged. Enter it with `in_scope`.
pub fn judge(cause: &Cause, cluster: &str) -> Span {
    let span = info_span!(target: TARGET, parent: None, "fold and judge", signalbox.cluster = cluster);
    cause.adopt(&span);
    span
}
