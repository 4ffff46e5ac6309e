//! A request that this server answers.

use opentelemetry::trace::{SpanContext, SpanId, Status, TraceContextExt as _, TraceFlags, TraceId, TraceState};
use tracing::field::Empty;
use tracing::{Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::TARGET;

/// A method as spans name it: others than the known ones are made by whoever asks, and would be names without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method(&'static str);

impl Method {
    /// Of its text in a request.
    pub fn of(text: &str) -> Self {
        const KNOWN: [&str; 9] = [
            "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT",
        ];
        Self(KNOWN.into_iter().find(|known| *known == text).unwrap_or("_OTHER"))
    }
}

/// A request begins: always a trace of its own. `id` is its `x-request-id`, `path` its path without the query, which
/// may hold a sign-in link. `traceparent` is the asker's header of that name (W3C Trace Context): whoever asks could
/// write anything there, so it neither names our trace nor decides whether it is exported; the span points at it, and
/// who follows a trace of his own finds ours.
pub fn request(id: &str, method: Method, path: &str, traceparent: Option<&str>) -> Span {
    let span = info_span!(
        target: TARGET,
        parent: None,
        "http",
        otel.kind = "server",
        http.request.id = id,
        http.request.method = method.0,
        url.path = path,
        http.route = Empty,
        http.response.status_code = Empty,
    );
    if let Some(theirs) = traceparent.and_then(parse) {
        span.add_link(theirs);
    }
    span
}

/// The route of the request in force is known: its path as written in the table of routes.
pub fn routed(method: Method, route: &'static str) {
    let span = Span::current();
    span.record("http.route", route);
    span.context().span().update_name(format!("{} {route}", method.0));
}

/// The request is answered.
pub fn answered(span: &Span, status: u16) {
    span.record("http.response.status_code", status);
    if status >= 500 {
        span.set_status(Status::error(""));
    }
}

/// Version 00 of the header, and what later versions keep of it.
fn parse(text: &str) -> Option<SpanContext> {
    let mut parts = text.trim().split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |part: &str, digits: usize| {
        part.len() == digits && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    if !hex(version, 2) || version == "ff" || !hex(trace, 32) || !hex(span, 16) || !hex(flags, 2) {
        return None;
    }
    if version == "00" && parts.next().is_some() {
        return None;
    }
    let context = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        TraceFlags::new(u8::from_str_radix(flags, 16).ok()?),
        true,
        TraceState::NONE,
    );
    context.is_valid().then_some(context)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn only_whole_headers_are_read() {
        let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
        let read = parse(&format!("00-{trace}-{span}-01")).unwrap();
        assert_eq!(
            (read.trace_id().to_string(), read.span_id().to_string()),
            (trace.into(), span.into())
        );
        assert!(parse(&format!("01-{trace}-{span}-01-later")).is_some());
        for text in [
            String::new(),
            "00".to_owned(),
            format!("00-{trace}-{span}"),
            format!("00-{trace}-{span}-01-more"),
            format!("ff-{trace}-{span}-01"),
            format!("00-{}-{span}-01", "0".repeat(32)),
            format!("00-{trace}-{}-01", "0".repeat(16)),
            format!("00-{}-{span}-01", trace.to_uppercase()),
            format!("00-+{}-{span}-01", &trace[1..]),
        ] {
            assert!(parse(&text).is_none(), "{text}");
        }
    }
}
