//! The fleet under orders, from here and over its control endpoint.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::fake::fleet::{Control, FakeFleet, Manner, Order, Refusal, Size, Step};

use crate::program::{ask, get, try_get};

const LIST: &str = "/connectors?expand=info&expand=status";

fn fleet(clusters: u16, connectors: usize) -> Arc<FakeFleet> {
    FakeFleet::start(&Size {
        clusters,
        workers: 2,
        connectors,
        tasks: 2,
        port: None,
    })
    .unwrap()
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < Duration::from_secs(20), "{what} did not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn order(value: Value) -> Order {
    serde_json::from_value(value).unwrap()
}

fn listed(fleet: &FakeFleet, cluster: &str) -> Value {
    let url = fleet.cluster(cluster).unwrap().url(0);
    let answer = get(&url, LIST);
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[test]
fn orders_change_what_the_workers_tell() {
    let fleet = fleet(2, 1);
    let name = fleet.cluster("fake-2").unwrap().names().remove(0);
    let about = |name: &str, more: Value| {
        let mut order = json!({"cluster": "fake-2", "connector": name});
        order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self::order(order)
    };
    let status = |name: &str| listed(&fleet, "fake-2")[name]["status"].clone();
    fleet
        .carry_out(&about(&name, json!({"do": "fail", "task": 1, "trace": "bad_password"})))
        .unwrap();
    let task = status(&name)["tasks"][1].clone();
    assert_eq!(task["state"], "FAILED");
    assert!(
        task["trace"]
            .as_str()
            .unwrap()
            .contains("password authentication failed")
    );
    assert_eq!(status(&name)["tasks"][0]["state"], "RUNNING");
    fleet
        .carry_out(&about(&name, json!({"do": "restore", "task": 1})))
        .unwrap();
    assert_eq!(status(&name)["tasks"][1].get("trace"), None);
    fleet
        .carry_out(&about(&name, json!({"do": "state", "state": "UNASSIGNED"})))
        .unwrap();
    assert_eq!(status(&name)["connector"]["state"], "UNASSIGNED");
    fleet
        .carry_out(&about("new/one", json!({"do": "create", "tasks": 3})))
        .unwrap();
    assert_eq!(status("new/one")["tasks"].as_array().unwrap().len(), 3);
    fleet
        .carry_out(&about("new/one", json!({"do": "edit", "key": "a", "value": "b"})))
        .unwrap();
    assert_eq!(listed(&fleet, "fake-2")["new/one"]["info"]["config"]["a"], "b");
    fleet.carry_out(&about("new/one", json!({"do": "delete"}))).unwrap();
    assert_eq!(status("new/one"), Value::Null);
    for unknown in [
        json!({"do": "delete"}),
        json!({"do": "restore", "task": 9}),
        json!({"do": "edit", "key": "a", "value": "b"}),
    ] {
        let refused = fleet.carry_out(&about("new/one", unknown));
        assert!(matches!(refused, Err(Refusal::Unknown(_))));
    }
    // The other cluster has a connector of the same name, which nobody touched.
    assert_eq!(
        listed(&fleet, "fake-1")[&name]["status"]["connector"]["state"],
        "RUNNING"
    );
}

#[test]
fn a_script_with_a_mistyped_key_is_refused() {
    let step: Step =
        serde_json::from_value(json!({"at_ms": 5, "order": {"do": "storm", "per_second": 1, "seconds": 1, "seed": 1}}))
            .unwrap();
    assert_eq!(step.at_ms, 5);
    for wrong in [
        json!({"do": "fail", "cluster": "a", "connector": "b", "taks": 1}),
        json!({"do": "explode"}),
        json!({"do": "behave", "how": "badly"}),
    ] {
        assert!(serde_json::from_value::<Order>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn workers_misbehave_one_by_one_and_all_together() {
    let fleet = fleet(2, 1);
    let url = |worker| fleet.cluster("fake-1").unwrap().url(worker);
    let behave = |worker: Option<usize>, how: Value| {
        fleet
            .carry_out(&order(
                json!({"do": "behave", "cluster": "fake-1", "worker": worker, "how": how}),
            ))
            .unwrap();
    };
    for (how, said) in [
        (json!("html"), "HTTP/1.1 200 OK|nginx"),
        (json!("conflict"), "HTTP/1.1 409|conflicting operation"),
        (json!("error"), "HTTP/1.1 500|Request timed out"),
        (json!("unavailable"), "HTTP/1.1 503|Service Unavailable"),
        (json!("starting"), "HTTP/1.1 200|{}"),
        (json!("booting"), "HTTP/1.1 404|Not Found"),
        (json!("wrong_json"), "HTTP/1.1 200|[{\"id\":1"),
        (json!("unauthorized"), "HTTP/1.1 401|User cannot access"),
        (
            json!("circle"),
            "HTTP/1.1 302|location: /connectors?expand=info&expand=status",
        ),
        (json!({"late": 1}), "HTTP/1.1 200|PostgresConnector"),
    ] {
        behave(Some(0), how.clone());
        let answer = get(&url(0), LIST);
        for part in said.split('|') {
            assert!(answer.contains(part), "{how}: {answer}");
        }
        assert!(
            get(&url(1), LIST).starts_with("HTTP/1.1 200 OK"),
            "the other worker is well"
        );
    }
    behave(Some(0), json!({"huge": 3_000_000}));
    assert!(get(&url(0), LIST).len() > 3_000_000);
    behave(Some(0), json!("half"));
    assert!(!get(&url(0), LIST).contains("\r\n0\r\n"), "the last chunk never comes");
    for silent in ["hang", "slow"] {
        behave(Some(0), json!(silent));
        let error = try_get(&url(0), LIST, Duration::from_millis(300)).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            "{error}"
        );
    }
    behave(None, json!("refuse"));
    for worker in 0..2 {
        let error = try_get(&url(worker), LIST, Duration::from_secs(5)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    }
    let other = fleet.cluster("fake-2").unwrap().url(0);
    assert!(get(&other, "/").contains("3.9.1"), "the other cluster is well");
    behave(None, json!("normal"));
    assert!(get(&url(1), LIST).contains("PostgresConnector"));
    let nowhere = Order::Behave {
        cluster: Some("fake-3".to_owned()),
        worker: None,
        how: Manner::Hang,
    };
    assert!(fleet.carry_out(&nowhere).is_err());
}

#[test]
fn requests_are_counted_by_cluster_and_path_and_changes_by_when_they_were_shown() {
    let fleet = fleet(2, 3);
    for _ in 0..3 {
        listed(&fleet, "fake-1");
    }
    get(&fleet.cluster("fake-1").unwrap().url(1), "/health");
    let counts = fleet.counts();
    assert_eq!(counts.total, 4);
    assert_eq!(counts.paths[&format!("GET {LIST}")], 3);
    assert_eq!(counts.clusters["fake-1"]["GET /health"], 1);
    assert!(counts.clusters["fake-2"].is_empty());
    fleet.forget_counts();
    assert_eq!(fleet.counts().total, 0);
    let cluster = |name: &str| fleet.cluster(name).unwrap().shown_after();
    assert!(cluster("fake-1").is_some());
    assert_eq!(cluster("fake-2"), None);
    let name = fleet.cluster("fake-1").unwrap().names().remove(0);
    fleet.cluster("fake-1").unwrap().set_state(&name, None, "FAILED", None);
    assert_eq!(cluster("fake-1"), None);
}

#[test]
fn a_storm_of_one_seed_is_the_same_every_time() {
    let after = |seed: u64| {
        let fleet = fleet(2, 20);
        let storm = json!({"do": "storm", "per_second": 2000, "seconds": 1, "seed": seed});
        fleet.carry_out(&order(storm.clone())).unwrap();
        let second = fleet.carry_out(&order(storm));
        assert!(matches!(second, Err(Refusal::Senseless(_))), "one storm at a time");
        until("the storm's end", || !fleet.storm().running);
        let report = fleet.storm();
        assert_eq!((report.made, report.wanted), (2000, 2000));
        assert!((0.9..5.0).contains(&report.seconds), "{report:?}");
        let lists: Vec<Value> = fleet
            .names()
            .map(|name| {
                let list = listed(&fleet, name);
                let states = list.as_object().unwrap().iter().map(|(name, connector)| {
                    let tasks = connector["status"]["tasks"].as_array().unwrap();
                    let tasks: Vec<&Value> = tasks.iter().map(|task| &task["state"]).collect();
                    json!({ name: tasks })
                });
                states.collect()
            })
            .collect();
        lists
    };
    let first = after(7);
    assert_eq!(first, after(7));
    assert_ne!(first, after(8));
}

#[test]
fn a_crash_loop_goes_on_by_itself() {
    let fleet = fleet(1, 1);
    let name = fleet.cluster("fake-1").unwrap().names().remove(0);
    let looping = json!({
        "do": "crash_loop", "cluster": "fake-1", "connector": name, "task": 0, "every_ms": 40, "times": 3
    });
    fleet.carry_out(&order(looping)).unwrap();
    let state = || {
        fleet.cluster("fake-1").unwrap().connector(&name).unwrap().tasks[&0]
            .state
            .clone()
    };
    assert_eq!(state(), "FAILED");
    for expected in ["RUNNING", "FAILED", "RUNNING", "FAILED"] {
        until(expected, || state() == expected);
    }
}

#[test]
fn the_control_endpoint_does_and_tells_the_same() {
    let fleet = fleet(1, 2);
    let control = Control::start(fleet.clone(), 0).unwrap();
    let at: SocketAddr = control.address();
    let url = format!("http://{at}/");
    let body = |answer: String| -> Value { serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap() };
    let seen = body(get(&url, "/clusters/fake-1"));
    let name = seen["connectors"][0].as_str().unwrap().to_owned();
    assert_eq!(seen["tasks"], json!({"RUNNING": 4}));
    let fail = json!({"do": "fail", "cluster": "fake-1", "connector": name, "task": 0});
    let nobody = json!({"do": "delete", "cluster": "fake-1", "connector": "nobody"});
    let answer = ask(&url, "POST", "/orders", &fail.to_string());
    assert_eq!(body(answer), json!({"carried_out": 1}));
    let answer = ask(&url, "POST", "/orders", &json!([fail, nobody, fail]).to_string());
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(body(answer), json!({"carried_out": 1, "error": "there is no nobody"}));
    for (wrong, word) in [
        (json!({"do": "explode"}), "unknown variant `explode`"),
        (
            json!([fail, {"do": "fail", "clustr": "fake-1"}]),
            "unknown field `clustr`",
        ),
    ] {
        let answer = ask(&url, "POST", "/orders", &wrong.to_string());
        assert!(answer.starts_with("HTTP/1.1 422") && answer.contains(word), "{answer}");
    }
    assert_eq!(
        body(get(&url, "/clusters"))["fake-1"]["tasks"],
        json!({"FAILED": 1, "RUNNING": 3})
    );
    listed(&fleet, "fake-1");
    assert_eq!(body(get(&url, "/counts"))["total"], 1);
    assert!(ask(&url, "DELETE", "/counts", "").starts_with("HTTP/1.1 204"));
    assert_eq!(body(get(&url, "/counts"))["total"], 0);
    assert_eq!(body(get(&url, "/storm"))["running"], false);
}

#[test]
fn workers_list_every_class_that_their_connectors_run() {
    let fleet = fleet(2, 40);
    for name in ["fake-1", "fake-2"] {
        let list = listed(&fleet, name);
        let url = fleet.cluster(name).unwrap().url(0);
        let plugins = get(&url, "/connector-plugins");
        for (connector, told) in list.as_object().unwrap() {
            let class = told["info"]["config"]["connector.class"].as_str().unwrap();
            assert!(
                plugins.contains(&format!("\"{class}\"")),
                "{connector} is a {class}: {plugins}"
            );
        }
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let started = FakeFleet::start(&Size {
        clusters: 1,
        workers: 1,
        connectors: 1,
        tasks: 1,
        port: Some(address.port()),
    });
    let refused = [
        started.err().unwrap(),
        Control::start(fleet(1, 1), address.port()).err().unwrap(),
    ];
    for error in refused {
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        assert!(error.to_string().starts_with(&format!("{address}: ")), "{error}");
    }
}
