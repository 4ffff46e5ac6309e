//! Clusters, workers and faults.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::TimeDelta;
use console::{ClusterDetail, ClusterItem, FaultItem, Load, Overview, PluginLine, Seeing, Sight, WorkerItem};
use model::facts::{Alive, Freshness, GroupFacts};
use model::fault::{Fault, Scope};
use model::names::{TeamName, WorkerId};
use model::observe::{Gap, GapKind, HealthAnswer};
use model::verdict::{Class, Domain, Health};
use view::Alike;

use super::{CAUSE, ago, fault, now};

pub fn worker(cluster: &str, id: &str, alive: Alive, leader: bool) -> WorkerItem {
    let evidence = match alive {
        Alive::Yes => "a member of the Connect group",
        Alive::GoneInOrder => "it left the group after its UNASSIGNED records",
        Alive::Dead => "it left the group 31 s ago, and nothing was written before",
        Alive::Unknown => "its address does not answer this server, which proves nothing without Kafka access",
    };
    WorkerItem {
        cluster: cluster.into(),
        id: id.into(),
        alive,
        since: ago(if alive == Alive::Yes { 11_100 } else { 31 }),
        evidence: evidence.into(),
        version: (alive == Alive::Yes).then(|| "4.3.1".into()),
        connectors: 4,
        tasks: 9,
        leader,
        health: (alive == Alive::Yes).then(|| HealthAnswer {
            ready: true,
            word: "healthy".into(),
            message: "".into(),
        }),
        plugins: Some(42),
    }
}

pub fn totals(counts: &[(Health, u32)]) -> view::Totals {
    let mut totals = view::Totals::default();
    for (health, count) in counts {
        (0..*count).for_each(|_| totals.add(*health));
    }
    totals
}

pub fn cluster(name: &str, workers: Vec<WorkerItem>, counts: &[(Health, u32)]) -> ClusterItem {
    let totals = totals(counts);
    ClusterItem {
        name: name.into(),
        reachable: true,
        looked: true,
        reachable_since: Some(ago(11_100)),
        gap: None,
        as_of: Some(ago(2)),
        stale: false,
        group_unheard: false,
        out_of_sight: false,
        version: Some("4.3.1".into()),
        kafka_cluster_id: Some("MkU3OEVBNTcwNTJENDM2Qg".into()),
        labels: BTreeMap::from([("env".into(), "prod".into())]),
        workers,
        lamps: totals.iter().filter(|(_, count)| *count > 0).collect(),
        totals,
        revision: 3,
        same_as: None,
        alike: Vec::new(),
    }
}

pub fn silent(mut cluster: ClusterItem) -> ClusterItem {
    let counts = [(Health::Unknown, cluster.totals.all())];
    cluster.totals = totals(&counts);
    cluster.lamps = counts.to_vec();
    ClusterItem {
        reachable: false,
        reachable_since: Some(ago(200)),
        gap: Some(Gap {
            kind: GapKind::Refused,
            text: "http://10.0.4.1:8083: connection refused".into(),
        }),
        as_of: Some(ago(205)),
        stale: true,
        out_of_sight: true,
        ..cluster
    }
}

/// What may be `other`, asked at another address.
pub fn like(mut cluster: ClusterItem, other: &str) -> ClusterItem {
    let own = cluster.totals.all() as usize;
    cluster.alike = vec![Alike {
        other: other.into(),
        same_kafka: true,
        workers: [WorkerId::from("connect:8083")].into(),
        common: own,
        own,
        others: own,
    }];
    cluster
}

pub fn clusters() -> Vec<ClusterItem> {
    let orders = vec![
        worker("orders", "10.0.3.11:8083", Alive::Yes, true),
        worker("orders", "10.0.3.12:8083", Alive::Yes, false),
        worker("orders", "10.0.3.13:8083", Alive::Dead, false),
    ];
    vec![
        cluster(
            "legacy",
            vec![worker("legacy", "10.0.4.1:8083", Alive::Yes, true)],
            &[(Health::Healthy, 4)],
        ),
        cluster(
            "orders",
            orders,
            &[
                (Health::CrashLooping, 1),
                (Health::Failed, 2),
                (Health::Degraded, 1),
                (Health::Unassigned, 2),
                (Health::NoTasks, 1),
                (Health::Paused, 1),
                (Health::Stopped, 1),
                (Health::Healthy, 5),
            ],
        ),
    ]
}

pub fn faults() -> Vec<FaultItem> {
    let make = |fault: Fault, worst, teams: &[&str], title: &str| FaultItem {
        fault: Arc::new(fault),
        worst,
        teams: teams.iter().map(|team| TeamName::from(*team)).collect(),
        title: title.to_owned(),
    };
    vec![
        make(
            fault(
                "orders",
                Scope::Worker("10.0.3.13:8083".into()),
                Domain::Infrastructure,
                Class::Worker,
                "worker 10.0.3.13:8083 is gone",
                &["file-orders", "mirror"],
                31,
            ),
            Health::Unassigned,
            &["data-lake", "payments"],
            "Worker 10.0.3.13:8083 of orders is gone",
        ),
        make(
            fault(
                "orders",
                Scope::Connector("s3-archive".into()),
                Domain::Connector,
                Class::Data,
                CAUSE,
                &["s3-archive"],
                250,
            ),
            Health::Failed,
            &["data-lake"],
            "s3-archive has failed",
        ),
        make(
            fault(
                "orders",
                Scope::Connector("jdbc-orders".into()),
                Domain::Unsure,
                Class::Network,
                "ConnectException: Connection refused to db1.prod:5432",
                &["jdbc-orders"],
                4_200,
            ),
            Health::CrashLooping,
            &[],
            "jdbc-orders is crash looping",
        ),
    ]
}

