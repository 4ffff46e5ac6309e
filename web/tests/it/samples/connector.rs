//! Connectors of every health.

use std::sync::Arc;

use console::{
    ConfigChange, ConnectorDetail, ConnectorItem, ConnectorPage, InstanceItem, PluginDocumentation, PluginId, TaskItem,
    TeamItem,
};
use model::facts::Alive;
use model::fault::Scope;
use model::names::TeamName;
use model::observe::{ListedConfig, Source};
use model::owner::Owner;
use model::secrets::{Definitions, Fingerprint, Importance, KeyDefinition};
use model::state::{ConnectorKind, State, TargetSource, TargetState};
use model::target::TargetSystem;
use model::topics::{Topic, Topics};
use model::verdict::{Activity, Class, Domain, Health, Reason, TaskVerdict};

use super::{ago, fault, id, reason};

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
        rest_state: state.clone(),
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
        unstarted: vec![],
        id: id(cluster, name),
        kind: Some(ConnectorKind::Sink),
        class: Some("org.apache.kafka.connect.file.FileStreamSinkConnector".into()),
        owner: owner("data-lake", "s3-*"),
        target: Some((TargetState::Started, TargetSource::ConfigTopic)),
        rest_state: state.clone(),
        state,
        tasks,
        health,
        since: ago(250),
        as_of: Some(ago(2)),
        stale: health == Health::Unknown,
        activity: Activity::Unknown,
        progress: super::progress(health),
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
        topics: Topics::default(),
    })
}

