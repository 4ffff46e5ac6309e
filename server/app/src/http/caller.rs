//! Who asks, as the guard found out.

use axum::extract::FromRequestParts;
use http::request::Parts;
use model::actor::Actor;

use super::problem::Problem;
use crate::access::Session;

/// The actor of a request. Only the guard puts one there, after it compared the route's right.
#[derive(Clone, Debug)]
pub struct Caller(pub Actor);

/// The session of a request, where it came by one.
#[derive(Clone, Debug)]
pub struct CallerSession(pub Session);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::internal)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CallerSession {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let denied = || Problem::denied("only a browser's session can do this");
        parts.extensions.get::<Self>().cloned().ok_or_else(denied)
    }
}
