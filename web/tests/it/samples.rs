//! Read models of a fleet in good and bad shape, built by hand: what pages are drawn from in tests and in the gallery.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use console::{
    ClusterDetail, ClusterItem, ConnectorDetail, ConnectorItem, ConnectorPage, FaultItem, InstanceItem, Overview,
    PluginLine, TaskItem, TeamItem, TimelineItem, TimelinePage, Totals, WorkerItem,
};
use model::Timestamp;
use model::facts::{Alive, Freshness, GroupFacts};
use model::fault::{Fault, Scope};
use model::names::{ConnectorId, ConnectorName, TeamName, WorkerId};
use model::observe::{Gap, GapKind, HealthAnswer, ListedConfig, Source};
use model::owner::Owner;
use model::secrets::Fingerprint;
use model::state::{ConnectorKind, State, TargetSource, TargetState};
use model::target::TargetSystem;
use model::verdict::{Activity, Class, Domain, Health, Reason, TaskVerdict};
use web::{Frame, Section, VersionLine};

pub fn now() -> Timestamp {
    DateTime::from_timestamp(1_795_270_212, 0).unwrap()
}

pub fn ago(seconds: i64) -> Timestamp {
    now() - TimeDelta::seconds(seconds)
}

pub fn frame(section: Section) -> Frame {
    Frame {
        actor_name: "local operator".into(),
        csrf: "c5rf".into(),
        base_path: String::new(),
        now: now(),
        stale_after: TimeDelta::seconds(30),
        as_of: Some(ago(2)),
        signed_in: true,
        banner: None,
        section,
    }
}

pub fn id(cluster: &str, name: &str) -> ConnectorId {
    ConnectorId {
        cluster: cluster.into(),
        name: name.into(),
    }
}

pub fn reason(text: &str, evidence: &str, source: Source, age: i64) -> Reason {
    Reason {
        text: text.into(),
        evidence: evidence.into(),
        source,
        as_of: ago(age),
    }
}

/// A trace whose outermost exception hides its cause, as Connect writes them.
pub const TRACE: &str = "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\n\
    \tat org.apache.kafka.connect.runtime.errors.RetryWithToleranceOperator.execAndHandleError(RetryWithToleranceOperator.java:260)\n\
    \tat org.apache.kafka.connect.runtime.WorkerSinkTask.convertMessages(WorkerSinkTask.java:516)\n\
    Caused by: org.apache.kafka.connect.errors.DataException: Converting byte[] to Kafka Connect data failed due to serialization error: \n\
    \tat org.apache.kafka.connect.json.JsonConverter.toConnectData(JsonConverter.java:333)\n\
    Caused by: com.fasterxml.jackson.core.JsonParseException: Unrecognized token 'poison': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n\
    \tat com.fasterxml.jackson.core.JsonParser._constructError(JsonParser.java:2477)\n\t... 18 more\n";

pub const CAUSE: &str = "JsonParseException: Unrecognized token 'poison': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

fn owner(team: &str, glob: &str) -> Option<Owner> {
    Some(Owner {
        team: team.into(),
        source: format!("connector = \"{glob}\"").into(),
    })
}

fn task(number: u32, state: State, health: Health, worker: &str, cause: Option<&str>) -> TaskItem {
    TaskItem {
        number,
        state,
        state_since: ago(250),
        verdict: Some(TaskVerdict {
            health,
            since: ago(250),
            text: "its worker is gone".into(),
            root_cause: cause.map(Into::into),
        }),
        health,
        worker: worker.into(),
        worker_alive: if health == Health::Unassigned {
            Alive::Dead
        } else {
            Alive::Yes
        },
        root_cause: cause.map(Into::into),
        trace: cause.map(|_| TRACE.into()),
        version: Some("4.3.1".into()),
    }
}

