//! The end comes in time, whatever hangs.

use std::time::Duration;

use nix::sys::signal::Signal;
use testkit::fake::{Behaviour, FakeCluster, FakeConnector, Version, traces};

use super::instance::Instance;
use crate::client::until;
use crate::server::{Home, SEE, Server};

#[test]
fn sigterm_ends_it_within_five_seconds_though_readers_stay_and_worker_and_database_hang() {
    let instance = Instance::start();
    let clusters: Vec<FakeCluster> = (0..2)
        .map(|number| {
            let cluster = FakeCluster::start(Version::V4_3_1, 1).unwrap();
            cluster.put(FakeConnector::sink(&format!("s{number}"), 1));
            cluster
        })
        .collect();
    let home = Home::new(&instance.url);
    let config = clusters.iter().enumerate().map(|(number, cluster)| {
        let url = cluster.url(0);
        format!("[[clusters]]\nname = \"c{number}\"\nurls = [\"{url}\"]\n")
    });
    home.write(&config.collect::<String>());
    let mut server = Server::ready(home);
    until("both healthy", || {
        (server.api("/api/v1/connectors?health=healthy").json()["matching"] == 2).then_some(())
    });
    let mut readers: Vec<_> = (0..50)
        .map(|_| {
            let ask = server.ask("GET", "/api/v1/events").token(SEE);
            ask.header("accept", "text/event-stream").stream()
        })
        .collect();
    for reader in &mut readers {
        reader.until("its beginning", |seen| seen.contains("id: "));
    }
    clusters[1].behave(0, Behaviour::Hang);
    instance.freeze();
    // There is something to record that cannot be: it was listed, told before the next list was asked for, and waits.
    clusters[0].set_state("s0", Some(0), "FAILED", Some(traces::BARE));
    until("a list with the failure", || clusters[0].shown_after());
    let lists = || {
        clusters[0]
            .requests(0)
            .iter()
            .filter(|asked| asked.contains("expand="))
            .count()
    };
    let asked = lists();
    until("the next list", || (lists() > asked).then_some(()));
    until("what waits to be recorded", || {
        let metrics = server.get("/metrics").text();
        let waits = |name: &str| {
            let start = format!("signalbox_{name}{{cluster=\"c0\"}} ");
            let number = metrics.lines().find_map(|line| line.strip_prefix(&start))?;
            (number.parse::<f64>().ok()? > 0.0).then_some(())
        };
        waits("history_entries_pending").or_else(|| waits("observations_waiting"))
    });
    server.signal(Signal::SIGTERM);
    let (status, took) = server.ended();
    eprintln!("ended {took:?} after SIGTERM");
    assert!(
        status.success() && took < Duration::from_secs(5),
        "{status} after {took:?}"
    );
    for reader in readers {
        reader.end();
    }
}
