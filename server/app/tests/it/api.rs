//! The API's shapes, questions and errors, over a fleet that is fake behind real HTTP.

use std::collections::BTreeSet;

use serde_json::Value;
use testkit::fake::{FakeCluster, FakeConnector, Version};

use crate::client::until;
use crate::database::Database;
use crate::server::{ALL, Home, SEE, Server, signalbox};

/// Names that paths, queries and parsers are known to stumble over.
const ODD: [&str; 6] = ["a/b c", "ü?&=#%2F", "..", "käse+brot", "\"quoted\"", "per%cent"];

pub struct Fleet {
    database: Database,
    pub cluster: FakeCluster,
    pub server: Server,
}

impl Fleet {
    pub fn database(&self) -> &Database {
        &self.database
    }
}

pub fn fleet() -> Fleet {
    let database = Database::new();
    let cluster = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    for name in ODD {
        cluster.put(FakeConnector::source(name, 1));
    }
    cluster.put(
        FakeConnector::sink("payments-out", 2)
            .with("connection.password", "hunter2-in-config")
            .spread(2),
    );
    let trace = "org.apache.kafka.connect.errors.ConnectException: Task failed\n\tat x.Y.z(Y.java:1)\nCaused by: \
                 java.lang.IllegalStateException: the file is locked, password=hunter2-in-config\n\tat x.Y.z(Y.java:2)\n";
    cluster.set_state("payments-out", Some(1), "FAILED", Some(trace));
    let home = Home::new(&database.url);
    let urls: Vec<String> = cluster.urls().iter().map(|url| format!("\"{url}\"")).collect();
    home.write(&format!(
        "[[clusters]]\nname = \"orders\"\nurls = [{}]\n[[teams]]\nname = \"payments\"\nowns = [{{ connector = \"payments-*\" }}]\n",
        urls.join(",")
    ));
    let server = Server::ready(home);
    until("the failed task", || {
        (server.api("/api/v1/connectors?health=degraded").json()["matching"] == 1).then_some(())
    });
    Fleet {
        database,
        cluster,
        server,
    }
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn has(value: &Value, wanted: &[&str]) {
    for key in wanted {
        assert!(keys(value).contains(key), "{key} is missing in {value:#}");
    }
}

#[test]
fn connectors_have_the_shape_that_scripts_rely_on() {
    let fleet = fleet();
    let one = fleet
        .server
        .api("/api/v1/clusters/orders/connectors/payments-out")
        .json();
    has(
        &one,
        &[
            "cluster",
            "name",
            "kind",
            "class",
            "owner",
            "target_state",
            "state",
            "tasks",
            "health",
            "fault",
        ],
    );
    has(&one, &["lag", "dlq", "muted_by", "deleted_at"]);
    has(
        &one["tasks"][1],
        &[
            "id",
            "state",
            "verdict",
            "worker_id",
            "worker_alive",
            "trace",
            "root_cause",
        ],
    );
    has(
        &one["health"],
        &["verdict", "since", "as_of", "stale", "activity", "reasons"],
    );
    has(&one["health"]["reasons"][0], &["text", "evidence", "source", "as_of"]);
    has(
        &one["fault"],
        &["id", "domain", "class", "confidence", "scope", "root_cause", "reasons"],
    );
    assert_eq!(one["kind"], "sink");
    assert_eq!(one["owner"]["team"], "payments");
    assert_eq!(one["health"]["verdict"], "degraded");
    assert_eq!(one["tasks"][1]["verdict"], "failed");
    assert!(
        one["tasks"][1]["root_cause"]
            .as_str()
            .unwrap()
            .contains("the file is locked"),
        "{one:#}"
    );
    assert!(
        one["tasks"][1]["trace"].as_str().unwrap().contains("Caused by"),
        "{one:#}"
    );
    assert!(!one.to_string().contains("hunter2"), "{one:#}");
    let list = fleet.server.api("/api/v1/connectors").json();
    has(&list, &["items", "next_cursor", "totals", "as_of"]);
    assert!(
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["tasks"][0]["trace"].is_null())
    );
    assert_eq!(list["totals"]["degraded"], 1);
    let clusters = fleet.server.api("/api/v1/clusters").json();
    has(
        &clusters["items"][0],
        &[
            "name",
            "reachable",
            "as_of",
            "stale",
            "version",
            "kafka_cluster_id",
            "workers",
            "totals",
        ],
    );
    has(
        &clusters["items"][0]["workers"][0],
        &["id", "alive", "version", "connectors", "tasks", "evidence"],
    );
    for list in ["workers", "plugins", "teams", "faults"] {
        let answer = fleet.server.api(&format!("/api/v1/{list}"));
        assert_eq!(answer.status, 200, "{list}: {}", answer.text());
        assert!(answer.json()["items"].is_array());
    }
    assert_eq!(fleet.server.api("/api/v1/clusters/orders").json()["name"], "orders");
}