/// What REST says where the verdict is `health`, and what its tasks look like then.
fn parts(health: Health, worker: &str) -> (Option<State>, Vec<TaskItem>) {
    let all = |state: State, of: Health, cause: Option<&str>| {
        vec![
            task(0, state.clone(), of, worker, cause),
            task(1, state, of, worker, cause),
        ]
    };
    match health {
        Health::Failed | Health::CrashLooping => (Some(State::Running), all(State::Failed, health, Some(CAUSE))),
        Health::Degraded => (
            Some(State::Running),
            vec![
                task(0, State::Running, Health::Healthy, worker, None),
                task(1, State::Failed, Health::Failed, worker, Some(CAUSE)),
            ],
        ),
        Health::Paused => (Some(State::Paused), all(State::Paused, health, None)),
        Health::Stopped => (Some(State::Stopped), Vec::new()),
        Health::NoTasks => (Some(State::Running), Vec::new()),
        Health::Restarting => (Some(State::Restarting), all(State::Restarting, health, None)),
        Health::Unknown | Health::Unassigned | Health::Stalled | Health::Lagging | Health::Healthy => {
            (Some(State::Running), all(State::Running, health, None))
        }
    }
}

fn reasons(health: Health, worker: &str) -> Vec<Reason> {
    let (text, evidence, source) = match health {
        Health::CrashLooping => (
            "It failed 4 times within 10 minutes, restarts between them",
            "failures at 14:01:12, 14:03:20, 14:06:40, 14:09:50",
            Source::Record,
        ),
        Health::Failed => (
            "All 2 tasks FAILED",
            "connector RUNNING; task 0 FAILED, task 1 FAILED",
            Source::Rest,
        ),
        Health::Degraded => (
            "1 of 2 tasks FAILED; the others run",
            "connector RUNNING; task 0 RUNNING, task 1 FAILED",
            Source::Rest,
        ),
        Health::Stalled => (
            "No progress for 4 min 10 s although 20,311 records wait",
            "committed offset 1,204 since 14:06:02",
            Source::Record,
        ),
        Health::Unassigned => {
            return vec![
                reason(
                    &format!(
                        "Worker {worker} is gone without a word; REST still says RUNNING for the connector and tasks 0, 1 there"
                    ),
                    "not among the members of group connect-orders; its UNASSIGNED records were never written",
                    Source::Group,
                    31,
                ),
                reason(
                    "The leader holds the lost work back until 14:14:41 UTC in case the worker returns",
                    "scheduled.rebalance.max.delay.ms, seen as the delay in the group's assignments",
                    Source::Group,
                    4,
                ),
            ];
        }
        Health::NoTasks => (
            "It has run without a task for 2 min",
            "connector RUNNING; no tasks",
            Source::Rest,
        ),
        Health::Lagging => (
            "It is 20,311 records behind and the lag grows",
            "lag 20,311 records",
            Source::Record,
        ),
        Health::Unknown => (
            "No worker of legacy answers: http://10.0.4.1:8083: connection refused",
            "the states shown are the last ones seen",
            Source::Rest,
        ),
        Health::Restarting => ("It is being restarted", "connector RESTARTING", Source::Rest),
        Health::Paused => ("It was asked to pause, and did", "target state PAUSED", Source::Rest),
        Health::Stopped => ("It was asked to stop, and did", "target state STOPPED", Source::Rest),
        Health::Healthy => (
            "Connector and 2 tasks run on living workers",
            "connector RUNNING; 2 tasks RUNNING",
            Source::Rest,
        ),
    };
    vec![reason(text, evidence, source, 250)]
}

pub fn fault(
    cluster: &str,
    scope: Scope,
    domain: Domain,
    class: Class,
    cause: &str,
    members: &[&str],
    age: i64,
) -> Fault {
    Fault {
        id: format!("{cluster}-{age}").into(),
        cluster: cluster.into(),
        scope,
        domain,
        class,
        confidence: 0.9,
        root_cause: cause.into(),
        reasons: vec!["the exception names the record's own bytes, not a system".into()],
        members: members.iter().map(|name| ConnectorName::from(*name)).collect(),
        opened_at: ago(age),
        ended_at: None,
    }
}

