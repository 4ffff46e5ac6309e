//! Signing in and out.

use axum::extract::{RawForm, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{CACHE_CONTROL, SET_COOKIE};
use http::{HeaderValue, StatusCode};

use super::guard::CallerSession;
use super::page;
use super::problem::Problem;
use crate::api::params::Params;
use crate::state::AppState;

/// With a link: the button that uses it up. Without: how to get one.
pub async fn show(State(state): State<AppState>, mut params: Params) -> Response {
    let site = state.site();
    let link = params.all("link").into_iter().next();
    let mut response = match link.as_deref().map(|link| (link, state.access().check_link(link))) {
        None => page::how_to_sign_in(site, None),
        Some((link, Ok(()))) => page::sign_in(site, link),
        Some((_, Err(why))) => refused(&state, &why.to_string()),
    };
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Uses the link up and begins a session.
pub async fn enter(State(state): State<AppState>, RawForm(form): RawForm) -> Response {
    let form = String::from_utf8_lossy(&form).into_owned();
    let link = Params::of(&form).all("link").into_iter().next().unwrap_or_default();
    match state.access().redeem(&link) {
        Ok(cookie) => {
            tracing::info!("the local operator signed in");
            with_cookie(
                Redirect::to(&format!("{}/", state.site().base())).into_response(),
                &cookie,
            )
        }
        Err(why) => refused(&state, &why.to_string()),
    }
}

/// Ends the session.
pub async fn leave(State(state): State<AppState>, CallerSession(session): CallerSession) -> Result<Response, Problem> {
    match state.access().end(&session) {
        Ok(cookie) => {
            let to = Redirect::to(&format!("{}/sign-in", state.site().base()));
            Ok(with_cookie(to.into_response(), &cookie))
        }
        Err(error) => {
            tracing::error!(%error, "the end of a session could not be written down");
            Err(Problem::internal())
        }
    }
}

fn refused(state: &AppState, why: &str) -> Response {
    let mut response = page::how_to_sign_in(state.site(), Some(why));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}
