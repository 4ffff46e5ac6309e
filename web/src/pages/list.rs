//! A list of connectors as it is drawn: its heads, its groups, and the ways to its other pages.

use console::{ConnectorPage, ConnectorQuery, GroupItem};
use view::search::{Key, with, without_key};
use view::{GroupKey, Query, Sort, Totals};

use super::columns::{Column, Columns};
use super::row::Row;
use crate::links::Links;
use crate::shape::Shape;
use crate::words;

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
pub(crate) struct Group {
    /// Whether its table has heads to order by: one of them does for all.
    pub(crate) first: bool,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) count: String,
    /// How many need a person, with the shapes of the verdicts that they have.
    pub(crate) ill: Vec<(Shape, &'static str, String)>,
    pub(crate) rows: Vec<Row>,
    /// Where all of them are.
    pub(crate) all: String,
    /// How many are not shown here.
    pub(crate) beyond: Option<String>,
}

/// The heads of the columns: a click orders by one, another click the other way round.
pub(crate) fn heads(query: &ConnectorQuery, columns: &Columns, links: Links<'_>) -> Vec<Head> {
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
        let falls = |sort: Sort| matches!(sort, Sort::Worst | Sort::Since | Sort::Tasks | Sort::Lag) != filter.reversed;
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
            Column::Lag => Some(Sort::Lag),
            Column::Tasks => Some(Sort::Tasks),
            Column::Since => Some(Sort::Since),
            Column::Why | Column::Kind | Column::Target | Column::Worker => None,
        };
        head(Some(column), word, sort)
    });
    fixed.into_iter().chain(chosen).collect()
}

pub(crate) fn groups(page: &ConnectorPage, query: &ConnectorQuery, columns: &Columns, links: Links<'_>) -> Vec<Group> {
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
        GroupKey::Cluster(name) => ("cluster", Key::Cluster, name.as_str().to_owned(), name.to_string()),
        GroupKey::Team(Some(team)) => ("team", Key::Team, team.as_str().to_owned(), team.to_string()),
        GroupKey::Team(None) => ("team", Key::Team, "nobody".into(), "nobody".into()),
        GroupKey::Class(Some(class)) => ("class", Key::Class, class.as_str().into(), class.as_str().into()),
        GroupKey::Class(None) => ("class", Key::Class, "none".into(), "no fault".into()),
        GroupKey::Target(Some(address)) => ("target", Key::Target, address.to_string(), address.to_string()),
        GroupKey::Target(None) => ("target", Key::Target, "none".into(), "no system named".into()),
    };
    let narrowed = ConnectorQuery {
        filter: Query {
            // Values of one key are alternatives: the group's own takes the place of all of them.
            text: with(&without_key(&query.filter.text, key), key, &value),
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

pub(crate) fn pages(query: &ConnectorQuery, page: &ConnectorPage, to: &impl Fn(&ConnectorQuery) -> String) -> Pages {
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
