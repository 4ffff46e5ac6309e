//! What stands before every handler: the route's limits, and who may ask.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{CONTENT_TYPE, FORWARDED, HOST, HeaderName, VIA};
use http::{HeaderMap, StatusCode};
use telemetry::span::Method;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::caller::{Caller, CallerSession};
use super::problem::Problem;
use super::refusal::refuse;
use super::route::{Access, Kind, Route};
use crate::access::{Visitor, anybody};
use crate::site::{Site, is_loopback};
use crate::state::AppState;

/// The header by which a page's script proves that it belongs to the session; forms send a field `csrf`.
pub const CSRF_HEADER: HeaderName = HeaderName::from_static("x-csrf-token");

/// How long a request may wait for its turn. Answers are worked out without a pause, so that under more requests than
/// the processors can answer all of them wait for each other; whoever would be answered late is told to come back
/// instead, which costs next to nothing and keeps the queue short.
const PATIENCE: Duration = Duration::from_secs(1);

/// Waits for one of `turns`, in one of `places`; `None` when all places are taken or the wait was too long. Who waits
/// here does not stand in the runtime's queue, where watchers and probes would wait behind it.
async fn its_turn<'a>(
    places: &'a Semaphore,
    turns: &'a Semaphore,
    patience: Duration,
) -> Option<(SemaphorePermit<'a>, SemaphorePermit<'a>)> {
    let place = places.try_acquire().ok()?;
    let turn = tokio::time::timeout(patience, turns.acquire()).await.ok()?.ok()?;
    Some((place, turn))
}

/// Admits a request to its route's handler, or refuses it.
pub async fn guard(
    State((state, route)): State<(AppState, &'static Route)>,
    mut request: Request,
    next: Next,
) -> Response {
    telemetry::span::routed(Method::of(request.method().as_str()), route.path);
    let open = match route.access {
        Access::Open => true,
        Access::Loopback(_) => comes_from_here(state.site(), request.headers()),
        Access::Session | Access::Needs(_) => false,
    };
    let admitted = if open {
        Ok(Visitor {
            actor: anybody(),
            session: None,
        })
    } else {
        admit(&state, route, request.headers())
    };
    let visitor = match admitted {
        Ok(visitor) => visitor,
        Err(response) => return *response,
    };
    // An empty list would be an answer that is not true.
    if let (Access::Needs(_), Some(trouble)) = (route.access, state.not_loaded()) {
        return refuse(&state, route.kind, Problem::unavailable(trouble));
    }
    let began = Instant::now();
    let work = async {
        if route.verb.changes() {
            request = match proven(&state, route, &visitor, request).await {
                Ok(request) => request,
                Err(problem) => return refuse(&state, route.kind, problem),
            };
        }
        // Probes are answered however busy the server is: they ask just that. A turn begins when the whole request is
        // here, so that whoever sends slowly holds up nobody.
        let _turn = match route.kind {
            Kind::Probe => None,
            Kind::Api | Kind::Page => match its_turn(state.places(), state.turns(), PATIENCE).await {
                None => return refuse(&state, route.kind, Problem::busy()),
                turn => turn,
            },
        };
        let extensions = request.extensions_mut();
        extensions.insert(Caller(visitor.actor));
        if let Some(session) = visitor.session {
            extensions.insert(CallerSession(session));
        }
        next.run(request).await
    };
    match tokio::time::timeout_at(began + route.limits.deadline, work).await {
        Ok(response) => response,
        Err(_elapsed) => refuse(&state, route.kind, Problem::timed_out()),
    }
}

fn admit(state: &AppState, route: &Route, headers: &HeaderMap) -> Result<Visitor, Box<Response>> {
    let Some(visitor) = state.access().visitor(headers) else {
        return Err(Box::new(match route.kind {
            Kind::Page => to_the_door(state, headers),
            Kind::Api | Kind::Probe => Problem::unauthorized().into_response(),
        }));
    };
    let lacking = match route.access {
        Access::Needs(right) | Access::Loopback(right) if !visitor.actor.may(right) => {
            Some(format!("this needs the right `{}`", right.as_str()))
        }
        Access::Session if visitor.session.is_none() => Some("only a browser's session can do this".to_owned()),
        _ => None,
    };
    match lacking {
        Some(detail) => Err(Box::new(refuse(state, route.kind, Problem::denied(detail)))),
        None => Ok(visitor),
    }
}

/// What proxies add: one of these says that the request did not begin on this machine.
const BY_A_PROXY: [HeaderName; 6] = [
    FORWARDED,
    VIA,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
];

/// Whether the request was made on this machine, for this machine. Everything arrives over loopback, what a reverse
/// proxy passes on too: that is known by the public name in its Host header, or by what proxies add. Many proxies do
/// neither unless they are told to, so where a public address says that there is one, nothing counts as made here.
fn comes_from_here(site: &Site, headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let passed_on = BY_A_PROXY.iter().any(|name| headers.contains_key(name));
    host.is_some_and(is_loopback) && !passed_on && !site.is_public()
}

/// Sends a person to the sign-in page. A click on another site's page comes without our cookie, which is strict; asked
/// once more from our own page, the browser sends it.
fn to_the_door(state: &AppState, headers: &HeaderMap) -> Response {
    let from_elsewhere = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    if from_elsewhere {
        return super::frame::reload();
    }
    Redirect::to(&format!("{}/signin", state.site().base())).into_response()
}

/// Lets a change pass only when the visitor's own page or program asked for it.
async fn proven(state: &AppState, route: &Route, visitor: &Visitor, request: Request) -> Result<Request, Problem> {
    let Some(session) = visitor.session.as_ref().filter(|_| route.access != Access::Open) else {
        // A bearer token is sent by programs, never by a browser on its own; an open route proves itself in its body.
        return Ok(request);
    };
    let refused = || Problem::denied("this page is older than your session, or another site sent it; load it anew");
    if let Some(token) = request.headers().get(CSRF_HEADER) {
        let token = token.to_str().map_err(|_| refused())?;
        return if state.access().csrf_holds(session, token) {
            Ok(request)
        } else {
            Err(refused())
        };
    }
    let is_form = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.split(';').next().unwrap_or_default().trim() == "application/x-www-form-urlencoded");
    if !is_form {
        return Err(refused());
    }
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, route.limits.body).await.map_err(|_| {
        Problem::of_rejection(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the form is larger than any of ours".to_owned(),
        )
    })?;
    let holds = url::form_urlencoded::parse(&body)
        .any(|(key, value)| key == "csrf" && state.access().csrf_holds(session, &value));
    if holds {
        Ok(Request::from_parts(parts, Body::from(body)))
    } else {
        Err(refused())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_waits_too_long_for_a_turn_is_told_to_come_back() {
        let (places, turns) = (Semaphore::new(3), Semaphore::new(1));
        let ask = |patience| its_turn(&places, &turns, patience);
        let (soon, late) = (Duration::from_millis(20), Duration::from_secs(60));
        let first = ask(late).await;
        assert!(first.is_some());
        let (second, third, none) = tokio::join!(ask(soon), ask(soon), ask(late));
        assert!(second.is_none() && third.is_none(), "the turn is another's");
        assert!(none.is_none(), "there is no place to wait in");
        let (next, ()) = tokio::join!(ask(late), async { drop(first) });
        assert!(next.is_some(), "a turn that is given back is the next one's");
        drop(next);
        assert_eq!((places.available_permits(), turns.available_permits()), (3, 1));
    }
}
