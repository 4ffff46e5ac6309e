//! The list of connectors.

use askama::Template;
use console::{ClusterItem, ConnectorPage, ConnectorQuery, TeamItem};
use model::state::ConnectorKind;
use view::{Query, Sort};

use super::filters::{Facet, facets};
use super::row::Row;
use crate::words;
use crate::{Error, Frame, Links};

#[derive(Template)]
#[template(path = "connectors.html")]
struct Page<'a> {
    frame: &'a Frame,
    links: Links<'a>,
    favicon: &'static str,
    query: &'a ConnectorQuery,
    headline: String,
    shown: String,
    facets: Vec<Facet>,
    clusters: Vec<Choice<'a>>,
    teams: Vec<Choice<'a>>,
    kinds: Vec<Choice<'a>>,
    sorts: Vec<Choice<'a>>,
    rows: Vec<Row>,
    next: Option<String>,
    first: Option<String>,
    /// Whether anything but the order narrows the list.
    narrowed: bool,
}

/// A choice of a list in the form.
struct Choice<'a> {
    value: &'a str,
    words: &'a str,
    chosen: bool,
}

/// The list with its filters. The form asks by GET with the keys that [`Links::connectors`] writes; keys without a
/// value (`team=`) mean that nothing was chosen.
///
/// # Errors
/// When the template fails.
pub fn connectors(
    frame: &Frame,
    query: &ConnectorQuery,
    page: &ConnectorPage,
    clusters: &[ClusterItem],
    teams: &[TeamItem],
) -> Result<String, Error> {
    let links = frame.links();
    let again = |cursor: Option<String>| {
        links.connectors(&ConnectorQuery {
            cursor,
            ..query.clone()
        })
    };
    let everything = Query {
        sort: query.filter.sort,
        ..Query::default()
    };
    let narrowed = query.filter != everything;
    Ok(Page {
        headline: headline(query, page, narrowed),
        shown: shown(page),
        facets: facets(query, page, links),
        clusters: clusters
            .iter()
            .map(|cluster| Choice {
                value: cluster.name.as_str(),
                words: cluster.name.as_str(),
                chosen: query.filter.clusters.contains(&cluster.name),
            })
            .collect(),
        teams: teams
            .iter()
            .filter_map(|team| team.name.as_ref())
            .map(|name| Choice {
                value: name.as_str(),
                words: name.as_str(),
                chosen: query.filter.teams.contains(name),
            })
            .collect(),
        kinds: [ConnectorKind::Source, ConnectorKind::Sink]
            .into_iter()
            .map(|kind| Choice {
                value: kind.as_str(),
                words: kind.as_str(),
                chosen: query.filter.kind == Some(kind),
            })
            .collect(),
        sorts: Sort::ALL
            .into_iter()
            .map(|(sort, value)| Choice {
                value,
                words: match sort {
                    Sort::Worst => "worst first",
                    Sort::Name => "by name",
                    Sort::Cluster => "by cluster",
                    Sort::Team => "by team",
                    Sort::Since => "latest change first",
                },
                chosen: query.filter.sort == sort,
            })
            .collect(),
        rows: page.items.iter().map(|item| Row::of(item, links)).collect(),
        next: page.next_cursor.clone().map(|cursor| again(Some(cursor))),
        first: query.cursor.as_ref().map(|_| again(None)),
        favicon: "signalbox",
        frame,
        links,
        query,
        narrowed,
    }
    .render()?)
}

fn headline(query: &ConnectorQuery, page: &ConnectorPage, narrowed: bool) -> String {
    let counted = |count: usize| words::sentence(&words::counted(count, "connector", "connectors"));
    if query.filter.deleted {
        return format!(
            "{} {} deleted.",
            counted(page.matching),
            words::form(page.matching, "was", "were")
        );
    }
    if narrowed {
        return format!(
            "{} {}.",
            counted(page.matching),
            words::form(page.matching, "matches", "match")
        );
    }
    let (all, ill) = (page.totals.all() as usize, page.totals.unhealthy() as usize);
    match (all, ill) {
        (0, _) => "No connector is known.".to_owned(),
        (all, 0) => format!("{}, none needs a person.", counted(all)),
        (all, ill) => format!("{}. {}", counted(all), words::needs(page.causes, ill)),
    }
}

fn shown(page: &ConnectorPage) -> String {
    let digits = |count: usize| words::thousands(count as u64);
    match (page.items.len(), page.matching) {
        (some, all) if some < all => format!("{} of {} shown", digits(some), digits(all)),
        _ => String::new(),
    }
}
