//! Logs: text for people, JSON for collectors; what is logged can change while the process runs.

mod filter;
mod json;

use std::io::IsTerminal;

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::{Layer, Registry, reload};

use filter::LogFilter;
pub use filter::check;
use json::WithIds;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One readable line an event.
    Text,
    /// One JSON object an event, with `trace_id` and `span_id` where it happened within a span.
    Json,
}

/// Why logging could not be set up or changed.
#[derive(Debug, thiserror::Error)]
pub enum LogsError {
    /// The filter is not one.
    #[error("the log filter {0:?} cannot be read: {1}")]
    Filter(String, String),
    /// Logging was set up before.
    #[error("logging was set up already: {0}")]
    Twice(String),
    /// What was set up is gone.
    #[error("what is logged can no longer be changed: {0}")]
    Gone(String),
}

/// Changes what is logged. A clone changes the same.
#[derive(Clone)]
pub struct Logs(reload::Handle<LogFilter, Registry>);

impl Logs {
    /// From now on this is logged: `info`, `debug`, or `info,engine=debug`.
    ///
    /// # Errors
    /// [`LogsError::Filter`] when it is no filter; what was logged before still is. [`LogsError::Gone`] after the end.
    pub fn set(&self, filter: &str) -> Result<(), LogsError> {
        let next = LogFilter::read(filter)?;
        self.0.reload(next).map_err(|error| LogsError::Gone(error.to_string()))
    }

    /// What is logged now, in the words of a filter.
    pub fn filter(&self) -> String {
        self.0.with_current(ToString::to_string).unwrap_or_default()
    }
}

/// What is written goes through this.
pub(crate) type Written = Box<dyn Layer<Registry> + Send + Sync>;

pub(crate) fn layer<W>(format: LogFormat, filter: &str, writer: W) -> Result<(Written, Logs), LogsError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let (filter, handle) = reload::Layer::new(LogFilter::read(filter)?);
    let written = tracing_subscriber::fmt::layer().with_writer(writer);
    let written: Written = match format {
        LogFormat::Text => written
            .with_ansi(std::io::stderr().is_terminal())
            .with_filter(filter)
            .boxed(),
        LogFormat::Json => written
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .map_event_format(WithIds)
            .with_filter(filter)
            .boxed(),
    };
    Ok((written, Logs(handle)))
}
