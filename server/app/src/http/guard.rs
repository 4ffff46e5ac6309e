//! What stands before every handler: the route's limits, and who may ask.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{CONTENT_TYPE, FORWARDED, HOST, HeaderName, VIA};
use http::{HeaderMap, StatusCode};
use telemetry::span::Method;
use tokio::time::Instant;

use super::caller::{Caller, CallerSession};
use super::problem::Problem;
use super::refusal::refuse;
use super::route::{Access, Kind, Route};
use super::turns::{Busy, Turns};
use crate::access::{Visitor, anybody};
use crate::site::{Site, is_loopback};
use crate::state::AppState;

/// The header by which a page's script proves that it belongs to the session; forms send a field `csrf`.
pub const CSRF_HEADER: HeaderName = HeaderName::from_static("x-csrf-token");

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
        // Whoever sends slowly takes no place and no turn from others.
        if route.verb.changes() {
            request = match whole(route, request).await.and_then(|(request, body)| {
                proven(&state, route, &visitor, &request, &body)?;
                Ok(request.map(|()| Body::from(body)))
            }) {
                Ok(request) => request,
                Err(problem) => return refuse(&state, route.kind, problem),
            };
        }
        let extensions = request.extensions_mut();
        extensions.insert(Caller(visitor.actor));
        if let Some(session) = visitor.session {
            extensions.insert(CallerSession(session));
        }
        let answer = next.run(request);
        // Probes are answered however busy the server is: they ask just that.
        if route.kind == Kind::Probe {
            return answer.await;
        }
        let answered = Turns::of(&state).take(answer).await;
        answered.unwrap_or_else(|Busy| refuse(&state, route.kind, Problem::busy()))
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

/// The request with all that was sent with it.
async fn whole(route: &Route, request: Request) -> Result<(http::Request<()>, Bytes), Problem> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, route.limits.body).await.map_err(|_| {
        Problem::of_rejection(
            StatusCode::PAYLOAD_TOO_LARGE,
            "what was sent is larger than anything that this address takes".to_owned(),
        )
    })?;
    Ok((http::Request::from_parts(parts, ()), body))
}

/// Lets a change pass only when the visitor's own page or program asked for it.
fn proven(
    state: &AppState,
    route: &Route,
    visitor: &Visitor,
    request: &http::Request<()>,
    body: &[u8],
) -> Result<(), Problem> {
    let Some(session) = visitor.session.as_ref().filter(|_| route.access != Access::Open) else {
        // A bearer token is sent by programs, never by a browser on its own; an open route proves itself in its body.
        return Ok(());
    };
    let refused = || Problem::denied("this page is older than your session, or another site sent it; load it anew");
    if let Some(token) = request.headers().get(CSRF_HEADER) {
        let token = token.to_str().map_err(|_| refused())?;
        return state
            .access()
            .csrf_holds(session, token)
            .then_some(())
            .ok_or_else(refused);
    }
    let is_form = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.split(';').next().unwrap_or_default().trim() == "application/x-www-form-urlencoded");
    let holds = is_form
        && url::form_urlencoded::parse(body)
            .any(|(key, value)| key == "csrf" && state.access().csrf_holds(session, &value));
    holds.then_some(()).ok_or_else(refused)
}
