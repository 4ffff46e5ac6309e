//! Who runs what, and what was moved.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use console::{Assignment, AssignmentLine, ClusterDetail, Hour, Load, Placed, Rebalances, WorkerItem};
use model::facts::Alive;
use model::names::WorkerId;
use model::verdict::Health;

use super::{cluster, cluster_detail, entry, now, worker};

fn line(name: &str, health: Health, places: &[(&str, bool, &[u32])]) -> AssignmentLine {
    let placed = |(id, instance, tasks): &(&str, bool, &[u32])| {
        let placed = Placed {
            instance: *instance,
            tasks: tasks.iter().map(|task| (*task, health)).collect(),
        };
        (WorkerId::from(*id), placed)
    };
    AssignmentLine {
        name: name.into(),
        health,
        team: Some("payments".into()),
        places: places.iter().map(placed).collect(),
    }
}

/// On the workers of the sample clusters.
pub fn assignment() -> Assignment {
    let lines = vec![
        line(
            "jdbc-orders",
            Health::Unassigned,
            &[("10.0.3.11:8083", true, &[0]), ("10.0.3.13:8083", false, &[1, 2])],
        ),
        line("s3-archive", Health::Failed, &[("10.0.3.12:8083", true, &[0, 1])]),
        line(
            "cdc-inventory-with-a-name-that-is-far-too-long",
            Health::Healthy,
            &[
                ("10.0.3.11:8083", false, &[0]),
                ("10.0.3.12:8083", true, &[]),
                ("elsewhere:8083", false, &[7]),
            ],
        ),
        line("everywhere", Health::Healthy, &[("10.0.3.12:8083", true, &[0; 128])]),
    ];
    Assignment {
        all: lines.len(),
        lines,
        part: 1,
        parts: 1,
    }
}

/// A cluster of so many workers, one of them gone, and the first part of so many connectors.
pub fn great_cluster(workers: usize, connectors: usize) -> (ClusterDetail, Assignment) {
    let id = |number: usize| format!("connect-{number}.connect-headless.payments.svc.cluster.local:8083");
    let item = |number: usize| WorkerItem {
        connectors: 27,
        tasks: 80 + (number as u32 * 7) % 23,
        ..worker(
            "orders",
            &id(number),
            if number == 3 { Alive::Dead } else { Alive::Yes },
            number == 0,
        )
    };
    let made: Vec<WorkerItem> = (0..workers).map(item).collect();
    let teams = ["payments", "orders", "search", "logistics", "identity"];
    let lines = (0..connectors.min(400)).map(|number| {
        let health = match number % 40 {
            7 => Health::Failed,
            13 => Health::Degraded,
            19 => Health::Paused,
            _ => Health::Healthy,
        };
        let mut places: BTreeMap<WorkerId, Placed> = BTreeMap::new();
        for task in 0..(number % 5 + if number % 50 == 49 { 300 } else { 1 }) {
            let place = places.entry(id((number + task) % workers).as_str().into()).or_default();
            place.tasks.push((task as u32, health));
        }
        places
            .entry(id(number * 3 % workers).as_str().into())
            .or_default()
            .instance = true;
        AssignmentLine {
            name: format!("{}-jdbc-sink-{number:05}-eu-central", teams[number % teams.len()]).into(),
            health,
            team: None,
            places,
        }
    });
    let assignment = Assignment {
        lines: lines.collect(),
        part: 1,
        parts: connectors.div_ceil(400).max(1),
        all: connectors,
    };
    let mut detail = cluster_detail(cluster("orders", made, &[(Health::Healthy, connectors as u32)]));
    detail.load = Load {
        workers: workers - 1,
        tasks: 1260,
        most: 112,
        left_behind: 101,
    };
    (detail, assignment)
}

/// A day of which the first hours were not watched.
pub fn rebalances() -> Rebalances {
    let hour = |number: i64| Hour {
        from: now() - TimeDelta::seconds(now().timestamp() % 3600) - TimeDelta::hours(23 - number),
        count: (number > 4).then(|| [0, 1, 0, 3, 0, 0, 7][number as usize % 7]),
    };
    Rebalances {
        hours: (0..24).map(hour).collect(),
        items: vec![
            entry(
                901,
                31,
                None,
                "worker",
                "worker 10.0.3.13:8083 left without a word",
                None,
            ),
            entry(
                900,
                30,
                None,
                "rebalance",
                "rebalance: two workers, led by 10.0.3.11:8083; lost work is held back for 5 min",
                None,
            ),
        ],
        more: false,
    }
}
