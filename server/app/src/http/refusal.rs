//! A refusal in the form that its reader understands.

use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;

use super::frame::{self, Reader};
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

/// The kind of reader that asks at a path, where no route says it: no route was found, or none was looked for yet.
pub fn kind_of(path: &str) -> Kind {
    match path {
        "/livez" | "/readyz" | "/metrics" => Kind::Probe,
        "/api" => Kind::Api,
        path if path.starts_with("/api/") => Kind::Api,
        _ => Kind::Page,
    }
}

/// As [`refuse`], where no route was found. Who is signed in keeps the way to all pages.
fn nowhere(state: &AppState, path: &str, headers: &HeaderMap, problem: Problem) -> Response {
    let kind = kind_of(path);
    match Reader::of(state, headers).filter(|_| kind == Kind::Page) {
        Some(reader) => reader.show(Err(problem)),
        None => refuse(state, kind, problem),
    }
}

/// What no route answers.
pub async fn not_found(State(state): State<AppState>, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response {
    let problem = Problem::not_found("there is nothing at this address");
    nowhere(&state, uri.path(), &headers, problem)
}

/// A known path with another method.
pub async fn method_not_allowed(
    State(state): State<AppState>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    nowhere(&state, uri.path(), &headers, Problem::method_not_allowed())
}
