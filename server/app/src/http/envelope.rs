//! What goes around every answer: request id, log line, host check, security headers.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use telemetry::span::{self, Method};
use tracing::Instrument as _;

use super::problem::Problem;
use super::refusal::{kind_of, refuse};
use super::told::{Named, Told};
use crate::key::random_id;
use crate::state::AppState;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Nothing inline, nothing from elsewhere, framed by nobody.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Gives the request an id and a trace, and writes a line about its answer.
pub async fn identify(State(told): State<Arc<Told>>, request: Request, next: Next) -> Response {
    // Without randomness there is no id, and nothing else suffers.
    let id = random_id().unwrap_or_default();
    let theirs = request.headers().get(TRACEPARENT).and_then(|value| value.to_str().ok());
    // Never the query: a sign-in link stands there.
    let span = span::request(&id, Method::of(request.method().as_str()), request.uri().path(), theirs);
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    span.in_scope(|| {
        let (status, took_ms) = (response.status().as_u16(), began.elapsed().as_millis());
        let named = response.extensions().get::<Named>().is_some();
        match told.due(response.status(), named, Instant::now()) {
            // Lines for people name no trace by themselves, and this is what they look for.
            Some(0) if response.status().is_client_error() => {
                tracing::info!(status, took_ms, trace = span::trace_id(), "refused");
            }
            Some(left_out) if response.status().is_client_error() => {
                tracing::info!(
                    status,
                    took_ms,
                    trace = span::trace_id(),
                    left_out,
                    "refused; so were others before"
                );
            }
            Some(0) => tracing::warn!(status, took_ms, trace = span::trace_id(), "answered"),
            Some(left_out) => {
                let trace = span::trace_id();
                tracing::warn!(status, took_ms, trace, left_out, "answered; so were others before");
            }
            None => tracing::debug!(status, took_ms, "answered"),
        }
    });
    span::answered(&span, response.status().as_u16());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Refuses requests that were meant for another host: a name that somebody pointed at this machine.
pub async fn check_host(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let kind = kind_of(request.uri().path());
    let mut hosts = request.headers().get_all(HOST).iter();
    let problem = match (hosts.next(), hosts.next()) {
        (Some(host), None) if host.to_str().is_ok_and(|host| state.site().is_called(host)) => {
            return next.run(request).await;
        }
        (Some(_), None) => Problem::misdirected(),
        _ => Problem::bad_request("exactly one Host header is needed"),
    };
    refuse(&state, kind, problem)
}

/// Headers that make browsers careful. What is no document and runs nothing by itself needs only those that keep it
/// from being taken for something else: a first visit asks for dozens of such files.
pub async fn protect(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let part = is_part(headers);
    let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if !part {
        set(CONTENT_SECURITY_POLICY, POLICY);
        set(X_FRAME_OPTIONS, "DENY");
        // Not `no-referrer`: forms of our own pages would then be sent with `Origin: null`.
        set(REFERRER_POLICY, "same-origin");
        set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    response
}

/// Whether an answer is a part of pages that browsers show as text when they are asked for it alone.
fn is_part(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    [&b"text/css"[..], b"text/javascript", b"font/"]
        .iter()
        .any(|part| kind.starts_with(part))
}

/// What a handler that panicked answers with.
pub fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response<Body> {
    // The panic hook has logged it already, with its place.
    Problem::internal().into_response()
}

/// Whether an answer may be compressed: event streams are not, since a compressor holds events back.
pub fn may_compress(_: StatusCode, _: http::Version, headers: &HeaderMap, _: &http::Extensions) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_none_or(|kind| !kind.as_bytes().starts_with(b"text/event-stream"))
}
