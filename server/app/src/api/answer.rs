//! Answers with an entity tag, so that asking again costs little.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::http::Problem;
use crate::key::hexadecimal;

/// `value` as JSON; 304 when the asker has it already. The tag is made of the answer itself: what rights and ages left
/// out or changed is in it.
///
/// # Errors
/// [`Problem::internal`] when the value cannot be written as JSON.
pub fn json<T: Serialize>(asked: &HeaderMap, value: &T) -> Result<Response, Problem> {
    let body = serde_json::to_vec(value).map_err(|error| {
        tracing::error!(%error, "an answer could not be written as JSON");
        Problem::internal()
    })?;
    Ok(tagged(asked, "application/json", body))
}

/// A body with its entity tag, or 304.
pub fn tagged(asked: &HeaderMap, kind: &'static str, body: Vec<u8>) -> Response {
    let digest = Sha256::digest(&body);
    let hex = hexadecimal(&digest[..12]);
    let tag = format!("W/\"{hex}\"");
    let known = asked
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|header| header.to_str().ok());
    let mut known = known.flat_map(|header| header.split(',')).map(str::trim);
    let mut response = if known.any(|other| other == "*" || other.trim_start_matches("W/").trim_matches('"') == hex) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(CONTENT_TYPE, kind)], body).into_response()
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}
