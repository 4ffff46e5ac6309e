//! The system's clock jumps by an hour.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use testkit::fake::{FakeCluster, FakeConnector, Version, traces};

use super::{for_a_while, history, moment};
use crate::client::until;
use crate::database::Database;
use crate::server::{Home, Server};

/// An interval of 200 ms, a beat of the recorder, a look of the reader, and a busy machine.
const SOON: Duration = Duration::from_secs(4);

/// The library that lies about the wall clock to a process that is started with it.
fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap().filter_map(Result::ok);
    let places = folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    let mut found = places.filter(|place| place.exists());
    found
        .next()
        .unwrap_or_else(|| panic!("the Debian package libfaketime is needed; `make test` installs it"))
}

struct Rig {
    fake: FakeCluster,
    server: Server,
    offset: PathBuf,
    _database: Database,
}

impl Rig {
    fn start() -> Self {
        let database = Database::new();
        let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
        (0..4).for_each(|number| fake.put(FakeConnector::sink(&format!("s{number}"), 1)));
        let mut home = Home::new(&database.url);
        home.write(&format!(
            "[[clusters]]\nname = \"orders\"\nurls = [\"{}\"]\n",
            fake.url(0)
        ));
        let offset = home.folder.path().join("offset");
        std::fs::write(&offset, "+0\n").unwrap();
        home.environment = [
            ("LD_PRELOAD", library().to_str().unwrap()),
            ("FAKETIME_TIMESTAMP_FILE", offset.to_str().unwrap()),
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ("DONT_FAKE_MONOTONIC", "1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let server = Server::ready(home);
        let rig = Self {
            fake,
            server,
            offset,
            _database: database,
        };
        until("all healthy", || (rig.healthy() == 4).then_some(()));
        rig
    }

    fn healthy(&self) -> u64 {
        let list = self.server.api("/api/v1/connectors?health=healthy").json();
        list["matching"].as_u64().unwrap_or(0)
    }

    /// From now on the process's wall clock is so many seconds off.
    fn jump(&self, seconds: i64) {
        // Replaced in one piece: it is read all the time.
        let next = self.offset.with_extension("next");
        std::fs::write(&next, format!("{seconds:+}\n")).unwrap();
        std::fs::rename(next, &self.offset).unwrap();
    }

    /// The process's present, as its pages have it.
    fn as_of(&self) -> DateTime<Utc> {
        moment(&self.server.api("/api/v1/clusters").json()["items"][0]["as_of"])
    }

    /// A change is seen and told at the process's time.
    fn change_is_seen(&self, name: &str, offset: i64) {
        for (state, trace, verdict) in [("FAILED", Some(traces::BARE), "failed"), ("RUNNING", None, "healthy")] {
            let when = Instant::now();
            self.fake.set_state(name, Some(0), state, trace);
            until(verdict, || {
                let one = self
                    .server
                    .api(&format!("/api/v1/clusters/orders/connectors/{name}"))
                    .json();
                (one["health"]["verdict"] == verdict).then_some(())
            });
            let took = when.elapsed();
            assert!(took < SOON, "{verdict} {took:?} after the change, {offset} s off");
            // The last that was recorded: by its time it may stand before what a clock ahead told.
            let path = format!("/api/v1/clusters/orders/connectors/{name}/timeline?limit=500");
            let page = self.server.api(&path).json();
            let states = page["items"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|item| item["kind"] == "state");
            let at = moment(&states.max_by_key(|item| item["id"].as_i64()).unwrap()["at"]);
            let off = at - (Utc::now() + TimeDelta::seconds(offset));
            assert!(
                off.abs() < TimeDelta::seconds(5),
                "{at} is {off} away from the process's time"
            );
        }
    }

    fn leases(&self) -> Vec<String> {
        self._database
            .ask("SELECT unit || ' ' || epoch || ' ' || holder FROM leases WHERE expires_at > clock_timestamp()")
    }
}

/// No age in an answer is negative.
fn no_age_is_negative(rig: &Rig) {
    let page = rig.server.api("/clusters/orders").text();
    let number = |rest: &str| rest.starts_with(|letter: char| letter.is_ascii_digit());
    assert!(!page.split(">-").skip(1).any(number), "{page}");
    let metrics = rig.server.get("/metrics").text();
    for line in metrics.lines().filter(|line| line.contains("_age_seconds{")) {
        let age: f64 = line.rsplit(' ').next().unwrap().parse().unwrap();
        assert!(age >= 0.0, "{line}");
    }
}

#[test]
fn a_clock_that_jumps_an_hour_each_way_changes_no_verdict_and_stops_nothing() {
    let rig = Rig::start();
    let before: Vec<_> = (0..4)
        .map(|number| history(&rig.server, "orders", &format!("s{number}")))
        .collect();
    let leases = rig.leases();
    assert_eq!(leases.len(), 1);
    // Three failures within minutes are a loop, whatever the clock says of them: each fails twice.
    let jumps = [
        ("forward", 3600, "s3"),
        ("back", 0, "s3"),
        ("further back", -3600, "s2"),
        ("and home", 0, "s2"),
    ];
    for (what, offset, name) in jumps {
        let jumped = Instant::now();
        rig.jump(offset);
        let mut last_wrong = None;
        for_a_while(Duration::from_secs(6), Duration::from_millis(50), |since| {
            let list = rig.server.api("/api/v1/connectors").json();
            let well = list["items"]
                .as_array()
                .unwrap()
                .iter()
                .all(|item: &Value| item["health"]["verdict"] == "healthy" && item["health"]["stale"] == false);
            if !well {
                last_wrong = Some(since);
            }
            no_age_is_negative(&rig);
        });
        eprintln!("{what}: anything but healthy and fresh until {last_wrong:?} after the jump");
        assert!(last_wrong.is_none_or(|last| last < SOON), "{what}: {last_wrong:?}");
        let off = rig.as_of() - (Utc::now() + TimeDelta::seconds(offset));
        assert!(
            off.abs() < TimeDelta::seconds(3),
            "{what}: seen {off} away from the process's time"
        );
        rig.change_is_seen(name, offset);
        until("the page tells of the clock while it is off", || {
            let told = rig.server.api("/").text().contains("The clock of this server is");
            (told == (offset != 0)).then_some(())
        });
        let ready = rig.server.get("/readyz");
        assert_eq!(ready.status, 200, "{what}: it does its work");
        let warned = ready.json()["warnings"].as_array().unwrap().len();
        assert_eq!(warned, usize::from(offset != 0), "{what}: {}", ready.text());
        assert!(jumped.elapsed() < Duration::from_secs(30), "{what}");
        assert_eq!(rig.leases(), leases, "{what}: Postgres's clock decides");
    }
    // What nothing happened to has no history of it.
    for (number, before) in before.iter().enumerate().take(2) {
        assert_eq!(history(&rig.server, "orders", &format!("s{number}")), *before);
    }
    assert!(!rig.server.log().contains("panicked"), "{}", rig.server.log());
}