pub fn item(cluster: &str, name: &str, health: Health) -> ConnectorItem {
    let worker = "10.0.3.11:8083";
    let (state, tasks) = parts(health, worker);
    let fault = health.unhealthy().then(|| {
        let shared = match health {
            Health::Unassigned => Scope::Worker(worker.into()),
            Health::Unknown => Scope::Cluster,
            _ => Scope::Connector(name.into()),
        };
        let (domain, class) = match health {
            Health::Unassigned | Health::Unknown => (Domain::Infrastructure, Class::Worker),
            Health::NoTasks => (Domain::Unsure, Class::Unknown),
            _ => (Domain::Connector, Class::Data),
        };
        Arc::new(fault(
            cluster,
            shared,
            domain,
            class,
            CAUSE,
            &[name, "jdbc-orders", "heartbeat"],
            250,
        ))
    });
    ConnectorItem {
        id: id(cluster, name),
        kind: Some(ConnectorKind::Sink),
        class: Some("org.apache.kafka.connect.file.FileStreamSinkConnector".into()),
        owner: owner("data-lake", "s3-*"),
        target: Some((TargetState::Started, TargetSource::ConfigTopic)),
        state,
        tasks,
        health,
        since: ago(250),
        as_of: Some(ago(2)),
        stale: health == Health::Unknown,
        activity: Activity::Unknown,
        reasons: reasons(health, worker),
        fault,
        systems: vec![TargetSystem {
            kind: "s3".into(),
            address: "s3://lake-raw".into(),
        }],
        first_seen: ago(86_400 * 3),
        deleted_at: None,
        revision: 7,
    }
}

pub fn config(pairs: serde_json::Value) -> Arc<ListedConfig> {
    Arc::new(ListedConfig {
        version: Fingerprint::from_hex("a1b2c3d4e5f60718293a4b5c6d7e8f90"),
        config: serde_json::from_value(pairs).unwrap(),
        targets: Vec::new(),
    })
}

pub fn detail(item: ConnectorItem) -> ConnectorDetail {
    let instance = item.state.clone().map(|state| InstanceItem {
        state,
        since: ago(4_000),
        worker: "10.0.3.11:8083".into(),
        worker_alive: if item.health == Health::Unassigned {
            Alive::Dead
        } else {
            Alive::Yes
        },
        trace: None,
        version: Some("4.3.1".into()),
    });
    ConnectorDetail {
        instance,
        config: Some(config(serde_json::json!({
            "connector.class": {"clear": "org.apache.kafka.connect.file.FileStreamSinkConnector"},
            "connection.password": {"masked": "5f1d22aa00c1d2e3f405162738495a6b"},
            "connection.user": {"reference": "${vault:secret/lake:user}"},
            "errors.tolerance": {"clear": "none"},
            "file": {"clear": "/data/out/s3-archive.txt"},
            "name": {"clear": item.id.name.as_str()},
            "tasks.max": {"clear": "2"},
            "topics": {"clear": "orders.events"},
            "value.converter": {"clear": "org.apache.kafka.connect.json.JsonConverter"},
            "value.converter.schemas.enable": {"clear": "false"},
        }))),
        withheld: false,
        item,
    }
}

pub fn versions() -> Vec<VersionLine> {
    vec![
        VersionLine {
            version: "a1b2c3d4".into(),
            seen_at: ago(1_200),
            in_force_since: ago(1_200),
            changed_keys: Some(vec!["flush.size".into(), "tasks.max".into()]),
        },
        VersionLine {
            version: "77aa01ff".into(),
            seen_at: ago(90_000),
            in_force_since: ago(90_000),
            changed_keys: None,
        },
    ]
}

pub fn entry(
    id: i64,
    age: i64,
    connector: Option<&str>,
    kind: &'static str,
    text: &str,
    health: Option<Health>,
) -> TimelineItem {
    TimelineItem {
        id,
        at: ago(age),
        cluster: "orders".into(),
        connector: connector.map(Into::into),
        kind,
        text: text.into(),
        actor: (kind == "config").then(|| "outside".into()),
        health,
    }
}

