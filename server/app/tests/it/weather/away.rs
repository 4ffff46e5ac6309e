//! The database is away: at the start, and for a minute in the middle.

use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use nix::sys::signal::Signal;
use testkit::fake::{FakeCluster, FakeConnector, Version, traces};

use super::history;
use super::instance::Instance;
use crate::client::until;
use crate::server::{Home, Server};

/// For how long it is away in the middle.
const AWAY: Duration = Duration::from_secs(60);
/// From its return until the server works again: a look every second or two, and what waits is recorded.
const RECOVERY: Duration = Duration::from_secs(10);
/// A change is seen at most so long after it: an interval of 200 ms, and a busy machine.
const SEEN: TimeDelta = TimeDelta::milliseconds(1500);
/// What is seen counts from the moment of asking, and the answer may tell what came a little later.
const ASKED: TimeDelta = TimeDelta::milliseconds(250);

fn fleet(connectors: usize) -> (FakeCluster, String) {
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    (0..connectors).for_each(|number| fake.put(FakeConnector::sink(&format!("s{number}"), 1)));
    let config = format!("[[clusters]]\nname = \"orders\"\nurls = [\"{}\"]\n", fake.url(0));
    (fake, config)
}

fn healthy(server: &Server) -> usize {
    let list = server.api("/api/v1/connectors?health=healthy");
    match list.status {
        200 => list.json()["matching"].as_u64().unwrap().try_into().unwrap(),
        _ => 0,
    }
}

#[test]
fn a_database_that_is_away_at_the_start_is_waited_for() {
    let mut instance = Instance::start();
    instance.stop();
    let (_fake, config) = fleet(2);
    let home = Home::new(&instance.url);
    home.write(&config);
    let mut server = Server::start(home);
    let reason = until("the reason", || {
        let ready = server.get("/readyz");
        assert_eq!(ready.status, 503, "{}", ready.text());
        let why = ready.json()["reasons"][0].as_str().unwrap().to_owned();
        why.contains("cannot be used yet").then_some(why)
    });
    assert!(reason.contains("refused"), "{reason}");
    assert_eq!(server.get("/livez").status, 200);
    let cookie = server.sign_in();
    for path in ["/", "/connectors", "/clusters", "/timeline", "/system"] {
        let page = server.ask("GET", path).header("cookie", &cookie).send();
        assert_eq!(page.status, 503, "{path}");
        assert!(
            page.text().contains("the database cannot be used yet"),
            "{path}: {}",
            page.text()
        );
    }
    let api = server.api("/api/v1/connectors");
    assert_eq!((api.status, api.json()["code"].as_str()), (503, Some("unavailable")));

    instance.again();
    let came = Instant::now();
    until("all healthy", || (healthy(&server) == 2).then_some(()));
    until("readiness", || (server.get("/readyz").status == 200).then_some(()));
    let took = came.elapsed();
    eprintln!("at work {took:?} after the database came");
    // The pauses between tries grow up to 10 s.
    assert!(took < Duration::from_secs(15), "{took:?}");
    let page = server.ask("GET", "/").header("cookie", &cookie).send();
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("cannot do its work"), "{}", page.text());
    server.signal(Signal::SIGTERM);
    let (status, took) = server.ended();
    assert!(
        status.success() && took < Duration::from_secs(5),
        "{status} after {took:?}"
    );
}

