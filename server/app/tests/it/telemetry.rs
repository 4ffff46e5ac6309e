//! What the server says of itself: traces with a decoding receiver, trace ids where people meet errors, and the log.

use std::net::TcpListener;
use std::time::Duration;

use app::config::{self, Variables};
use nix::sys::signal::Signal;
use opentelemetry_proto::tonic::trace::v1::Span;
use testkit::fake::{FakeCluster, FakeConnector, Version};

use crate::client::until;
use crate::database::Database;
use crate::receiver::{Receiver, attribute, hex};
use crate::server::{ALL, Home, Server};

fn to(receiver: std::net::SocketAddr) -> String {
    format!(
        "[telemetry]\nlog = \"info,app=debug\"\nlog_format = \"json\"\notlp_endpoint = \"http://{receiver}\"\n\
         headers = {{ authorization = {{ file = \"otlp\" }} }}\n"
    )
}

fn home(database: &str, more: &str) -> Home {
    let home = Home::new(database);
    std::fs::write(home.folder.path().join("otlp"), "Bearer hunter2-of-the-receiver\n").unwrap();
    home.write(more);
    home
}

#[test]
fn a_request_is_a_trace_that_errors_and_log_lines_name() {
    let (database, receiver) = (Database::new(), Receiver::start());
    let server = Server::start(home(&database.url, &to(receiver.address)));
    until("readiness", || (server.get("/readyz").status == 200).then_some(()));
    let theirs = "4bf92f3577b34da6a3ce929d0e0e4736";
    let missing = server
        .ask("GET", "/api/v1/clusters/nowhere?secret=hunter2-of-the-query")
        .token(ALL)
        .header("traceparent", &format!("00-{theirs}-00f067aa0ba902b7-01"))
        .send();
    let trace = missing.json()["trace_id"].as_str().unwrap().to_owned();
    assert_ne!(trace, theirs, "nobody outside names our traces");
    let line = until("the log line", || {
        let log = server.log();
        let line = log.lines().find(|line| line.contains(&trace))?.to_owned();
        Some(line)
    });
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&line["message"], &line["trace_id"]),
        (&"refused".into(), &trace.as_str().into())
    );

    let page = server.get("/nothing").text();
    let shown = page
        .split_once("(trace ")
        .unwrap()
        .1
        .split_once(')')
        .unwrap()
        .0
        .to_owned();
    let cookie = server.sign_in();
    assert_eq!(server.ask("GET", "/").header("cookie", &cookie).send().status, 200);

    let span = receiver.span("the request", |span| hex(&span.trace_id) == trace);
    assert_eq!(span.name, "GET /api/v1/clusters/{cluster}");
    assert!(span.parent_span_id.is_empty());
    assert_eq!(hex(&span.links[0].trace_id), theirs);
    for (key, value) in [
        ("http.route", "/api/v1/clusters/{cluster}"),
        ("url.path", "/api/v1/clusters/nowhere"),
        ("http.response.status_code", "400"),
        ("http.request.id", missing.header("x-request-id").unwrap()),
    ] {
        assert_eq!(attribute(&span, key).as_deref(), Some(value));
    }
    assert!(missing.header("traceparent").is_none());
    receiver.span("the page that is missing", |span| hex(&span.trace_id) == shown);
    receiver.span("the sign-in", |span| span.name == "POST /signin");
    receiver.span("the overview", |span| span.name == "GET /");
    let posts = receiver.posts();
    assert!(
        posts[0].head.starts_with("POST /v1/traces HTTP/1.1\r\n"),
        "{}",
        posts[0].head
    );
    assert!(posts[0].head.contains("content-type: application/x-protobuf\r\n"));
    assert!(
        posts[0]
            .head
            .contains("authorization: Bearer hunter2-of-the-receiver\r\n")
    );
    let said = format!("{:?}", receiver.spans());
    for secret in ["hunter2", ALL, &server.link(), cookie.split_once('=').unwrap().1] {
        assert!(!said.contains(secret), "{secret}");
    }
    assert!(!server.log().contains("hunter2"), "{}", server.log());
}

