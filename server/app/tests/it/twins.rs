//! One hidden cluster under two addresses, and a cluster that falls silent: what pages and API say of both.

use testkit::fake::{Behaviour, FakeCluster, FakeConnector, Version};

use crate::client::until;
use crate::database::Database;
use crate::server::{Home, Server};

/// A cluster whose workers call themselves as nobody can reach them from here, as in containers.
fn hidden(workers: usize) -> FakeCluster {
    let fake = FakeCluster::start(Version::V4_3_1, workers).unwrap();
    for worker in 0..workers {
        fake.advertise(worker, &format!("connect-{worker}.invalid:8083"));
    }
    fake
}

#[test]
fn one_hidden_cluster_under_two_addresses_is_told_on_both() {
    let database = Database::new();
    let fake = hidden(2);
    fake.put(FakeConnector::sink("invoices", 2).spread(2));
    fake.put(FakeConnector::source("lines", 1));
    let home = Home::new(&database.url);
    let two = format!(
        "[[clusters]]\nname = \"orders\"\nurls = [\"{}\"]\n[[clusters]]\nname = \"again\"\nurls = [\"{}\"]\n",
        fake.url(0),
        fake.url(1)
    );
    home.write(&two);
    let server = Server::ready(home);
    let told = |name: &str| server.api(&format!("/api/v1/clusters/{name}")).json()["perhaps_same_as"].clone();
    for (name, other) in [("orders", "again"), ("again", "orders")] {
        let alike = until("it may be the other", || {
            let told = told(name);
            (told[0]["common_connectors"] == 2).then_some(told)
        });
        assert_eq!(alike.as_array().unwrap().len(), 1, "{alike:#}");
        assert_eq!(alike[0]["cluster"], other);
        assert_eq!(alike[0]["same_kafka"], true);
        assert_eq!(alike[0]["workers"][0], "connect-0.invalid:8083", "{alike:#}");
        assert_eq!(alike[0]["connectors"], 2);
        assert_eq!(alike[0]["its_connectors"], 2);
    }
    let list = server.api("/api/v1/clusters").json();
    assert_eq!(list["items"][0]["perhaps_same_as"][0]["cluster"], "orders", "{list:#}");

    let page = server.ask("GET", "/").header("cookie", &server.sign_in()).send().text();
    let said =
        "Two clusters, all answering. again and orders may be the same Connect cluster: both are watched and counted.";
    assert!(page.contains(said), "{page}");

    let text = server.api("/metrics").text();
    for series in [
        "signalbox_cluster_perhaps_same{cluster=\"again\",other=\"orders\"} 1",
        "signalbox_cluster_perhaps_same{cluster=\"orders\",other=\"again\"} 1",
    ] {
        assert!(text.contains(series), "{text}");
    }

    // Who is removed from the configuration is like nobody any more, without a restart.
    server
        .home
        .write(two.split("[[clusters]]\nname = \"again\"").next().unwrap());
    until("it stands alone", || {
        (told("orders") == serde_json::json!([])).then_some(())
    });
}

