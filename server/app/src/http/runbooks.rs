//! What to do when an alert fires.

use axum::response::Response;
use web::{Frame, Section};

use super::frame::Reader;
use super::problem::Problem;
use crate::api::names::OfAlert;

/// All runbooks.
pub async fn all(reader: Reader) -> Response {
    let drawn = web::runbooks(&frame(&reader)).map_err(Problem::from);
    reader.show(drawn)
}

/// The one of an alert.
pub async fn one(reader: Reader, OfAlert(alert): OfAlert) -> Response {
    let draw = || {
        let page = web::runbook(&frame(&reader), &alert)?;
        page.ok_or_else(|| Problem::not_found("there is no alert of this name"))
    };
    reader.show(draw())
}

/// They are part of the binary: nothing of them grows old.
fn frame(reader: &Reader) -> Frame {
    reader.frame(Section::Elsewhere, None)
}
