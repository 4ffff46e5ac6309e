//! JSON lines that say to which trace they belong.

use std::fmt;

use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::span::ids_here;

/// Puts `trace_id` and `span_id` at the front of the JSON objects that the inner format writes.
pub struct WithIds<F>(pub F);

impl<S, N, F> FormatEvent<S, N> for WithIds<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let Some((trace, span)) = ids_here() else {
            return self.0.format_event(context, writer, event);
        };
        let mut line = String::with_capacity(512);
        self.0.format_event(context, Writer::new(&mut line), event)?;
        match line.strip_prefix('{') {
            Some(rest) => write!(writer, r#"{{"trace_id":"{trace}","span_id":"{span}",{rest}"#),
            None => writer.write_str(&line),
        }
    }
}
