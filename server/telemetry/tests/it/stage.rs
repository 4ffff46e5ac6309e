//! A process for the length of a test: its subscriber is in force on this thread alone.

use std::io::Write;
use std::sync::{Arc, Mutex};

use telemetry::{Exporter, LogFormat, Logs, Settings, TraceSettings};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

/// What was logged.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    pub fn lines(&self) -> Vec<String> {
        self.text().lines().map(str::to_owned).collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

pub struct Stage {
    pub log: Log,
    pub logs: Logs,
    pub exporter: Option<Exporter>,
    _guard: DefaultGuard,
}

/// Ratio `None` exports nothing.
pub fn stage(format: LogFormat, filter: &str, ratio: Option<f64>) -> Stage {
    let log = Log::default();
    let settings = Settings {
        format,
        filter: filter.to_owned(),
        traces: TraceSettings {
            export: ratio.is_some(),
            sample_ratio: ratio.unwrap_or_default(),
            service_name: "signalbox-test".to_owned(),
            service_version: "1.2.3",
            instance_id: "one".to_owned(),
        },
    };
    let (subscriber, logs, exporter) = telemetry::assemble(&settings, log.clone()).unwrap();
    Stage {
        log,
        logs,
        exporter,
        _guard: tracing::subscriber::set_default(subscriber),
    }
}
