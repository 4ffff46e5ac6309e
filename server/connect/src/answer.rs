//! From a status and a body to a value or an [`Error`].

use std::sync::Arc;

use egress::Response;
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::said::said;

/// The body of an error: Connect's own (`error_code`, `message`) or that of the HTTP server below it (`status`,
/// `message`, `url`), which answers while Connect's resources are not there yet.
#[derive(Deserialize)]
struct ErrorBody {
    #[serde(default)]
    error_code: Option<serde_json::Value>,
    #[serde(default)]
    message: Option<serde_json::Value>,
    #[serde(default)]
    status: Option<serde_json::Value>,
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

/// Passes an answer with status 200 on; anything else is an error.
pub(crate) fn ok(response: &Response) -> Result<(), Error> {
    if response.status == StatusCode::OK {
        Ok(())
    } else {
        Err(refused(response))
    }
}

/// Reads the body of an answer with status 200.
pub(crate) fn read<T: DeserializeOwned>(response: &Response) -> Result<T, Error> {
    ok(response)?;
    serde_json::from_slice(&response.body).map_err(|error| unreadable(&response.body, &error))
}

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
pub(crate) fn refused(response: &Response) -> Error {
    let status = response.status.as_u16();
    let body = serde_json::from_slice::<ErrorBody>(&response.body).ok();
    let text = body
        .as_ref()
        .and_then(|body| body.message.as_ref())
        .map(plain)
        .unwrap_or_default();
    let from_connect = body.as_ref().is_some_and(|body| body.error_code.is_some());
    // The HTTP server's own JSON: the worker's process is there, Connect's resources are not (yet, or any more).
    let from_jetty = !from_connect && body.as_ref().is_some_and(|body| body.status.is_some());
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
            why: strange(status, &response.body),
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

fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    }
}
