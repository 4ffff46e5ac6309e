//! Signalbox itself: how it is, and what it logs.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::response::Response;
use chrono::TimeDelta;
use http::HeaderMap;
use model::actor::Actor;

use super::answer::json;
use super::params::Params;
use super::shape::{Itself, LogChange, LogChanged};
use crate::http::{Caller, Problem};
use crate::state::AppState;

/// What is logged is as usual again after so many minutes, unless somebody says otherwise.
pub const MINUTES: u32 = 15;
/// The longest that may be said: a day.
const MOST_MINUTES: u32 = 24 * 60;

/// How Signalbox itself is. What is measured is of the server that answers; servers and leases are all of the database.
#[utoipa::path(get, operation_id = "get_system", path = "/api/v1/system", tag = "system", responses((status = 200, body = Itself)))]
pub async fn get(
    State(state): State<AppState>,
    Caller(actor): Caller,
    params: Params,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    params.finish(&[])?;
    let system = state.console().system(&actor, state.process()).await?;
    json(&asked, &Itself::from(&system))
}

/// Changes what this server logs for some minutes; then what the configuration says is in force again.
#[utoipa::path(
    put, operation_id = "change_log", path = "/api/v1/system/log", tag = "system",
    request_body = LogChange,
    responses((status = 200, body = LogChanged), (status = 400, body = Problem), (status = 403, body = Problem))
)]
pub async fn change_log(
    State(state): State<AppState>,
    Caller(actor): Caller,
    body: Result<Json<LogChange>, JsonRejection>,
) -> Result<Json<LogChanged>, Problem> {
    let Json(change) = body.map_err(|refused| Problem::of_rejection(refused.status(), refused.body_text()))?;
    let changed = change_for_a_while(&state, &actor, &change.filter, change.minutes.unwrap_or(MINUTES)).await?;
    Ok(Json(changed))
}

/// Changes it for somebody who may, and writes that down.
pub async fn change_for_a_while(
    state: &AppState,
    actor: &Actor,
    filter: &str,
    minutes: u32,
) -> Result<LogChanged, Problem> {
    state.console().may_change_log(actor)?;
    if !(1..=MOST_MINUTES).contains(&minutes) {
        return Err(Problem::bad_request(format!(
            "`minutes` is {minutes}; it may be 1 to {MOST_MINUTES}"
        )));
    }
    let before = state.log().now().filter;
    let until = state.console().now() + TimeDelta::minutes(i64::from(minutes));
    let long = Duration::from_secs(u64::from(minutes) * 60);
    let by: Arc<str> = actor.name.clone();
    state
        .log()
        .wish(filter, &by, until, long)
        .map_err(|error| Problem::bad_request(error.to_string()))?;
    // It is wanted most when the database is away: then it stands in the log only, and the answer says so.
    let audited = state.console().audit_log_change(actor, &before, filter, minutes).await;
    if let Err(error) = &audited {
        tracing::warn!(%error, %by, before, now = filter, "a change of what is logged could not be written into the audit record");
    }
    Ok(LogChanged {
        filter: state.log().now().filter,
        until,
        before,
        audited: audited.is_ok(),
    })
}
