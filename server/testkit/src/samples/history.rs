//! History entries of every kind.

use std::collections::BTreeSet;

use model::fault::Fault;
use model::names::{ClusterName, ConnectorName, WorkerId};
use model::observe::{Gap, GapKind, Source};
use model::record::{Entry, HistoryItem, VerdictChange};
use model::secrets::Fingerprint;
use model::state::{State, TargetState};
use model::transition::{Change, Subject, Transition};
use model::verdict::Health;

use super::{ago, cluster, now, verdict, workers};

/// One entry of every kind, newest first, of the cluster `orders`.
pub fn history() -> Vec<HistoryItem> {
    let mut entries: Vec<Entry> = transitions().map(Entry::Transition).collect();
    entries.extend(Health::ALL.map(|to| {
        Entry::Verdict(VerdictChange {
            at: ago(1_500),
            since: Some(ago(1_510)),
            connector: ConnectorName::from(format!("sample-{}", to.as_str())),
            from: (to != Health::Healthy).then_some(Health::Healthy),
            to,
            reasons: verdict(to).reasons,
            settings: 3,
        })
    }));
    for fault in cluster().faults {
        let ended = Fault {
            ended_at: Some(now()),
            ..(*fault).clone()
        };
        entries.extend([Entry::FaultOpened((*fault).clone()), Entry::FaultEnded(ended)]);
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at()));
    let newest = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    entries
        .into_iter()
        .zip(0..)
        .map(|(entry, place)| HistoryItem {
            id: newest - place,
            cluster: ClusterName::from("orders"),
            entry,
        })
        .collect()
}

fn transitions() -> impl Iterator<Item = Transition> {
    let connector = || Subject::Connector(ConnectorName::from("orders/eu west/sink #1"));
    let task = || Subject::Task(ConnectorName::from("sample-failed"), 0);
    let worker = || Subject::Worker(WorkerId::from(workers::DEAD));
    let (live, dead) = (WorkerId::from(workers::LIVE), WorkerId::from(workers::DEAD));
    let state = |from, to, root: Option<&str>, inferred| Change::State {
        from,
        to,
        from_worker: None,
        worker: WorkerId::from(workers::LIVE),
        root_cause: root.map(Into::into),
        inferred,
    };
    let changes = [
        (Subject::Cluster, Change::Reachable),
        (
            Subject::Cluster,
            Change::Unreachable {
                gap: Gap {
                    kind: GapKind::TimedOut,
                    text: "10.0.0.7:8083: no answer within 10000 ms".into(),
                },
            },
        ),
        (
            Subject::Cluster,
            Change::Rebalance {
                members: 2,
                leader: Some(live.clone()),
                delay_ms: 300_000,
            },
        ),
        (
            Subject::Cluster,
            Change::KafkaCluster {
                from: "c2lnbmFsYm94LWxhYi0wMQ".into(),
                to: "4L6g3nShT-eMCtK--X86sw".into(),
            },
        ),
        (
            Subject::Cluster,
            Change::Refused {
                same_as: "orders".into(),
            },
        ),
        (Subject::Cluster, Change::Admitted),
        (
            Subject::Connector("archive".into()),
            Change::RecordsLost {
                topic: "orders".into(),
                partition: 3,
                from: 20_311,
                until: 24_311,
            },
        ),
        (
            Subject::Cluster,
            Change::RecordingGap {
                from: ago(9_000),
                why: "the database was away".into(),
            },
        ),
        (worker(), Change::WorkerCame { again: false }),
        (worker(), Change::WorkerCame { again: true }),
        (
            worker(),
            Change::WorkerLeft {
                in_order: false,
                evidence: "it left the Connect group without a word".into(),
            },
        ),
        (
            worker(),
            Change::WorkerLeft {
                in_order: true,
                evidence: "its connectors were UNASSIGNED first".into(),
            },
        ),
        (
            worker(),
            Change::WorkerVersion {
                from: "3.9.1".into(),
                to: "4.3.1".into(),
            },
        ),
        (connector(), Change::ConnectorAppeared { again: false }),
        (connector(), Change::ConnectorAppeared { again: true }),
        (connector(), Change::ConnectorDeleted),
        (
            connector(),
            Change::Config {
                from: None,
                to: Fingerprint::from_hex("00112233445566778899aabbccddeeff"),
                keys: BTreeSet::new(),
            },
        ),
        (
            connector(),
            Change::Config {
                from: Some(Fingerprint::from_hex("00112233445566778899aabbccddeeff")),
                to: Fingerprint::from_hex("ffeeddccbbaa99887766554433221100"),
                keys: BTreeSet::from(["batch.size".into(), "connection.password".into()]),
            },
        ),
        (
            connector(),
            Change::Target {
                from: Some(TargetState::Started),
                to: TargetState::Paused,
            },
        ),
        (connector(), state(None, State::Running, None, false)),
        (
            task(),
            state(
                Some(State::Running),
                State::Failed,
                Some("PSQLException: FATAL: password authentication failed for user \"loader\""),
                false,
            ),
        ),
        (
            task(),
            state(Some(State::Failed), State::Failed, Some("RuntimeException"), true),
        ),
        (
            task(),
            Change::State {
                from: Some(State::Unassigned),
                to: State::Running,
                from_worker: Some(dead),
                worker: live,
                root_cause: None,
                inferred: false,
            },
        ),
        (
            task(),
            state(Some(State::Running), State::Other("HIBERNATING".into()), None, false),
        ),
        (task(), Change::TaskRemoved),
    ];
    changes
        .into_iter()
        .zip(1..)
        .map(|((subject, change), minute)| Transition {
            at: ago(minute * 60),
            source: match minute % 4 {
                0 => Source::Group,
                1 => Source::Probe,
                2 => Source::Record,
                _ => Source::Rest,
            },
            subject,
            actor: matches!(change, Change::Config { .. } | Change::Target { .. }).then(|| "outside".into()),
            change,
        })
}
