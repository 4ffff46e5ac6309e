//! Errors of the API as RFC 9457 says them.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::told::Named;

/// The code of an answer to one question too many.
const BUSY: &str = "busy";

/// An error (RFC 9457). `code` is what scripts may rely on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the status says the kind, `code` says it closer.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 404)]
    status: u16,
    /// `not_found`, `bad_request`, `unauthorized`, `denied`, `method_not_allowed`, `too_large`, `unsupported_media_type`,
    /// `misdirected`, `unavailable`, `busy`, `upstream` (no worker answered), `timed_out` or
    /// `internal`.
    code: &'static str,
    /// What went wrong here, and what to do about it.
    detail: String,
    /// The trace of this request, in the server's log and wherever traces go: 32 hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            trace_id: telemetry::span::trace_id(),
        }
    }

    /// 400: the question itself is wrong.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", detail)
    }

    /// 401: nobody known asks.
    pub fn unauthorized() -> Self {
        let detail = "send a bearer token of [[tokens]] in the Authorization header, or sign in with a browser";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    /// 403: who asks may not.
    pub fn denied(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "denied", detail)
    }

    /// 404.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// 405.
    pub fn method_not_allowed() -> Self {
        let detail = "this address does not know that method; the header Allow names those it knows";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
    }

    /// 421: another server was meant.
    pub fn misdirected() -> Self {
        let detail = "the Host header names no address of this server; if people reach it by that name, configure it \
                      as public_url of [server]";
        Self::new(StatusCode::MISDIRECTED_REQUEST, "misdirected", detail)
    }

    /// 503: something that is needed is away.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
    }

    /// 503: too much is asked at once.
    pub fn busy() -> Self {
        let detail = "too many requests are under way; try again in a second";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, BUSY, detail)
    }

    /// 504: the answer took longer than its route allows.
    pub fn timed_out() -> Self {
        let detail = "the answer took too long and was given up; ask for less at once";
        Self::new(StatusCode::GATEWAY_TIMEOUT, "timed_out", detail)
    }

    /// 500. What happened is in the log, not in the answer.
    pub fn internal() -> Self {
        let detail = "something went wrong in the server; its log says what, beside this answer's trace";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// What an extractor of axum refused.
    pub fn of_rejection(status: StatusCode, detail: String) -> Self {
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(status, "too_large", detail),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::new(status, "unsupported_media_type", detail),
            status if status.is_server_error() => Self::internal(),
            _ => Self::bad_request(detail),
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The status in words.
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// What went wrong, and what to do.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Whether people are told its trace. Of one that only says that much is asked the log knows no more, and there
    /// are too many of those for it.
    pub fn names_trace(&self) -> bool {
        self.code != BUSY && self.trace_id.is_some()
    }

    /// The same for people, with what finds it in the log.
    pub fn told(&self) -> String {
        match &self.trace_id {
            Some(trace) if self.names_trace() => format!("{} (trace {trace})", self.detail),
            _ => self.detail.clone(),
        }
    }
}

impl From<console::Error> for Problem {
    fn from(error: console::Error) -> Self {
        match error {
            console::Error::Denied(_) => Self::denied(error.to_string()),
            console::Error::NotFound(detail) => Self::not_found(detail),
            console::Error::BadQuestion(detail) => Self::bad_request(detail),
            console::Error::Unavailable(_) => Self::unavailable(error.to_string()),
            console::Error::Upstream(detail) => Self::new(StatusCode::BAD_GATEWAY, "upstream", detail),
            console::Error::Busy => Self::new(StatusCode::SERVICE_UNAVAILABLE, BUSY, error.to_string()),
            console::Error::Broken(why) => {
                tracing::error!(why, "a question could not be answered");
                Self::internal()
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = (status, Json(&self)).into_response();
        // Of what fails here there may be a flood while the database is away, and programs ask again by themselves.
        if self.names_trace() && status.is_client_error() {
            response.extensions_mut().insert(Named);
        }
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"signalbox\""));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
