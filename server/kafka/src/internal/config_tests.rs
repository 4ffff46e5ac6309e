use std::collections::BTreeMap;

use model::secrets::FingerprintKey;

use super::*;

fn unwrap(key: &str, value: Option<&str>) -> ConfigRecord {
    let read = read(key.as_bytes(), value.map(str::as_bytes));
    read.expect("a known key").expect("readable")
}

fn error(key: &str, value: &str) -> Option<Malformed> {
    read(key.as_bytes(), Some(value.as_bytes())).expect("a known key").err()
}

/// Whether two configs are the same, of which neither can be looked into.
fn same(config: &RawConfig, pairs: &[(&str, Option<&str>)]) -> bool {
    let pairs = pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned)));
    let key = FingerprintKey::new(&[7; 32]);
    config.version(&key) == RawConfig::new(pairs.collect::<BTreeMap<_, _>>()).version(&key)
}

#[test]
fn configs_become_raw_configs() {
    let value = r#"{"properties":{"connector.class":"X","password":"hunter2","n":3,"b":true,"gone":null,"odd":[1]}}"#;
    let pairs = [
        ("connector.class", Some("X")),
        ("password", Some("hunter2")),
        ("n", Some("3")),
        ("b", Some("true")),
        ("gone", None),
        ("odd", Some("")),
    ];
    let ConfigRecord::Connector { connector, config } = unwrap("connector-a-b", Some(value)) else {
        panic!("a connector's")
    };
    assert_eq!(connector.as_str(), "a-b");
    assert!(same(&config.expect("no tombstone"), &pairs));
    let enveloped = format!(r#"{{"schema":{{}},"payload":{value}}}"#);
    let ConfigRecord::Task {
        connector,
        task,
        config,
    } = unwrap("task-a-1-2", Some(&enveloped))
    else {
        panic!("a task's")
    };
    assert_eq!((connector.as_str(), task), ("a-1", 2));
    assert!(same(&config.expect("no tombstone"), &pairs));
    let ConfigRecord::Connector { config, .. } = unwrap("connector-a", None) else {
        panic!("a connector's")
    };
    assert!(config.is_none(), "a tombstone is a deletion");
    let long = format!(r#"{{"properties":{{"a":"{}"}}}}"#, "x".repeat(LONGEST));
    assert_eq!(error("connector-a", &long), Some(Malformed::Long));
}

#[test]
fn a_target_state_prefers_the_field_that_knows_stopped() {
    let known = |state| Some(Target::Known(state));
    for (value, target) in [
        (
            Some(r#"{"state":"PAUSED","state.v2":"STOPPED"}"#),
            known(TargetState::Stopped),
        ),
        (Some(r#"{"state":"PAUSED"}"#), known(TargetState::Paused)),
        (Some(r#"{"state.v2":"STARTED"}"#), known(TargetState::Started)),
        (
            Some(r#"{"state":"PAUSED","state.v2":"FROZEN"}"#),
            known(TargetState::Paused),
        ),
        (
            Some(r#"{"state":"PAUSED","state.v2":null}"#),
            known(TargetState::Paused),
        ),
        (Some(r#"{"state.v2":"FROZEN"}"#), Some(Target::Other("FROZEN".into()))),
        (None, None),
        (Some("null"), None),
    ] {
        let ConfigRecord::Target {
            connector,
            target: read,
        } = unwrap("target-state-target-state-x", value)
        else {
            panic!("a target state")
        };
        assert_eq!((connector.as_str(), &read), ("target-state-x", &target), "{value:?}");
    }
    assert_eq!(error("target-state-x", "{}"), Some(Malformed::Field("state")));
}

#[test]
fn commits_and_fencings_count_tasks() {
    for (key, value, count) in [
        ("commit-a", Some(r#"{"tasks":0}"#), Some(0)),
        ("commit-a", Some(r#"{"tasks":31,"more":1}"#), Some(31)),
        ("commit-a", None, None),
        ("tasks-fencing-a", Some(r#"{"task-count":2}"#), Some(2)),
        ("tasks-fencing-a", None, None),
    ] {
        let (ConfigRecord::Commit { connector, tasks } | ConfigRecord::Fencing { connector, tasks }) =
            unwrap(key, value)
        else {
            panic!("{key}")
        };
        assert_eq!((connector.as_str(), tasks), ("a", count), "{key} {value:?}");
    }
    for value in [
        "{}",
        r#"{"tasks":-1}"#,
        r#"{"tasks":"3"}"#,
        r#"{"tasks":4294967296}"#,
        r#"{"tasks":1.5}"#,
    ] {
        assert_eq!(error("commit-a", value), Some(Malformed::Field("tasks")), "{value}");
    }
}

#[test]
fn events_are_told_as_such() {
    let ConfigRecord::Restart { connector, asked } = unwrap(
        "restart-connector-a",
        Some(r#"{"include-tasks":true,"only-failed":false}"#),
    ) else {
        panic!("a restart")
    };
    let tasks = Restart {
        include_tasks: true,
        only_failed: false,
    };
    assert_eq!((connector.as_str(), asked), ("a", Some(tasks)));
    assert!(matches!(
        unwrap("restart-connector-a", None),
        ConfigRecord::Restart { asked: None, .. }
    ));
    let ConfigRecord::Logger { namespace, level } = unwrap("logger-cluster-org.x", Some(r#"{"level":"DEBUG"}"#)) else {
        panic!("a logger's")
    };
    assert_eq!((&*namespace, level.as_deref()), ("org.x", Some("DEBUG")));
    let key = r#"{"key":"c2VjcmV0","algorithm":"HmacSHA256","creation-timestamp":1}"#;
    assert!(matches!(unwrap("session-key", Some(key)), ConfigRecord::SessionKey));
    assert!(matches!(unwrap("session-key", Some("\u{0}")), ConfigRecord::SessionKey));
}

#[test]
fn kinds_are_told_apart_by_their_whole_beginning() {
    let value = Some(r#"{"tasks":1,"task-count":1,"properties":{}}"#);
    for (key, name) in [("connector-task-1", "task-1"), ("connector-connector-a", "connector-a")] {
        let record = unwrap(key, value);
        assert!(matches!(&record, ConfigRecord::Connector { connector, .. } if connector.as_str() == name));
    }
    let record = unwrap("task-s-fencing-a-1", value);
    assert!(matches!(&record, ConfigRecord::Task { connector, task: 1, .. } if connector.as_str() == "s-fencing-a"));
    for key in [
        "",
        "session-key-2",
        "tasks-x",
        "connectors-x",
        "TARGET-STATE-x",
        "deferred-x",
    ] {
        assert!(read(key.as_bytes(), None).is_none(), "{key}");
    }
    for key in [
        "connector-",
        "commit-",
        "target-state-",
        "task-1",
        "task-a-",
        "task--1",
        "task-a-1x",
    ] {
        assert_eq!(error(key, r#"{"properties":{}}"#), Some(Malformed::Key), "{key}");
    }
    for value in ["{}", r#"{"properties":[]}"#, r#"{"properties":null}"#] {
        assert_eq!(
            error("connector-a", value),
            Some(Malformed::Field("properties")),
            "{value}"
        );
    }
}