pub fn history() -> TimelinePage {
    TimelinePage {
        items: vec![
            entry(
                99,
                31,
                None,
                "worker",
                "worker 10.0.3.13:8083 is gone: it left the group without a word",
                Some(Health::Unassigned),
            ),
            entry(
                98,
                36,
                None,
                "rebalance",
                "rebalance: 2 workers, led by 10.0.3.11:8083, lost work held back for 60 s",
                None,
            ),
            entry(
                97,
                250,
                Some("s3-archive"),
                "verdict",
                "s3-archive has failed, was healthy: All 2 tasks FAILED",
                Some(Health::Failed),
            ),
            entry(
                96,
                251,
                Some("s3-archive"),
                "state",
                &format!("s3-archive task 1 is FAILED on 10.0.3.11:8083, was RUNNING: {CAUSE}"),
                Some(Health::Failed),
            ),
            entry(
                95,
                1_200,
                Some("s3-archive"),
                "config",
                "s3-archive got config version a1b2c3d4: flush.size, tasks.max",
                None,
            ),
            entry(
                94,
                1_300,
                Some("heartbeat"),
                "state",
                "heartbeat was asked to be PAUSED",
                Some(Health::Paused),
            ),
            entry(
                93,
                90_000,
                None,
                "cluster",
                "the cluster answers again",
                Some(Health::Healthy),
            ),
            entry(
                92,
                200_000,
                None,
                "gap",
                "nothing could be recorded since 07:40:02 UTC: the database was away",
                Some(Health::Unknown),
            ),
        ],
        next: Some(92),
    }
}

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

pub fn totals(counts: &[(Health, u32)]) -> Totals {
    let mut totals = Totals::default();
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
        reachable_since: Some(ago(11_100)),
        gap: None,
        as_of: Some(ago(2)),
        stale: false,
        version: Some("4.3.1".into()),
        kafka_cluster_id: Some("MkU3OEVBNTcwNTJENDM2Qg".into()),
        labels: BTreeMap::from([("env".into(), "prod".into())]),
        workers,
        lamps: totals.iter().filter(|(_, count)| *count > 0).collect(),
        totals,
        revision: 3,
        same_as: None,
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
        ..cluster
    }
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
    let mut all = Totals::default();
    clusters.iter().for_each(|cluster| all.merge(&cluster.totals));
    Overview {
        faults: faults(),
        totals: all,
        clusters,
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
    let mut all = Totals::default();
    clusters.iter().for_each(|cluster| all.merge(&cluster.totals));
    Overview {
        totals: all,
        clusters,
        ..overview()
    }
}

pub fn page(items: Vec<ConnectorItem>) -> ConnectorPage {
    let mut all = Totals::default();
    items.iter().for_each(|item| all.add(item.health));
    ConnectorPage {
        matching: items.len(),
        totals: all,
        items,
        next_cursor: None,
        as_of: Some(ago(2)),
        revision: 12,
    }
}

/// One connector of every health.
pub fn every_health() -> Vec<ConnectorItem> {
    const NAMES: [&str; 12] = [
        "jdbc-orders",
        "s3-archive",
        "mirror-eu",
        "es-search",
        "file-orders",
        "topic-router",
        "cdc-inventory",
        "legacy-audit",
        "webhook-out",
        "heartbeat",
        "old-export",
        "clickstream",
    ];
    let healths = Health::ALL.into_iter().zip(NAMES);
    let mut items: Vec<ConnectorItem> = healths.map(|(health, name)| item("orders", name, health)).collect();
    items[5].owner = None;
    items[9].owner = owner("payments", "heart*");
    items
}

pub fn teams() -> Vec<TeamItem> {
    let team = |name: Option<&str>, platform| TeamItem {
        name: name.map(TeamName::from),
        platform,
        totals: Totals::default(),
    };
    vec![
        team(Some("platform"), true),
        team(Some("data-lake"), false),
        team(Some("payments"), false),
        team(None, false),
    ]
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
            delay_until: Some(now() + TimeDelta::seconds(29)),
            rebalances: 41,
        }),
        fresh: Freshness {
            rest: item.as_of,
            group: Some(ago(1)),
            tried: Some(ago(1)),
        },
        addresses: workers
            .iter()
            .map(|worker| (worker.clone(), "answers as Connect 4.3.1".into()))
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
        item,
    }
}
