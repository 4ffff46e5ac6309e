use chrono::DateTime;
use serde_json::{Value, json};

use super::tell;

fn told(connector: &Value) -> String {
    let now = DateTime::from_timestamp(1_795_270_212, 0).unwrap();
    let told = tell(connector, now);
    for line in told.lines() {
        assert!(line.chars().count() <= 80, "{} columns: {line}", line.chars().count());
    }
    told
}

fn connector() -> Value {
    json!({
        "cluster": "orders",
        "name": "shop-mirror",
        "state": "RUNNING",
        "instance": {"state": "RUNNING", "verdict": "unassigned", "worker_id": "10.0.0.7:8083", "worker_alive": false},
        "tasks": [
            {"id": 0, "state": "RUNNING", "verdict": "unassigned", "worker_id": "10.0.0.7:8083", "worker_alive": false},
            {"id": 1, "state": "RUNNING", "verdict": "healthy", "worker_id": "10.0.0.8:8083", "worker_alive": true},
            {"id": 2, "state": "RUNNING", "verdict": "healthy", "worker_id": "10.0.0.9:8083", "worker_alive": null},
        ],
        "health": {
            "verdict": "unassigned",
            "since": "2026-11-21T14:09:00Z",
            "as_of": "2026-11-21T14:10:10Z",
            "stale": false,
            "reasons": [{
                "text": "Worker 10.0.0.7:8083 is gone without a word; REST still says RUNNING for the connector and task 0 there",
                "evidence": "not among the members of group connect-orders",
                "source": "group",
                "as_of": "2026-11-21T14:09:00Z",
            }],
        },
        "fault": {
            "id": "a1b2c3",
            "domain": "infrastructure",
            "class": "worker",
            "confidence": 0.95,
            "scope": {"kind": "worker", "name": "10.0.0.7:8083"},
            "root_cause": "worker 10.0.0.7:8083 is gone",
            "reasons": ["the worker that ran it was lost, which concerns everything that it carried"],
            "steps": ["Check that the worker process on 10.0.0.7:8083 runs and its host answers; start it if not."],
            "opened_at": "2026-11-21T14:09:00Z",
        },
        "owner": {"team": "shop", "source": "connector = \"shop-*\""},
    })
}

#[test]
fn what_stands_is_told_as_standing() {
    let mut connector = connector();
    connector["health"]["verdict"] = json!("healthy");
    connector["health"]["stale"] = json!(true);
    connector["fault"] = json!(null);
    connector["unlisted_fault"] = json!({
        "id": "d4e5f6", "domain": "infrastructure", "class": "network", "confidence": 0.9,
        "scope": {"kind": "cluster", "name": "orders"},
        "root_cause": "No worker of orders answers at its REST address since 14:10:10 UTC (refused), though it lives",
        "reasons": [], "steps": ["Test from this server."], "opened_at": "2026-11-21T14:10:10Z",
    });
    let told = told(&connector);
    for part in [
        "orders/shop-mirror is healthy since",
        "The verdict stands, last listed 2026-11-21T14:10:10Z",
        "1. Test from this server.",
        "Fault d4e5f6, open since 2026-11-21T14:10:10Z",
        "concerns    cluster orders",
    ] {
        assert!(told.contains(part), "{part:?} in {told}");
    }
}

#[test]
fn a_gone_worker_is_told_where_it_is_named() {
    let told = told(&connector());
    for line in [
        "  REST says RUNNING; Signalbox says unassigned.",
        "  connector  unassigned     RUNNING     10.0.0.7:8083, which is gone",
        "  task 0     unassigned     RUNNING     10.0.0.7:8083, which is gone",
        "  task 1     healthy        RUNNING     10.0.0.8:8083",
        "  task 2     healthy        RUNNING     10.0.0.9:8083, not known alive",
        "  1. Check that the worker process on 10.0.0.7:8083 runs and its host answers;",
        "Owner shop (connector = \"shop-*\")",
    ] {
        assert!(told.lines().any(|told| told == line), "{line}\n{told}");
    }
}

