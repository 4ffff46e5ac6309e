//! Every metric name and every span with its fields, and the exporters: Prometheus text, OTLP traces, logs.
//!
//! What must be absent elsewhere: raw `metrics::*` macros, and raw names of spans and their fields. A caller says what
//! happened by calling a function here, so that names, units and labels stand in one place and every metric used by a
//! rule or a panel exists.

pub mod fleet;
mod itself;
mod lately;
mod logs;
mod outcome;
mod own;
mod recorder;
pub mod span;
mod start;
mod traces;

pub use itself::{
    config_loaded, database_answered, database_size, entries_pending, event_streams, observations_waiting, recording,
    started, unwatched, view_follows,
};
pub use lately::{Calls, Lately, WINDOW, lately, unread, unrecorded};
pub use logs::{LogFormat, Logs, LogsError, check as check_filter};
pub use outcome::{Outcome, Question};
pub use own::{
    feed_published, feed_reader_reset, group_asked, judged, lease_held, rest_answered, store_committed, store_left_out,
    view_swapped,
};
pub use recorder::{Prometheus, PrometheusError};
pub use start::{Settings, assemble, start};
pub use traces::{Answer, Exporter, Rhythm, TraceSettings, spans_waiting};
