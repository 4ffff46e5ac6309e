//! The description against the answers: every GET's answer is what its schema says, and says nothing beside it.

use boon::{Compiler, Schemas};
use serde_json::{Value, json};

use crate::api::fleet;
use crate::client::until;

const HERE: &str = "http://signalbox.test/openapi.json";

/// What to ask of each described path. A path that is described and not asked fails the test.
const ASKED: [(&str, &[&str]); 22] = [
    (
        "/api/v1/timeline",
        &[
            "/api/v1/timeline",
            "/api/v1/timeline?kind=verdict,config&q=one&until=2100-01-01T00:00:00Z&limit=5",
        ],
    ),
    ("/api/v1/clusters", &["/api/v1/clusters"]),
    ("/api/v1/clusters/{cluster}", &["/api/v1/clusters/orders"]),
    ("/api/v1/clusters/{cluster}/lamps", &["/api/v1/clusters/orders/lamps"]),
    (
        "/api/v1/topology",
        &[
            "/api/v1/topology",
            "/api/v1/topology?cluster=orders&q=payments&open=orders",
        ],
    ),
    (
        "/api/v1/connectors/counts",
        &["/api/v1/connectors/counts", "/api/v1/connectors/counts?cluster=orders"],
    ),
    ("/api/v1/workers", &["/api/v1/workers"]),
    ("/api/v1/plugins", &["/api/v1/plugins"]),
    ("/api/v1/teams", &["/api/v1/teams"]),
    ("/api/v1/faults", &["/api/v1/faults"]),
    (
        "/api/v1/connectors",
        &[
            "/api/v1/connectors",
            "/api/v1/connectors?deleted=true",
            "/api/v1/connectors?q=paymants",
            "/api/v1/connectors?cluster=orders&name=payments-out",
        ],
    ),
    (
        "/api/v1/completions",
        &[
            "/api/v1/completions",
            "/api/v1/completions?q=pay",
            "/api/v1/completions?q=health:",
        ],
    ),
    (
        "/api/v1/clusters/{cluster}/connectors/{connector}/lag",
        &["/api/v1/clusters/orders/connectors/payments-out/lag"],
    ),
    (
        "/api/v1/clusters/{cluster}/connectors/{connector}/measures",
        &[
            "/api/v1/clusters/orders/connectors/payments-out/measures",
            "/api/v1/clusters/orders/connectors/payments-out/measures?series=lag_records,rate",
        ],
    ),
    (
        "/api/v1/clusters/{cluster}/connectors/{connector}",
        &[
            "/api/v1/clusters/orders/connectors/payments-out",
            "/api/v1/clusters/orders/connectors/per%25cent",
        ],
    ),
    (
        "/api/v1/clusters/{cluster}/connectors/{connector}/config",
        &["/api/v1/clusters/orders/connectors/payments-out/config"],
    ),
    (
        "/api/v1/clusters/{cluster}/connectors/{connector}/config/versions",
        &["/api/v1/clusters/orders/connectors/payments-out/config/versions"],
    ),
    (
        "/api/v1/clusters/{cluster}/connectors/{connector}/config/diff",
        &["/api/v1/clusters/orders/connectors/payments-out/config/diff"],
    ),
    (
        "/api/v1/clusters/{cluster}/plugins/{class}",
        &[
            "/api/v1/clusters/orders/plugins/org.apache.kafka.connect.file.FileStreamSinkConnector",
            "/api/v1/clusters/orders/plugins/org.apache.kafka.connect.transforms.ExtractField%24Value",
        ],
    ),
    (
        "/api/v1/clusters/{cluster}/connectors/{connector}/timeline",
        &["/api/v1/clusters/orders/connectors/payments-out/timeline"],
    ),
    ("/api/v1/system", &["/api/v1/system"]),
    ("/api/v1/events", &["/api/v1/events", "/api/v1/events?after=1&limit=3"]),
];

/// Fields that the description does not name are forbidden here: users are promised that fields may be added, and a test
/// must see that those there are were described.
fn strict(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.contains_key("allOf") {
                object.insert("unevaluatedProperties".into(), json!(false));
            } else if object.contains_key("properties") && !object.contains_key("additionalProperties") {
                object.insert("additionalProperties".into(), json!(false));
            }
            for (key, inner) in object {
                if key != "allOf" {
                    strict(inner);
                }
            }
        }
        Value::Array(all) => all.iter_mut().for_each(strict),
        _ => {}
    }
}

/// What `allOf` refers to is looked into from outside, by `unevaluatedProperties`; closed, it would refuse its neighbours.
fn open(description: &mut Value) {
    let text = description.to_string();
    for name in ["Cluster", "Fault"] {
        let path = format!("/components/schemas/{name}");
        assert!(text.contains(&format!("#{path}\"")), "{name} is not referred to");
        let schema = description.pointer_mut(&path).unwrap().as_object_mut().unwrap();
        schema.remove("additionalProperties");
    }
}