#[test]
fn a_failed_task_tells_its_cause_once_and_what_to_do() {
    let cause = "DataException: Only Struct objects supported for [field extraction], found: [B";
    let failed = |id: u32| json!({"id": id, "state": "FAILED", "verdict": "failed", "worker_id": "10.0.0.8:8083", "worker_alive": true, "root_cause": cause});
    let mut connector = connector();
    connector["instance"]["worker_alive"] = json!(true);
    connector["tasks"] = json!([failed(0), failed(1)]);
    connector["health"]["verdict"] = json!("failed");
    connector["fault"]["scope"] = json!({"kind": "connector", "name": "shop-mirror"});
    connector["fault"]["domain"] = json!("connector");
    connector["fault"]["class"] = json!("data");
    connector["fault"]["root_cause"] = json!(cause);
    connector["fault"]["reasons"] =
        json!(["the transformation ExtractField refuses a record, and errors.tolerance allows none"]);
    connector["fault"]["steps"] =
        json!(["Compare what the transformation ExtractField expects with the records that reach it."]);
    let told = told(&connector);
    let joined = told.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "REST says RUNNING, both tasks FAILED; Signalbox says failed.",
        "1. Compare what the transformation ExtractField expects with the records that reach it.",
    ] {
        assert!(joined.contains(part), "{part}\n{told}");
    }
    let state = told.split("\nState\n").nth(1).unwrap();
    assert_eq!(state.matches("DataException").count(), 1, "{told}");
}

#[test]
fn where_rest_and_we_agree_nothing_is_said_of_it() {
    let mut connector = connector();
    connector["instance"]["worker_alive"] = json!(true);
    connector["tasks"].as_array_mut().unwrap().remove(0);
    connector["health"]["verdict"] = json!("healthy");
    connector["fault"] = Value::Null;
    let told = told(&connector);
    assert!(
        !told.contains("Signalbox says") && !told.contains("What to do"),
        "{told}"
    );
}

#[test]
fn of_a_deleted_connector_is_told_what_it_was() {
    let mut connector = connector();
    connector["deleted_at"] = json!("2026-11-21T14:10:00Z");
    connector["health"]["verdict"] = Value::Null;
    connector["health"]["last_verdict"] = json!("crash_looping");
    connector["instance"]["verdict"] = Value::Null;
    for task in connector["tasks"].as_array_mut().unwrap() {
        task["verdict"] = Value::Null;
    }
    let told = told(&connector);
    let title = "orders/shop-mirror was crash looping when it was deleted 2026-11-21T14:10:00Z";
    assert!(told.starts_with(title), "{told}");
    assert!(told.contains("\n  connector  deleted        RUNNING"), "{told}");
    assert!(!told.contains("unknown") && !told.contains("Signalbox says"), "{told}");
}

#[test]
fn the_fault_behind_an_unknown_verdict_is_told_beside_that_of_the_cluster() {
    let mut connector = connector();
    connector["health"]["verdict"] = json!("unknown");
    connector["unheard_fault"] = json!({
        "id": "d4e5f6",
        "domain": "connector",
        "class": "data",
        "confidence": 0.9,
        "scope": {"kind": "connector", "name": "shop-mirror"},
        "root_cause": "DataException: no such field",
        "reasons": ["the transformation ExtractField refuses a record"],
        "steps": ["Compare what the transformation ExtractField expects with the records that reach it."],
        "opened_at": "2026-11-21T13:00:00Z",
        "unheard_since": "2026-11-21T14:09:00Z",
    });
    let all = told(&connector);
    let joined = all.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "Fault a1b2c3, open since",
        "Its own fault before that, d4e5f6 open since 2026-11-21T13:00:00Z",
        "unheard since 2026-11-21T14:09:00Z (1 min ago): nobody knows whether it goes on",
        "root cause DataException: no such field whose connector (data, confidence 90 %)",
        "then do Compare what the transformation ExtractField expects",
    ] {
        assert!(joined.contains(part), "{part}\n{all}");
    }
    connector["unheard_fault"] = Value::Null;
    assert!(!told(&connector).contains("Its own fault"));
}