#[test]
fn configs_and_traces_need_their_right_and_hold_no_secret() {
    let fleet = fleet();
    let path = "/api/v1/clusters/orders/connectors/payments-out";
    let see = |target: &str| fleet.server.ask("GET", target).token(SEE).send();
    let one = see(path).json();
    assert!(one["tasks"][1]["trace"].is_null() && one["withheld"] == true, "{one:#}");
    assert_eq!(see(&format!("{path}/config")).status, 403);
    assert_eq!(see(&format!("{path}/config/versions")).status, 403);
    let config = fleet.server.api(&format!("{path}/config")).json();
    assert_eq!(config["config"]["connection.password"]["kind"], "masked", "{config:#}");
    assert_eq!(config["config"]["tasks.max"]["value"], "2");
    let versions = fleet.server.api(&format!("{path}/config/versions")).json();
    assert_eq!(versions["items"][0]["version"], config["version"]);
    let timeline = see(&format!("{path}/timeline?limit=1")).json();
    has(&timeline["items"][0], &["at", "kind", "text", "actor"]);
    let next = timeline["next_cursor"].as_str().unwrap();
    let older = see(&format!("{path}/timeline?limit=1&cursor={next}")).json();
    let (newer, older) = (&timeline["items"][0], &older["items"][0]);
    assert!(
        older["at"].as_str() <= newer["at"].as_str() && older["id"] != newer["id"],
        "{older:#} {newer:#}"
    );
    for target in [
        format!("{path}/config"),
        format!("{path}/config/versions"),
        format!("{path}/timeline"),
    ] {
        assert!(!fleet.server.api(&target).text().contains("hunter2"), "{target}");
    }
    assert!(!fleet.server.log().contains("hunter2"), "{}", fleet.server.log());
}

#[test]
fn any_name_is_reached_by_its_path_or_by_question() {
    let fleet = fleet();
    for name in ODD {
        let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for query in ["", "/timeline", "/config"] {
            let answer = fleet
                .server
                .api(&format!("/api/v1/clusters/orders/connectors/{encoded}{query}"));
            assert_eq!(answer.status, 200, "{name}{query}: {}", answer.text());
        }
        let answer = fleet
            .server
            .api(&format!("/api/v1/connectors?cluster=orders&name={encoded}"));
        assert_eq!(answer.json()["items"][0]["name"], name);
        let page = fleet
            .server
            .api(&format!("/connectors/by-name?cluster=orders&name={encoded}"));
        assert_eq!(page.status, 200, "{name}");
    }
    for (target, status) in [
        ("/api/v1/clusters/orders/connectors/none", 404),
        ("/api/v1/clusters/none", 404),
        ("/api/v1/clusters/orders/connectors/none/timeline", 404),
        ("/api/v1/connectors?cluster=orders&name=none", 404),
        ("/api/v1/connectors?name=none", 400),
        ("/api/v1/clusters/orders/connectors/%FF", 400),
    ] {
        let answer = fleet.server.api(target);
        assert_eq!(answer.status, status, "{target}: {}", answer.text());
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{target}"
        );
    }
}

