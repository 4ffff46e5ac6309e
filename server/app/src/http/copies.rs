//! What open pages fetch when something changed: the main part alone. It is drawn once for all readers who may see the
//! same, however many look, and is not sent again to whom it is known.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use model::actor::Right;
use tokio::time::Instant;
use web::Zone;

use super::caller::{Caller, CallerSession};
use super::packed::{packed, takes_gzip};
use super::preferences;
use super::problem::Problem;
use crate::state::AppState;

/// The header by which a page's script asks for the main part alone, and gets nothing in it that is its reader's own: no
/// name, no token, and ages as moments.
pub const FRAGMENT: HeaderName = HeaderName::from_static("x-signalbox-fragment");
/// The server's present in ms since 1970; it stands beside the fragment, which would change with it.
const NOW: HeaderName = HeaderName::from_static("x-signalbox-now");

/// What does not change the feed's number, as the age of a cluster's data, is this old at most.
const FRESH: Duration = Duration::from_secs(1);
/// Fragments that are kept; beyond, those that are no longer fresh are forgotten.
const MOST: usize = 64;
/// Bytes of a page that is kept: so all of them together stay within some 64 MB. A longer one is drawn for each look.
const PAGE: usize = 1 << 20;
/// Bytes of any page.
const LONGEST: usize = 32 << 20;

/// What a fragment depends on beside the time and the fleet.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    address: String,
    rights: BTreeSet<Right>,
    /// Programs come without one, and are shown no forms.
    session: bool,
    zone: Zone,
}

/// One fragment in both forms that are sent.
#[derive(Clone)]
struct Copy {
    began: Instant,
    revision: i64,
    etag: HeaderValue,
    plain: Bytes,
    packed: Bytes,
}

/// Whoever holds it draws; whoever waits for it gets what was drawn.
type Place = Arc<tokio::sync::Mutex<Option<Copy>>>;

/// The latest fragments.
#[derive(Default)]
pub struct Fragments {
    places: Mutex<HashMap<Question, Place>>,
}

impl Fragments {
    fn place(&self, question: Question) -> Place {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= MOST && !places.contains_key(&question) {
            let fresh = |place: &Place| match place.try_lock() {
                Ok(copy) => copy.as_ref().is_some_and(|copy| copy.began.elapsed() < FRESH),
                Err(_being_drawn) => true,
            };
            places.retain(|_, place| fresh(place));
        }
        places.entry(question).or_default().clone()
    }
}

/// Answers for a fragment with one that was drawn a moment ago, where there is one.
pub async fn shared(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let asks = request.method() == Method::GET && request.headers().contains_key(FRAGMENT);
    let Some(Caller(actor)) = request.extensions().get::<Caller>().filter(|_| asks) else {
        return next.run(request).await;
    };
    let question = Question {
        address: request.uri().to_string(),
        rights: actor.rights.clone(),
        session: request.extensions().get::<CallerSession>().is_some(),
        zone: preferences::remembered(request.headers()).zone(),
    };
    let (arrived, asked) = (Instant::now(), request.headers().clone());
    let revision = state.console().revision();
    let place = state.fragments().place(question);
    let mut kept = place.lock().await;
    // What was begun after the question came is good however long it took.
    let good = |copy: &&Copy| copy.began + FRESH > arrived && copy.revision >= revision;
    if let Some(copy) = kept.as_ref().filter(good) {
        return copy.answer(&state, &asked);
    }
    let (began, revision) = (Instant::now(), state.console().revision());
    let drawn = next.run(request).await;
    if drawn.status() != StatusCode::OK {
        return drawn;
    }
    match copy(drawn, began, revision).await {
        Ok(copy) if copy.plain.len() > PAGE => copy.answer(&state, &asked),
        Ok(copy) => kept.insert(copy).answer(&state, &asked),
        Err(problem) => problem.into_response(),
    }
}

async fn copy(drawn: Response, began: Instant, revision: i64) -> Result<Copy, Problem> {
    let failed = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "a page could not be kept");
        Problem::internal()
    };
    let plain = to_bytes(drawn.into_body(), LONGEST)
        .await
        .map_err(|error| failed(&error))?;
    let etag = HeaderValue::from_str(&web::mark(&plain)).map_err(|error| failed(&error))?;
    Ok(Copy {
        began,
        revision,
        etag,
        packed: packed(&plain)?,
        plain,
    })
}

impl Copy {
    fn answer(&self, state: &AppState, asked: &HeaderMap) -> Response {
        let known = asked.get(IF_NONE_MATCH) == Some(&self.etag);
        let mut response = match (known, takes_gzip(asked)) {
            (true, _) => StatusCode::NOT_MODIFIED.into_response(),
            (false, true) => ([(CONTENT_ENCODING, "gzip")], self.packed.clone()).into_response(),
            (false, false) => self.plain.clone().into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(NOW, state.console().now().timestamp_millis().into());
        headers.insert(ETAG, self.etag.clone());
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        headers.insert(
            VARY,
            HeaderValue::from_static("accept-encoding, x-signalbox-fragment, cookie"),
        );
        if !known {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        }
        response
    }
}
