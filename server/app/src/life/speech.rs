//! What the process says of itself: set up before anything else, and changed while it runs.

use telemetry::{Exporter, LogFormat, LogsError, Settings, TraceSettings};

use super::levels::LogLevels;
use crate::config::TelemetryConfig;
use crate::key::random_id;

/// What was set up.
pub struct Speech {
    /// What is logged.
    pub log: LogLevels,
    /// Where spans come from that are to be delivered.
    pub exporter: Option<Exporter>,
}

/// Sets up logs and traces, once per process. What the command line or the environment says holds before the
/// configuration.
///
/// # Errors
/// A filter that is none, of the command line or the environment.
pub fn speak(config: &TelemetryConfig, format: Option<LogFormat>, filter: Option<String>) -> Result<Speech, LogsError> {
    let fixed = filter.is_some();
    let settings = Settings {
        format: format.unwrap_or(config.log_format),
        filter: filter.unwrap_or_else(|| config.log.clone()),
        traces: TraceSettings {
            export: config.otlp.is_some(),
            sample_ratio: config.sample_ratio,
            service_name: config.service_name.clone(),
            service_version: env!("CARGO_PKG_VERSION"),
            // Without randomness instances cannot be told apart, and nothing else suffers.
            instance_id: random_id().unwrap_or_default(),
        },
    };
    let (logs, exporter) = telemetry::start(&settings)?;
    Ok(Speech {
        log: LogLevels::new(logs, settings.filter, fixed),
        exporter,
    })
}
