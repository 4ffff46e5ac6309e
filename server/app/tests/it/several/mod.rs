//! Several servers on one database.

mod again;
mod door;
mod fenced;
mod rolling;
mod takeover;
mod upgrade;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::fake::{FakeCluster, FakeConnector, Version};

use crate::client::until;
use crate::database::Database;
use crate::server::{Home, Server};

/// A fleet of one-worker clusters `c0`, `c1` …, each a unit of its own, and a database for those who watch it.
pub struct Rig {
    pub database: Database,
    pub clusters: Vec<FakeCluster>,
    /// Whose secret key all servers have.
    key: Home,
}

impl Rig {
    /// So many clusters of so many sinks `s0`, `s1` … with one task each.
    pub fn new(clusters: usize, connectors: usize) -> Self {
        let database = Database::new();
        let clusters = (0..clusters).map(|_| {
            let cluster = FakeCluster::start(Version::V4_3_1, 1).unwrap();
            (0..connectors).for_each(|number| cluster.put(FakeConnector::sink(&format!("s{number}"), 1)));
            cluster
        });
        let clusters = clusters.collect();
        let key = Server::ready(Home::new(&database.url)).stop();
        Self {
            database,
            clusters,
            key,
        }
    }

    /// A home of another server on the same database and fleet.
    pub fn home(&self) -> Home {
        self.home_at(&self.database.url)
    }

    /// The same, over another address of the database.
    pub fn home_at(&self, url: &str) -> Home {
        let home = Home::new(url).with_key_of(&self.key);
        let one = |(number, cluster): (usize, &FakeCluster)| {
            format!("[[clusters]]\nname = \"c{number}\"\nurls = [\"{}\"]\n", cluster.url(0))
        };
        home.write(&self.clusters.iter().enumerate().map(one).collect::<String>());
        home
    }

    /// Units in force, by the process that holds them.
    pub fn holdings(&self) -> BTreeMap<u32, Vec<String>> {
        let rows = self.database.ask(
            "SELECT split_part(holder, '/', 2) || ' ' || unit FROM leases
             WHERE NOT released AND expires_at > clock_timestamp() ORDER BY unit",
        );
        let mut held: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for row in rows {
            let (pid, unit) = row.split_once(' ').unwrap();
            held.entry(pid.parse().unwrap()).or_default().push(unit.to_owned());
        }
        held
    }

    /// Waits until these servers hold so many units each.
    pub fn until_held(&self, what: &str, expected: &[(&Server, usize)]) {
        let began = Instant::now();
        let total = expected.iter().map(|(_, count)| count).sum::<usize>();
        loop {
            let held = self.holdings();
            let count = |server: &Server| held.get(&server.pid()).map_or(0, Vec::len);
            let as_expected = expected.iter().all(|(server, number)| count(server) == *number);
            if as_expected && held.values().map(Vec::len).sum::<usize>() == total {
                return;
            }
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "{what} within 60 s: {held:?}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The sum of all epochs: it grows by one with each change of hands.
    pub fn epochs(&self) -> i64 {
        let sum = self.database.ask("SELECT sum(epoch)::text FROM leases");
        sum[0].parse().unwrap()
    }

    /// The history so far: number, cluster, connector, kind and entry, each as one line.
    pub fn history(&self) -> Vec<String> {
        self.database
            .ask("SELECT concat_ws(' ', id, cluster, coalesce(connector, '-'), kind, entry) FROM history ORDER BY id")
    }
}

/// Waits until a server shows this verdict of `s{number}` of `c{cluster}`.
pub fn until_verdict(server: &Server, cluster: usize, number: usize, verdict: &str) {
    until(&format!("s{number} of c{cluster} {verdict}"), || {
        let shown = server.api(&format!("/api/v1/clusters/c{cluster}/connectors/s{number}"));
        (shown.status == 200 && shown.json()["health"]["verdict"] == verdict).then_some(())
    });
}

/// Waits until a server shows every connector of the fleet, and all healthy.
pub fn until_all_healthy(server: &Server, count: usize) {
    until("the first looks", || {
        let list = server.api("/api/v1/connectors?health=healthy").json();
        (list["matching"] == count).then_some(())
    });
}

/// The same without what moves with every look: when it was last true, and what is worded or counted from it.
pub fn without_ages(mut value: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.retain(|key, _| key != "as_of" && key != "age");
                members.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut value);
    value
}
