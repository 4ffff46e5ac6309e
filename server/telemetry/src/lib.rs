//! Every metric name, and the exporters: Prometheus text and logs.
//!
//! What must be absent elsewhere: raw `metrics::*` macros. A caller says what happened by calling a function here, so
//! that names, units and labels stand in one place and every metric used by a rule or a panel exists.

pub mod fleet;
mod logs;
mod own;

pub use logs::{LogFormat, LogsError, init_logs};
pub use own::{
    Outcome, Prometheus, PrometheusError, feed_published, feed_reader_reset, group_asked, judged, lease_held,
    rest_answered, store_committed, view_swapped,
};
