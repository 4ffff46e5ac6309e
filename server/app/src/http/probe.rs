//! Probes and metrics: open on this machine, and never waiting for anything. Whether the server lives is told to anybody.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Serialize;

use crate::life::reload::LastReload;
use crate::state::AppState;

/// The process answers.
pub async fn live() -> &'static str {
    "ok\n"
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
    /// What keeps the server from being ready.
    reasons: Vec<String>,
    /// What is wrong although the server does its work, as a clock that is far from the database's.
    warnings: Vec<String>,
    clusters: Clusters,
    config: LastReload,
    version: &'static str,
}

#[derive(Serialize)]
struct Clusters {
    configured: usize,
    fresh: usize,
}

/// Whether the server can do its work, and what keeps it from that.
pub async fn ready(State(state): State<AppState>) -> Response {
    let readiness = state.console().readiness();
    let mut reasons: Vec<String> = readiness.trouble.iter().map(ToString::to_string).collect();
    if state.ending().is_cancelled() {
        reasons.push("the server is ending".to_owned());
    }
    let status = if reasons.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let ready = Ready {
        ready: reasons.is_empty(),
        reasons,
        warnings: state.clocks().into_iter().collect(),
        clusters: Clusters {
            configured: readiness.clusters,
            fresh: readiness.fresh,
        },
        config: state.last_reload(),
        version: env!("CARGO_PKG_VERSION"),
    };
    (status, Json(ready)).into_response()
}

/// The fleet's series and those of this process.
pub async fn metrics(State(state): State<AppState>) -> Response {
    let mut text = state.console().metrics();
    state.measure();
    if let Some(own) = state.prometheus() {
        text.push_str(&own.render());
    }
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}
