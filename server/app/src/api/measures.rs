//! How measures of a connector went.

use axum::extract::State;
use axum::response::Response;
use chrono::TimeDelta;
use console::Span;
use http::HeaderMap;
use model::Timestamp;
use model::blocks::Series;

use super::answer::json;
use super::names::OfConnector;
use super::params::{MOMENT, Params};
use super::shape::{MeasureList, SeriesWord};
use crate::http::{Caller, Problem};
use crate::state::AppState;

/// How far back is told where nobody says.
const USUAL: TimeDelta = TimeDelta::hours(2);

/// How lag, rate and freshness of a connector went, with what happened meanwhile. One point stands for 10 s in the last two
/// hours, for minutes in the last two days, for hours in the last 90, so that there are 800 at most.
#[utoipa::path(
    get, operation_id = "list_connector_measures", path = "/api/v1/clusters/{cluster}/connectors/{connector}/measures", tag = "connectors",
    params(
        ("cluster" = String, Path, description = "Its cluster"),
        ("connector" = String, Path, description = "Its name, percent-encoded"),
        ("series" = inline(Option<Vec<SeriesWord>>), Query, description = "Only these; repeat it or separate by commas"),
        ("from" = Option<String>, Query, description = "Since then (RFC 3339); two hours before `until` by default"),
        ("until" = Option<String>, Query, description = "Until then (RFC 3339); now by default"),
    ),
    responses((status = 200, body = MeasureList), (status = 400, body = Problem), (status = 404, body = Problem), (status = 503, body = Problem))
)]
pub async fn list(
    State(state): State<AppState>,
    Caller(actor): Caller,
    OfConnector(id): OfConnector,
    mut params: Params,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let only = params.list("series").into_iter().map(series);
    let only: Vec<Series> = only.collect::<Result<_, _>>()?;
    let until: Option<Timestamp> = params.read("until", MOMENT)?;
    let from: Option<Timestamp> = params.read("from", MOMENT)?;
    params.finish(&["series", "from", "until"])?;
    let now = state.console().now();
    let until = until.unwrap_or(now);
    let from = from.or_else(|| until.checked_sub_signed(USUAL)).unwrap_or(until);
    let span = Span::new(from, until, now).map_err(Problem::bad_request)?;
    let chart = state.console().chart(&actor, &id, span, &only).await?;
    json(&asked, &MeasureList::from(&chart))
}

/// The series of a word.
///
/// # Errors
/// When there is none.
pub fn series(word: String) -> Result<Series, Problem> {
    Series::parse(&word).ok_or_else(|| {
        let known: Vec<&str> = Series::KNOWN.into_iter().filter_map(Series::word).collect();
        let known = known.join(", ");
        Problem::bad_request(format!("{word:?} is no series; there are {known}"))
    })
}
