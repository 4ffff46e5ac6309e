//! What is shown instead of a page.

use askama::Template;

use crate::{Error, Frame, Links};

#[derive(Template)]
#[template(path = "problem.html")]
struct Page<'a> {
    frame: &'a Frame,
    links: Links<'a>,
    favicon: &'static str,
    status: u16,
    title: &'a str,
    what_to_do: &'a str,
}

/// Says what failed and what to do about it. `status` is the one of the HTTP answer: 403, 404, 500, 503.
///
/// # Errors
/// When the template fails.
pub fn problem(frame: &Frame, status: u16, title: &str, what_to_do: &str) -> Result<String, Error> {
    Ok(Page {
        frame,
        links: frame.links(),
        favicon: "signalbox",
        status,
        title,
        what_to_do,
    }
    .render()?)
}