#[test]
fn every_answer_is_what_its_schema_says() {
    let fleet = fleet();
    fleet.cluster.delete("per%cent");
    until("the deletion", || {
        (fleet.server.api("/api/v1/connectors?deleted=true").json()["matching"] == 1).then_some(())
    });
    fleet.cluster.edit("payments-out", |connector| {
        connector.config.insert("batch.size".into(), "7".into());
    });
    until("a second config", || {
        let versions = "/api/v1/clusters/orders/connectors/payments-out/config/versions";
        let versions = fleet.server.api(versions).json();
        (versions["items"].as_array()?.len() >= 2).then_some(())
    });
    let mut description = fleet.server.api("/api/v1/openapi.json").json();
    let described: Vec<String> = description["paths"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(path, operations)| operations["get"].is_object() && *path != "/api/v1/openapi.json")
        .map(|(path, _)| path.clone())
        .collect();
    let unasked: Vec<_> = described
        .iter()
        .filter(|path| !ASKED.iter().any(|(known, _)| known == path))
        .collect();
    assert!(unasked.is_empty(), "nobody asks {unasked:?}");
    strict(&mut description["components"]);
    open(&mut description);
    let mut compiler = Compiler::new();
    compiler.add_resource(HERE, description.clone()).unwrap();
    let mut schemas = Schemas::new();
    let mut check = |path: &str, status: &str, kind: &str, target: &str, answer: &Value| {
        let escaped = |part: &str| part.replace('/', "~1").replace('{', "%7B").replace('}', "%7D");
        let at = format!(
            "/paths/{}/get/responses/{status}/content/{}/schema",
            escaped(path),
            escaped(kind)
        );
        let schema = compiler
            .compile(&format!("{HERE}#{at}"), &mut schemas)
            .unwrap_or_else(|error| panic!("{at}: {error}"));
        if let Err(error) = schemas.validate(answer, schema) {
            panic!("{target}: {error:#}\n{answer:#}");
        }
    };
    for (path, targets) in ASKED {
        for target in targets {
            let answer = fleet.server.api(target);
            assert_eq!(answer.status, 200, "{target}: {}", answer.text());
            check(path, "200", "application/json", target, &answer.json());
        }
    }
    let path = "/api/v1/clusters/{cluster}/connectors/{connector}";
    let missing = "/api/v1/clusters/orders/connectors/none";
    let answer = fleet.server.api(missing);
    assert_eq!(answer.status, 404);
    check(path, "404", "application/problem+json", missing, &answer.json());
}

#[test]
fn a_deleted_connector_has_no_verdict_but_the_last() {
    let fleet = fleet();
    let path = "/api/v1/clusters/orders/connectors/payments-out";
    assert_eq!(fleet.server.api(path).json()["health"]["last_verdict"], Value::Null);
    fleet.cluster.delete("payments-out");
    let gone = until("the deletion", || {
        let one = fleet.server.api(path).json();
        one["deleted_at"].is_string().then_some(one)
    });
    assert_eq!(gone["health"]["verdict"], Value::Null, "{gone:#}");
    assert_eq!(gone["health"]["last_verdict"], "degraded", "{gone:#}");
    assert!(
        gone["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .all(|task| task["verdict"].is_null()),
        "{gone:#}"
    );
}

#[test]
fn closed_sets_and_bounds_are_described() {
    let fleet = fleet();
    let description = fleet.server.api("/api/v1/openapi.json").json();
    let parameter = |path: &str, name: &str| {
        let all = description["paths"][path]["get"]["parameters"]
            .as_array()
            .unwrap()
            .clone();
        all.into_iter().find(|parameter| parameter["name"] == name).unwrap()["schema"].to_string()
    };
    let list = "/api/v1/connectors";
    for (name, words) in [
        ("sort", &["worst", "since"][..]),
        ("kind", &["source", "sink"]),
        ("health", &["crash_looping", "unhealthy"]),
    ] {
        let schema = parameter(list, name);
        assert!(
            schema.contains("enum") && words.iter().all(|word| schema.contains(&format!("\"{word}\""))),
            "{schema}"
        );
    }
    for path in [list, "/api/v1/events"] {
        let schema = parameter(path, "limit");
        assert!(
            schema.contains("\"minimum\":1") && schema.contains("\"maximum\":1000"),
            "{schema}"
        );
    }
    // The bounds hold, and a page that is cut short says where to go on.
    assert_eq!(fleet.server.api("/api/v1/events?after=1&limit=0").status, 400);
    assert_eq!(fleet.server.api("/api/v1/events?after=1&limit=1001").status, 400);
    // Read at its start, the view may know rows whose events it has not come to yet; they follow.
    let first = until("two events and more", || {
        let page = fleet.server.api("/api/v1/events?after=1&limit=3").json();
        let events = page["items"].as_array().unwrap().len();
        (events == 3).then(|| fleet.server.api("/api/v1/events?after=1&limit=2").json())
    });
    assert_eq!(
        (first["items"].as_array().unwrap().len(), &first["reset"]),
        (2, &json!(false)),
        "{first:#}"
    );
    assert_eq!(first["next"], first["items"][1]["id"]);
    let second = fleet
        .server
        .api(&format!("/api/v1/events?after={}&limit=2", first["next"]))
        .json();
    assert!(second["items"][0]["id"].as_i64() > first["next"].as_i64(), "{second:#}");
}
