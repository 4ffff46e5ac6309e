//! The list of connectors: what it is narrowed by, how it is ordered and grouped, and what it says of a query.

use console::{ConnectorPage, ConnectorQuery};
use model::verdict::Health;
use view::{Query, Sort};
use web::{Column, Columns, Section};

use crate::html::Page;
use crate::pages::check;
use crate::samples;

fn draw(query: &ConnectorQuery, columns: &Columns, page: &ConnectorPage) -> (String, Page) {
    let frame = samples::frame(Section::Connectors);
    let html = web::connectors(&frame, query, columns, page).unwrap();
    (html.clone(), check("", Ok(html)))
}

fn usual(query: &ConnectorQuery, page: &ConnectorPage) -> (String, Page) {
    draw(query, &Columns::default(), page)
}

fn page() -> ConnectorPage {
    samples::page(samples::every_health())
}

#[test]
fn with_all_filters_and_none() {
    let text = usual(&ConnectorQuery::default(), &page()).1.text;
    assert!(
        text.contains("Twelve connectors. Three causes, eight connectors need a person."),
        "{text}"
    );
    let mut more = page();
    (more.matching, more.next_cursor) = (20_311, Some("worst\u{1f}failed".into()));
    let query = ConnectorQuery {
        filter: Query {
            clusters: ["orders".into()].into(),
            teams: ["data-lake".into()].into(),
            unowned: true,
            health: [Health::Failed, Health::Degraded].into(),
            kind: Some(model::state::ConnectorKind::Sink),
            text: "s3 \"<archive>&".into(),
            strict: false,
            deleted: false,
            sort: Sort::Team,
            reversed: true,
        },
        limit: 50,
        cursor: Some("team\u{1f}x".into()),
        group: None,
    };
    let (html, read) = usual(&query, &more);
    let text = read.text;
    assert!(text.contains("20,311 connectors match.") && text.contains("Next page") && text.contains("First page"));
    assert!(text.contains("1–12 of 20,311"), "{text}");
    // The form keeps what it has no field for.
    for kept in [
        "name=\"cluster\" value=\"orders\"",
        "name=\"team\" value=\"data-lake\"",
        "name=\"health\" value=\"failed\"",
        "name=\"kind\" value=\"sink\"",
        "name=\"limit\" value=\"50\"",
        "name=\"unowned\" value=\"true\" checked",
    ] {
        assert!(html.contains(kept), "{kept}");
    }
    let text = usual(&query, &samples::page(vec![])).1.text;
    assert!(text.contains("No connector matches."));
    let text = usual(&ConnectorQuery::default(), &samples::page(vec![])).1.text;
    assert!(text.contains("No connector is known."));
}

/// Addresses of the page on which this occurs.
fn leads(page: &Page, to: &str) -> bool {
    page.addresses.iter().any(|address| address == to)
}

#[test]
fn a_facet_adds_its_choice_to_the_query_and_takes_it_back() {
    let (html, read) = usual(&ConnectorQuery::default(), &page());
    assert!(leads(&read, "/connectors?q=health%3Afailed"), "{:?}", read.addresses);
    assert!(leads(&read, "/connectors?q=health%3Aunhealthy"));
    assert!(leads(&read, "/connectors?q=kind%3Asink") || !html.contains("data-key=\"facet kind\""));
    assert!(!html.contains("aria-current=\"true\""));
    let asked = samples::asked("fraud health:failed health:degraded");
    let (html, read) = usual(&asked, &page());
    assert!(
        leads(&read, "/connectors?q=fraud%20health%3Adegraded"),
        "{:?}",
        read.addresses
    );
    assert!(leads(
        &read,
        "/connectors?q=fraud%20health%3Afailed%20health%3Adegraded%20health%3Astalled"
    ));
    assert_eq!(html.matches("aria-current=\"true\"").count(), 2);
    // A choice takes the place of what excludes it, which would leave nothing.
    let (_, read) = usual(&samples::asked("-health:failed fraud"), &page());
    assert!(
        leads(&read, "/connectors?q=fraud%20health%3Afailed"),
        "{:?}",
        read.addresses
    );
    // What the address asks for in its own keys moves into the query when it is changed.
    let old = ConnectorQuery::of(Query {
        health: [Health::Failed].into(),
        ..Query::default()
    });
    let (html, read) = usual(&old, &page());
    assert_eq!(html.matches("aria-current=\"true\"").count(), 1);
    assert!(leads(&read, "/connectors"));
    assert!(leads(&read, "/connectors?q=health%3Afailed%20health%3Adegraded"));
    let all: std::collections::BTreeSet<Health> = Health::ALL.into_iter().filter(|health| health.unhealthy()).collect();
    let old = ConnectorQuery::of(Query {
        health: all,
        ..Query::default()
    });
    assert_eq!(usual(&old, &page()).0.matches("aria-current=\"true\"").count(), 1);
}

#[test]
fn what_is_chosen_stands_there_even_where_nothing_is_left_of_it() {
    let (html, _) = usual(&samples::asked("team:\"no such\""), &page());
    assert!(html.contains("<bdi>no such</bdi>"), "{html}");
}

#[test]
fn heads_order_the_list_and_turn_it_round() {
    let (html, read) = usual(&ConnectorQuery::default(), &page());
    assert!(leads(&read, "/connectors?sort=name") && leads(&read, "/connectors?reverse=true"));
    assert!(html.contains("aria-sort=\"descending\"><a href=\"/connectors?reverse=true\">verdict"));
    let query = ConnectorQuery::of(Query {
        sort: Sort::Name,
        reversed: true,
        ..Query::default()
    });
    let (html, read) = usual(&query, &page());
    assert!(leads(&read, "/connectors?sort=name"));
    assert_eq!(html.matches("aria-sort=").count(), 1);
}

