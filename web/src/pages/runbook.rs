//! What to do when an alert fires: all runbooks, and each.

use askama::Template;

use crate::runbooks::{Drawn, Runbook};
use crate::{Error, Frame, Links};

#[derive(Template)]
#[template(path = "runbooks.html")]
struct All<'a> {
    frame: &'a Frame,
    links: Links<'a>,
    favicon: &'static str,
    runbooks: Vec<(String, Drawn)>,
}

#[derive(Template)]
#[template(path = "runbook.html")]
struct One<'a> {
    frame: &'a Frame,
    links: Links<'a>,
    favicon: &'static str,
    name: &'a str,
    sections: Vec<(String, &'a str, Drawn)>,
}

/// All runbooks, each with what it is about.
///
/// # Errors
/// When the template fails.
pub fn runbooks(frame: &Frame) -> Result<String, Error> {
    let links = frame.links();
    let entry = |runbook: &Runbook| (runbook.name.clone(), runbook.opening(links));
    Ok(All {
        frame,
        links,
        favicon: "signalbox",
        runbooks: Runbook::all().iter().map(entry).collect(),
    }
    .render()?)
}

/// The runbook of the alert of this name; `None` where there is none.
///
/// # Errors
/// When the template fails.
pub fn runbook(frame: &Frame, name: &str) -> Result<Option<String>, Error> {
    let Some(runbook) = Runbook::named(name) else {
        return Ok(None);
    };
    let links = frame.links();
    let page = One {
        frame,
        links,
        favicon: "signalbox",
        name: &runbook.name,
        sections: runbook.drawn(links),
    };
    Ok(Some(page.render()?))
}