pub fn overview() -> Overview {
    let clusters = clusters();
    let mut all = view::Totals::default();
    clusters.iter().for_each(|cluster| all.merge(&cluster.totals));
    Overview {
        faults: faults(),
        totals: all,
        clusters,
        more_faults: 0,
        standing: 0,
        unowned: 3,
        as_of: Some(ago(2)),
        revision: 12,
    }
}

/// Four clusters with some 1,200 connectors, to see the panel of lamps.
pub fn great_fleet() -> Overview {
    let workers = |name: &str, count: u32| -> Vec<WorkerItem> {
        (0..count)
            .map(|n| worker(name, &format!("connect-{n}.{name}:8083"), Alive::Yes, n == 0))
            .collect()
    };
    let mut legacy = workers("legacy", 3);
    legacy[2].alive = Alive::Dead;
    let clusters = vec![
        cluster(
            "billing",
            workers("billing", 4),
            &[
                (Health::Failed, 2),
                (Health::Degraded, 1),
                (Health::Paused, 4),
                (Health::Healthy, 310),
            ],
        ),
        cluster(
            "legacy",
            legacy,
            &[
                (Health::Unassigned, 14),
                (Health::Lagging, 1),
                (Health::Paused, 5),
                (Health::Healthy, 180),
            ],
        ),
        cluster(
            "orders",
            workers("orders", 3),
            &[
                (Health::Failed, 4),
                (Health::Stalled, 1),
                (Health::Lagging, 2),
                (Health::Healthy, 291),
            ],
        ),
        cluster(
            "search",
            workers("search", 5),
            &[(Health::Degraded, 1), (Health::Restarting, 2), (Health::Healthy, 997)],
        ),
    ];
    let mut all = view::Totals::default();
    clusters.iter().for_each(|cluster| all.merge(&cluster.totals));
    Overview {
        totals: all,
        clusters,
        ..overview()
    }
}

pub fn cluster_detail(item: ClusterItem) -> ClusterDetail {
    let workers: Vec<WorkerId> = item.workers.iter().map(|worker| worker.id.clone()).collect();
    let plugin = |class: &str,
                  kind: &str,
                  versions: BTreeMap<Option<Arc<str>>, Vec<WorkerId>>,
                  missing: Vec<WorkerId>| PluginLine {
        cluster: item.name.clone(),
        class: class.into(),
        kind: kind.into(),
        versions,
        missing,
    };
    let faults = faults().into_iter().filter(|fault| fault.fault.cluster == item.name);
    ClusterDetail {
        group: Some(GroupFacts {
            group_id: "connect-orders".into(),
            state: "Stable".into(),
            leader: workers.first().cloned(),
            members: BTreeSet::new(),
            empty_since: None,
            inhabited: true,
            members_since: None,
            delay_until: Some(now() + TimeDelta::seconds(29)),
            rebalances: 41,
        }),
        group_gap: item.gap.clone(),
        fresh: Freshness {
            resumed: None,
            rest: item.as_of,
            answered: item.as_of,
            group: Some(ago(1)),
            tried: Some(ago(1)),
            asked: workers.iter().map(|worker| (worker.clone(), ago(4))).collect(),
        },
        addresses: workers
            .iter()
            .map(|worker| (worker.clone(), "answers as Kafka Connect 4.3.1".into()))
            .collect(),
        faults: faults.collect(),
        plugins: vec![
            plugin(
                "org.apache.kafka.connect.file.FileStreamSinkConnector",
                "sink",
                BTreeMap::from([(Some("4.3.1".into()), workers.clone())]),
                Vec::new(),
            ),
            plugin(
                "io.debezium.connector.postgresql.PostgresConnector",
                "source",
                BTreeMap::from([
                    (Some("3.3.0".into()), workers.iter().take(1).cloned().collect()),
                    (Some("3.4.1".into()), workers.iter().skip(1).take(1).cloned().collect()),
                ]),
                workers.iter().skip(2).cloned().collect(),
            ),
        ],
        load: Load {
            workers: 2,
            tasks: 18,
            most: 11,
            left_behind: 9,
        },
        sights: sights(),
        item,
    }
}

fn sights() -> Vec<Sight> {
    let sight = |source, state, text: &str, age: Option<i64>, gain| Sight {
        source,
        state,
        text: text.into(),
        as_of: age.map(ago),
        gain,
    };
    vec![
        sight(
            "Connect group, in Kafka",
            Seeing::Refused,
            "Kafka refuses to describe the group connect-orders: GROUP_AUTHORIZATION_FAILED",
            Some(400),
            Some("Grant DESCRIBE on the group to Signalbox's principal."),
        ),
        sight(
            "REST addresses of the workers",
            Seeing::Partly,
            "2 of 3 answer; 10.0.3.13:8083 does not.",
            Some(4),
            Some("Let Signalbox reach the address that each worker advertises."),
        ),
        sight(
            "Connectors, by REST",
            Seeing::Seen,
            "Every connector with its config and its tasks, from any one worker.",
            Some(2),
            None,
        ),
        sight(
            "Config topic",
            Seeing::NotRead,
            "Target states are inferred from what connectors and tasks do.",
            None,
            None,
        ),
    ]
}