pub fn detail(item: ConnectorItem) -> ConnectorDetail {
    let instance = item.state.clone().map(|state| InstanceItem {
        rest_state: state.clone(),
        health: item.health.of_instance(
            &state,
            ("10.0.3.11:8083", item.health == Health::Unassigned),
            item.tasks.iter().map(|task| (Some(task.health), task.worker.as_str())),
        ),
        state,
        since: ago(4_000),
        health_since: ago(4_000),
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
        unlisted: None,
        unheard: None,
        topics: Topics {
            reads: vec![
                Topic::Named("orders.events".into()),
                Topic::Pattern("returns\\..*".into()),
            ],
            dead_letters: Some("s3-archive-dead".into()),
            ..Topics::default()
        },
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

/// Three configs that came into force; the last one is what the first one was.
pub fn versions() -> Vec<ConfigChange> {
    let change = |hex: &str, age, until: Option<i64>, keys: Option<&[&str]>, flush: &str, password: &str| {
        let pairs = serde_json::json!({
            "connection.password": {"masked": password},
            "flush.size": {"clear": flush},
            "name": {"clear": "s3-archive"},
            "tasks.max": {"clear": "2"},
            "topics": {"clear": format!("orders.events,orders.returns.{flush}")},
        });
        ConfigChange {
            version: Fingerprint::from_hex(hex),
            at: ago(age),
            until: until.map(ago),
            seen_at: ago(age),
            changed_keys: keys.map(|keys| keys.iter().map(ToString::to_string).collect()),
            same_as: None,
            config: Some(config(pairs)),
        }
    };
    let keys: &[&str] = &["connection.password", "flush.size", "topics"];
    vec![
        ConfigChange {
            same_as: Some(ago(90_000)),
            ..change("77aa01ff", 600, None, Some(keys), "1000", "5f1d22aa00c1d2e3")
        },
        change("a1b2c3d4", 1_200, Some(600), Some(keys), "50000", "99aa22aa00c1d2e3"),
        change("77aa01ff", 90_000, Some(1_200), None, "1000", "5f1d22aa00c1d2e3"),
    ]
}

/// What the sample's plugin says of some of its keys.
pub fn definitions() -> Definitions {
    let key = |kind: &str, default: Option<&str>, group: Option<&str>, documentation: &str| KeyDefinition {
        kind: kind.into(),
        default: default.map(Into::into),
        documentation: documentation.into(),
        importance: Some(Importance::High),
        group: group.map(Into::into),
        order: Some(1),
        required: default.is_none() && kind != "PASSWORD",
    };
    Definitions {
        keys: [
            (
                "file",
                key(
                    "STRING",
                    None,
                    None,
                    "Destination filename. If not specified, the standard output will be used",
                ),
            ),
            (
                "connection.password",
                key(
                    "PASSWORD",
                    None,
                    Some("Connection"),
                    "The password by which the system is entered.",
                ),
            ),
            (
                "connection.user",
                key("STRING", Some(""), Some("Connection"), "The user."),
            ),
            (
                "connection.attempts",
                key("INT", Some("3"), Some("Connection"), "How often it is tried."),
            ),
            (
                "tasks.max",
                key(
                    "INT",
                    Some("1"),
                    Some("Common"),
                    "Maximum number of tasks to use for this connector.",
                ),
            ),
            (
                "errors.tolerance",
                key(
                    "STRING",
                    Some("none"),
                    Some("Error Handling"),
                    "Behavior for tolerating errors.",
                ),
            ),
            (
                "errors.log.enable",
                key(
                    "BOOLEAN",
                    Some("false"),
                    Some("Error Handling"),
                    "Whether failures are logged.",
                ),
            ),
        ]
        .map(|(name, definition)| (name.into(), definition))
        .into(),
    }
}

/// A connector with transformations and predicates.
pub fn transforming(health: Health) -> ConnectorDetail {
    let mut chained = detail(item("orders", "s3-archive", health));
    chained.config = Some(config(serde_json::json!({
        "connector.class": {"clear": "org.apache.kafka.connect.file.FileStreamSinkConnector"},
        "connection.password": {"masked": "5f1d22aa00c1d2e3f405162738495a6b"},
        "connection.user": {"reference": "${vault:secret/lake:user}"},
        "errors.tolerance": {"clear": "none"},
        "file": {"clear": "/data/out/s3-archive.txt"},
        "key.converter": {"clear": "org.apache.kafka.connect.storage.StringConverter"},
        "name": {"clear": "s3-archive"},
        "predicates": {"clear": "tombstone,returns"},
        "predicates.returns.type": {"clear": "org.apache.kafka.connect.transforms.predicates.TopicNameMatches"},
        "predicates.returns.pattern": {"clear": "returns\\..*"},
        "predicates.tombstone.type": {"clear": "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone"},
        "producer.override.sasl.jaas.config": {"masked": "77aa22aa00c1d2e3f405162738495a6b"},
        "tasks.max": {"clear": "2"},
        "topics": {"clear": "orders.events"},
        "transforms": {"clear": "drop,mask,route"},
        "transforms.drop.type": {"clear": "org.apache.kafka.connect.transforms.Filter"},
        "transforms.drop.predicate": {"clear": "tombstone"},
        "transforms.mask.type": {"clear": "org.apache.kafka.connect.transforms.MaskField$Value"},
        "transforms.mask.fields": {"clear": "card_number,cvc"},
        "transforms.mask.replacement": {"masked": "12aa22aa00c1d2e3f405162738495a6b"},
        "transforms.mask.predicate": {"clear": "returns"},
        "transforms.mask.negate": {"clear": "true"},
        "transforms.route.type": {"clear": "org.apache.kafka.connect.transforms.RegexRouter"},
        "transforms.route.regex": {"clear": "orders\\.(.*)"},
        "transforms.route.replacement": {"clear": "lake.$1"},
        "value.converter": {"clear": "org.apache.kafka.connect.json.JsonConverter"},
        "value.converter.schemas.enable": {"clear": "false"},
    })));
    chained
}

pub fn page(items: Vec<ConnectorItem>) -> ConnectorPage {
    let mut all = view::Totals::default();
    items.iter().for_each(|item| all.add(item.health));
    ConnectorPage {
        groups: vec![],
        more_groups: 0,
        previous_cursor: None,
        before: 0,
        facets: facets(&items),
        troubles: vec![],
        near: vec![],
        matching: items.len(),
        totals: all,
        items,
        next_cursor: None,
        causes: 3,
        as_of: Some(ago(2)),
        revision: 12,
    }
}

/// Counts of these, as if nothing narrowed the list.
fn facets(items: &[ConnectorItem]) -> view::Facets {
    let mut facets = view::Facets::default();
    for item in items {
        facets.health.add(item.health);
        let team = item.owner.as_ref().map(|owner| owner.team.clone());
        *facets.teams.entry(team).or_default() += 1;
        *facets.clusters.entry(item.id.cluster.clone()).or_default() += 1;
        if let Some(kind) = item.kind {
            *facets.kinds.entry(kind.as_str()).or_default() += 1;
        }
        if let Some(fault) = &item.fault {
            *facets.classes.entry(fault.class).or_default() += 1;
        }
    }
    facets
}

/// The same list in groups by cluster, one of which is too long to be shown.
pub fn grouped(items: &[ConnectorItem]) -> ConnectorPage {
    let mut totals = view::Totals::default();
    items.iter().for_each(|item| totals.add(item.health));
    let group = |key, items: &[ConnectorItem]| console::GroupItem {
        key,
        totals,
        items: items.to_vec(),
    };
    ConnectorPage {
        items: vec![],
        groups: vec![
            group(view::GroupKey::Cluster("orders".into()), items),
            group(view::GroupKey::Team(None), &items[..3]),
            group(view::GroupKey::Class(None), &items[..1]),
            group(view::GroupKey::Target(Some("db1.prod:5432/shop".into())), &[]),
        ],
        more_groups: 7,
        ..page(items.to_vec())
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
        totals: view::Totals::default(),
    };
    vec![
        team(Some("platform"), true),
        team(Some("data-lake"), false),
        team(Some("payments"), false),
        team(None, false),
    ]
}

/// A query in the language.
pub fn asked(text: &str) -> console::ConnectorQuery {
    console::ConnectorQuery::of(view::Query {
        text: text.into(),
        ..view::Query::default()
    })
}

/// A page of which a part of the query was set aside, and a word taken for another.
pub fn misread(page: &ConnectorPage) -> ConnectorPage {
    ConnectorPage {
        troubles: vec![view::search::Trouble {
            text: "No connector belongs to a team \"paymants\"; the nearest is payments.".into(),
            meant: Some(("health:failed team:payments sink".into(), "team:payments".into())),
            nowhere: true,
        }],
        near: vec![view::search::Near {
            word: "paymants".into(),
            found: vec!["payments".into()],
        }],
        matching: 20_311,
        before: 100,
        next_cursor: Some("next".into()),
        previous_cursor: Some("previous".into()),
        ..page.clone()
    }
}

/// What a worker said of a plugin just now.
pub fn documentation() -> PluginDocumentation {
    PluginDocumentation {
        id: PluginId {
            cluster: "orders".into(),
            class: "org.apache.kafka.connect.file.FileStreamSinkConnector".into(),
            version: Some("4.3.1".into()),
        },
        definitions: Arc::new(definitions()),
        live: Some(("10.0.3.11:8083".into(), ago(1))),
    }
}
