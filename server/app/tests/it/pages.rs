//! What pages are for one reader and for all: what a browser remembers, and the main part that open pages fetch.

use testkit::fake::{FakeCluster, FakeConnector, Version};

use crate::client::until;
use crate::database::Database;
use crate::server::{ALL, Home, SEE, Server};

fn csrf(page: &str) -> String {
    let value = page.split("name=\"csrf\" value=\"").nth(1).unwrap();
    value.split('"').next().unwrap().to_owned()
}

#[test]
fn a_browser_remembers_colours_and_zone() {
    let database = Database::new();
    let server = Server::ready(Home::new(&database.url));
    let session = server.sign_in();
    let page = server.ask("GET", "/clusters").header("cookie", &session).send().text();
    assert!(
        page.contains("data-theme=\"system\"") && page.contains("Times are UTC."),
        "{page}"
    );
    assert!(
        !page.contains("local time"),
        "of a browser whose zone is not known there is nothing to choose: {page}"
    );
    let zoned = format!("{session}; signalbox_view=system:own:Asia/Kolkata");
    let page = server.ask("GET", "/clusters").header("cookie", &zoned).send().text();
    assert!(page.contains("Times are those of Asia/Kolkata.") && page.contains("data-zone-word=\"UTC+5:30\""));

    let choose = |fields: &str| {
        let form = format!("csrf={}&{fields}", csrf(&page));
        let ask = server.ask("POST", "/preferences").header("cookie", &zoned).form(&form);
        let from = format!("http://{}/connectors?q=a", server.address);
        ask.header("referer", &from).send()
    };
    let chosen = choose("theme=dark");
    assert_eq!(
        (chosen.status, chosen.header("location")),
        (303, Some("/connectors?q=a"))
    );
    let cookie = chosen.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("signalbox_view=dark:own:Asia/Kolkata; Path=/; "),
        "{cookie}"
    );
    let utc = choose("zone=utc");
    let cookie = utc.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let page = server
        .ask("GET", "/clusters")
        .header("cookie", &format!("{session}; {cookie}"));
    let page = page.send().text();
    assert!(page.contains("Times are UTC.") && page.contains("local time"), "{page}");
    for wrong in ["theme=pink", "zone=mars"] {
        let refused = choose(wrong);
        assert_eq!(refused.status, 400, "{wrong}");
        assert!(refused.header("set-cookie").is_none());
    }
}

#[test]
fn the_main_part_is_the_same_for_all_who_may_see_the_same() {
    let database = Database::new();
    let server = Server::ready(Home::new(&database.url));
    let session = server.sign_in();
    let ask = || server.ask("GET", "/").header("cookie", &session);
    let whole = ask().send().text();
    let token = csrf(&whole);
    let part = ask().header("x-signalbox-fragment", "main").send();
    assert_eq!(part.status, 200);
    let now: i64 = part.header("x-signalbox-now").unwrap().parse().unwrap();
    assert!(now > 1_700_000_000_000, "{now}");
    let text = part.text();
    assert!(text.contains("<main id=\"main\"") && text.contains("<title>"), "{text}");
    assert!(
        !text.contains(&token) && !text.contains("local operator") && !text.contains("<nav"),
        "{text}"
    );
    let etag = part.header("etag").unwrap();
    let again = ask()
        .header("x-signalbox-fragment", "main")
        .header("if-none-match", etag)
        .send();
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert!(again.header("x-signalbox-now").is_some(), "the page's clock goes on");

    // Who may do more sees more, whoever asked first.
    let system = |ask: crate::client::Ask| ask.header("x-signalbox-fragment", "main").send().text();
    let operator = || system(server.ask("GET", "/system").header("cookie", &session));
    let program = |token: &str| system(server.ask("GET", "/system").token(token));
    let form = "action=\"/system/log\"";
    assert!(operator().contains(form));
    assert!(
        !program(SEE).contains(form) && !program(ALL).contains(form),
        "programs have no session to send it with"
    );
    assert!(operator().contains(form) && !operator().contains(&token));
}

#[test]
fn the_main_part_that_one_may_see_is_not_shown_to_who_may_see_less() {
    let database = Database::new();
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    let home = Home::new(&database.url);
    home.write(&format!(
        "[[clusters]]\nname = \"orders\"\nurls = [\"{}\"]\n",
        fake.url(0)
    ));
    let server = Server::ready(home);
    let part = |token: &str| {
        let ask = server.ask("GET", "/clusters/orders/connectors/invoices").token(token);
        ask.header("x-signalbox-fragment", "main").send()
    };
    let configured = |page: &str| page.contains("connector.class");
    until("its config is known", || {
        Some(part(ALL)).filter(|page| configured(&page.text()))
    });
    let less = part(SEE);
    assert_eq!(less.status, 200);
    assert!(!configured(&less.text()), "{}", less.text());
    assert!(configured(&part(ALL).text()));
}
