//! Signalbox itself: its page, its API, its metrics, and what it logs.

use std::io::Write as _;
use std::process::{Command, Stdio};

use testkit::fake::{FakeCluster, FakeConnector, Version};

use crate::client::until;
use crate::database::Database;
use crate::server::{ALL, Home, SEE, Server};

fn fleet() -> (Database, FakeCluster, Server) {
    let database = Database::new();
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("payments", 1));
    let home = Home::new(&database.url);
    home.write(&format!(
        "[[clusters]]\nname = \"orders\"\nurls = [\"{}\"]\n",
        fake.url(0)
    ));
    let server = Server::ready(home);
    until("the connector", || {
        (server.api("/api/v1/connectors?health=healthy").json()["matching"] == 1).then_some(())
    });
    (database, fake, server)
}

#[test]
fn it_tells_of_itself_what_it_measures_and_what_all_servers_share() {
    let (database, mut fake, server) = fleet();
    let other = Server::ready(Home::new(&database.url).with_key_of(&server.home));
    let system = until("both servers and the calls", || {
        let system = server.api("/api/v1/system").json();
        let both = system["servers"].as_array()?.len() == 2 && system["calls"]["items"].as_array()?.len() > 1;
        both.then_some(system)
    });
    assert_eq!(system["server"]["version"], env!("CARGO_PKG_VERSION"));
    assert!(
        system["trouble"].is_null() && system["database_gap"].is_null(),
        "{system:#}"
    );
    let fresh = &system["freshness"][0];
    assert_eq!(
        (fresh["cluster"].as_str(), fresh["source"].as_str()),
        (Some("orders"), Some("rest"))
    );
    assert_eq!(fresh["stale"], false, "{fresh:#}");
    let calls = system["calls"]["items"].as_array().unwrap();
    let list = calls.iter().find(|call| call["question"] == "list").unwrap();
    assert!(list["count"].as_u64() > Some(0) && list["failed"] == 0, "{list:#}");
    let took = |key: &str| list[key].as_f64().unwrap();
    assert!(
        took("p50") > 0.0 && took("p50") <= took("p95") && took("p95") <= took("max"),
        "{list:#}"
    );
    assert!(system["database"]["bytes"].as_u64() > Some(1_000_000), "{system:#}");
    assert!(
        system["database"]["clock_ahead"].as_f64().unwrap().abs() < 1.0,
        "{system:#}"
    );
    let lease = &system["leases"][0];
    assert_eq!(
        (lease["unit"].as_str(), lease["held"].as_bool()),
        (Some("connect/orders"), Some(true))
    );
    assert_eq!(lease["holder"], system["server"]["holder"], "the first one has it");
    let this = system["servers"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["this"] == true);
    assert_eq!(this.map(|one| one["units"].as_u64()).collect::<Vec<_>>(), [Some(1)]);
    // The other one asked nobody anything, and says the same of what is shared.
    let seen = other.api("/api/v1/system").json();
    assert_eq!(seen["leases"][0]["holder"], lease["holder"]);
    assert_eq!(seen["calls"]["items"], serde_json::json!([]));

    fake.kill(0);
    until("failures", || {
        let system = server.api("/api/v1/system").json();
        let failed = system["calls"]["items"]
            .as_array()?
            .iter()
            .any(|call| call["failed"].as_u64() > Some(0));
        (failed && system["freshness"][0]["gap"].is_string()).then_some(())
    });
    let page = server.ask("GET", "/system").header("cookie", &server.sign_in()).send();
    assert_eq!(page.status, 200);
    for words in ["connect/orders", "/connectors?expand", "this one", "Change for a while"] {
        assert!(page.text().contains(words), "{words}: {}", page.text());
    }
    let page = server.ask("GET", "/system").token(SEE).send();
    assert!(page.status == 200 && !page.text().contains("Change for a while"));
}

