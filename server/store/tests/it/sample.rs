//! One of everything that is recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use model::Timestamp;
use model::cause::{Cause, Loss};
use model::facts::{
    Alive, ClusterAbout, ConnectorFacts, Freshness, GroupFacts, InstanceFacts, LostFacts, Missing, ProgressFacts,
    StatusMissing, UnitFacts, WorkerFacts,
};
use model::fault::{Fault, Scope};
use model::internal::{InternalTopic, TopicFacts};
use model::names::{ClusterName, ConnectorName};
use model::observe::{Gap, GapKind, HealthAnswer, ListedConfig, Plugin, Source};
use model::owner::Owner;
use model::record::{Changed, ConnectorRecord, Entry, VerdictChange};
use model::secrets::Fingerprint;
use model::state::{ConnectorKind, State, TargetSource, TargetState};
use model::target::TargetSystem;
use model::topics::{Topic, Topics};
use model::transition::{Change, Subject, Transition};
use model::verdict::{Activity, Class, Diagnosis, Domain, Health, Reason, TaskVerdict, Verdict};
use serde_json::json;
use store::Batch;

/// Seconds after a fixed moment, with nanoseconds that must survive.
pub fn at(seconds: i64) -> Timestamp {
    DateTime::from_timestamp(1_790_000_000, 123_456_789).unwrap() + TimeDelta::seconds(seconds)
}

/// Three fingerprints that differ.
pub fn version(letter: char) -> Fingerprint {
    Fingerprint::from_hex(&letter.to_string().repeat(32))
}

/// A config of one version, in which `connection.url` is readable or not.
pub fn config(letter: char, readable: bool) -> Arc<ListedConfig> {
    let url = if readable {
        json!({"clear": "jdbc:postgresql://db1/shop"})
    } else {
        json!({"masked": "ab".repeat(16)})
    };
    Arc::new(ListedConfig {
        version: version(letter),
        config: serde_json::from_value(json!({
            "connector.class": {"clear": "io.example.JdbcSink"},
            "connection.password": {"reference": "${vault:db:password}"},
            "connection.url": url,
            "topics": "null",
        }))
        .unwrap(),
        targets: vec![TargetSystem {
            kind: "postgresql".into(),
            address: "db1:5432/shop".into(),
        }],
        topics: Topics {
            reads: vec![Topic::Named("orders".into())],
            ..Topics::default()
        },
    })
}

pub fn gap() -> Gap {
    Gap {
        kind: GapKind::Refused,
        text: "10.0.0.7:8083 refused the connection".into(),
    }
}

pub fn about() -> ClusterAbout {
    ClusterAbout {
        group_gap: Some(gap()),
        workers_gap: Some(gap()),
        reachable: true,
        reachable_since: Some(at(0)),
        gap: Some(gap()),
        version: Some("4.1.0".into()),
        kafka_cluster_id: Some("MkU3OEVBNTcwNTJENDM2Qk".into()),
        group: Some(GroupFacts {
            group_id: "connect-orders".into(),
            state: "Stable".into(),
            leader: Some("10.0.0.7:8083".into()),
            members: BTreeSet::from(["connect-10.0.0.7:8083-1b".into()]),
            empty_since: Some(at(-5)),
            inhabited: true,
            members_since: None,
            delay_until: Some(at(300)),
            rebalances: u64::MAX,
        }),
        topics: BTreeMap::from([(
            InternalTopic::Status,
            TopicFacts {
                name: Some("connect-status".into()),
                gap: Some(gap()),
                since: at(6),
            },
        )]),
        addresses: BTreeMap::from([("10.0.0.7:8083".into(), "It answered.".into())]),
        same_as: Some("other".into()),
        admitted: true,
    }
}

pub fn worker(id: &str, alive: Alive) -> Arc<WorkerFacts> {
    Arc::new(WorkerFacts {
        id: id.into(),
        alive,
        since: at(1),
        first_seen: at(-9),
        evidence: "It is a member of the group.".into(),
        version: Some("4.1.0".into()),
        without_work_since: Some(at(3)),
        unconfirmed_since: Some(at(4)),
        unnamed_since: Some(at(5)),
        ever_answered: true,
        answered_at: Some(at(2)),
        probe_failures: 3,
        failing_since: Some(at(3)),
        member: Some(false),
        member_id: Some("connect-member-1".into()),
        health: Some(HealthAnswer {
            ready: true,
            word: "healthy".into(),
            message: "Worker has completed startup".into(),
        }),
        plugins: Some(Arc::new(vec![Plugin {
            class: "io.example.JdbcSink".into(),
            kind: "sink".into(),
            version: Some("10.7".into()),
        }])),
    })
}

