//! History.

use askama::Template;
use console::{TimelinePage, TimelineQuery};
use model::names::ConnectorId;

use super::history::{Days, by_day};
use crate::{Error, Frame, Links};

#[derive(Template)]
#[template(path = "timeline.html")]
struct Page<'a> {
    frame: &'a Frame,
    links: Links<'a>,
    favicon: &'static str,
    query: &'a TimelineQuery,
    days: Vec<Days>,
    /// The page of what the history is narrowed to.
    about: Option<(String, String)>,
    next: Option<String>,
}

/// What happened, newest first, grouped by day.
///
/// # Errors
/// When the template fails.
pub fn timeline(frame: &Frame, query: &TimelineQuery, page: &TimelinePage) -> Result<String, Error> {
    let links = frame.links();
    let about = match (&query.cluster, &query.connector) {
        (Some(cluster), Some(name)) => {
            let id = ConnectorId {
                cluster: cluster.clone(),
                name: name.clone(),
            };
            Some((id.to_string(), links.connector(&id)))
        }
        (Some(cluster), None) => Some((cluster.to_string(), links.cluster(cluster))),
        (None, _) => None,
    };
    let next = page.next.map(|before| {
        links.timeline(&TimelineQuery {
            before: Some(before),
            ..query.clone()
        })
    });
    Ok(Page {
        frame,
        links,
        favicon: "signalbox",
        query,
        days: by_day(&page.items, frame),
        about,
        next,
    }
    .render()?)
}
