//! Alerts and the dashboard, with a real Prometheus between them and the server.

use std::collections::BTreeSet;

use testkit::fake::{FakeCluster, FakeConnector, Version, traces};

use crate::client::until;
use crate::database::Database;
use crate::prometheus::{self, Prometheus};
use crate::server::{ALL, Home, SEE, Server};

const ALERTS: [&str; 6] = [
    "ConnectClusterUnreachable",
    "ConnectorCrashLooping",
    "ConnectorFailed",
    "ConnectorStalled",
    "ConnectorUnassigned",
    "SignalboxStale",
];

/// Two clusters with connectors of a team and of nobody, some of them in trouble.
fn fleet() -> (Database, FakeCluster, FakeCluster, Server) {
    let database = Database::new();
    let orders = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    orders.put(FakeConnector::sink("payments-well", 4).spread(2));
    orders.put(FakeConnector::sink("payments-failed", 1));
    orders.put(FakeConnector::sink("degraded", 3));
    orders.put(FakeConnector::source("loop \"of\" nobody", 1));
    orders.put(FakeConnector::source("moved", 1).spread(2));
    orders.set_state("payments-failed", Some(0), "FAILED", Some(traces::DATABASE_AWAY));
    orders.set_state("degraded", Some(1), "FAILED", Some(traces::BAD_RECORD));
    let billing = FakeCluster::start(Version::V3_9_1, 1).unwrap();
    billing.put(FakeConnector::sink("payments-billing", 2));
    let home = Home::new(&database.url);
    let (first, second) = (orders.url(0), orders.url(1));
    home.write(&format!(
        "[[clusters]]\nname = \"orders\"\nurls = [\"{first}\", \"{second}\"]\n\
         [[clusters]]\nname = \"billing\"\nurls = [\"{}\"]\n\
         [[teams]]\nname = \"payments\"\nowns = [{{ connector = \"payments-*\" }}]\n",
        billing.url(0)
    ));
    let server = Server::ready(home);
    until("all connectors", || {
        (server.api("/api/v1/connectors").json()["matching"] == 6).then_some(())
    });
    (database, orders, billing, server)
}

/// Fails it so often that it counts as a loop.
fn fail_again_and_again(server: &Server, cluster: &FakeCluster, name: &str) {
    let verdict = |word: &str| {
        let answer = server.api(&format!("/api/v1/connectors?health={word}")).json();
        answer["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["name"] == name)
    };
    for round in 1..=3 {
        cluster.set_state(name, Some(0), "FAILED", Some(traces::BARE));
        until("its failure", || {
            verdict(if round == 3 { "crash_looping" } else { "failed" }).then_some(())
        });
        if round < 3 {
            cluster.set_state(name, Some(0), "RUNNING", None);
            until("its restart", || verdict("healthy").then_some(()));
        }
    }
}

/// Waits for an alert with these labels in this state.
fn alert(prometheus: &Prometheus, state: &str, labels: &str) {
    let expression = format!("count(ALERTS{{alertstate=\"{state}\",{labels}}})");
    prometheus::until(&format!("{labels} is {state}"), || {
        match prometheus.query(&expression)?.as_slice() {
            [(_, 1.0)] => Ok(()),
            other => Err(format!("{other:?}")),
        }
    });
}

/// Waits until no alert has these labels: rules that were evaluated before the first scrape saw no server.
fn none(prometheus: &Prometheus, labels: &str) {
    prometheus::until(&format!("no alert has {labels}"), || {
        match prometheus.query(&format!("ALERTS{{{labels}}}"))?.as_slice() {
            [] => Ok(()),
            some => Err(format!("{some:?}")),
        }
    });
}

#[test]
fn the_dashboard_shows_what_the_api_says_and_the_rules_see_it() {
    let (_database, mut orders, mut billing, server) = fleet();
    fail_again_and_again(&server, &orders, "loop \"of\" nobody");
    orders.kill(1);
    until("the death of a worker", || {
        let cluster = server.api("/api/v1/clusters/orders").json();
        let workers = cluster["workers"].as_array()?;
        workers.iter().any(|worker| worker["alive"] == false).then_some(())
    });
    let prometheus = Prometheus::start(server.address, SEE);
    let empty = prometheus::dashboard::agrees(&prometheus, |target| server.ask("GET", target).token(ALL).send().json());
    // Without Kafka nobody knows them, neither the API nor Prometheus.
    assert_eq!(
        empty,
        [
            "Records that wait",
            "Age of the oldest record that waits",
            "Age of the newest change that was read"
        ]
    );

    let rules = prometheus::until("every rule was evaluated", || {
        let rules = prometheus.rules()?;
        match rules.iter().find(|rule| rule["health"] != "ok") {
            Some(rule) => Err(format!("{rule:#}")),
            None => Ok(rules),
        }
    });
    let names: BTreeSet<&str> = rules.iter().filter_map(|rule| rule["name"].as_str()).collect();
    assert_eq!(names, ALERTS.into());
    let of = |name: &str, connector: &str| format!("alertname=\"{name}\",cluster=\"orders\",connector={connector:?}");
    let failed = of("ConnectorFailed", "payments-failed") + ",team=\"payments\",severity=\"page\"";
    alert(&prometheus, "pending", &failed);
    let degraded = of("ConnectorFailed", "degraded") + ",team=\"\",severity=\"ticket\"";
    alert(&prometheus, "pending", &degraded);
    let looping = of("ConnectorCrashLooping", "loop \"of\" nobody") + ",team=\"\"";
    alert(&prometheus, "firing", &looping);
    alert(&prometheus, "pending", &of("ConnectorUnassigned", "moved"));
    // A lost worker is neither.
    none(&prometheus, "alertname=~\"Signalbox.*|ConnectCluster.*\"");

    billing.kill(0);
    alert(
        &prometheus,
        "pending",
        "alertname=\"ConnectClusterUnreachable\",cluster=\"billing\"",
    );
    let _home = server.stop();
    alert(
        &prometheus,
        "pending",
        "alertname=\"SignalboxStale\",reason=\"no_server\"",
    );
    // One cause is one alert.
    none(&prometheus, "alertname=\"SignalboxStale\",reason!=\"no_server\"");
}
