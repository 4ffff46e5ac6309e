//! What may stand where a person types a query.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use super::answer::json;
use super::connectors::LONGEST;
use super::params::Params;
use super::shape::CompletionList;
use crate::http::{Caller, Problem};
use crate::state::AppState;

/// What the last part of a query may become: keys, then values with the number of connectors that have them, then
/// connectors.
#[utoipa::path(
    get, operation_id = "list_completions", path = "/api/v1/completions", tag = "connectors",
    params(("q" = Option<String>, Query, description = "A query as `GET /api/v1/connectors` takes it, up to the place where something is typed; at most 2000 bytes")),
    responses((status = 200, body = CompletionList), (status = 400, body = Problem))
)]
pub async fn list(
    State(state): State<AppState>,
    Caller(actor): Caller,
    mut params: Params,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let text = params.one("q")?.unwrap_or_default();
    params.finish(&["q"])?;
    if text.len() > LONGEST {
        return Err(Problem::bad_request(format!("`q` may have at most {LONGEST} bytes")));
    }
    let found = state.console().completions(&actor, &text)?;
    json(&asked, &CompletionList::of(&text, found))
}
