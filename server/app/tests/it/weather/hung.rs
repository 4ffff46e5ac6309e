//! Some clusters hang; the others do not notice.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::Utc;
use serde_json::Value;
use testkit::fake::fleet::{FakeFleet, Manner, Order, Size};

use super::{alone, for_a_while, moment};
use crate::client::{until, until_within};
use crate::database::Database;
use crate::server::{Home, Server};

const CLUSTERS: usize = 100;
const HUNG: usize = 10;
const INTERVAL: Duration = Duration::from_secs(5);
/// What others may see is no older than this.
const OLDEST: Duration = Duration::from_secs(6);

#[test]
fn with_ten_of_a_hundred_clusters_hung_the_others_stay_fresh() {
    let _alone = alone();
    let database = Database::new();
    let size = Size {
        clusters: CLUSTERS.try_into().unwrap(),
        workers: 1,
        connectors: 5,
        tasks: 1,
        port: None,
    };
    let fleet = FakeFleet::start(&size).unwrap();
    let home = Home::new(&database.url);
    home.write(&fleet.config());
    let text = std::fs::read_to_string(home.config()).unwrap();
    let interval = format!("interval = \"{}s\"", INTERVAL.as_secs());
    std::fs::write(home.config(), text.replace("interval = \"200ms\"", &interval)).unwrap();
    let server = Server::ready(home);
    let clusters = || {
        let list = server.api("/api/v1/clusters").json();
        list["items"].as_array().unwrap().clone()
    };
    // A hundred units begin at once, and a busy machine takes its time for it.
    until_within(Duration::from_secs(120), "the first looks", || {
        let seen = clusters().iter().filter(|cluster| cluster["as_of"].is_string()).count();
        (seen == CLUSTERS).then_some(())
    });
    // The burst of the start is over when each was listed three times.
    let lists = || {
        let count = |requests: Vec<String>| requests.iter().filter(|request| request.contains("expand=")).count();
        fleet.clusters().map(|(_, cluster)| count(cluster.requests(0))).min()
    };
    until("three looks each", || (lists() >= Some(3)).then_some(()));
    let hung: BTreeSet<String> = (1..=HUNG).map(|number| format!("fake-{}", number * 9)).collect();
    for cluster in &hung {
        let how = Order::Behave {
            cluster: Some(cluster.clone()),
            worker: None,
            how: Manner::Hang,
        };
        fleet.carry_out(&how).unwrap();
    }
    let (mut oldest, mut looks, mut late) = (Duration::ZERO, 0, Vec::new());
    for_a_while(Duration::from_secs(30), Duration::from_millis(250), |_| {
        let seen = clusters();
        let now = Utc::now();
        for cluster in &seen {
            let name = cluster["name"].as_str().unwrap();
            if hung.contains(name) {
                continue;
            }
            let age = (now - moment(&cluster["as_of"])).to_std().unwrap_or_default();
            if age >= OLDEST {
                late.push(format!("{name} {age:?}"));
            }
            oldest = oldest.max(age);
        }
        looks += 1;
    });
    eprintln!(
        "{looks} looks at {} clusters that answer: {oldest:?} at most",
        CLUSTERS - HUNG
    );
    assert!(
        late.is_empty(),
        "older than {OLDEST:?} with {HUNG} others hung: {late:?}"
    );
    assert!(looks > 60, "{looks}");
    let is_reachable = |cluster: &Value| cluster["reachable"] == true;
    for cluster in clusters() {
        let name = cluster["name"].as_str().unwrap();
        assert_eq!(is_reachable(&cluster), !hung.contains(name), "{cluster:#}");
    }
}
