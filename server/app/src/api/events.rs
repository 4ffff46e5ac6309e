//! Live events: as a stream for those who stay, as a list for those who come back.

mod stream;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use http::header::ACCEPT;

use super::answer::json;
use super::params::Params;
use super::shape::{Event, EventList};
use crate::http::{Caller, Problem};
use crate::state::AppState;

pub use stream::{ALIVE, CHANGE, RESET};

/// Events in a list of them, when nobody says how many.
const SOME: usize = 100;
/// Most events in a list.
const MOST: usize = 1000;

/// What changed. With `Accept: text/event-stream` a stream that goes on after `Last-Event-ID` (or `after`), with an event
/// `reset` when the reader must read everything anew, and, when nothing else was sent for 10 s, an event `alive` without a
/// number: of how many `clusters` the states are `fresh`, and what keeps the server from its work (`trouble`). Of several
/// changes of one object that wait for a reader at once only the newest is sent, so that numbers may be left out; the list
/// has all of them. The stream ends within 10 s, and before any further change is told, once its token is revoked or its
/// session over; after an hour in any case.
#[utoipa::path(
    get, operation_id = "events", path = "/api/v1/events", tag = "events",
    params(
        ("after" = Option<i64>, Query, description = "The last number that is known; without it, from now on"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 1000, description = "Events at most, 1 to 1000; 100 by default. A stream has no use for it"),
        ("Last-Event-ID" = Option<i64>, Header, description = "The same, as browsers send it; it wins"),
    ),
    responses(
        (status = 200, content((EventList = "application/json"), (Event = "text/event-stream"))),
        (status = 400, body = Problem), (status = 503, body = Problem),
    )
)]
pub async fn events(
    State(state): State<AppState>,
    Caller(actor): Caller,
    mut params: Params,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let what = "the number of an event";
    let after: Option<i64> = params.read("after", what)?;
    let limit = params.limit(MOST)?.unwrap_or(SOME);
    params.finish(&["after", "limit"])?;
    let last = match asked.get("last-event-id").filter(|id| !id.is_empty()) {
        // A browser sends again what it was last told, and asks no more once it is refused: what is no number of ours is
        // one that was never given out, and has everything read anew.
        Some(id) => Some(id.to_str().ok().and_then(|id| id.parse().ok()).unwrap_or(i64::MAX)),
        None => after,
    };
    let wants_stream = asked
        .get_all(ACCEPT)
        .iter()
        .filter_map(|accept| accept.to_str().ok())
        .flat_map(|accept| accept.split(','))
        .any(|kind| kind.split(';').next().unwrap_or_default().trim() == "text/event-stream");
    if wants_stream {
        return stream::stream(&state, &actor, &asked, last).await;
    }
    let events = state.console().events(&actor, last, limit).await?;
    let next = events.missed.last().map_or(events.head.feed, |event| event.id);
    let items = events.missed.iter().map(|event| Event::from(&**event)).collect();
    json(
        &asked,
        &EventList {
            items,
            next,
            reset: events.reset,
        },
    )
}