#[test]
fn what_happens_while_the_database_is_away_for_a_minute_is_recorded_with_its_true_times() {
    let mut instance = Instance::start();
    let (fake, config) = fleet(4);
    let home = Home::new(&instance.url);
    home.write(&config);
    let server = Server::ready(home);
    until("all healthy", || (healthy(&server) == 4).then_some(()));
    let cookie = server.sign_in();
    let before: Vec<_> = (0..4)
        .map(|number| history(&server, "orders", &format!("s{number}")))
        .collect();

    let left = Instant::now();
    instance.stop();
    let wait = |seconds| std::thread::sleep(Duration::from_secs(seconds).saturating_sub(left.elapsed()));
    // Connector, new state, when.
    let mut truth = Vec::new();
    let mut change = |name: &'static str, state: &'static str, trace| {
        truth.push((name, state, Utc::now()));
        fake.set_state(name, Some(0), state, trace);
    };
    wait(5);
    change("s0", "FAILED", Some(traces::BARE));
    let ready = until("the reason", || {
        let ready = server.get("/readyz");
        (ready.status == 503).then_some(ready)
    });
    assert!(
        ready.text().contains("the database does not answer"),
        "{}",
        ready.text()
    );
    assert_eq!(server.get("/livez").status, 200);
    // Until the stale limit what was seen last is shown, with its age.
    let page = server.ask("GET", "/").header("cookie", &cookie).send();
    assert_eq!(page.status, 200);
    assert!(
        page.text().contains("This server cannot do its work right now"),
        "{}",
        page.text()
    );
    wait(20);
    change("s0", "RUNNING", None);
    change("s1", "FAILED", Some(traces::BAD_PASSWORD));
    wait(36);
    // Nothing was heard for the stale limit of 30 s: nobody may believe what is shown, and all of it says so.
    let clusters = server.api("/api/v1/clusters").json();
    assert_eq!(clusters["items"][0]["stale"], true, "{clusters:#}");
    assert_eq!(clusters["items"][0]["totals"]["unknown"], 4, "{clusters:#}");
    let connectors = server.api("/api/v1/connectors").json();
    for item in connectors["items"].as_array().unwrap() {
        assert_eq!(item["health"]["verdict"], "unknown", "{item:#}");
        assert_eq!(item["health"]["stale"], true, "{item:#}");
    }
    let metrics = server.get("/metrics").text();
    assert!(
        metrics.contains("signalbox_connector_healthy{cluster=\"orders\",connector=\"s2\"} 0"),
        "{metrics}"
    );
    assert_eq!(server.api("/api/v1/clusters/orders/connectors/s0/timeline").status, 503);
    wait(45);
    change("s0", "FAILED", Some(traces::BARE));
    change("s2", "FAILED", Some(traces::BARE));
    wait(50);
    change("s2", "RUNNING", None);
    wait(AWAY.as_secs());

    instance.again();
    let back = Instant::now();
    let verdicts = [("s0", "failed"), ("s1", "failed"), ("s2", "healthy"), ("s3", "healthy")];
    until("the truth", || {
        verdicts
            .iter()
            .all(|(name, verdict)| {
                let one = server.api(&format!("/api/v1/clusters/orders/connectors/{name}"));
                one.status == 200 && one.json()["health"]["verdict"] == *verdict
            })
            .then_some(())
    });
    until("readiness", || (server.get("/readyz").status == 200).then_some(()));
    let took = back.elapsed();
    eprintln!("the truth and readiness {took:?} after the database came back");
    assert!(took < RECOVERY, "{took:?}");

    for (number, before) in before.iter().enumerate() {
        let name = format!("s{number}");
        let after = history(&server, "orders", &name);
        assert_eq!(after[..before.len()], before[..], "the past does not change");
        let news = &after[before.len()..];
        let states: Vec<_> = news.iter().filter(|(_, kind, _)| kind == "state").collect();
        let expected: Vec<_> = truth.iter().filter(|(who, ..)| *who == name).collect();
        assert_eq!(
            states.len(),
            expected.len(),
            "none lost, none invented: {news:#?} {expected:?}"
        );
        for ((at, _, text), (_, state, when)) in states.into_iter().zip(expected) {
            assert!(text.contains(state), "{text} is not {state}");
            assert!(
                *at - *when > -ASKED && *at - *when < SEEN,
                "{text}: {at}, and it was {when}"
            );
        }
        let verdicts = news.iter().filter(|(_, kind, _)| kind == "verdict").count();
        let changes = truth.iter().filter(|(who, ..)| *who == name).count();
        assert_eq!(verdicts, changes, "a verdict for each, and no unknown: {news:#?}");
    }
    let timeline = server.api("/api/v1/clusters/orders/connectors/s0/timeline").text();
    assert!(!timeline.contains("gap"), "nothing was lost: {timeline}");
}
