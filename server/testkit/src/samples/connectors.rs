//! Connectors of every health, deleted ones, ones that are just being created, and ones with names that hurt.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::Timestamp;
use model::facts::{ConnectorFacts, InstanceFacts, Missing};
use model::names::{ConnectorName, TeamName, WorkerId};
use model::observe::{ListedConfig, Source};
use model::owner::Owner;
use model::record::ConnectorRecord;
use model::secrets::{Definitions, FingerprintKey, KeyDefinition, RawConfig, RawTrace, Redactor, mask};
use model::state::{ConnectorKind, State, TargetSource, TargetState};
use model::verdict::Health;

use super::verdicts::since;
use super::{ago, names, verdict, workers};
use crate::fake::traces;

/// One connector of every health, then one of every name that hurts (their healths in turn), then [`deleted`] and
/// [`waiting`].
pub fn connectors() -> Vec<ConnectorRecord> {
    let every_health = Health::ALL
        .into_iter()
        .map(|health| connector(&format!("sample-{}", health.as_str()), health));
    let every_name = names()
        .into_iter()
        .zip(Health::ALL.into_iter().cycle())
        .map(|(name, health)| connector(&name, health));
    every_health.chain(every_name).chain([deleted(), waiting()]).collect()
}

/// A connector of this name and health, with the facts from which that health follows; owned by `team-orders`, but for
/// healthy and stalled ones, which nobody owns.
pub fn connector(name: &str, health: Health) -> ConnectorRecord {
    let kind = if health == Health::Stalled {
        ConnectorKind::Source
    } else {
        ConnectorKind::Sink
    };
    let facts = ConnectorFacts {
        name: ConnectorName::from(name),
        kind: Some(kind),
        class: Some("io.debezium.connector.jdbc.JdbcSinkConnector".into()),
        config: Some(Arc::new(config(name))),
        target: Some((target(health), TargetSource::Inferred)),
        instance: Some(instance(instance_state(health), since(health), place(health))),
        tasks: tasks(health).into_iter().collect(),
        no_tasks_since: (health == Health::NoTasks).then(|| since(health)),
        first_seen: ago(50_000_000),
        status_missing: None,
        unstarted: Default::default(),
        missing: None,
        deleted_at: None,
        progress: None,
    };
    let owned = !matches!(health, Health::Healthy | Health::Stalled);
    ConnectorRecord {
        facts: Arc::new(facts),
        verdict: Arc::new(verdict(health)),
        owner: owned.then(|| Owner {
            team: TeamName::from("team-orders"),
            source: "connector = \"sample-*\"".into(),
        }),
    }
}

/// A connector that two plain lists lacked.
pub fn deleted() -> ConnectorRecord {
    let mut record = connector("sample-deleted", Health::Healthy);
    let facts = Arc::make_mut(&mut record.facts);
    facts.missing = Some(Missing {
        at: ago(605),
        by: WorkerId::from(workers::LIVE),
    });
    facts.deleted_at = Some(ago(600));
    record
}

/// A connector that was just created: no status record, no config, nothing known of it but its name.
pub fn waiting() -> ConnectorRecord {
    let mut record = connector("sample-new", Health::Unknown);
    record.facts = Arc::new(ConnectorFacts {
        name: ConnectorName::from("sample-new"),
        kind: None,
        class: None,
        config: None,
        target: None,
        instance: None,
        tasks: Default::default(),
        no_tasks_since: None,
        first_seen: ago(4),
        status_missing: None,
        unstarted: Default::default(),
        missing: None,
        deleted_at: None,
        progress: None,
    });
    record.owner = None;
    record
}

fn target(health: Health) -> TargetState {
    match health {
        Health::Paused => TargetState::Paused,
        Health::Stopped => TargetState::Stopped,
        _ => TargetState::Started,
    }
}

fn instance_state(health: Health) -> State {
    match health {
        Health::Paused => State::Paused,
        Health::Stopped => State::Stopped,
        _ => State::Running,
    }
}

fn place(health: Health) -> &'static str {
    if health == Health::Unassigned {
        workers::DEAD
    } else {
        workers::LIVE
    }
}

fn tasks(health: Health) -> Vec<(u32, InstanceFacts)> {
    let task = |state| instance(state, since(health), place(health));
    let failed = || {
        let raw = RawTrace::new(traces::BAD_PASSWORD.to_owned());
        InstanceFacts {
            trace: Some(Redactor::patterns_only().redact(&raw)),
            trace_id: Some(raw.fingerprint(&key())),
            failures: vec![since(health)],
            ..task(State::Failed)
        }
    };
    let (first, second) = match health {
        Health::Stopped | Health::NoTasks => return Vec::new(),
        Health::Failed => (failed(), failed()),
        Health::Degraded => (task(State::Running), failed()),
        Health::CrashLooping => {
            let looping = InstanceFacts {
                failures: [400, 260, 150, 10].map(ago).to_vec(),
                since: ago(10),
                ..failed()
            };
            (looping.clone(), looping)
        }
        Health::Restarting => (task(State::Restarting), task(State::Restarting)),
        Health::Paused => (task(State::Paused), task(State::Paused)),
        _ => (task(State::Running), task(State::Running)),
    };
    vec![(0, first), (1, second)]
}

fn instance(state: State, since: Timestamp, worker: &str) -> InstanceFacts {
    InstanceFacts {
        state,
        since,
        worker_id: WorkerId::from(worker),
        trace: None,
        trace_id: None,
        version: Some("3.4.0.Final".into()),
        failures: Vec::new(),
        source: Source::Rest,
        rest: None,
    }
}

fn key() -> FingerprintKey {
    FingerprintKey::new(b"the key of the samples")
}

/// A config with clear values, a reference, a masked password, null and text that pages must escape.
fn config(name: &str) -> ListedConfig {
    let pairs = [
        ("name", Some(name)),
        ("connector.class", Some("io.debezium.connector.jdbc.JdbcSinkConnector")),
        ("tasks.max", Some("2")),
        ("topics", Some("orders,payments")),
        (
            "connection.url",
            Some("jdbc:postgresql://dwh.prod.example:5432/reports"),
        ),
        ("connection.username", Some("${vault:kv/dwh:user}")),
        ("connection.password", Some("a-password-of-nobody")),
        ("comment", Some("<b>bold</b> & \"quoted\"\nsecond line")),
        ("table.name.format", None),
    ];
    let raw = pairs.map(|(key, value)| (key.to_owned(), value.map(str::to_owned)));
    mask(&RawConfig::new(raw.into()), Some(&definitions()), &key())
}

fn definitions() -> Definitions {
    let key = |name: &str, kind: &str| {
        let definition = KeyDefinition {
            kind: kind.into(),
            default: None,
            documentation: "".into(),
            ..KeyDefinition::default()
        };
        (Arc::from(name), definition)
    };
    Definitions {
        keys: BTreeMap::from([
            key("connection.url", "STRING"),
            key("connection.username", "STRING"),
            key("connection.password", "PASSWORD"),
            key("comment", "STRING"),
            key("table.name.format", "STRING"),
        ]),
    }
}