#[test]
fn a_cluster_that_falls_silent_tells_of_all_its_addresses_and_keeps_what_had_failed() {
    let database = Database::new();
    let mut fake = hidden(2);
    fake.put(FakeConnector::sink("invoices", 1));
    fake.put(FakeConnector::source("lines", 1));
    let home = Home::new(&database.url);
    home.write(&format!(
        "[[clusters]]\nname = \"orders\"\nurls = [\"{}\", \"{}\"]\n",
        fake.url(0),
        fake.url(1)
    ));
    let text = std::fs::read_to_string(home.config()).unwrap();
    let text = text.replace("interval = \"200ms\"", "interval = \"200ms\"\nstale_after = \"2s\"");
    std::fs::write(home.config(), text).unwrap();
    let server = Server::ready(home);
    let one = |name: &str| server.api(&format!("/api/v1/clusters/orders/connectors/{name}")).json();
    until("it is healthy", || {
        (one("lines")["health"]["verdict"] == "healthy").then_some(())
    });
    let trace = "java.lang.IllegalStateException: the file is locked\n\tat x.Y.z(Y.java:2)\n";
    fake.set_state("invoices", Some(0), "FAILED", Some(trace));
    until("it failed", || {
        (one("invoices")["health"]["verdict"] == "failed").then_some(())
    });
    let own = one("invoices")["fault"].clone();
    assert!(one("invoices")["unheard_fault"].is_null());

    let cluster = || server.api("/api/v1/clusters/orders").json();
    let addresses = [0, 1].map(|worker| {
        fake.url(worker)
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned()
    });
    fake.behave(0, Behaviour::Hang);
    fake.kill(1);
    until("nothing is heard of it", || {
        let of_cluster = |name: &str| one(name)["fault"]["scope"]["kind"] == "cluster";
        (of_cluster("lines") && of_cluster("invoices")).then_some(())
    });
    // One silence begins at one moment, whatever each connector was before.
    assert_eq!(one("lines")["health"]["since"], one("invoices")["health"]["since"]);
    assert_eq!(one("lines")["health"]["verdict"], "unknown");
    let kept = one("invoices")["unheard_fault"].clone();
    assert_eq!(kept["id"], own["id"], "{kept:#}");
    assert!(
        kept["unheard_since"].is_string() && kept["opened_at"] == own["opened_at"],
        "{kept:#}"
    );
    assert!(one("lines")["unheard_fault"].is_null());
    let cause = until("all addresses are named", || {
        let told = one("lines")["fault"]["root_cause"].as_str().unwrap().to_owned();
        addresses.iter().all(|address| told.contains(address)).then_some(told)
    });
    assert!(cause.starts_with("No worker of orders answers: "), "{cause}");
    let asked = cluster()["addresses_asked"].clone();
    for address in &addresses {
        assert!(asked[address].is_string(), "{asked:#}");
    }
}

#[test]
fn a_cluster_that_is_configured_twice_is_refused_everywhere_and_the_log_says_it_once() {
    let database = Database::new();
    let fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    fake.put(FakeConnector::sink("invoices", 2).spread(2));
    let home = Home::new(&database.url);
    // By a name that no worker advertises.
    let by_name = fake.url(1).replace("127.0.0.1", "localhost");
    let entry = |name: &str, url: &str| format!("[[clusters]]\nname = \"{name}\"\nurls = [\"{url}\"]\n");
    let again = entry("again", &by_name);
    home.write(&format!("{}{again}", entry("orders", &fake.url(0))));
    let server = Server::ready(home);
    let cluster = || server.api("/api/v1/clusters/again").json();
    let told = until("it is refused", || {
        let told = cluster();
        (told["same_as"] == "orders").then_some(told)
    });
    assert_eq!(
        (&told["reachable"], &told["workers"]),
        (&false.into(), &serde_json::json!([]))
    );
    assert!(
        told["gap"].as_str().unwrap().contains("remove one of the two"),
        "{told:#}"
    );
    assert_eq!(told["faults"], serde_json::json!([]));
    let page = until("orders is listed", || {
        let page = server.api("/api/v1/connectors").json();
        (page["matching"] == 1).then_some(page)
    });
    assert_eq!(page["items"][0]["cluster"], "orders", "{page:#}");
    assert_eq!(
        server.api("/api/v1/workers").json()["items"].as_array().unwrap().len(),
        2
    );
    let missing = server.api("/api/v1/clusters/again/connectors/invoices");
    assert_eq!(missing.status, 404);
    assert!(
        missing.text().contains("the same Connect cluster as orders"),
        "{}",
        missing.text()
    );
    let metrics = server.api("/metrics").text();
    for line in [
        "signalbox_cluster_reachable{cluster=\"again\"} 0",
        "signalbox_cluster_refused{cluster=\"again\",same_as=\"orders\"} 1",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    for family in [
        "signalbox_cluster_connectors{",
        "signalbox_cluster_workers{",
        "signalbox_connector_healthy{",
    ] {
        assert!(!metrics.contains(&format!("{family}cluster=\"again\"")), "{family}");
    }

    // The other one is removed: this one is watched, and its worker is no longer said to be another's.
    server.home.write(&again);
    until("it is watched", || {
        let told = cluster();
        (told["same_as"].is_null() && told["reachable"] == true).then_some(())
    });
    let log = server.log();
    assert_eq!(
        log.matches("the cluster is refused: it is the same").count(),
        1,
        "{log}"
    );
    assert_eq!(log.matches("the cluster is refused no more").count(), 1, "{log}");
}
