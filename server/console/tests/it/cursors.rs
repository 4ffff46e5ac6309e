//! Cursors as text: they lead through every order, and what is none is refused.

use console::{ConnectorPage, ConnectorQuery, Error};
use model::actor::Right;
use view::{Query, Sort};

use crate::stage::{Made, Stage, actor};

fn made(name: &str, team: Option<&str>, health: &'static str, since: &str) -> Made {
    Made {
        name: name.into(),
        team: team.map(Into::into),
        health,
        since: format!("2026-01-01T00:00:{since}Z"),
    }
}

/// Moments that differ only behind the millisecond, names that look like parts of a cursor, ties of every kind.
fn stage() -> Stage {
    Stage::new(&[
        (
            "orders",
            vec![
                made("a b/c?&=%2F", Some("red"), "failed", "01.000000001"),
                made("worst", Some("red"), "failed", "01.000000002"),
                made("ä \"quoted\"", None, "failed", "01.000000001"),
                made("t", Some("t"), "healthy", "09.123456789"),
            ],
        ),
        (
            "reports",
            vec![
                made("worst", None, "healthy", "09.123456789"),
                made("m", Some("blue"), "healthy", "09.123456788"),
                made("z", Some("red"), "paused", "01.000000001"),
            ],
        ),
    ])
}

fn asked(sort: Sort, limit: usize, cursor: Option<String>) -> ConnectorQuery {
    ConnectorQuery {
        filter: Query {
            sort,
            ..Query::default()
        },
        limit,
        cursor,
        group: None,
    }
}

fn walk(stage: &Stage, sort: Sort, limit: usize, mut between: impl FnMut(usize)) -> Vec<String> {
    let (mut seen, mut cursor) = (Vec::new(), None);
    for number in 0..30 {
        between(number);
        let page = stage
            .console
            .connectors(&actor([Right::See]), &asked(sort, limit, cursor))
            .unwrap();
        seen.extend(
            page.items
                .iter()
                .map(|item| format!("{}/{}", item.id.cluster, item.id.name)),
        );
        cursor = page.next_cursor;
        if cursor.is_none() {
            return seen;
        }
    }
    panic!("{sort:?}: the list has no end: {seen:?}");
}

#[test]
fn the_text_of_a_cursor_leads_through_every_order_in_pages_of_any_size() {
    for (sort, _) in Sort::ALL {
        let stage = stage();
        let whole = walk(&stage, sort, 0, |_| ());
        assert_eq!(whole.len(), 7);
        for limit in 1..7 {
            assert_eq!(walk(&stage, sort, limit, |_| ()), whole, "{sort:?} by {limit}");
        }
    }
}

#[test]
fn what_leaves_or_comes_between_two_pages_moves_nobody_else() {
    for (sort, _) in Sort::ALL {
        let whole = walk(&stage(), sort, 0, |_| ());
        let early = whole[0].clone();
        let (cluster, name) = early.split_once('/').unwrap();
        // The cursor's own connector is gone, and with it the first place.
        let stage = stage();
        let seen = walk(&stage, sort, 1, |number| {
            if number == 1 {
                stage.change(cluster, &[], &[name]);
            }
        });
        assert_eq!(seen, whole, "{sort:?}: the first one leaves");
        // It comes back in front of the cursor.
        let seen = walk(&stage, sort, 2, |number| {
            if number == 1 {
                stage.change(cluster, &[made(name, Some("aa"), "crash_looping", "00.5")], &[]);
            }
        });
        let expected: Vec<&String> = whole.iter().filter(|id| **id != early).collect();
        let others: Vec<&String> = seen.iter().filter(|id| **id != early).collect();
        assert_eq!(others, expected, "{sort:?}: one comes");
    }
}

#[test]
fn the_way_back_from_the_end_is_the_way_there() {
    for (sort, _) in Sort::ALL {
        for reversed in [false, true] {
            let (stage, see) = (stage(), actor([Right::See]));
            let ask = |cursor: Option<String>| {
                let mut asked = asked(sort, 2, cursor);
                asked.filter.reversed = reversed;
                stage.console.connectors(&see, &asked).unwrap()
            };
            let names = |page: &ConnectorPage| page.items.iter().map(|item| item.id.to_string()).collect::<Vec<_>>();
            let (mut there, mut page) = (Vec::new(), ask(None));
            loop {
                there.extend(names(&page));
                match page.next_cursor {
                    Some(cursor) => page = ask(Some(cursor)),
                    None => break,
                }
            }
            let (mut back, mut page) = (Vec::new(), ask(Some(ConnectorPage::END.into())));
            assert_eq!(page.next_cursor, None);
            loop {
                assert_eq!(page.before + page.items.len() + back.len(), there.len(), "{sort:?}");
                back = names(&page).into_iter().chain(back).collect();
                match page.previous_cursor {
                    Some(cursor) => page = ask(Some(cursor)),
                    None => break,
                }
            }
            assert_eq!(back, there, "{sort:?} {reversed}");
        }
    }
}

#[test]
fn a_foreign_or_broken_cursor_is_refused() {
    let stage = stage();
    let see = actor([Right::See]);
    let refused = |sort: Sort, cursor: &str| {
        let answer = stage.console.connectors(&see, &asked(sort, 1, Some(cursor.into())));
        assert!(matches!(answer, Err(Error::BadQuestion(_))), "{sort:?} took {cursor:?}");
    };
    for (sort, _) in Sort::ALL {
        for bad in [
            "",
            "0",
            "1",
            "7",
            "x",
            "worst",
            "\u{1f}",
            "null",
            "\u{1f}\u{1f}\u{1f}\u{1f}\u{1f}\u{1f}",
        ] {
            refused(sort, bad);
        }
        let page = stage.console.connectors(&see, &asked(sort, 1, None)).unwrap();
        let good = page.next_cursor.expect("there is more than one");
        for (other, _) in Sort::ALL.into_iter().filter(|(other, _)| *other != sort) {
            refused(other, &good);
        }
        let parts: Vec<&str> = good.split('\u{1f}').collect();
        assert_eq!(parts.len(), 10, "{good:?}");
        for place in 0..parts.len() {
            let mut fewer = parts.clone();
            fewer.remove(place);
            refused(sort, &fewer.join("\u{1f}"));
            let mut more = parts.clone();
            more.insert(place, "x");
            refused(sort, &more.join("\u{1f}"));
        }
        for (place, text) in [
            (0, "none"),
            (1, "ill"),
            (1, ""),
            (2, "yesterday"),
            (2, "12"),
            (2, ""),
            (4, "many"),
            (4, ""),
            (7, "far"),
        ] {
            let mut wrong = parts.clone();
            wrong[place] = text;
            refused(sort, &wrong.join("\u{1f}"));
        }
    }
}
