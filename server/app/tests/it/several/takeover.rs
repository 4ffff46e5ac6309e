//! Spread, takeover after a death, handing over at an orderly end; what changes meanwhile is told once, and all servers
//! say the same.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::Value;
use testkit::fake::traces;

use super::{Rig, until_all_healthy, until_verdict, without_ages};
use crate::client::until;
use crate::server::Server;

/// From the death of a server to the first verdict of its successor.
const TAKEOVER: Duration = Duration::from_secs(5);
/// From SIGTERM until others hold everything.
const HANDOVER: Duration = Duration::from_secs(1);

/// The clusters whose units a server holds.
fn clusters_of(rig: &Rig, server: &Server) -> Vec<usize> {
    let held = rig.holdings();
    let units = held.get(&server.pid()).cloned().unwrap_or_default();
    units
        .iter()
        .map(|unit| unit["connect/c".len()..].parse().unwrap())
        .collect()
}

/// All that a server shows, without ages, and the number of the feed up to which it does.
fn shown(server: &Server) -> (Value, Value) {
    loop {
        let head = server.api("/api/v1/events").json()["next"].clone();
        let list = server.api("/api/v1/connectors?limit=200").json();
        let mut all = vec![without_ages(server.api("/api/v1/clusters").json())];
        for item in list["items"].as_array().unwrap() {
            let (cluster, name) = (item["cluster"].as_str().unwrap(), item["name"].as_str().unwrap());
            let connector = format!("/api/v1/clusters/{cluster}/connectors/{name}");
            all.push(without_ages(server.api(&connector).json()));
        }
        all.push(without_ages(list));
        if server.api("/api/v1/events").json()["next"] == head {
            return (head, Value::Array(all));
        }
    }
}

/// Every server shows the same, field by field, `since` included.
fn all_say_the_same(servers: &[&Server]) {
    until("the same number at all servers", || {
        let shown: Vec<(Value, Value)> = servers.iter().map(|server| shown(server)).collect();
        let same_number = shown.iter().all(|(head, _)| *head == shown[0].0);
        if same_number {
            for (_, other) in &shown {
                assert_eq!(*other, shown[0].1);
            }
        }
        same_number.then_some(())
    });
}

/// What was appended to the history, without numbers: cluster, connector and kind.
fn news(rig: &Rig, before: &[String]) -> Vec<String> {
    let after = rig.history();
    assert_eq!(after[..before.len()], *before, "the past does not change");
    let brief = |line: &String| line.splitn(5, ' ').skip(1).take(3).collect::<Vec<_>>().join(" ");
    let mut news: Vec<String> = after[before.len()..].iter().map(brief).collect();
    news.sort();
    news
}

/// What the failure of the only task of one sink writes.
fn failure(cluster: usize, connector: usize) -> Vec<String> {
    let kinds = ["fault_opened", "state", "verdict"];
    kinds
        .iter()
        .map(|kind| format!("c{cluster} s{connector} {kind}"))
        .collect()
}

#[test]
fn units_are_spread_and_taken_over_and_nothing_is_told_twice_or_not_at_all() {
    const CLUSTERS: usize = 6;
    let rig = Rig::new(CLUSTERS, 3);
    let first = Server::ready(rig.home());
    until_all_healthy(&first, CLUSTERS * 3);
    rig.clusters[5].set_state("s0", Some(0), "FAILED", Some(traces::BAD_RECORD));
    until_verdict(&first, 5, 0, "failed");
    rig.until_held("one server holds all", &[(&first, CLUSTERS)]);
    until("every worker's answer", || {
        let workers = first.api("/api/v1/workers").json()["items"].clone();
        let known = |worker: &Value| worker["alive"] == true && worker["health"].is_string();
        workers.as_array().unwrap().iter().all(known).then_some(())
    });
    let (_, alone) = shown(&first);
    let before = rig.history();

    // Two join: they are given their share, one unit after the other, and nothing moves that need not.
    let joined = Instant::now();
    let (mut second, mut third) = (Server::ready(rig.home()), Server::ready(rig.home()));
    rig.until_held("an even share", &[(&first, 2), (&second, 2), (&third, 2)]);
    eprintln!("an even share {:?} after two joined", joined.elapsed());
    assert_eq!(rig.epochs(), CLUSTERS as i64 + 4, "four units changed hands, once each");
    all_say_the_same(&[&first, &second, &third]);
    assert_eq!(
        shown(&second).1,
        alone,
        "a new holder says what the last one said, since when it did"
    );
    assert_eq!(news(&rig, &before), [""; 0], "handing over is no event");

    // One dies in the middle of it all; what changes while nobody looks is told once by the next.
    let orphans = clusters_of(&rig, &second);
    let before = rig.history();
    let died = Instant::now();
    second.signal(Signal::SIGKILL);
    for cluster in &orphans {
        rig.clusters[*cluster].set_state("s1", Some(0), "FAILED", Some(traces::BARE));
    }
    second.ended();
    for cluster in &orphans {
        until_verdict(&first, *cluster, 1, "failed");
        let took = died.elapsed();
        eprintln!("c{cluster} taken over {took:?} after its server was killed");
        assert!(took < TAKEOVER, "{took:?}");
    }
    rig.until_held("the share of two", &[(&first, 3), (&third, 3)]);
    all_say_the_same(&[&first, &third]);
    let mut expected: Vec<String> = orphans.iter().flat_map(|cluster| failure(*cluster, 1)).collect();
    expected.sort();
    assert_eq!(news(&rig, &before), expected);
    assert_eq!(rig.epochs(), CLUSTERS as i64 + 6);

    // One ends in order: the last one has everything at once.
    let orphans = clusters_of(&rig, &third);
    let before = rig.history();
    let asked = Instant::now();
    third.signal(Signal::SIGTERM);
    for cluster in &orphans {
        rig.clusters[*cluster].set_state("s2", Some(0), "FAILED", Some(traces::BARE));
    }
    rig.until_held("all at the last one", &[(&first, CLUSTERS)]);
    let took = asked.elapsed();
    eprintln!("handed over {took:?} after SIGTERM");
    assert!(took < HANDOVER, "{took:?}");
    third.ended();
    for cluster in &orphans {
        until_verdict(&first, *cluster, 2, "failed");
    }
    let mut expected: Vec<String> = orphans.iter().flat_map(|cluster| failure(*cluster, 2)).collect();
    expected.sort();
    assert_eq!(news(&rig, &before), expected);
    assert_eq!(
        rig.database.ask("SELECT holder FROM servers").len(),
        2,
        "the one that lives, and the one that was killed"
    );
}
