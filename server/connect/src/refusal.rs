//! The error that an answer without a usable value means.

use std::sync::Arc;

use http::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::Error;
use crate::said::said;
use crate::wire::text;

/// The body of an error: Connect's own (`error_code`, `message`) or that of the HTTP server below it (`status`,
/// `message`, `url`), which answers while Connect's resources are not there yet. Only the message is kept, and only when
/// it is text: what else stands there may be large.
#[derive(Deserialize)]
struct ErrorBody {
    #[serde(default)]
    error_code: Option<IgnoredAny>,
    #[serde(default, deserialize_with = "text")]
    message: Option<String>,
    #[serde(default)]
    status: Option<IgnoredAny>,
}

/// What Connect says of a path that none of its resources has, in the version that answers.
const NO_SUCH_RESOURCE: &str = "HTTP 404 Not Found";
/// Beginnings of 500s that mean: ask again later.
const TRANSIENT: [&str; 5] = [
    "Request cannot be completed because a rebalance is expected",
    "Cannot complete request",
    "Request timed out",
    "IO Error trying to forward REST request",
    "Worker is shutting down",
];

/// Why a body could not be read. Never quotes it: serde's own messages may hold a value.
pub(crate) fn unreadable(body: &[u8], error: &serde_json::Error) -> Error {
    let place = format!("at line {}, column {}", error.line(), error.column());
    if looks_like_html(body) {
        return Error::NotConnect {
            why: "it answers with a page of HTML".into(),
        };
    }
    match error.classify() {
        serde_json::error::Category::Data => Error::NotConnect {
            why: format!("its JSON has another shape ({place})").into(),
        },
        serde_json::error::Category::Eof => Error::Unreadable {
            why: format!("the JSON ends too early ({place})").into(),
        },
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => Error::Unreadable {
            why: format!("it is no JSON ({place})").into(),
        },
    }
}

fn looks_like_html(body: &[u8]) -> bool {
    body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

/// The error that a status other than 200 means.
pub(crate) fn refused(status: StatusCode, body: &[u8]) -> Error {
    let read = serde_json::from_slice::<ErrorBody>(body).ok();
    let from_connect = read.as_ref().is_some_and(|read| read.error_code.is_some());
    // The HTTP server's own JSON: the worker's process is there, Connect's resources are not (yet, or any more).
    let from_jetty = !from_connect && read.as_ref().is_some_and(|read| read.status.is_some());
    let text = read.and_then(|read| read.message).unwrap_or_default();
    let status = status.as_u16();
    match status {
        401 | 403 => Error::Denied { status },
        404 if from_connect && text == NO_SUCH_RESOURCE => Error::Unsupported,
        404 if from_connect => Error::NotFound { said: said(&text) },
        404 | 503 if from_jetty => Error::Starting,
        405 if from_connect || from_jetty => Error::Unsupported,
        409 if from_connect && text.contains("already exists") => Error::Conflict { said: said(&text) },
        409 | 429 | 503 if from_connect => Error::Busy { said: said(&text) },
        500 if from_connect && TRANSIENT.iter().any(|beginning| text.starts_with(beginning)) => {
            Error::Busy { said: said(&text) }
        }
        502..=504 if !from_connect => Error::Gateway { status },
        _ if from_connect || from_jetty => Error::Rejected {
            status,
            said: said(&text),
        },
        _ => Error::NotConnect {
            why: strange(status, body),
        },
    }
}

fn strange(status: u16, body: &[u8]) -> Arc<str> {
    if looks_like_html(body) {
        format!("it answers {status} with a page of HTML").into()
    } else {
        format!("it answers {status} without an error of Connect's").into()
    }
}