fn instance(state: State, trace: Option<&str>) -> InstanceFacts {
    InstanceFacts {
        state,
        since: at(4),
        worker_id: "10.0.0.7:8083".into(),
        trace: trace.map(Into::into),
        trace_id: trace.map(|_| version('f')),
        version: Some("10.7".into()),
        failures: vec![at(4), at(5)],
        source: Source::StatusTopic,
        rest: Some(State::Running),
    }
}

fn reason() -> Reason {
    Reason {
        text: "Task 1 of 2 has FAILED.".into(),
        evidence: "task 1: FAILED on 10.0.0.7:8083".into(),
        source: Source::Rest,
        as_of: at(4),
    }
}

pub fn connector(name: &str, config: Option<Arc<ListedConfig>>) -> ConnectorRecord {
    let trace =
        "org.apache.kafka.connect.errors.ConnectException: no\n\tat a.B.c(B.java:1)\nCaused by: \\u0000 \u{1F525}";
    ConnectorRecord {
        facts: Arc::new(ConnectorFacts {
            name: name.into(),
            kind: Some(ConnectorKind::Sink),
            class: Some("io.example.JdbcSink".into()),
            config,
            target: Some((TargetState::Started, TargetSource::Inferred)),
            instance: Some(instance(State::Running, None)),
            tasks: [
                (0, instance(State::Other("PONDERING".into()), None)),
                (1, instance(State::Failed, Some(trace))),
            ]
            .into_iter()
            .collect(),
            unstarted: [(7, at(9))].into_iter().collect(),
            no_tasks_since: Some(at(6)),
            first_seen: at(-10),
            status_missing: Some(StatusMissing {
                since: at(5),
                named: true,
                heard_again: Some(at(6)),
            }),
            missing: Some(Missing {
                at: at(7),
                by: "10.0.0.8:8083".into(),
            }),
            deleted_at: Some(at(8)),
            progress: Some(ProgressFacts {
                units: vec![UnitFacts {
                    task: Some(1),
                    moved: Some(at(8)),
                    standing: Some(at(9)),
                    position: i64::MIN,
                }],
                rhythm_ms: Some(5_000),
                lost: vec![LostFacts {
                    topic: "orders".into(),
                    partition: 3,
                    from: 7,
                    until: i64::MAX,
                    over: true,
                }],
            }),
        }),
        verdict: Arc::new(Verdict {
            health: Health::Degraded,
            activity: Activity::Idle,
            since: at(4),
            reasons: vec![reason()],
            tasks: [(
                1,
                TaskVerdict {
                    health: Health::Failed,
                    since: at(4),
                    text: "It threw.".into(),
                    root_cause: Some("ConnectException: no".into()),
                },
            )]
            .into_iter()
            .collect(),
            diagnosis: Some(Diagnosis {
                domain: Domain::Connector,
                class: Class::Target,
                confidence: 0.7,
                root_cause: "ConnectException: no".into(),
                why: "The target refused.".into(),
                cause: Some(Cause::NoTrace),
                shared: Some(Scope::Worker("10.0.0.7:8083".into())),
            }),
            settings: u64::MAX,
        }),
        owner: Some(Owner {
            team: "payments".into(),
            source: "connector = \"*\"".into(),
        }),
    }
}

pub fn fault(id: &str, cluster: &ClusterName, ended_at: Option<Timestamp>) -> Arc<Fault> {
    Arc::new(Fault {
        id: id.into(),
        cluster: cluster.clone(),
        scope: Scope::Connector("jdbc sink/№1".into()),
        domain: Domain::Unsure,
        class: Class::Network,
        confidence: 0.35,
        root_cause: "ConnectException: no".into(),
        reasons: vec!["The evidence does not decide.".into()],
        cause: Some(Cause::Worker(Loss::InOrder)),
        members: BTreeSet::from(["jdbc sink/№1".into(), "b".into()]),
        opened_at: at(4),
        unheard_since: Some(at(21)),
        unlisted_since: Some(at(22)),
        ended_at,
        deleted: ended_at.is_some(),
    })
}

