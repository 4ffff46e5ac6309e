//! Answers with an entity tag, so that asking again costs little.

use std::sync::OnceLock;

use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::http::{Problem, packed, takes_gzip};
use crate::key::hexadecimal;

/// A written answer. Its tag is made of the answer itself: what rights and ages left out or changed is in it.
pub struct Answer {
    kind: &'static str,
    plain: Bytes,
    /// The body in gzip, once somebody took it so from a kept answer.
    packed: OnceLock<Bytes>,
    /// The tag without its marks.
    tag: String,
}

impl Answer {
    /// `value` as JSON.
    ///
    /// # Errors
    /// [`Problem::internal`] when the value cannot be written as JSON.
    pub fn json<T: Serialize>(value: &T) -> Result<Self, Problem> {
        let body = serde_json::to_vec(value).map_err(|error| {
            tracing::error!(%error, "an answer could not be written as JSON");
            Problem::internal()
        })?;
        Ok(Self::of("application/json", body))
    }

    fn of(kind: &'static str, body: Vec<u8>) -> Self {
        let digest = Sha256::digest(&body);
        Self {
            kind,
            plain: body.into(),
            packed: OnceLock::new(),
            tag: hexadecimal(&digest[..12]),
        }
    }

    /// Bytes of the body.
    pub fn size(&self) -> usize {
        self.plain.len()
    }

    /// The answer, or 304 to who has it already. What goes around every answer compresses it for this reader.
    pub fn send(&self, asked: &HeaderMap) -> Response {
        self.tagged(asked, || self.plain.clone().into_response())
    }

    /// As [`Answer::send`], of an answer that is kept for others: compressed once for all of them.
    ///
    /// # Errors
    /// [`Problem::internal`] when it cannot be compressed.
    pub fn send_again(&self, asked: &HeaderMap) -> Result<Response, Problem> {
        if !takes_gzip(asked) {
            return Ok(self.send(asked));
        }
        let packed = match self.packed.get() {
            Some(packed) => packed.clone(),
            None => {
                let packed = packed(&self.plain)?;
                self.packed.get_or_init(|| packed).clone()
            }
        };
        let headers = [(CONTENT_ENCODING, "gzip"), (VARY, "accept-encoding")];
        Ok(self.tagged(asked, || (headers, packed).into_response()))
    }

    fn tagged(&self, asked: &HeaderMap, body: impl FnOnce() -> Response) -> Response {
        let known = asked
            .get_all(IF_NONE_MATCH)
            .iter()
            .filter_map(|header| header.to_str().ok());
        let mut known = known.flat_map(|header| header.split(',')).map(str::trim);
        let has_it = |other: &str| other == "*" || other.trim_start_matches("W/").trim_matches('"') == self.tag;
        let mut response = if known.any(has_it) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let mut response = body();
            let kind = HeaderValue::from_static(self.kind);
            response.headers_mut().insert(CONTENT_TYPE, kind);
            response
        };
        if let Ok(tag) = HeaderValue::from_str(&format!("W/\"{}\"", self.tag)) {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    }
}

/// `value` as JSON; 304 when the asker has it already.
///
/// # Errors
/// [`Problem::internal`] when the value cannot be written as JSON.
pub fn json<T: Serialize>(asked: &HeaderMap, value: &T) -> Result<Response, Problem> {
    Ok(Answer::json(value)?.send(asked))
}

/// A body with its entity tag, or 304.
pub fn tagged(asked: &HeaderMap, kind: &'static str, body: Vec<u8>) -> Response {
    Answer::of(kind, body).send(asked)
}
