//! Connectors in every shape, on both versions of Connect.

use serde_json::Value;

use crate::plant;
use crate::probe;
use crate::stage::Stage;
use crate::story::verdict;

/// The text of the record that the sink dies of: it must not be in the root cause.
const POISON: &str = "walrus=moustache";

#[tokio::test(flavor = "multi_thread")]
async fn every_state_has_its_verdict_on_both_versions() {
    let stage = Stage::visit().await;
    let (lab, server) = (stage.lab, &stage.server);
    for cluster in stage.clusters() {
        let name = |shape: &str| format!("states-{}-{shape}", cluster.name());
        plant::source(lab, cluster, &name("payments-source")).await;
        plant::sink(lab, cluster, &name("sink"), &[("tasks.max", "2")]).await;
        plant::poisoned_sink(lab, cluster, &name("poisoned"), POISON).await;
        plant::half_dead_mirror(lab, cluster, &name("mirror")).await;
        plant::mock_sink(lab, cluster, &name("instance"), "connector-failure", "500").await;
        let own = [probe::LACKING, ("account", "a"), ("passphrase", "b"), ("endpoint", "c")];
        cluster.create_connector(&name("lacking"), &own).await.unwrap();
        plant::mirror(lab, cluster, &name("empty"), &[("topics", "no-such-topic-.*")]).await;
        for (shape, verb) in [("paused", "pause"), ("stopped", "stop")] {
            plant::sink(lab, cluster, &name(shape), &[]).await;
            cluster.target_state(&name(shape), verb).await.unwrap();
        }
    }
    for cluster in stage.clusters() {
        let name = |shape: &str| format!("states-{}-{shape}", cluster.name());
        let is = async |shape: &str, wanted: &str| server.verdict(cluster.name(), &name(shape), wanted).await;

        let source = is("payments-source", "healthy").await;
        assert_eq!(source["kind"], "source");
        assert_eq!(source["owner"]["team"], "payments");
        assert_eq!(source["class"], plant::FILE_SOURCE.1);
        assert_eq!(source["target_state"]["value"], "STARTED");
        assert_eq!(
            (&source["fault"], &source["tasks"][0]["worker_alive"]),
            (&Value::Null, &Value::Bool(true))
        );

        let sink = is("sink", "healthy").await;
        assert_eq!((&sink["kind"], &sink["owner"]), (&Value::from("sink"), &Value::Null));
        assert_eq!(sink["tasks"].as_array().unwrap().len(), 2);

        let poisoned = is("poisoned", "failed").await;
        assert_eq!(poisoned["state"], "RUNNING", "the instance itself runs");
        assert_eq!(poisoned["tasks"][0]["state"], "FAILED");
        fault_is(&poisoned, "connector", &["data"]);
        let cause = poisoned["fault"]["root_cause"].as_str().unwrap();
        assert!(!cause.contains("moustache"), "{cause}");
        assert!(
            cause.contains("Unrecognized token") || cause.contains("JSON"),
            "{cause}"
        );
        assert_eq!(poisoned["tasks"][0]["root_cause"], cause);
        assert!(poisoned["tasks"][0]["trace"].as_str().unwrap().contains("Caused by: "));

        let mirror = is("mirror", "degraded").await;
        fault_is(&mirror, "connector", &["data", "schema", "config"]);
        let mut tasks: Vec<_> = mirror["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|task| &task["verdict"])
            .collect();
        tasks.sort_by_key(|verdict| verdict.to_string());
        assert_eq!(tasks, ["failed", "healthy"]);
        let cause = mirror["fault"]["root_cause"].as_str().unwrap();
        assert!(cause.contains("Only Struct objects supported"), "{cause}");

        let instance = is("instance", "failed").await;
        assert_eq!(instance["state"], "FAILED");
        assert!(
            ["connector", "unsure"].contains(&instance["fault"]["domain"].as_str().unwrap()),
            "{instance}"
        );

        let lacking = is("lacking", "failed").await;
        let fault = &lacking["fault"];
        assert_eq!(fault["class"], "plugin", "{lacking}");
        assert!(
            ["infrastructure", "connector"].contains(&fault["domain"].as_str().unwrap()),
            "{lacking}"
        );
        assert!(
            fault["root_cause"].as_str().unwrap().contains("lab/missing/Client"),
            "{lacking}"
        );

        let empty = is("empty", "no_tasks").await;
        assert_eq!(
            (&empty["state"], empty["tasks"].as_array().unwrap().len()),
            (&Value::from("RUNNING"), 0)
        );

        let paused = is("paused", "paused").await;
        assert_eq!(
            (&paused["target_state"]["value"], &paused["fault"]),
            (&Value::from("PAUSED"), &Value::Null)
        );
        let stopped = is("stopped", "stopped").await;
        assert_eq!(
            (&stopped["target_state"]["value"], &stopped["fault"]),
            (&Value::from("STOPPED"), &Value::Null)
        );

        for shape in [
            "payments-source",
            "sink",
            "poisoned",
            "mirror",
            "instance",
            "lacking",
            "empty",
            "paused",
            "stopped",
        ] {
            shape_is_agreed(&server.connector(cluster.name(), &name(shape)).await);
        }
        let about = server.cluster(cluster.name()).await;
        assert_eq!(about["version"], cluster.version());
        assert_eq!(
            (&about["reachable"], &about["stale"]),
            (&Value::Bool(true), &Value::Bool(false))
        );
        assert!(about["kafka_cluster_id"].is_string(), "{about}");
        let workers = about["workers"].as_array().unwrap();
        assert_eq!(workers.len(), cluster.workers().len(), "{about}");
        for worker in workers {
            assert_eq!(
                (&worker["alive"], &worker["version"]),
                (&Value::Bool(true), &Value::from(cluster.version()))
            );
            assert!(worker["evidence"].is_string() && worker["tasks"].is_u64(), "{worker}");
        }
        // Every connector is one fault's at most; the list and the connector agree.
        for fault in server.faults(cluster.name()).await {
            assert!(fault["scope"]["kind"] == "connector", "{fault}");
        }
        let names = [
            "payments-source",
            "sink",
            "poisoned",
            "mirror",
            "instance",
            "lacking",
            "empty",
            "paused",
            "stopped",
        ]
        .map(name);
        lists_agree(&stage, cluster.name(), &names).await;
        plant::clear(cluster, &names.each_ref().map(String::as_str)).await;
    }
}

fn fault_is(connector: &Value, domain: &str, classes: &[&str]) {
    let fault = &connector["fault"];
    assert_eq!(fault["domain"], domain, "{connector}");
    assert!(classes.contains(&fault["class"].as_str().unwrap()), "{connector}");
    assert!(
        fault["confidence"]
            .as_f64()
            .is_some_and(|sure| (0.0..=1.0).contains(&sure)),
        "{connector}"
    );
    assert!(
        !fault["reasons"].as_array().unwrap().is_empty() && fault["id"].is_string(),
        "{connector}"
    );
}

/// The shape that scripts rely on: every key is there, each of its kind.
fn shape_is_agreed(connector: &Value) {
    let text = |value: &Value| value.is_string();
    let text_or_null = |value: &Value| value.is_string() || value.is_null();
    let time = |value: &Value| chrono_like(value);
    let has = |value: &Value, key: &str, holds: &dyn Fn(&Value) -> bool| {
        let there = value.as_object().is_some_and(|object| object.contains_key(key));
        assert!(there && holds(&value[key]), "{key} of {value}");
    };
    for key in ["cluster", "name", "state", "class"] {
        has(connector, key, &text);
    }
    has(connector, "kind", &|kind| kind == "source" || kind == "sink");
    has(connector, "owner", &|owner| {
        owner.is_null() || (text(&owner["team"]) && text(&owner["source"]))
    });
    // What was asked of one that FAILED at its start cannot be inferred.
    has(connector, "target_state", &|target| {
        (target.is_null() && connector["state"] == "FAILED")
            || ["config_topic", "inferred"].contains(&target["source"].as_str().unwrap_or_default())
                && text(&target["value"])
    });
    for task in connector["tasks"].as_array().unwrap() {
        has(task, "id", &Value::is_u64);
        for key in ["state", "verdict", "worker_id"] {
            has(task, key, &text);
        }
        has(task, "worker_alive", &|alive| alive.is_boolean() || alive.is_null());
        has(task, "trace", &text_or_null);
        has(task, "root_cause", &text_or_null);
    }
    let health = &connector["health"];
    for key in ["verdict", "activity"] {
        has(health, key, &text);
    }
    has(health, "since", &time);
    has(health, "as_of", &time);
    has(health, "stale", &|stale| stale == false);
    let reasons = health["reasons"].as_array().unwrap();
    assert!(!reasons.is_empty(), "a verdict without reasons: {connector}");
    for reason in reasons {
        for key in ["text", "evidence", "source"] {
            has(reason, key, &text);
        }
        has(reason, "as_of", &time);
    }
    let unhealthy = !["healthy", "restarting", "paused", "stopped"].contains(&verdict(connector));
    has(connector, "fault", &|fault| fault.is_object() == unhealthy);
    // Nothing is committed yet where nothing ran for long enough.
    has(connector, "lag", &|lag| {
        let unknown = lag["unknown_partitions"].as_u64();
        let told = lag["records"].is_u64() || lag["records"].is_null() && unknown > Some(0);
        lag.is_null() || (told && unknown.is_some() && time(&lag["as_of"]))
    });
    for key in ["dlq", "muted_by", "deleted_at"] {
        has(connector, key, &Value::is_null);
    }
}

/// RFC 3339 in UTC.
fn chrono_like(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.len() >= 20 && text.as_bytes()[10] == b'T' && text.ends_with('Z'))
}

/// List and totals say the same as each connector, page by page.
async fn lists_agree(stage: &Stage, cluster: &str, names: &[String]) {
    let server = &stage.server;
    let mut cursor = String::new();
    let mut seen = Vec::new();
    loop {
        let page = server
            .api(&format!("/connectors?cluster={cluster}&q=states-&limit=3{cursor}"))
            .await;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 3 && page["totals"]["degraded"] == 1, "{page}");
        for item in items {
            assert!(
                item["tasks"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|task| task["trace"].is_null()),
                "{item}"
            );
            seen.push(item["name"].as_str().unwrap().to_owned());
        }
        assert!(seen.len() <= names.len(), "pages repeat: {seen:?}");
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let mut wanted = names.to_vec();
    wanted.sort_unstable();
    let mut sorted = seen.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, wanted);
    let failed = server
        .api(&format!("/connectors?cluster={cluster}&q=states-&health=failed"))
        .await;
    assert_eq!(failed["items"].as_array().unwrap().len(), 3, "{failed}");
}
