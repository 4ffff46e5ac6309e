//! Workers that send what they like.

use std::time::Duration;

use testkit::fake::{Behaviour, FakeCluster, FakeConnector, Version};

use super::for_a_while;
use crate::client::until;
use crate::database::Database;
use crate::server::{Home, Server};

/// What four workers send, each time they are asked anything.
const BODY: u64 = 300 << 20;
/// What the server may take of the machine's memory meanwhile.
const MOST: u64 = 300 << 20;

/// Bytes in memory of a process.
fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kilobytes << 10
}

#[test]
fn four_workers_that_send_300_mb_each_do_not_fill_the_memory() {
    let _alone = super::alone();
    let database = Database::new();
    let hostile: Vec<FakeCluster> = (0..4)
        .map(|_| {
            let cluster = FakeCluster::start(Version::V4_3_1, 1).unwrap();
            cluster.behave(0, Behaviour::Huge(BODY));
            cluster
        })
        .collect();
    let good = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    good.put(FakeConnector::sink("payments", 1));
    let home = Home::new(&database.url);
    let all = hostile.iter().chain([&good]).enumerate();
    let config = all.map(|(number, cluster)| {
        let url = cluster.url(0);
        format!("[[clusters]]\nname = \"c{number}\"\nurls = [\"{url}\"]\n")
    });
    home.write(&config.collect::<String>());
    let server = Server::ready(home);
    let mut most = 0;
    for_a_while(Duration::from_secs(30), Duration::from_millis(50), |_| {
        let now = resident(server.pid());
        assert!(now < MOST, "{} MB", now >> 20);
        most = most.max(now);
    });
    let asked: usize = hostile.iter().map(|cluster| cluster.requests(0).len()).sum();
    eprintln!("{asked} questions, {} MB at most", most >> 20);
    assert!(asked > 20, "{asked}");
    until("the good one", || {
        let one = server.api("/api/v1/clusters/c4/connectors/payments");
        (one.status == 200 && one.json()["health"]["verdict"] == "healthy").then_some(())
    });
    let why = server.api("/api/v1/clusters/c0").json()["gap"].clone();
    assert!(
        why.as_str()
            .is_some_and(|why| why.contains("MB") || why.contains("larger")),
        "{why}"
    );
}
