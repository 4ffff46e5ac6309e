//! Around every page: who looks, when, and what is wrong with the server itself.

use axum::extract::FromRequestParts;
use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, REFRESH};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use model::Timestamp;
use model::actor::Actor;
use web::{Frame, Preferences, Section};

use super::caller::{Caller, CallerSession};
use super::copies::FRAGMENT;
use super::preferences;
use super::problem::Problem;
use super::told::Named;
use crate::access::Visitor;
use crate::state::AppState;

/// Who reads a page.
pub struct Reader {
    /// What the server has.
    pub state: AppState,
    /// Who it is.
    pub actor: Actor,
    /// How the reader wants pages.
    pub preferences: Preferences,
    /// Whether only the main part is asked for.
    pub fragment: bool,
    /// The token for forms; empty without a session.
    csrf: String,
}

impl FromRequestParts<AppState> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let Caller(actor) = Caller::from_request_parts(parts, state).await?;
        let session = parts.extensions.get::<CallerSession>();
        let csrf = session
            .map(|CallerSession(session)| state.access().csrf(session))
            .unwrap_or_default();
        Ok(Self {
            state: state.clone(),
            actor,
            preferences: preferences::remembered(&parts.headers),
            fragment: parts.headers.contains_key(FRAGMENT),
            csrf,
        })
    }
}

impl Reader {
    /// Whoever is signed in, where no route admitted anybody.
    pub fn of(state: &AppState, headers: &HeaderMap) -> Option<Self> {
        let Visitor { actor, session } = state.access().visitor(headers)?;
        Some(Self {
            csrf: state.access().csrf(&session?),
            state: state.clone(),
            actor,
            preferences: preferences::remembered(headers),
            fragment: headers.contains_key(FRAGMENT),
        })
    }

    /// What is around a page; `as_of` is the oldest moment at which what it shows was seen.
    pub fn frame(&self, section: Section, as_of: Option<Timestamp>) -> Frame {
        // What all share holds nothing that is one reader's.
        Frame {
            actor_name: match self.fragment {
                true => String::new(),
                false => self.actor.name.to_string(),
            },
            // Where there are forms, the script writes the page's own token into them.
            csrf: match self.fragment && !self.csrf.is_empty() {
                true => "the page's own".to_owned(),
                false => self.csrf.clone(),
            },
            as_of,
            signed_in: true,
            awaited: self.state.console().awaited(),
            section,
            preferences: self.preferences,
            fragment: self.fragment,
            ..outside(&self.state)
        }
    }

    /// The page, or the page that says why there is none.
    pub fn show(&self, drawn: Result<String, Problem>) -> Response {
        match drawn {
            Ok(html) => Html(html).into_response(),
            Err(problem) => draw_problem(&self.frame(Section::Elsewhere, None), &problem),
        }
    }
}

impl From<web::Error> for Problem {
    fn from(error: web::Error) -> Self {
        tracing::error!(%error, "a page could not be drawn");
        Self::internal()
    }
}

/// Around a page for somebody who is not signed in.
pub fn outside(state: &AppState) -> Frame {
    Frame {
        actor_name: String::new(),
        csrf: String::new(),
        base_path: state.site().base().to_owned(),
        now: state.console().now(),
        stale_after: state.console().stale_after(),
        as_of: None,
        signed_in: false,
        awaited: 0,
        banner: state.banner(),
        section: Section::Elsewhere,
        preferences: Preferences::default(),
        fragment: false,
    }
}

/// What is shown instead of a page.
pub fn problem(state: &AppState, problem: &Problem) -> Response {
    draw_problem(&outside(state), problem)
}

fn draw_problem(frame: &Frame, problem: &Problem) -> Response {
    let status = problem.status();
    let mut response = match web::problem(frame, status.as_u16(), problem.title(), &problem.told()) {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "the page of a problem could not be drawn");
            (status, format!("{}: {}\n", problem.title(), problem.told())).into_response()
        }
    };
    if problem.names_trace() {
        response.extensions_mut().insert(Named);
    }
    response
}

/// Has the browser ask again, from this page.
pub fn reload() -> Response {
    let mut response = Html("<!doctype html><title>Signalbox</title>").into_response();
    response.headers_mut().insert(REFRESH, HeaderValue::from_static("0"));
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