#[test]
fn the_chosen_columns_are_shown_and_stay_chosen() {
    for (column, word) in Columns::ALL {
        let columns = Columns::parse([word]).unwrap();
        let (html, read) = draw(&ConnectorQuery::default(), &columns, &page());
        let heads = html.split("<thead").nth(1).unwrap().split("</thead>").next().unwrap();
        assert_eq!(heads.matches("<th ").count(), 3, "{column:?}");
        for row in html.split("<tr data-key").skip(1) {
            let row = row.split("</tr>").next().unwrap();
            assert_eq!(row.matches("<td").count(), 2, "{column:?}: {row}");
        }
        assert!(leads(&read, &format!("/connectors?sort=name&columns={word}")));
    }
    assert_eq!(Columns::parse(["name"]), Err("name"));
    let usual = Columns::parse(["since", "why", "team", "tasks", "lag", "why"]).unwrap();
    assert_eq!(usual, Columns::default());
    assert_ne!(Columns::parse([Columns::ALL[0].1]).unwrap(), Columns::default());
    let _: Column = Columns::ALL[0].0;
}

#[test]
fn groups_tell_their_counts_and_lead_to_all_of_them() {
    let query = ConnectorQuery {
        group: Some(view::GroupBy::Cluster),
        ..samples::asked("kind:sink")
    };
    let (html, read) = usual(&query, &samples::grouped(&samples::every_health()));
    assert_eq!(html.matches("<details class=\"card group\"").count(), 4);
    assert!(
        leads(&read, "/connectors?q=kind%3Asink%20team%3Anobody"),
        "{:?}",
        read.addresses
    );
    assert!(leads(&read, "/connectors?q=kind%3Asink%20class%3Anone"));
    assert!(leads(
        &read,
        "/connectors?q=kind%3Asink%20target%3Adb1.prod%3A5432%2Fshop"
    ));
    assert!(
        read.text.contains("9 more") && read.text.contains("Show them"),
        "{}",
        read.text
    );
    assert!(read.text.contains("Seven more groups are not listed."));
    // Values of one key are alternatives: a group is that one and no other.
    let query = ConnectorQuery {
        group: Some(view::GroupBy::Team),
        ..samples::asked("team:payments team:logistics kind:sink")
    };
    let (_, read) = usual(&query, &samples::grouped(&samples::every_health()));
    assert!(
        leads(&read, "/connectors?q=kind%3Asink%20team%3Anobody"),
        "{:?}",
        read.addresses
    );
    // Only the first table has heads to order by.
    assert_eq!(html.matches("aria-sort=").count(), 1);
}

#[test]
fn a_part_of_the_query_that_means_nothing_is_told_beside_the_field() {
    let asked = samples::asked("health:failed team:paymants sink");
    let (html, read) = usual(&asked, &samples::misread(&page()));
    assert!(read.text.contains("the nearest is payments."), "{}", read.text);
    assert!(leads(&read, "/connectors?q=health%3Afailed%20team%3Apayments%20sink"));
    assert!(
        read.text
            .contains("Showing matches of payments for \"paymants\", which occurs nowhere.")
    );
    assert!(html.contains("aria-invalid=\"true\"") && html.contains("aria-describedby=\"query-said\""));
    for way in [
        "First page",
        "Previous page",
        "Next page",
        "Last page",
        "101–112 of 20,311",
    ] {
        assert!(read.text.contains(way), "{way}");
    }
    assert!(leads(
        &read,
        "/connectors.csv?q=health%3Afailed%20team%3Apaymants%20sink"
    ));
}

#[test]
fn the_keys_are_told_on_every_page_and_only_to_who_is_in() {
    let (html, read) = usual(&ConnectorQuery::default(), &page());
    assert!(html.contains("<dialog id=\"keys\"") && read.text.contains("team:nobody"));
    let stranger = web::Frame {
        signed_in: false,
        ..samples::frame(Section::Elsewhere)
    };
    assert!(!web::sign_in(&stranger, "t0ken").unwrap().contains("<dialog"));
}

#[test]
fn what_was_not_counted_for_a_facet_is_told_by_what_matches_or_not_at_all() {
    let mut found = page();
    found.matching = 4;
    let choices = |text: &str| {
        let query = ConnectorQuery::of(Query {
            text: text.to_owned(),
            ..Query::default()
        });
        usual(&query, &found).0
    };
    // A Java class, and the lack of a fault, are no classes of faults, and may be asked for by the same key.
    for word in ["FileStreamSinkConnector", "none"] {
        let html = choices(&format!("class:{word}"));
        assert!(html.contains(&format!("<bdi>{word}</bdi></span><b>4</b>")), "{word}");
        let html = choices(&format!("class:{word} class:Other"));
        assert!(
            html.contains(&format!("<bdi>{word}</bdi></span><b></b>")),
            "{word} and another"
        );
    }
    // A health is the same one however its words are joined.
    for written in ["crash-looping", "\"crash looping\"", "CRASH_LOOPING"] {
        let html = choices(&format!("health:{written}"));
        assert_eq!(html.matches("<bdi>crash looping</bdi>").count(), 1, "{written}");
        assert!(!html.contains("<bdi>crash-looping</bdi>") && !html.contains("<bdi>CRASH_LOOPING</bdi>"));
        let chosen = html.split("<bdi>crash looping</bdi>").next().unwrap();
        let link = &chosen[chosen.rfind("<a ").unwrap()..];
        assert!(
            link.contains("aria-current=\"true\"") && !link.contains("health"),
            "{link}"
        );
    }
}
