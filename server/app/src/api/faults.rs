//! Open faults.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use super::answer::json;
use super::params::Params;
use super::shape::FaultList;
use crate::http::{Caller, Problem};
use crate::state::AppState;

/// Open faults of all clusters.
#[utoipa::path(get, operation_id = "list_faults", path = "/api/v1/faults", tag = "fleet", responses((status = 200, body = FaultList)))]
pub async fn list(
    State(state): State<AppState>,
    Caller(actor): Caller,
    params: Params,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    params.finish(&[])?;
    json(&asked, &FaultList::from(state.console().faults(&actor)?.as_slice()))
}
