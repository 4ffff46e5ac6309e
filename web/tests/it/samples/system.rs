//! Signalbox itself.

use std::time::Duration;

use chrono::TimeDelta;
use console::{
    CallItem, DatabaseItem, FreshItem, LeaseItem, LogLevel, Process, Queues, ServerItem, Shared, Source, System,
};

use super::ago;

fn fresh(cluster: &str, source: Source, age: i64, gap: Option<&str>) -> FreshItem {
    FreshItem {
        cluster: cluster.into(),
        source,
        as_of: Some(ago(age)),
        stale: age > 30,
        gap: gap.map(str::to_owned),
    }
}

fn calls(cluster: &str, question: &'static str, count: usize, failed: usize, ms: [u64; 3]) -> CallItem {
    let [p50, p95, max] = ms.map(Duration::from_millis);
    CallItem {
        cluster: cluster.to_owned(),
        question,
        path: if question == "list" {
            "/connectors?expand"
        } else {
            question
        },
        count,
        failed,
        p50,
        p95,
        max,
    }
}

fn server(holder: &str, live: bool, units: usize) -> ServerItem {
    ServerItem {
        this: holder.starts_with("box-1"),
        live,
        units,
        holder: holder.to_owned(),
        version: "0.1.0".to_owned(),
        address: Some("https://signalbox.example.com".to_owned()),
        since: ago(93_000),
    }
}

fn lease(unit: &str, holder: &str, held: bool) -> LeaseItem {
    LeaseItem {
        unit: unit.into(),
        holder: holder.to_owned(),
        epoch: 12,
        since: ago(4_000),
        held,
    }
}

pub fn system() -> System {
    let holder = "box-1/4711/0a1b2c3d4e5f";
    System {
        process: Process {
            version: "0.1.0",
            holder: holder.into(),
            started_at: ago(93_000),
            config_loaded_at: ago(4_200),
            config_refused: None,
            config_at_next_start: Vec::new(),
            log: LogLevel {
                filter: "info,engine=debug".to_owned(),
                until: Some(ago(-600)),
                by: Some("local operator".into()),
            },
            streams: 14,
            streams_most: 512,
        },
        trouble: None,
        freshness: vec![
            fresh("orders", Source::Rest, 2, None),
            fresh("orders", Source::Group, 3, None),
            fresh("payments", Source::Rest, 4, None),
            fresh(
                "warehouse",
                Source::Rest,
                400,
                Some("http://w1.example:8083 accepts and does not answer within 10 s"),
            ),
        ],
        stale_after: TimeDelta::seconds(30),
        calls: vec![
            calls("orders", "list", 60, 0, [18, 41, 96]),
            calls("orders", "group", 60, 0, [3, 6, 11]),
            calls("orders", "root", 180, 0, [2, 4, 9]),
            calls("payments", "list", 60, 0, [22, 50, 1_440]),
            calls("warehouse", "list", 28, 28, [10_001, 10_002, 10_004]),
        ],
        queues: Queues {
            observations: [("orders".to_owned(), 3)].into(),
            entries: [("warehouse".to_owned(), 1_204)].into(),
            events: 2,
            spans: 118,
        },
        unrecorded: Default::default(),
        database: Ok(DatabaseItem {
            version: "15.18 (Debian 15.18-0+deb12u1)".to_owned(),
            latency: Duration::from_micros(780),
            ahead: TimeDelta::milliseconds(-3),
            bytes: 84_200_000,
        }),
        shared: Ok(Shared {
            servers: vec![
                server(holder, true, 1),
                server("box-2/993/77", true, 1),
                server("box-3/12/ff", false, 0),
            ],
            leases: vec![
                lease("connect/payments", holder, true),
                lease("connect/warehouse", "box-3/12/ff", false),
                lease("kafka/main", "box-2/993/77", true),
            ],
        }),
    }
}

pub fn system_without_database() -> System {
    let why = "the database does not answer: Connection refused (os error 111)";
    let mut system = system();
    system.trouble = Some(why.into());
    system.database = Err(why.to_owned());
    system.shared = Err(why.to_owned());
    system.process.config_refused = Some("signalbox.toml line 14: unknown key `naem`; did you mean `name`?".to_owned());
    let full = "Postgres cannot be used right now: could not extend file \"base/5/16390\": No space left on device";
    system.unrecorded.insert("orders".to_owned(), full.to_owned());
    system
}