/// A transition of the connector `name` at a time.
pub fn transition(name: &str, seconds: i64, change: Change) -> Entry {
    Entry::Transition(Transition {
        at: at(seconds),
        source: Source::Group,
        subject: Subject::Connector(name.into()),
        change,
        actor: Some("outside".into()),
    })
}

/// One entry of every kind, in order of time.
pub fn entries(cluster: &ClusterName) -> Vec<Entry> {
    let worker = || "10.0.0.7:8083".into();
    let changes = vec![
        Change::ConnectorAppeared { again: true },
        Change::ConnectorDeleted,
        Change::State {
            from: Some(State::Running),
            to: State::Other("PONDERING".into()),
            from_worker: Some(worker()),
            worker: worker(),
            root_cause: Some("no".into()),
            inferred: true,
        },
        Change::TaskRemoved,
        Change::Config {
            from: Some(version('a')),
            to: version('b'),
            keys: BTreeSet::from(["connection.url".into()]),
        },
        Change::Target {
            from: None,
            to: TargetState::Paused,
        },
        Change::WorkerCame { again: false },
        Change::WorkerLeft {
            in_order: false,
            evidence: "It left the group without a word.".into(),
        },
        Change::WorkerVersion {
            from: "3.9.0".into(),
            to: "4.1.0".into(),
        },
        Change::Rebalance {
            members: 2,
            leader: Some(worker()),
            delay_ms: 300_000,
        },
        Change::Reachable,
        Change::Unreachable { gap: gap() },
        Change::KafkaCluster {
            from: "a".into(),
            to: "b".into(),
        },
        Change::Refused {
            same_as: "other".into(),
        },
        Change::Admitted,
        Change::RecordsLost {
            topic: "orders".into(),
            partition: 3,
            from: 7,
            until: i64::MAX,
        },
        Change::RecordingGap {
            from: at(-100),
            why: "Postgres was away".into(),
        },
    ];
    let subjects = [
        Subject::Cluster,
        Subject::Worker(worker()),
        Subject::Connector("jdbc sink/№1".into()),
        Subject::Task("jdbc sink/№1".into(), 7),
    ];
    let mut entries: Vec<Entry> = changes
        .into_iter()
        .zip(subjects.into_iter().cycle())
        .zip(10..)
        .map(|((change, subject), second)| {
            Entry::Transition(Transition {
                at: at(second),
                source: Source::Probe,
                subject,
                change,
                actor: None,
            })
        })
        .collect();
    entries.push(Entry::Verdict(VerdictChange {
        at: at(30),
        since: Some(at(29)),
        connector: "jdbc sink/№1".into(),
        from: Some(Health::Healthy),
        to: Health::Degraded,
        reasons: vec![reason()],
        settings: 3,
    }));
    entries.push(Entry::FaultOpened(Fault {
        opened_at: at(31),
        ..fault("f1", cluster, None).as_ref().clone()
    }));
    entries.push(Entry::FaultEnded(fault("f2", cluster, Some(at(32))).as_ref().clone()));
    entries
}

pub fn fresh(seconds: i64) -> Freshness {
    Freshness {
        rest: Some(at(seconds)),
        answered: Some(at(seconds + 1)),
        group: None,
        tried: Some(at(seconds)),
        ..Freshness::default()
    }
}

/// A batch with nothing in it but the heartbeat.
pub fn empty<'a>(cluster: &'a ClusterName, fresh: &'a Freshness) -> Batch<'a> {
    Batch::empty(cluster, next_number(), at(50), fresh)
}

/// A feed of `count` connectors.
pub fn changes(count: usize) -> Vec<(Option<ConnectorName>, Changed)> {
    (0..count)
        .map(|number| (Some(format!("c{number}").into()), Changed::Connector))
        .collect()
}

/// A number that no other batch of this process has, so that no batch is taken for one sent again.
pub fn next_number() -> i64 {
    static NEXT: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(1);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::SeqCst)
}
