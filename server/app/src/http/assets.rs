//! Stylesheet, scripts, fonts and icons: what every page loads once and keeps.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use axum::body::Bytes;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, StatusCode};
use web::Asset;

use super::packed::{squeezed, takes_gzip};
use super::problem::Problem;
use crate::api::params::Params;

/// Files in gzip by their tags: there are some dozens of them and they never change, so each is compressed once, and as
/// well as can be.
static PACKED: LazyLock<RwLock<HashMap<String, Bytes>>> = LazyLock::new(RwLock::default);

/// A stylesheet, script, font or icon. With its own mark as `v` in its address it never changes. Another mark is that of a
/// server of another version behind the same address: what this one has must not be kept under it.
pub async fn asset(Path(path): Path<String>, mut params: Params, asked: HeaderMap) -> Response {
    let Some(asset) = web::asset(&path) else {
        return (StatusCode::NOT_FOUND, "there is no such file\n").into_response();
    };
    let marked = params.all("v").iter().any(|mark| *mark == asset.mark());
    let cache = if marked {
        "public, max-age=31536000, immutable"
    } else {
        "public, no-cache"
    };
    let known = asked.get(IF_NONE_MATCH).and_then(|tag| tag.to_str().ok());
    let headers = [(CACHE_CONTROL, cache.to_owned()), (ETAG, asset.etag.clone())];
    if known.is_some_and(|known| known.contains(&asset.etag)) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let kind = [(CONTENT_TYPE, asset.content_type)];
    // A font is compressed already.
    if asset.content_type.starts_with("font/") || !takes_gzip(&asked) {
        return (headers, kind, asset.bytes.into_owned()).into_response();
    }
    let coding = [(CONTENT_ENCODING, "gzip"), (VARY, "accept-encoding")];
    match packed(&asset) {
        Ok(bytes) => (headers, kind, coding, bytes).into_response(),
        Err(problem) => problem.into_response(),
    }
}

fn packed(asset: &Asset) -> Result<Bytes, Problem> {
    let known = PACKED
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&asset.etag)
        .cloned();
    if let Some(known) = known {
        return Ok(known);
    }
    let bytes = squeezed(&asset.bytes, Compression::best())?;
    let mut kept = PACKED.write().unwrap_or_else(PoisonError::into_inner);
    Ok(kept.entry(asset.etag.clone()).or_insert(bytes).clone())
}
