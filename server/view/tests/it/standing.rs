//! Every order written out, page by page, with a change between two pages right before and right behind the cursor.

use model::verdict::Health;
use view::{Fleet, Query, Sort};

use crate::sample::{Id, Rows, change, fleet, staleness};

/// Ties of every kind: the same health at the same and at other times, the same team, the same name in two clusters.
fn rows() -> Rows {
    Rows::of(&[
        ("alpha", "b", Some("blue"), Health::Failed, 20),
        ("alpha", "d", Some("red"), Health::Failed, 10),
        ("alpha", "f", None, Health::Healthy, 20),
        ("beta", "b", Some("red"), Health::Failed, 10),
        ("beta", "d", Some("blue"), Health::Healthy, 30),
        ("beta", "f", None, Health::Failed, 20),
        ("gamma", "d", Some("blue"), Health::Healthy, 20),
    ])
}

const ORDERS: [(Sort, [&str; 7]); 5] = [
    (
        Sort::Worst,
        ["alpha/d", "beta/b", "alpha/b", "beta/f", "alpha/f", "gamma/d", "beta/d"],
    ),
    (
        Sort::Name,
        ["alpha/b", "beta/b", "alpha/d", "beta/d", "gamma/d", "alpha/f", "beta/f"],
    ),
    (
        Sort::Cluster,
        ["alpha/b", "alpha/d", "alpha/f", "beta/b", "beta/d", "beta/f", "gamma/d"],
    ),
    (
        Sort::Team,
        ["alpha/b", "beta/d", "gamma/d", "alpha/d", "beta/b", "alpha/f", "beta/f"],
    ),
    (
        Sort::Since,
        ["beta/d", "alpha/b", "alpha/f", "beta/f", "gamma/d", "alpha/d", "beta/b"],
    ),
];

fn query(sort: Sort) -> Query {
    Query {
        sort,
        ..Query::default()
    }
}

fn words(id: &Id) -> String {
    format!("{}/{}", id.0, id.1)
}

/// Walks in pages of `limit`; before the page of each number, `between` may change the fleet.
fn walk(mut fleet: Fleet, sort: Sort, limit: usize, mut between: impl FnMut(usize, &mut Fleet)) -> Vec<String> {
    let (mut seen, mut after) = (Vec::new(), None);
    for number in 0..20 {
        between(number, &mut fleet);
        let page = fleet.page(&query(sort), after.as_ref(), limit, &staleness());
        assert!(page.items.len() <= limit, "{sort:?}");
        let ids = page.items.iter().map(|(cluster, connector, _)| {
            let name = &connector.facts().name;
            format!("{}/{name}", cluster.name)
        });
        seen.extend(ids);
        after = page.next;
        if after.is_none() {
            return seen;
        }
    }
    unreachable!("{sort:?}: the list has no end: {seen:?}");
}

#[test]
fn every_order_is_total_whatever_the_size_of_a_page() {
    for (sort, order) in ORDERS {
        assert_eq!(rows().list(&query(sort)).iter().map(words).collect::<Vec<_>>(), order);
        for limit in 1..=8 {
            assert_eq!(
                walk(fleet(&rows()), sort, limit, |_, _| ()),
                order,
                "{sort:?} by {limit}"
            );
        }
    }
}

#[test]
fn what_stands_still_is_seen_once_while_any_other_connector_leaves() {
    for (sort, order) in ORDERS {
        for leaver in rows().rows.keys() {
            for page in 1..order.len() {
                let seen = walk(fleet(&rows()), sort, 1, |number, fleet| {
                    if number == page {
                        let mut after = rows();
                        after.rows.remove(leaver);
                        change(fleet, &rows(), &after);
                    }
                });
                let gone = words(leaver);
                let place = order.iter().position(|id| *id == gone).unwrap();
                let expected: Vec<&str> = order.into_iter().filter(|id| place < page || *id != gone).collect();
                assert_eq!(seen, expected, "{sort:?}: {gone} leaves before page {page}");
            }
        }
    }
}

#[test]
fn what_comes_is_seen_exactly_when_it_comes_behind_the_cursor() {
    for (sort, order) in ORDERS {
        for newcomer in rows().rows.keys() {
            let mut before = rows();
            before.rows.remove(newcomer);
            let new = words(newcomer);
            let place = order.iter().position(|id| *id == new).unwrap();
            for page in 1..order.len() - 1 {
                let seen = walk(fleet(&before), sort, 1, |number, fleet| {
                    if number == page {
                        change(fleet, &before, &rows());
                    }
                });
                let expected: Vec<&str> = order.into_iter().filter(|id| place >= page || *id != new).collect();
                assert_eq!(seen, expected, "{sort:?}: {new} comes before page {page}");
            }
        }
    }
}

#[test]
fn a_connector_that_moves_in_the_order_moves_nobody_else() {
    for (sort, order) in ORDERS {
        for mover in rows().rows.keys() {
            for (health, since, team) in [
                (Health::CrashLooping, 0, Some("aqua")),
                (Health::Healthy, 90, Some("violet")),
                (Health::Failed, 20, None),
            ] {
                let mut after = rows();
                let row = after.rows.get_mut(mover).unwrap();
                (row.health, row.since, row.team) = (health, since, team);
                for page in 1..order.len() {
                    let seen = walk(fleet(&rows()), sort, 1, |number, fleet| {
                        if number == page {
                            change(fleet, &rows(), &after);
                        }
                    });
                    let mover = words(mover);
                    let others = |id: &&str| **id != *mover;
                    let seen: Vec<&str> = seen.iter().map(String::as_str).filter(others).collect();
                    let expected: Vec<&str> = order.into_iter().filter(others).collect();
                    assert_eq!(
                        seen, expected,
                        "{sort:?}: {mover} becomes {health:?} before page {page}"
                    );
                }
            }
        }
    }
}
