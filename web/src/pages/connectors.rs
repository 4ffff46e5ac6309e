//! The list of connectors.

use askama::Template;
use console::{ConnectorPage, ConnectorQuery};
use model::verdict::Health;
use view::search::Trouble;
use view::{GroupBy, Query, Sort};

use super::columns::Columns;
use super::filters::{Facet, facets};
use super::list::{Group, Head, Pages, groups, heads, pages};
use super::row::Row;
use crate::shape::worst;
use crate::words;
use crate::{Error, Frame, Links};

#[derive(Template)]
#[template(path = "connectors.html")]
struct Page<'a> {
    frame: &'a Frame,
    links: Links<'a>,
    favicon: &'static str,
    query: &'a ConnectorQuery,
    columns: &'a Columns,
    headline: String,
    troubles: Vec<Said>,
    near: Vec<String>,
    facets: Vec<Facet>,
    /// What the address asks for beside what the form has fields for.
    kept: Vec<(&'static str, String)>,
    orders: Vec<Choice>,
    groupings: Vec<Choice>,
    shown: Vec<Choice>,
    heads: Vec<Head>,
    rows: Vec<Row>,
    groups: Vec<Group>,
    more_groups: String,
    pages: Pages,
    csv: String,
    /// The same list without what narrows it.
    all: String,
    narrowed: bool,
}

/// A choice of a list in the form.
struct Choice {
    value: &'static str,
    words: &'static str,
    chosen: bool,
}

/// What is wrong with the query, with where the query leads that was probably meant.
struct Said {
    text: String,
    meant: Option<(String, String)>,
}

/// The list with its filters. The form asks by GET with the keys that [`Links::connectors`] writes; keys without a
/// value (`team=`) mean that nothing was chosen.
///
/// # Errors
/// When the template fails.
pub fn connectors(
    frame: &Frame,
    query: &ConnectorQuery,
    columns: &Columns,
    page: &ConnectorPage,
) -> Result<String, Error> {
    let links = frame.links();
    let to = |query: &ConnectorQuery| links.list(query, columns);
    let of = |filter: Query| {
        to(&ConnectorQuery {
            filter,
            cursor: None,
            ..query.clone()
        })
    };
    let everything = Query {
        sort: query.filter.sort,
        reversed: query.filter.reversed,
        ..Query::default()
    };
    let narrowed = query.filter != everything;
    let said = |trouble: &Trouble| Said {
        text: trouble.text.clone(),
        meant: trouble.meant.as_ref().map(|(text, part)| {
            let text = text.clone();
            (
                of(Query {
                    text,
                    ..query.filter.clone()
                }),
                part.clone(),
            )
        }),
    };
    Ok(Page {
        headline: headline(query, page, narrowed),
        troubles: page.troubles.iter().map(said).collect(),
        near: page
            .near
            .iter()
            .map(|near| {
                let found: Vec<&str> = near.found.iter().map(String::as_str).collect();
                format!(
                    "Showing matches of {} for {:?}, which occurs nowhere.",
                    words::list(&found, 3),
                    near.word
                )
            })
            .collect(),
        facets: facets(query, columns, page, links),
        kept: kept(query),
        orders: orders(query),
        groupings: GroupBy::ALL
            .map(|(by, value)| Choice {
                value,
                words: match by {
                    GroupBy::Cluster => "by cluster",
                    GroupBy::Team => "by team",
                    GroupBy::Class => "by class of fault",
                    GroupBy::Target => "by target system",
                },
                chosen: query.group == Some(by),
            })
            .into(),
        shown: Columns::ALL
            .map(|(column, value)| Choice {
                value,
                words: value,
                chosen: columns.shows(column),
            })
            .into(),
        heads: heads(query, columns, links),
        rows: page.items.iter().map(|item| Row::of(item, links)).collect(),
        groups: groups(page, query, columns, links),
        more_groups: match page.more_groups {
            0 => String::new(),
            more => words::sentence(&words::counted(
                more,
                "more group is not listed",
                "more groups are not listed",
            )),
        },
        pages: pages(query, page, &to),
        csv: links.csv(query),
        all: of(everything),
        favicon: worst([&page.totals]).map_or("signalbox", Health::as_str),
        frame,
        links,
        query,
        columns,
        narrowed,
    }
    .render()?)
}

/// Keys that the form has no field for.
fn kept(query: &ConnectorQuery) -> Vec<(&'static str, String)> {
    let filter = &query.filter;
    let clusters = filter.clusters.iter().map(|name| ("cluster", name.as_str().to_owned()));
    let teams = filter.teams.iter().map(|name| ("team", name.as_str().to_owned()));
    let healths = filter
        .health
        .iter()
        .map(|health| ("health", health.as_str().to_owned()));
    let kind = filter.kind.map(|kind| ("kind", kind.as_str().to_owned()));
    let limit = (query.limit != 0).then(|| ("limit", query.limit.to_string()));
    clusters.chain(teams).chain(healths).chain(kind).chain(limit).collect()
}

fn orders(query: &ConnectorQuery) -> Vec<Choice> {
    let order = |(sort, value)| Choice {
        value,
        words: match sort {
            Sort::Worst => "worst first",
            Sort::Name => "by name",
            Sort::Cluster => "by cluster",
            Sort::Team => "by team",
            Sort::Since => "latest change first",
            Sort::Tasks => "most tasks first",
            Sort::Class => "by class of fault",
            Sort::Plugin => "by plugin",
            Sort::Lag => "furthest behind first",
        },
        chosen: query.filter.sort == sort,
    };
    Sort::ALL.into_iter().map(order).collect()
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
