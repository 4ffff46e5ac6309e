//! Workers that misbehave, and things that are no workers.

use std::time::Duration;

use connect::Error;
use model::observe::GapKind;
use testkit::fake::{Behaviour, FakeCluster, FakeConnector, Version};

use crate::worker::{listed, worker};

/// The error of the expanded list under a behaviour, with its gap's kind.
async fn under(cluster: &FakeCluster, behaviour: Behaviour) -> (Error, GapKind) {
    cluster.behave(0, behaviour);
    let worker = worker(cluster);
    let error = worker.list_expanded(None).await.err().unwrap();
    let gap = error.gap(worker.address());
    assert!(gap.text.starts_with(&cluster.worker_id(0)), "{}", gap.text);
    assert!(gap.text.chars().count() < 400, "{}", gap.text);
    (error, gap.kind)
}

fn json(status: u16, body: &str) -> Behaviour {
    Behaviour::Other(status, "application/json", body.to_owned())
}

fn html(status: u16) -> Behaviour {
    Behaviour::Other(status, "text/html", "<html><h1>Sign in</h1></html>".to_owned())
}

#[tokio::test]
async fn each_misbehaviour_is_the_gap_that_it_proves() {
    let cluster = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    cluster.put(FakeConnector::source("a", 3));
    for (behaviour, kind) in [
        (Behaviour::Hang, GapKind::TimedOut),
        (Behaviour::Slow(1), GapKind::TimedOut),
        (Behaviour::Half, GapKind::Unreadable),
        (Behaviour::Booting, GapKind::Starting),
        (Behaviour::Conflict, GapKind::Busy),
        (Behaviour::RebalanceExpected, GapKind::Busy),
        (Behaviour::TimedOut, GapKind::Busy),
        (Behaviour::Unauthorized, GapKind::Denied),
        (html(403), GapKind::Denied),
        (
            Behaviour::Redirect("https://sso.example/login".to_owned()),
            GapKind::NotConnect,
        ),
        (Behaviour::html(), GapKind::NotConnect),
        (html(404), GapKind::NotConnect),
        (html(500), GapKind::NotConnect),
        (html(503), GapKind::Unreachable),
        (html(502), GapKind::Unreachable),
        (
            json(503, r#"{"message":"Service Unavailable","url":"/","status":"503"}"#),
            GapKind::Starting,
        ),
        (json(200, "[1]"), GapKind::NotConnect),
        (json(200, "\"x\""), GapKind::NotConnect),
        (json(200, "{\"a\":"), GapKind::Unreadable),
        (json(200, "not json"), GapKind::Unreadable),
        (json(200, ""), GapKind::Unreadable),
        (json(200, &"x".repeat(2 << 20)), GapKind::Unreadable),
        (json(404, r#"{"error_code":404,"message":"gone"}"#), GapKind::Other),
        (json(500, r#"{"error_code":500,"message":null}"#), GapKind::Other),
        (json(418, r#"{"teapot":true}"#), GapKind::NotConnect),
        (json(204, ""), GapKind::NotConnect),
    ] {
        let text = format!("{behaviour:.100?}");
        let (error, seen) = under(&cluster, behaviour).await;
        assert_eq!(seen, kind, "{text}: {error:?}");
    }
}

#[tokio::test]
async fn a_killed_worker_refuses_and_a_revived_one_answers() {
    let mut cluster = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    cluster.put(FakeConnector::source("a", 2).spread(2));
    let worker = worker(&cluster);
    let before = listed(&worker).await.0;
    cluster.kill(0);
    let error = worker.list_expanded(None).await.err().unwrap();
    assert_eq!(error, Error::Egress(egress::Error::Refused));
    assert_eq!(error.gap_kind(), GapKind::Refused);
    assert!(!error.worker_answered());
    cluster.revive(0).unwrap();
    assert_eq!(listed(&worker).await.0, before);
}

#[tokio::test]
async fn a_worker_that_is_late_but_within_the_deadline_answers() {
    let cluster = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    cluster.behave(0, Behaviour::Late(Duration::from_millis(120)));
    let answer = worker(&cluster).root().await.unwrap();
    assert!(answer.took >= Duration::from_millis(100));
}

#[tokio::test]
async fn other_programs_are_told_from_a_worker() {
    let cluster = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    for body in [
        "{}",
        r#"{"name":"es-1","version":{"number":"8.1.0"},"tagline":"You Know, for Search"}"#,
        r#"{"version":"1.0"}"#,
        "<!doctype html>",
    ] {
        cluster.behave(0, json(200, body));
        let error = worker(&cluster).root().await.err().unwrap();
        assert_eq!(error.gap_kind(), GapKind::NotConnect, "{body}: {error:?}");
        assert!(!error.worker_answered());
    }
}

#[tokio::test]
async fn what_a_worker_says_is_short_and_without_secrets() {
    let cluster = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    let message = format!(
        "Could not connect to jdbc:postgresql://app:hunter2@db1/shop?password=hunter2 {}",
        "x".repeat(100_000)
    );
    let body = serde_json::json!({"error_code": 500, "message": message}).to_string();
    let (error, _) = under(&cluster, json(500, &body)).await;
    let text = format!("{error} {error:?}");
    assert!(!text.contains("hunter2"), "{text}");
    let (error, _) = under(
        &cluster,
        json(409, r#"{"error_code":409,"message":"Connector a already exists"}"#),
    )
    .await;
    assert_eq!(
        error,
        Error::Conflict {
            said: "Connector a already exists".into()
        }
    );
}
