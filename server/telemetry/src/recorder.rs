//! The recorder of this process's own metrics.

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Why the recorder could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the metrics recorder could not be set up: {0}")]
pub struct PrometheusError(String);

/// The recorder of this process. A handle is cheap to clone.
#[derive(Clone)]
pub struct Prometheus(PrometheusHandle);

impl Prometheus {
    /// Installs the recorder, once per process, and describes every metric.
    pub fn install() -> Result<Self, PrometheusError> {
        let seconds = [
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
        ];
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &seconds)
            .map_err(|error| PrometheusError(error.to_string()))?
            .install_recorder()
            .map_err(|error| PrometheusError(error.to_string()))?;
        crate::own::describe();
        crate::itself::describe();
        crate::traces::describe();
        Ok(Self(handle))
    }

    /// The text of `/metrics` about this process.
    pub fn render(&self) -> String {
        self.0.run_upkeep();
        self.0.render()
    }
}
