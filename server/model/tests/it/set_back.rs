//! A clock that is set back leaves no moment ahead of it, wherever one is kept.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use model::Timestamp;
use model::facts::{
    Alive, ClusterAbout, ClusterFacts, ConnectorFacts, Freshness, GroupFacts, InstanceFacts, LostFacts, Missing,
    ProgressFacts, StatusMissing, UnitFacts, WorkerFacts,
};
use model::fault::{Fault, Scope};
use model::internal::{InternalTopic, TopicFacts};
use model::observe::{Gap, GapKind, HealthAnswer, ListedConfig, Plugin, Source};
use model::secrets::{Fingerprint, FingerprintKey, RawConfig, mask};
use model::set_back::SetBack;
use model::state::{ConnectorKind, State, TargetSource, TargetState};
use model::target::TargetSystem;
use model::verdict::{Activity, Class, Diagnosis, Domain, Health, Reason, TaskVerdict, Verdict};
use serde_json::{Value, json};

const BY: TimeDelta = TimeDelta::hours(1);

fn now() -> Timestamp {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

/// A moment before the clock was set back, which lies ahead of it now.
fn ago(seconds: i64) -> Timestamp {
    now() + BY - TimeDelta::seconds(seconds)
}

fn gap() -> Gap {
    Gap {
        kind: GapKind::Refused,
        text: "a:1: the connection was refused".into(),
    }
}

fn cluster() -> ClusterFacts {
    let group = GroupFacts {
        group_id: "connect-orders".into(),
        state: "Stable".into(),
        leader: Some("a:1".into()),
        members: ["connect-a:1-uuid".into()].into(),
        empty_since: Some(ago(1)),
        inhabited: true,
        members_since: Some(ago(2)),
        delay_until: Some(ago(-30)),
        rebalances: 3,
    };
    ClusterFacts {
        name: "orders".into(),
        about: ClusterAbout {
            reachable: true,
            reachable_since: Some(ago(3)),
            gap: Some(gap()),
            version: Some("4.3.1".into()),
            kafka_cluster_id: Some("kafka-1".into()),
            group: Some(group),
            group_gap: Some(gap()),
            workers_gap: Some(gap()),
            topics: [(
                InternalTopic::Status,
                TopicFacts {
                    name: Some("connect-status".into()),
                    gap: Some(gap()),
                    since: ago(33),
                },
            )]
            .into(),
            addresses: [("a:1".into(), "answers".into())].into(),
            same_as: Some("lines".into()),
            admitted: false,
        },
        workers: [("a:1".into(), Arc::new(worker()))].into(),
        connectors: [("one".into(), Arc::new(connector()))].into(),
        fresh: Freshness {
            rest: Some(ago(4)),
            answered: Some(ago(5)),
            group: Some(ago(6)),
            tried: Some(ago(7)),
            resumed: Some(ago(8)),
            asked: [("a:1".into(), ago(9))].into(),
        },
        told: Default::default(),
    }
}

fn worker() -> WorkerFacts {
    WorkerFacts {
        id: "a:1".into(),
        alive: Alive::Yes,
        since: ago(10),
        first_seen: ago(11),
        evidence: "its address answers".into(),
        version: Some("4.3.1".into()),
        ever_answered: true,
        answered_at: Some(ago(12)),
        probe_failures: 1,
        failing_since: Some(ago(13)),
        member: Some(true),
        member_id: Some("connect-a:1-0".into()),
        without_work_since: Some(ago(14)),
        unconfirmed_since: Some(ago(15)),
        unnamed_since: Some(ago(16)),
        health: Some(HealthAnswer {
            ready: true,
            word: "healthy".into(),
            message: "it is a member of its group".into(),
        }),
        plugins: Some(Arc::new(vec![Plugin {
            class: "org.example.Sink".into(),
            kind: "sink".into(),
            version: Some("1.0".into()),
        }])),
    }
}

fn instance() -> InstanceFacts {
    InstanceFacts {
        state: State::Failed,
        since: ago(16),
        worker_id: "a:1".into(),
        trace: Some("java.lang.IllegalStateException".into()),
        trace_id: Some(Fingerprint::from_hex("00")),
        version: Some("1.0".into()),
        failures: vec![ago(18), ago(17)],
        source: Source::StatusTopic,
        rest: Some(State::Running),
    }
}

fn connector() -> ConnectorFacts {
    let raw = RawConfig::new([("topics".into(), Some("orders".into()))].into());
    let masked = mask(&raw, None, &FingerprintKey::new(b"a key of the test"));
    ConnectorFacts {
        name: "one".into(),
        kind: Some(ConnectorKind::Sink),
        class: Some("org.example.Sink".into()),
        config: Some(Arc::new(ListedConfig {
            version: masked.version,
            config: masked.config,
            targets: vec![TargetSystem {
                kind: "http".into(),
                address: "example.org".into(),
            }],
            topics: masked.topics,
        })),
        target: Some((TargetState::Started, TargetSource::Inferred)),
        instance: Some(instance()),
        tasks: [(0, instance())].into_iter().collect(),
        unstarted: [(1, ago(23))].into_iter().collect(),
        no_tasks_since: Some(ago(19)),
        first_seen: ago(20),
        status_missing: Some(StatusMissing {
            since: ago(21),
            named: true,
            heard_again: Some(ago(22)),
        }),
        missing: Some(Missing {
            at: ago(23),
            by: "a:1".into(),
        }),
        deleted_at: Some(ago(24)),
        progress: Some(ProgressFacts {
            units: vec![UnitFacts {
                task: Some(0),
                moved: Some(ago(32)),
                standing: Some(ago(33)),
                position: 7,
            }],
            rhythm_ms: Some(5_000),
            lost: vec![LostFacts {
                topic: "orders".into(),
                partition: 0,
                from: 1,
                until: 2,
                over: false,
            }],
        }),
    }
}

fn verdict() -> Verdict {
    Verdict {
        health: Health::Failed,
        activity: Activity::Idle,
        since: ago(25),
        reasons: vec![Reason {
            text: "Its task 0 FAILED".into(),
            evidence: "task 0: FAILED on a:1".into(),
            source: Source::Rest,
            as_of: ago(26),
        }],
        tasks: [(
            0,
            TaskVerdict {
                health: Health::Failed,
                since: ago(27),
                text: "it FAILED".into(),
                root_cause: Some("IllegalStateException".into()),
            },
        )]
        .into_iter()
        .collect(),
        diagnosis: Some(Diagnosis {
            domain: Domain::Unsure,
            class: Class::Unknown,
            confidence: 0.5,
            root_cause: "IllegalStateException".into(),
            why: "nothing tells".into(),
            cause: None,
            shared: Some(Scope::Worker("a:1".into())),
        }),
        settings: 1,
    }
}

fn fault() -> Fault {
    Fault {
        id: "f".into(),
        cluster: "orders".into(),
        scope: Scope::Worker("a:1".into()),
        domain: Domain::Unsure,
        class: Class::Unknown,
        confidence: 0.5,
        root_cause: "IllegalStateException".into(),
        reasons: vec!["nothing tells".into()],
        cause: None,
        members: ["one".into()].into(),
        opened_at: ago(28),
        unheard_since: Some(ago(29)),
        unlisted_since: Some(ago(31)),
        ended_at: Some(ago(30)),
        deleted: true,
    }
}

/// All that is kept, as it is stored.
fn stored(facts: &ClusterFacts, verdict: &Verdict, fault: &Fault) -> Value {
    let ClusterFacts {
        name: _,
        about,
        workers,
        connectors,
        fresh,
        told: _,
    } = facts;
    json!({
        "about": about,
        "workers": workers.values().map(|worker| &**worker).collect::<Vec<_>>(),
        "connectors": connectors.values().map(|connector| &**connector).collect::<Vec<_>>(),
        "fresh": fresh,
        "verdict": verdict,
        "fault": fault,
    })
}

/// Every moment with the path to it; fails where a place that may hold one holds nothing.
fn moments(path: &str, value: &Value, found: &mut Vec<(String, Timestamp)>) {
    let below = |key: &str| format!("{path}/{key}");
    match value {
        Value::Null => panic!("{path} is empty: give it something"),
        Value::Array(items) => {
            assert!(!items.is_empty(), "{path} is empty: give it something");
            for (place, item) in items.iter().enumerate() {
                moments(&below(&place.to_string()), item, found);
            }
        }
        Value::Object(fields) => {
            assert!(!fields.is_empty(), "{path} is empty: give it something");
            for (key, field) in fields {
                moments(&below(key), field, found);
            }
        }
        Value::String(text) => {
            let moment = DateTime::parse_from_rfc3339(text);
            found.extend(moment.map(|moment| (path.to_owned(), moment.to_utc())));
        }
        Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn no_moment_lies_ahead_of_a_clock_that_was_set_back() {
    let (mut facts, mut verdict, mut fault) = (cluster(), Arc::new(verdict()), Arc::new(fault()));
    let mut before = Vec::new();
    moments("", &stored(&facts, &verdict, &fault), &mut before);
    assert!(before.len() >= 30 && before.iter().all(|(_, moment)| *moment > now()));

    let back = SetBack::noticed(now() + BY, now()).unwrap();
    let touched = back.facts(&mut facts);
    assert!(touched.about && touched.workers.contains("a:1") && touched.connectors.contains("one"));
    assert!(back.verdict(&mut verdict) && back.fault(&mut fault));
    let mut after = Vec::new();
    moments("", &stored(&facts, &verdict, &fault), &mut after);
    for ((place, was), (_, is)) in before.iter().zip(&after) {
        assert_eq!(*was - *is, BY, "{place} keeps its distance");
        assert_eq!(*is > now(), place.ends_with("/delay_until"), "{place}: {is}");
    }

    assert!(back.facts(&mut facts).about, "only the delay lies ahead still");
    let touched = back.facts(&mut facts);
    assert!(!touched.about && touched.workers.is_empty() && touched.connectors.is_empty());
    assert!(!back.verdict(&mut verdict) && !back.fault(&mut fault));
}

#[test]
fn a_delay_that_had_run_out_holds_nothing_back_again() {
    let mut facts = cluster();
    let group = facts.about.group.as_mut().unwrap();
    (group.empty_since, group.delay_until) = (None, Some(ago(60)));
    SetBack::of(now(), BY).facts(&mut facts);
    assert_eq!(facts.about.group.unwrap().holds_until(now()), None);
}
