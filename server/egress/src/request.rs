//! What goes out and what comes back.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

/// One request.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The whole address, `http` or `https`.
    pub url: Url,
    /// Headers beside those that the client sets itself (`Authorization`, `User-Agent`, `Host`).
    pub headers: HeaderMap,
    /// The body; `None` sends none.
    pub body: Option<Bytes>,
    /// The time until the answer must be whole; `None` takes the client's.
    pub deadline: Option<Duration>,
}

impl Request {
    /// A request without body.
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: None,
            deadline: None,
        }
    }

    /// A GET.
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }
}

/// One whole answer, whatever its status but a redirect's. No Debug: a body may hold secrets.
#[derive(Clone)]
pub struct Response {
    /// The status code, never a redirect's.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body, as sent.
    pub body: Bytes,
    /// From the start of the request to the last byte of the answer, without the time that a large body waited here
    /// for others.
    pub took: Duration,
}