/// From the question to a worker to the view that shows the answer.
#[test]
fn a_look_is_one_trace_down_to_the_view() {
    let (database, receiver) = (Database::new(), Receiver::start());
    let fleet = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fleet.put(FakeConnector::source("payments-in", 1));
    let cluster = format!("[[clusters]]\nname = \"orders\"\nurls = [\"{}\"]\n", fleet.url(0));
    let _server = Server::ready(home(&database.url, &(to(receiver.address) + &cluster)));
    let whole = |swap: &Span| {
        let spans = receiver.spans();
        let above = |span: &Span| {
            spans
                .iter()
                .find(|one| one.trace_id == span.trace_id && one.span_id == span.parent_span_id)
                .cloned()
        };
        let record = above(swap).filter(|span| span.name == "record")?;
        let judge = above(&record).filter(|span| span.name == "fold and judge")?;
        let look = above(&judge).filter(|span| attribute(span, "signalbox.look").as_deref() == Some("list"))?;
        let below = |span: &&Span| span.parent_span_id == look.span_id && span.name == "ask worker";
        let ask = spans.iter().find(below)?.clone();
        Some((look, ask, judge, record))
    };
    // A record may carry what several looks saw, and hangs below the first: so there is something new to see until a list
    // was the first, and nothing of it was read by the view's start.
    let mut seen = 0;
    let (look, ask, judge, record) = until("the whole trace", || {
        let spans = receiver.spans();
        let records = spans.iter().filter(|span| span.name == "record").count();
        if records >= seen {
            seen = records + 1;
            fleet.put(FakeConnector::source(&format!("orders-in-{seen}"), 1));
        }
        let mut swaps = spans.iter().filter(|span| span.name == "swap view");
        swaps.find_map(whole)
    });
    for span in [&look, &ask, &judge, &record] {
        assert_eq!(
            attribute(span, "signalbox.cluster").as_deref(),
            Some("orders"),
            "{}",
            span.name
        );
    }
    assert!(look.parent_span_id.is_empty());
    assert_eq!(attribute(&ask, "url.path").as_deref(), Some("/connectors"));
    assert_eq!(attribute(&ask, "signalbox.outcome").as_deref(), Some("ok"));
    assert_eq!(attribute(&ask, "http.response.status_code").as_deref(), Some("200"));
    let worker = fleet.url(0);
    let worker = worker.strip_prefix("http://").unwrap().trim_end_matches('/');
    assert_eq!(attribute(&ask, "signalbox.worker").as_deref(), Some(worker));
    assert!(attribute(&record, "signalbox.feed").unwrap().parse::<i64>().unwrap() > 0);
    // Questions are asked with a query; it stays here.
    assert!(!format!("{:?}", receiver.spans()).contains("expand"));
}

#[test]
fn the_last_requests_are_told_too() {
    let (database, receiver) = (Database::new(), Receiver::start());
    let mut server = Server::ready(home(&database.url, &to(receiver.address)));
    let trace = server.api("/api/v1/clusters/nowhere").json()["trace_id"]
        .as_str()
        .unwrap()
        .to_owned();
    server.signal(Signal::SIGTERM);
    let (status, took) = server.ended();
    assert!(
        status.success() && took < Duration::from_secs(5),
        "{status} after {took:?}"
    );
    assert!(receiver.spans().iter().any(|span| hex(&span.trace_id) == trace));
}

#[test]
fn a_receiver_that_is_away_or_hangs_keeps_nobody() {
    let database = Database::new();
    let away = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut server = Server::ready(home(&database.url, &to(away)));
    until("a failure", || {
        let text = server.get("/metrics").text();
        text.contains("signalbox_trace_export_requests_total{outcome=\"failed\"}")
            .then_some(())
    });
    server.signal(Signal::SIGTERM);
    let (status, took) = server.ended();
    assert!(
        status.success() && took < Duration::from_secs(5),
        "{status} after {took:?}"
    );
    let said = server.log().matches("traces are not delivered").count();
    assert_eq!(said, 1, "{}", server.log());

    // Its connections are accepted by the system, and nobody answers.
    let hung = TcpListener::bind("127.0.0.1:0").unwrap();
    let home = server.stop();
    home.write(&to(hung.local_addr().unwrap()));
    let mut server = Server::ready(home);
    assert_eq!(server.api("/api/v1/clusters").status, 200);
    server.signal(Signal::SIGTERM);
    let (status, took) = server.ended();
    assert!(
        status.success() && took < Duration::from_secs(5),
        "{status} after {took:?}"
    );
}

