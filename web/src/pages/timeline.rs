//! History.

use askama::Template;
use chrono::TimeDelta;
use console::{ClusterItem, EntryKind, TimelinePage, TimelineQuery};
use model::Timestamp;
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
    kinds: Vec<Kind>,
    clusters: Vec<Choice<'a>>,
    /// Whether more than a cluster or a connector narrows it.
    narrowed: bool,
    /// The same history without what narrows it.
    all: String,
    searched_to: Option<Timestamp>,
    /// The same an hour later, and to the present, where it ends at a moment.
    later: Option<(String, String)>,
    next: Option<String>,
}

/// A kind to choose, or to take back.
struct Kind {
    word: &'static str,
    href: String,
    chosen: bool,
}

/// A choice of a list in the form.
struct Choice<'a> {
    name: &'a str,
    chosen: bool,
}

/// What happened, newest first, grouped by day. The form asks by GET with the keys that [`Links::timeline`] writes.
///
/// # Errors
/// When the template fails.
pub fn timeline(
    frame: &Frame,
    query: &TimelineQuery,
    page: &TimelinePage,
    clusters: &[ClusterItem],
) -> Result<String, Error> {
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
    let from_the_start = TimelineQuery {
        before: None,
        ..query.clone()
    };
    let at = |until: Option<Timestamp>| {
        links.timeline(&TimelineQuery {
            until,
            ..from_the_start.clone()
        })
    };
    let all = TimelineQuery {
        cluster: query.cluster.clone(),
        connector: query.connector.clone(),
        ..TimelineQuery::default()
    };
    Ok(Page {
        days: by_day(&page.items, page.next.is_some(), &from_the_start, frame),
        about,
        kinds: EntryKind::ALL.map(|kind| of_kind(kind, &from_the_start, links)).into(),
        clusters: clusters
            .iter()
            .map(|cluster| Choice {
                name: cluster.name.as_str(),
                chosen: query.cluster.as_ref() == Some(&cluster.name),
            })
            .collect(),
        narrowed: !query.kinds.is_empty() || !query.text.is_empty() || query.until.is_some(),
        all: links.timeline(&all),
        searched_to: page.searched_to,
        later: query
            .until
            .map(|until| (at(Some(until + TimeDelta::hours(1))), at(None))),
        next: page.next.map(|before| {
            links.timeline(&TimelineQuery {
                before: Some(before),
                ..query.clone()
            })
        }),
        favicon: "signalbox",
        frame,
        links,
        query,
    }
    .render()?)
}

fn of_kind(kind: EntryKind, query: &TimelineQuery, links: Links<'_>) -> Kind {
    let mut kinds = query.kinds.clone();
    let chosen = kinds.remove(&kind);
    if !chosen {
        kinds.insert(kind);
    }
    Kind {
        word: kind.as_str(),
        href: links.timeline(&TimelineQuery { kinds, ..query.clone() }),
        chosen,
    }
}
