//! Raw REST to a worker on this machine: method, path and body in, status and text out, nothing interpreted.
//!
//! It exists beside `connect` on purpose: tests that compare what Signalbox says with what a worker says must not share
//! the code that reads it.

use std::time::Duration;

use egress::{Client, ClientBuilder, Policy, Request};
use http::Method;
use http::header::{ACCEPT, CONNECTION, CONTENT_TYPE, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use url::Url;

use crate::{Error, Result};

/// Longer than the 90 s after which a worker itself gives up.
const DEADLINE: Duration = Duration::from_secs(100);
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a worker answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body as text.
    pub text: String,
}

impl Answer {
    /// The body as JSON; `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// Whether the status is 2xx.
    pub fn ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether a worker says that the same request may succeed a moment later: it starts, or it rebalances.
    pub fn transient(&self) -> bool {
        let says = |part: &str| self.text.contains(part);
        match self.status {
            404 => !says("error_code"),
            409 => !says("already exists"),
            500 => says("rebalance is expected"),
            503 => true,
            _ => false,
        }
    }
}

/// A name as one segment of a path.
pub fn segment(name: &str) -> String {
    utf8_percent_encode(name, UNRESERVED).to_string()
}

/// Says things to workers on this machine; addresses other than 127.0.0.1 are refused.
#[derive(Clone)]
pub struct Rest {
    client: Client,
}

impl Rest {
    /// A client of its own: kept for one runtime, for connections do not outlive theirs.
    ///
    /// # Errors
    /// [`Error::Usage`] when no HTTP client can be set up.
    pub fn new() -> Result<Self> {
        let here = Url::parse("http://127.0.0.1/").map_err(|error| Error::Usage(error.to_string()))?;
        let builder = ClientBuilder::new(Policy::new(None, [&here])).deadline(DEADLINE);
        let client = builder.build().map_err(|error| Error::Usage(error.to_string()))?;
        Ok(Self { client })
    }

    /// Sends one request to `url` + `path`.
    ///
    /// # Errors
    /// [`Error::Unreachable`] when no answer comes within 100 s; [`Error::Usage`] when the address is none.
    pub async fn call(&self, url: &str, method: &str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let what = || format!("{method} {path} at {url}");
        let usage = |problem: &dyn std::fmt::Display| Error::Usage(format!("{}: {problem}", what()));
        let target = Url::parse(&format!("{url}{path}")).map_err(|error| usage(&error))?;
        let method = Method::from_bytes(method.as_bytes()).map_err(|error| usage(&error))?;
        let mut request = Request::new(method, target);
        request
            .headers
            .insert(ACCEPT, HeaderValue::from_static("application/json"));
        // A worker that is killed and started again must not be asked through the dead one's connection.
        request.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        if let Some(body) = body {
            request
                .headers
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            request.body = Some(body.to_string().into());
        }
        let response = self.client.send(request).await;
        let response = response.map_err(|error| Error::Unreachable {
            request: what(),
            reason: error.to_string(),
        })?;
        let text = String::from_utf8_lossy(&response.body).into_owned();
        Ok(Answer {
            status: response.status.as_u16(),
            text,
        })
    }
}

impl std::fmt::Debug for Rest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rest").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_one_segment() {
        assert_eq!(segment("a->b/c d"), "a-%3Eb%2Fc%20d");
    }

    #[test]
    fn a_worker_that_starts_is_transient_and_an_existing_connector_is_not() {
        let answer = |status, text: &str| Answer {
            status,
            text: text.to_owned(),
        };
        assert!(answer(404, r#"{"message":"Not Found"}"#).transient());
        assert!(!answer(404, r#"{"error_code":404,"message":"x"}"#).transient());
        assert!(!answer(409, "Connector x already exists").transient());
        assert!(answer(409, "conflicting operation (e.g. worker rebalance)").transient());
    }
}