#[test]
fn what_is_logged_is_reloaded_and_a_bad_filter_refused() {
    let database = Database::new();
    let server = Server::ready(Home::new(&database.url));
    let missing = server.api("/api/v1/clusters/nowhere");
    assert!(missing.json()["trace_id"].is_string(), "also where traces go nowhere");
    // Whether an answer without trouble is told.
    let told = || server.log().matches("/api/v1/teams").count();
    let answered = || {
        let before = told();
        assert_eq!(server.api("/api/v1/teams").status, 200);
        told() > before
    };
    assert!(!answered());
    server.home.write("[telemetry]\nlog = \"info,app=debug\"\n");
    server.signal(Signal::SIGHUP);
    until("more", || answered().then_some(()));
    server.home.write("[telemetry]\nlog = \"info,app=louder\"\n");
    server.signal(Signal::SIGHUP);
    let refused = until("the refusal", || {
        let ready = server.get("/readyz").json();
        ready["config"]["refused"].as_str().map(str::to_owned)
    });
    assert!(
        refused.contains("signalbox.toml:") && refused.contains("app=louder"),
        "{refused}"
    );
    assert!(answered());
    server.home.write("[telemetry]\nlog = \"warn\"\n");
    server.signal(Signal::SIGHUP);
    until("the change", || {
        server.get("/readyz").json()["config"]["refused"]
            .is_null()
            .then_some(())
    });
    assert!(!answered());
}

#[test]
fn the_configuration_says_where_traces_go() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("key"), "hunter2\n").unwrap();
    let read = |text: &str, variables: &[(&str, &str)]| {
        let pairs = variables
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()));
        let variables: Variables = pairs.collect();
        config::parse(
            Some(&folder.path().join("s.toml")),
            &format!("[telemetry]\n{text}"),
            &variables,
        )
        .map(|config| config.telemetry)
        .map_err(|error| error.to_string())
    };
    for (written, meant) in [
        ("http://c:4318", "http://c:4318/v1/traces"),
        ("https://c/otlp/", "https://c/otlp/v1/traces"),
        ("https://c/x/v1/traces", "https://c/x/v1/traces"),
    ] {
        let otlp = read(&format!("otlp_endpoint = \"{written}\""), &[])
            .unwrap()
            .otlp
            .unwrap();
        assert_eq!(otlp.url.as_str(), meant);
    }
    let named = [("SIGNALBOX__TELEMETRY__OTLP_ENDPOINT", "http://c"), ("KEY", "hunter2")];
    let text = "headers = { x-key = { file = \"key\" }, x-other = { env = \"KEY\" } }\nsample_ratio = 0.5";
    let telemetry = read(text, &named).unwrap();
    assert_eq!(telemetry.sample_ratio, 0.5);
    let headers = telemetry.otlp.unwrap().headers;
    assert!(
        headers
            .iter()
            .all(|(_, value)| value == "hunter2" && value.is_sensitive())
    );
    for (text, expected) in [
        ("log = \"inof\"", "s.toml:2:7: the log filter \"inof\" cannot be read"),
        ("log_format = \"xml\"", "no look of log lines"),
        ("sample_ratio = 1.5", "`1.5` is no share"),
        ("otlp_endpoint = \"http://me:hunter2@c\"", "must not hold credentials"),
        ("otlp_endpoint = \"http://c/?key=hunter2\"", "must end before its `?`"),
        ("headers = { x-key = { file = \"key\" } }", "without otlp_endpoint"),
        (
            "otlp_endpoint = \"http://c\"\nheaders = { x-key = {} }",
            "needs { file = ",
        ),
        (
            "otlp_endpoint = \"http://c\"\nheaders = { \"x key\" = { file = \"key\" } }",
            "no name of a header",
        ),
        (
            "otlp_endpoint = \"http://c\"\nheaders = { x-key = \"hunter2\" }",
            "needs { file = ",
        ),
        ("service_name = \" \"", "service_name is empty"),
    ] {
        let refused = read(text, &[]).err().unwrap();
        assert!(refused.contains(expected), "{text}: {refused}");
        assert!(!refused.contains("hunter2") || text.contains("?key"), "{refused}");
    }
}
