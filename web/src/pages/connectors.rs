//! The list of connectors.

use askama::Template;
use console::{ConnectorPage, ConnectorQuery, GroupItem};
use view::search::{Key, Trouble, with};
use view::{GroupBy, GroupKey, Query, Sort, Totals};

use super::columns::{Column, Columns};
use super::filters::{Facet, facets};
use super::row::Row;
use crate::shape::Shape;
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

/// The head of a column.
pub(crate) struct Head {
    pub(crate) word: &'static str,
    /// Where the list in this order is, if it can be ordered so.
    pub(crate) href: Option<String>,
    /// `ascending` or `descending`, if it is.
    pub(crate) sorted: Option<&'static str>,
    pub(crate) number: bool,
}

/// Where other pages of a list are.
pub(crate) struct Pages {
    /// `1–100 of 20,000`.
    pub(crate) place: String,
    pub(crate) first: Option<String>,
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
    pub(crate) last: Option<String>,
}

/// A group of the list.
struct Group {
    /// Whether its table has heads to order by: one of them does for all.
    first: bool,
    key: String,
    name: String,
    count: String,
    /// How many need a person, with the shapes of the verdicts that they have.
    ill: Vec<(Shape, &'static str, String)>,
    rows: Vec<Row>,
    /// Where all of them are.
    all: String,
    /// How many are not shown here.
    beyond: Option<String>,
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
        favicon: "signalbox",
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
    let clusters = filter.clusters.iter().map(|name| ("cluster", name.to_string()));
    let teams = filter.teams.iter().map(|name| ("team", name.to_string()));
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
        },
        chosen: query.filter.sort == sort,
    };
    Sort::ALL.into_iter().map(order).collect()
}

/// The heads of the columns: a click orders by one, another click the other way round.
fn heads(query: &ConnectorQuery, columns: &Columns, links: Links<'_>) -> Vec<Head> {
    let filter = &query.filter;
    let head = |column: Option<Column>, word: &'static str, sort: Option<Sort>| {
        let sorted = sort.filter(|sort| *sort == filter.sort);
        let href = sort.map(|sort| {
            let reversed = sorted.is_some() && !filter.reversed;
            let filter = Query {
                sort,
                reversed,
                ..filter.clone()
            };
            links.list(
                &ConnectorQuery {
                    filter,
                    cursor: None,
                    ..query.clone()
                },
                columns,
            )
        });
        // The natural order of these begins with the most.
        let falls = |sort: Sort| matches!(sort, Sort::Worst | Sort::Since | Sort::Tasks) != filter.reversed;
        Head {
            word,
            href,
            sorted: sorted.map(|sort| if falls(sort) { "descending" } else { "ascending" }),
            number: matches!(column, Some(Column::Tasks | Column::Since)),
        }
    };
    let fixed = [
        head(None, "verdict", Some(Sort::Worst)),
        head(None, "connector", Some(Sort::Name)),
    ];
    let chosen = Columns::ALL.into_iter().filter(|(column, _)| columns.shows(*column));
    let chosen = chosen.map(|(column, word)| {
        let sort = match column {
            Column::Cluster => Some(Sort::Cluster),
            Column::Team => Some(Sort::Team),
            Column::Class => Some(Sort::Class),
            Column::Plugin => Some(Sort::Plugin),
            Column::Tasks => Some(Sort::Tasks),
            Column::Since => Some(Sort::Since),
            Column::Why | Column::Kind | Column::Target | Column::Worker => None,
        };
        head(Some(column), word, sort)
    });
    fixed.into_iter().chain(chosen).collect()
}

fn groups(page: &ConnectorPage, query: &ConnectorQuery, columns: &Columns, links: Links<'_>) -> Vec<Group> {
    let mut groups: Vec<Group> = page
        .groups
        .iter()
        .map(|item| group(item, query, columns, links))
        .collect();
    if let Some(first) = groups.first_mut() {
        first.first = true;
    }
    groups
}

fn group(item: &GroupItem, query: &ConnectorQuery, columns: &Columns, links: Links<'_>) -> Group {
    let (word, key, value, name) = match &item.key {
        GroupKey::Cluster(name) => ("cluster", Key::Cluster, name.to_string(), name.to_string()),
        GroupKey::Team(Some(team)) => ("team", Key::Team, team.to_string(), team.to_string()),
        GroupKey::Team(None) => ("team", Key::Team, "nobody".into(), "nobody".into()),
        GroupKey::Class(Some(class)) => ("class", Key::Class, class.as_str().into(), class.as_str().into()),
        GroupKey::Class(None) => ("class", Key::Class, "none".into(), "no fault".into()),
        GroupKey::Target(Some(address)) => ("target", Key::Target, address.to_string(), address.to_string()),
        GroupKey::Target(None) => ("target", Key::Target, "none".into(), "no system named".into()),
    };
    let narrowed = ConnectorQuery {
        filter: Query {
            text: with(&query.filter.text, key, &value),
            ..query.filter.clone()
        },
        cursor: None,
        group: None,
        limit: query.limit,
    };
    let all = item.totals.all() as usize;
    Group {
        first: false,
        key: format!("{word} {value}"),
        name,
        count: words::counted(all, "connector", "connectors"),
        ill: ill(&item.totals),
        rows: item.items.iter().map(|item| Row::of(item, links)).collect(),
        all: links.list(&narrowed, columns),
        beyond: match all - item.items.len() {
            0 => None,
            more if more == all => Some("Show them".to_owned()),
            more => Some(format!("{} more", words::thousands(more as u64))),
        },
    }
}

fn ill(totals: &Totals) -> Vec<(Shape, &'static str, String)> {
    let some = totals.iter().filter(|(health, count)| health.unhealthy() && *count > 0);
    some.map(|(health, count)| (Shape::of(health), health.words(), words::thousands(u64::from(count))))
        .collect()
}

fn pages(query: &ConnectorQuery, page: &ConnectorPage, to: &impl Fn(&ConnectorQuery) -> String) -> Pages {
    let digits = |count: usize| words::thousands(count as u64);
    let at = |cursor: Option<String>| {
        to(&ConnectorQuery {
            cursor,
            ..query.clone()
        })
    };
    let first = (page.previous_cursor.is_some() || query.cursor.is_some()).then(|| at(None));
    let place = match (page.items.len(), page.matching) {
        (0, _) => String::new(),
        (some, all) if some == all => digits(all),
        (some, all) => format!(
            "{}–{} of {}",
            digits(page.before + 1),
            digits(page.before + some),
            digits(all)
        ),
    };
    Pages {
        place,
        first,
        previous: page.previous_cursor.clone().map(|cursor| at(Some(cursor))),
        next: page.next_cursor.clone().map(|cursor| at(Some(cursor))),
        last: page.next_cursor.as_ref().map(|_| at(Some(END.to_owned()))),
    }
}

/// The cursor of the last page, as addresses carry it.
const END: &str = "ZW5k";

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
