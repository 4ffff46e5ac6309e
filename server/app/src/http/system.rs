//! The page about Signalbox itself, and its form.

use axum::extract::RawForm;
use axum::extract::rejection::RawFormRejection;
use axum::response::{IntoResponse, Redirect, Response};
use model::actor::Right;
use web::Section;

use super::frame::Reader;
use super::problem::Problem;
use crate::api::params::Params;
use crate::api::system::{MINUTES, change_for_a_while};

/// How it is.
pub async fn page(reader: Reader) -> Response {
    let drawn = async {
        let system = reader
            .state
            .console()
            .system(&reader.actor, reader.state.process())
            .await?;
        let oldest = system.freshness.iter().filter_map(|item| item.as_of).min();
        let frame = reader.frame(Section::System, oldest);
        Ok(web::system(&frame, &system, reader.actor.may(Right::Administer))?)
    };
    let drawn = drawn.await;
    reader.show(drawn)
}

/// Changes what is logged for a while, and shows the page again.
pub async fn change_log(reader: Reader, form: Result<RawForm, RawFormRejection>) -> Response {
    let changed = async {
        let RawForm(form) = form.map_err(|refused| Problem::of_rejection(refused.status(), refused.body_text()))?;
        let mut fields = Params::of(&String::from_utf8_lossy(&form));
        let filter = fields.one("filter")?.unwrap_or_default();
        let minutes: Option<u32> = fields.read("minutes", "a number of minutes")?;
        change_for_a_while(&reader.state, &reader.actor, filter.trim(), minutes.unwrap_or(MINUTES)).await
    };
    match changed.await {
        Ok(_) => Redirect::to(&format!("{}/system", reader.state.site().base())).into_response(),
        Err(problem) => reader.show(Err(problem)),
    }
}
