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
    // There is something to record that cannot be.
    clusters[0].set_state("s0", Some(0), "FAILED", Some(traces::BARE));
    std::thread::sleep(Duration::from_secs(1));
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
