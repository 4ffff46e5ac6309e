//! Signing in and out.

use axum::extract::rejection::RawFormRejection;
use axum::extract::{RawForm, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::header::{CACHE_CONTROL, SET_COOKIE};
use http::{HeaderValue, StatusCode};
use web::Frame;

use super::caller::CallerSession;
use super::frame::{outside, problem};
use super::problem::Problem;
use crate::api::params::Params;
use crate::state::AppState;

/// With a link: the button that uses it up; programs that open links to preview them use up nothing. Without: how to
/// get one.
pub async fn show(State(state): State<AppState>, mut params: Params) -> Response {
    let token = params.all("token").into_iter().next();
    let mut response = match token.as_deref().map(|token| (token, state.access().check_link(token))) {
        None => how_to(&state, StatusCode::OK, None),
        Some((token, Ok(()))) => draw(&state, StatusCode::OK, web::sign_in(&outside(&state), token)),
        Some((_, Err(why))) => how_to(&state, StatusCode::FORBIDDEN, Some(&why.to_string())),
    };
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Uses the link up and begins a session.
pub async fn enter(State(state): State<AppState>, form: Result<RawForm, RawFormRejection>) -> Response {
    // What is no form holds no token either, and is refused as such.
    let form = form
        .map(|RawForm(form)| String::from_utf8_lossy(&form).into_owned())
        .unwrap_or_default();
    let token = Params::of(&form).all("token").into_iter().next().unwrap_or_default();
    match state.access().redeem(&token).await {
        Ok(cookie) => {
            tracing::info!("the local operator signed in");
            with_cookie(
                Redirect::to(&format!("{}/", state.site().base())).into_response(),
                &cookie,
            )
        }
        Err(why) => how_to(&state, StatusCode::FORBIDDEN, Some(&why.to_string())),
    }
}

/// Ends the session.
pub async fn leave(State(state): State<AppState>, CallerSession(session): CallerSession) -> Response {
    match state.access().end(&session).await {
        Ok(cookie) => {
            let to = Redirect::to(&format!("{}/signin", state.site().base()));
            with_cookie(to.into_response(), &cookie)
        }
        Err(error) => {
            tracing::error!(%error, "the end of a session could not be written down");
            problem(&state, &Problem::internal())
        }
    }
}

fn how_to(state: &AppState, status: StatusCode, why: Option<&str>) -> Response {
    let frame = outside(state);
    let banner = why
        .map(|why| format!("You were not signed in: {why}."))
        .or(frame.banner);
    let frame = Frame {
        banner,
        ..outside(state)
    };
    draw(state, status, web::how_to_sign_in(&frame))
}

fn draw(state: &AppState, status: StatusCode, drawn: Result<String, web::Error>) -> Response {
    match drawn.map_err(Problem::from) {
        Ok(html) => (status, Html(html)).into_response(),
        Err(why) => problem(state, &why),
    }
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}