#[test]
fn its_metrics_tell_the_same_and_are_well_formed() {
    let (_database, _fake, server) = fleet();
    let text = until("the size", || {
        let text = server.get("/metrics").text();
        text.contains("signalbox_database_size_bytes ").then_some(text)
    });
    for name in [
        "signalbox_database_up 1",
        "signalbox_database_latency_seconds ",
        "signalbox_database_clock_difference_seconds ",
        "signalbox_build_info{version=\"",
        "signalbox_start_time_seconds 1",
        "signalbox_config_loaded_time_seconds 1",
        "signalbox_config_refused 0",
        "signalbox_event_streams 0",
        "signalbox_event_stream_queue ",
        "signalbox_observations_waiting{cluster=\"orders\"} ",
        "signalbox_history_entries_pending{cluster=\"orders\"} ",
        "signalbox_lease_held{unit=\"connect/orders\"} 1",
    ] {
        assert!(text.lines().any(|line| line.starts_with(name)), "{name}: {text}");
    }
    let mut check = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("promtool of the Debian package prometheus: {error}"));
    check.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let said = check.wait_with_output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

#[test]
fn what_is_logged_is_changed_by_who_may_and_that_is_written_down() {
    let (database, _fake, server) = fleet();
    let change = |token: &str, body: &str| {
        let ask = server.ask("PUT", "/api/v1/system/log").token(token);
        ask.body("application/json", body).send()
    };
    assert_eq!(change(SEE, "{\"filter\":\"debug\"}").status, 403);
    for (wrong, why) in [
        ("{\"filter\":\"loud\"}", "`loud` is no level"),
        ("{\"filter\":\"debug\",\"minutes\":0}", "`minutes`"),
        ("{\"filter\":\"debug\",\"minutes\":1441}", "`minutes`"),
        ("{\"filter\":\"debug\",\"hours\":1}", "hours"),
        ("{}", "filter"),
    ] {
        let refused = change(ALL, wrong);
        assert!([400, 422].contains(&refused.status), "{wrong}: {}", refused.text());
        assert!(refused.text().contains(why), "{wrong}: {}", refused.text());
    }
    let log = || server.api("/api/v1/system").json()["server"]["log"].clone();
    assert_eq!(
        (log()["filter"].as_str(), log()["until"].is_null()),
        (Some("sqlx=error,info"), true)
    );

    let changed = change(ALL, "{\"filter\":\"info,engine=debug\"}");
    assert_eq!(changed.status, 200, "{}", changed.text());
    let changed = changed.json();
    assert_eq!(
        (changed["before"].as_str(), changed["audited"].as_bool()),
        (Some("sqlx=error,info"), Some(true))
    );
    let until = changed["until"]
        .as_str()
        .unwrap()
        .parse::<chrono::DateTime<chrono::Utc>>()
        .unwrap();
    let minutes = (until - chrono::Utc::now()).num_seconds();
    assert!(
        (14 * 60..=15 * 60).contains(&minutes),
        "a quarter of an hour unless said: {minutes} s"
    );
    assert_eq!(log()["by"], "all");

    // By the page's form, with the session's own token.
    let cookie = server.sign_in();
    let page = server.ask("GET", "/system").header("cookie", &cookie).send().text();
    let csrf = page
        .split("name=\"csrf\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let form = format!("csrf={csrf}&filter=warn&minutes=2");
    let answer = server
        .ask("POST", "/system/log")
        .header("cookie", &cookie)
        .form(&form)
        .send();
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some("/system")),
        "{}",
        answer.text()
    );
    assert_eq!(log()["filter"], "warn");
    // A copy of the page was drawn a moment ago; it is not what follows a change.
    let page = server.ask("GET", "/system").header("cookie", &cookie).send().text();
    assert!(page.contains("value=\"warn\""), "{page}");
    assert!(
        server.log().contains("what is logged was changed for a while"),
        "{}",
        server.log()
    );
    let rows = database.ask(
        "SELECT concat_ws(' ', actor, door, action, outcome, detail->>'before', detail->>'now', detail->>'minutes')
         FROM audit ORDER BY id",
    );
    assert_eq!(
        rows,
        [
            "all token change_log done sqlx=error,info info,engine=debug 15",
            "local operator session change_log done engine=debug,info warn 2"
        ]
    );
}
