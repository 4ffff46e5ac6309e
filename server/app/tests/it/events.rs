//! Live events.

use std::time::Duration;

use app::api::events::{ALIVE, CHANGE, RESET};
use nix::sys::signal::Signal;
use testkit::fake::{FakeCluster, FakeConnector, Version};

use crate::client::{Stream, until};
use crate::database::Database;
use crate::server::{ALL, Home, SEE, Server};

fn fleet() -> (Database, FakeCluster, Server) {
    let database = Database::new();
    let fleet = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fleet.put(FakeConnector::source("a", 1));
    let home = Home::new(&database.url);
    home.write(&format!(
        "[[clusters]]\nname = \"orders\"\nurls = [\"{}\"]\n",
        fleet.url(0)
    ));
    let server = Server::ready(home);
    until("the connector", || {
        (server.api("/api/v1/connectors?health=healthy").json()["matching"] == 1).then_some(())
    });
    (database, fleet, server)
}

fn stream(server: &Server, last: Option<i64>) -> Stream {
    let mut ask = server
        .ask("GET", "/api/v1/events")
        .token(SEE)
        .header("accept", "text/event-stream");
    if let Some(last) = last {
        ask = ask.header("last-event-id", &last.to_string());
    }
    ask.stream()
}

#[test]
fn a_change_arrives_and_can_be_read_again_from_where_one_was() {
    let (_database, fleet, server) = fleet();
    let mut live = stream(&server, None);
    assert_eq!(live.head.status, 200);
    assert_eq!(live.head.header("content-type"), Some("text/event-stream"));
    assert!(live.head.header("content-encoding").is_none());
    let begin = live
        .until("the number to go on from", |seen| seen.contains("id: "))
        .to_owned();
    let begin: i64 = begin
        .lines()
        .find_map(|line| line.strip_prefix("id: "))
        .unwrap()
        .parse()
        .unwrap();
    fleet.set_state(
        "a",
        Some(0),
        "FAILED",
        Some("java.lang.IllegalStateException: secret-of-a-trace"),
    );
    let seen = live
        .until("the failure", |seen| seen.contains("\"verdict\":\"failed\""))
        .to_owned();
    assert!(
        seen.contains("event: change") && seen.contains("\"connector\":\"a\""),
        "{seen}"
    );
    assert!(!seen.contains("secret-of-a-trace"), "{seen}");

    let list = server.api(&format!("/api/v1/events?after={begin}")).json();
    let items = list["items"].as_array().unwrap();
    assert!(items.len() > 1 && list["reset"] == false, "{list}");
    let ids: Vec<i64> = items.iter().map(|item| item["id"].as_i64().unwrap()).collect();
    assert!(
        ids.is_sorted() && list["next"].as_i64() == ids.last().copied(),
        "{ids:?}"
    );
    let mut again = stream(&server, Some(ids[0]));
    let last = ids.last().unwrap();
    let seen = again
        .until("the last event", |seen| seen.contains(&format!("\"id\":{last},")))
        .to_owned();
    let data = seen.lines().filter(|line| line.starts_with("data: ")).count();
    assert_eq!(data, ids.len() - 1, "{seen}");

    let bad = server
        .ask("GET", "/api/v1/events")
        .token(ALL)
        .header("last-event-id", "x")
        .send();
    assert_eq!(
        (bad.status, &bad.json()["reset"]),
        (200, &true.into()),
        "{}",
        bad.text()
    );
}

#[test]
fn a_number_that_never_was_resets_the_reader() {
    let (_database, _fleet, server) = fleet();
    for last in ["1000000", "abc"] {
        let ask = server.ask("GET", "/api/v1/events").token(SEE);
        let ask = ask.header("accept", "text/event-stream").header("last-event-id", last);
        let mut lost = ask.stream();
        assert_eq!(lost.head.status, 200, "{last}");
        lost.until("the reset", |seen| seen.contains("event: reset"));
    }
    assert_eq!(server.api("/api/v1/events?after=1000000").json()["reset"], true);
}

#[test]
fn a_stream_tells_nothing_more_once_its_token_is_revoked() {
    let (_database, fleet, mut server) = fleet();
    let mut revoked = stream(&server, None);
    revoked.until("the begin", |seen| seen.contains("id: "));
    let mut other = server
        .ask("GET", "/api/v1/events")
        .token(ALL)
        .header("accept", "text/event-stream")
        .stream();
    other.until("the begin", |seen| seen.contains("id: "));
    let config = std::fs::read_to_string(server.home.config()).unwrap();
    let token = "[[tokens]]\nname = \"see\"\nfile = \"see\"\nrights = [\"see\"]\n";
    assert!(config.contains(token), "{config}");
    std::fs::write(server.home.config(), config.replace(token, "")).unwrap();
    until("the revocation", || {
        let asked = server.ask("GET", "/api/v1/clusters").token(SEE).send();
        (asked.status == 401).then_some(())
    });
    fleet.set_state("a", Some(0), "FAILED", None);
    let failed = "\"verdict\":\"failed\"";
    other.until("the failure", |seen| seen.contains(failed));
    server.signal(Signal::SIGTERM);
    server.ended();
    let told = revoked.end();
    assert!(!told.contains(failed), "{told}");
}

#[test]
fn the_server_ends_while_readers_stay() {
    let (_database, _fleet, mut server) = fleet();
    let mut readers: Vec<Stream> = (0..5).map(|_| stream(&server, None)).collect();
    for reader in &mut readers {
        reader.until("the begin", |seen| seen.contains("id: "));
    }
    server.signal(Signal::SIGTERM);
    let (status, took) = server.ended();
    assert!(
        status.success() && took < Duration::from_secs(5),
        "{status} after {took:?}"
    );
    for reader in readers {
        reader.end();
    }
}

#[test]
fn the_pages_script_listens_for_what_the_server_sends() {
    let script = String::from_utf8(web::asset("js/stream.js").unwrap().bytes.into_owned()).unwrap();
    let names = format!("const KINDS = [{CHANGE:?}, {RESET:?}];");
    assert!(script.contains(&names), "the script lacks {names}");
    let alive = format!("const ALIVE = {ALIVE:?};");
    assert!(script.contains(&alive), "the script lacks {alive}");
    assert!(script.contains("for (const kind of KINDS) source.addEventListener(kind, tell);"));
}