#[test]
fn lists_are_filtered_paged_and_tagged() {
    let fleet = fleet();
    let list = |query: &str| fleet.server.api(&format!("/api/v1/connectors?{query}"));
    for (query, count) in [
        ("team=payments", 1),
        ("unowned=true", ODD.len()),
        ("kind=sink", 1),
        ("q=PAYMENTS", 1),
        ("cluster=orders,other", ODD.len() + 1),
        ("cluster=other", 0),
        ("health=unhealthy", 1),
        ("health=degraded&health=healthy", ODD.len() + 1),
        ("deleted=true", 0),
        ("q=team:payments", 1),
        ("q=team:nobody+-kind:sink", ODD.len()),
        ("q=health:unhealthy&team=payments", 1),
        ("q=paymants", 1),
        ("q=team:paymants", 0),
        ("sort=tasks&reverse=true", ODD.len() + 1),
    ] {
        let answer = list(query);
        assert_eq!(answer.json()["matching"], count, "{query}: {}", answer.text());
    }
    for (query, word) in [
        (
            "helth=failed",
            "`helth` is not known here; known are cluster, name, team",
        ),
        ("health=bad", "\"bad\" is no health"),
        ("kind=both", "`kind` must be source or sink"),
        (
            "q=helth:failed",
            "`q`: There is no key \"helth\"; the nearest is health.",
        ),
        ("q=health:faild", "`q`: \"faild\" is no health; the nearest is failed."),
        ("sort=up", "`sort` must be"),
        ("limit=5000", "`limit` must be a number from 1 to 1000"),
        ("limit=0", "`limit` must be a number from 1 to 1000"),
        ("limit=-1", "`limit` must be a number"),
        ("cursor=!!", "`cursor` is not one"),
        ("cursor=YWJj", "`cursor` is not one"),
    ] {
        let answer = list(query);
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (400, Some("bad_request")),
            "{query}"
        );
        assert!(
            answer.json()["detail"].as_str().unwrap().contains(word),
            "{}",
            answer.text()
        );
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = list(&format!("sort=name&limit=2&cursor={cursor}")).json();
        let items = page["items"].as_array().unwrap();
        seen.extend(items.iter().map(|item| item["name"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    let names: BTreeSet<&String> = seen.iter().collect();
    assert_eq!((seen.len(), names.len()), (ODD.len() + 1, ODD.len() + 1), "{seen:?}");

    let teams = fleet.server.api("/api/v1/teams");
    let tag = teams.header("etag").unwrap();
    assert!(tag.starts_with("W/\""), "{tag}");
    let again = fleet
        .server
        .ask("GET", "/api/v1/teams")
        .token(ALL)
        .header("if-none-match", tag)
        .send();
    assert_eq!((again.status, again.body.len()), (304, 0));
    for _ in 0..2 {
        let packed = fleet
            .server
            .ask("GET", "/api/v1/connectors?sort=name")
            .token(ALL)
            .header("accept-encoding", "gzip")
            .send();
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        let list: Value = serde_json::from_reader(flate2::read::GzDecoder::new(&packed.body[..])).unwrap();
        assert_eq!(list["matching"], ODD.len() + 1);
    }
    let packed = fleet
        .server
        .ask("GET", "/api/v1/openapi.json")
        .token(ALL)
        .header("accept-encoding", "gzip")
        .send();
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
}

#[test]
fn why_tells_the_verdict_with_its_evidence() {
    let fleet = fleet();
    let why = |arguments: &[&str]| {
        let mut command = signalbox(&["why"], fleet.server.home.folder.path());
        command
            .args(arguments)
            .env("SIGNALBOX_URL", format!("http://{}", fleet.server.address));
        command.env("SIGNALBOX_TOKEN", ALL).output().unwrap()
    };
    let degraded = why(&["orders/payments-out"]);
    let said = String::from_utf8_lossy(&degraded.stdout);
    assert_eq!(degraded.status.code(), Some(1), "{said}");
    for text in [
        "orders/payments-out is degraded since",
        "the file is locked",
        "task 1",
        "Owner payments",
    ] {
        assert!(said.contains(text), "{text}: {said}");
    }
    let healthy = why(&["orders/a/b c", "--json"]);
    assert_eq!(
        healthy.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&healthy.stderr)
    );
    let json: Value = serde_json::from_slice(&healthy.stdout).unwrap();
    assert_eq!(json["name"], "a/b c");
    let absent = why(&["orders/none"]);
    assert_eq!(absent.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&absent.stderr).contains("has no connector"),
        "{absent:?}"
    );
}

#[test]
fn pages_and_metrics_are_served() {
    let fleet = fleet();
    let cookie = fleet.server.sign_in();
    let page = |target: &str| fleet.server.ask("GET", target).header("cookie", &cookie).send();
    for target in [
        "/",
        "/connectors",
        "/connectors?health=degraded&sort=name&limit=2",
        "/clusters",
        "/clusters/orders",
        "/clusters/orders/connectors/payments-out",
        "/timeline",
        "/timeline?cluster=orders&connector=payments-out",
    ] {
        let answer = page(target);
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(!answer.text().contains("hunter2"), "{target}");
        // Everything that the page loads is there, and may be kept.
        for asset in answer.text().split('"').filter(|text| text.starts_with("/assets/")) {
            let file = fleet.server.get(asset);
            assert_eq!(file.status, 200, "{asset}");
            assert!(file.header("cache-control").unwrap().contains("immutable"), "{asset}");
            // Under the mark of another version this one's must not stay.
            let (path, _) = asset.split_once("?v=").unwrap();
            let other = fleet.server.get(&format!("{path}?v=0000000000000000"));
            assert_eq!(other.header("cache-control"), Some("public, no-cache"), "{asset}");
        }
    }
    assert_eq!(page("/clusters/orders/connectors/none").status, 404);
    assert_eq!(page("/connectors?health=bad").status, 400);
    let metrics = fleet.server.get("/metrics");
    for text in [
        "signalbox_connector_healthy{cluster=\"orders\",connector=\"payments-out\"} 0",
        "# HELP ",
    ] {
        assert!(metrics.text().contains(text), "{}", metrics.text());
    }
}

#[test]
fn a_list_is_searched_grouped_and_saved_as_a_file() {
    let fleet = fleet();
    let page = |path: &str| {
        fleet
            .server
            .ask("GET", path)
            .token(SEE)
            .header("accept", "text/html")
            .send()
    };
    let told = |path: &str| {
        let answer = page(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    };
    let text = told("/connectors?q=helth:degraded+paymants");
    assert!(
        text.contains("There is no key") && text.contains("q=health%3Adegraded%20paymants"),
        "{text}"
    );
    assert!(text.contains("Showing matches of payments for"), "{text}");
    for by in ["cluster", "team", "class", "target"] {
        assert!(
            told(&format!("/connectors?group={by}")).contains("class=\"card group\""),
            "{by}"
        );
    }
    assert!(
        told("/connectors?columns=plugin&columns=since&sort=name&reverse=true").contains("aria-sort=\"descending\"")
    );
    for wrong in [
        "/connectors?group=colour",
        "/connectors?columns=colour",
        "/connectors.csv?q=helth:x",
    ] {
        assert_eq!(page(wrong).status, 400, "{wrong}");
    }
    let all = page("/connectors.csv?sort=name");
    assert_eq!(all.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(
        all.header("content-disposition")
            .unwrap()
            .starts_with("attachment; filename=\"connectors-")
    );
    assert_eq!(all.text().lines().count(), ODD.len() + 2, "{}", all.text());
    let one = page("/connectors.csv?q=team:payments").text();
    let rows: Vec<&str> = one.lines().collect();
    assert!(rows[0].starts_with("cluster,connector,health,since,team,"), "{one}");
    assert!(
        rows.len() == 2 && rows[1].starts_with("orders,payments-out,degraded,"),
        "{one}"
    );

    let offers = fleet.server.api("/api/v1/completions?q=kind:sink+-team:pay").json();
    assert_eq!(offers["part"], "-team:pay");
    assert_eq!(
        (&offers["items"][0]["text"], &offers["items"][0]["count"]),
        (&"-team:payments".into(), &1.into())
    );
    let offers = fleet.server.api("/api/v1/completions?q=payments-o").json();
    assert_eq!(
        (&offers["items"][0]["kind"], &offers["items"][0]["name"]),
        (&"connector".into(), &"payments-out".into())
    );
}
