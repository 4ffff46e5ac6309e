//! A refusal in the form that its reader understands.

use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};

use super::frame;
use super::problem::Problem;
use super::route::Kind;
use crate::state::AppState;

/// Problem JSON for programs, a page for people, a line for probes.
pub fn refuse(state: &AppState, kind: Kind, problem: Problem) -> Response {
    match kind {
        Kind::Api => problem.into_response(),
        Kind::Page => frame::problem(state, &problem),
        Kind::Probe => (problem.status(), format!("{}\n", problem.detail())).into_response(),
    }
}

/// The kind of reader that asks below a path, for addresses that no route has.
pub fn kind_of(path: &str) -> Kind {
    if path == "/api" || path.starts_with("/api/") {
        Kind::Api
    } else {
        Kind::Page
    }
}

/// What no route answers.
pub async fn not_found(State(state): State<AppState>, OriginalUri(uri): OriginalUri) -> Response {
    let problem = Problem::not_found("there is nothing at this address");
    refuse(&state, kind_of(uri.path()), problem)
}

/// A known path with another method.
pub async fn method_not_allowed(State(state): State<AppState>, OriginalUri(uri): OriginalUri) -> Response {
    refuse(&state, kind_of(uri.path()), Problem::method_not_allowed())
}
