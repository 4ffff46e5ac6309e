//! Sign-in.

use askama::Template;

use crate::{Error, Frame, Links};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page<'a> {
    frame: &'a Frame,
    links: Links<'a>,
    favicon: &'static str,
    token: Option<&'a str>,
}

/// The page behind a one-time link: one button, which sends `token` (and `csrf`, where the frame has one) by POST to
/// [`Links::sign_in`]. Opening the link alone uses nothing up, so that a preview does not.
///
/// # Errors
/// When the template fails.
pub fn sign_in(frame: &Frame, token: &str) -> Result<String, Error> {
    draw(frame, Some(token))
}

/// The page for who has no session and no link: how to get one.
///
/// # Errors
/// When the template fails.
pub fn how_to_sign_in(frame: &Frame) -> Result<String, Error> {
    draw(frame, None)
}

fn draw(frame: &Frame, token: Option<&str>) -> Result<String, Error> {
    Ok(Page {
        frame,
        links: frame.links(),
        favicon: "signalbox",
        token,
    }
    .render()?)
}
