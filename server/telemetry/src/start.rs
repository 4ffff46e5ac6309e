//! Logs and traces of a process, set up together.

use tracing::Subscriber;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{Layer as _, Registry};

use crate::logs::{self, LogFormat, Logs, LogsError};
use crate::span::is_ours;
use crate::traces::{self, Exporter, TraceSettings};

/// What a process says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How log lines look.
    pub format: LogFormat,
    /// What is logged: `info`, `debug`, or `info,engine=debug`.
    pub filter: String,
    /// Its traces.
    pub traces: TraceSettings,
}

/// Sets up logs to standard error, and traces, once per process. The exporter is there when traces are exported; it
/// does nothing until it is run, and must be run, or spans are dropped.
///
/// # Errors
/// [`LogsError::Filter`]; [`LogsError::Twice`].
pub fn start(settings: &Settings) -> Result<(Logs, Option<Exporter>), LogsError> {
    let (subscriber, logs, exporter) = assemble(settings, std::io::stderr)?;
    tracing::subscriber::set_global_default(subscriber).map_err(|error| LogsError::Twice(error.to_string()))?;
    Ok((logs, exporter))
}

/// The same with another place for the log, and not for the whole process: for tests that read what is written.
///
/// # Errors
/// [`LogsError::Filter`].
pub fn assemble<W>(
    settings: &Settings,
    log: W,
) -> Result<(impl Subscriber + Send + Sync + use<W>, Logs, Option<Exporter>), LogsError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let (written, logs) = logs::layer(settings.format, &settings.filter, log)?;
    let (tracer, exporter) = traces::tracer(&settings.traces);
    // Only our own spans, and no events: what a library says of itself, and what is logged within a span, stays here.
    let traced = tracing_opentelemetry::layer()
        .with_tracer(tracer)
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        .with_filter(filter_fn(is_ours));
    Ok((Registry::default().with(written).with(traced), logs, exporter))
}
