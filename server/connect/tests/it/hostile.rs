//! Bodies that nobody should send: reading them never panics, and never hides the connectors beside them.

use std::collections::BTreeMap;

use connect::wire::{definitions, expanded, plugins};
use model::state::State;
use proptest::prelude::*;

/// Something like JSON of Connect's: its words in any arrangement.
fn json(depth: u32) -> impl Strategy<Value = serde_json::Value> {
    let word = prop::sample::select(vec![
        "info",
        "status",
        "config",
        "connector",
        "tasks",
        "id",
        "task",
        "state",
        "worker_id",
        "trace",
        "version",
        "type",
        "name",
        "class",
        "source",
        "RUNNING",
        "",
        "\u{0}",
        "ü/%",
    ]);
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        word.clone().prop_map(Into::into),
    ];
    leaf.prop_recursive(depth, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec((word.clone(), inner), 0..6).prop_map(|pairs| serde_json::Value::Object(
                pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
            )),
        ]
    })
}

proptest! {
    // What fails is printed whole and becomes a case of its own below.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _read = (expanded(&bytes).is_ok(), plugins(&bytes).is_ok(), definitions(&bytes).is_ok());
    }

    #[test]
    fn any_object_is_a_list_with_every_name(entries in prop::collection::btree_map("[a-z/ ü%]{0,8}", json(6), 0..6)) {
        let body = serde_json::to_vec(&entries).unwrap();
        let read = expanded(&body).unwrap();
        prop_assert_eq!(read.len(), entries.len());
        prop_assert!(entries.keys().all(|name| read.contains_key(name.as_str())));
    }

    #[test]
    fn a_good_connector_is_read_beside_any_other(entry in json(6)) {
        let good = serde_json::json!({"status": {"connector": {"state": "RUNNING", "worker_id": "w:1"}, "tasks": []}});
        let body = serde_json::to_vec(&BTreeMap::from([("bad", entry), ("good", good)])).unwrap();
        let read = expanded(&body).unwrap();
        let good = read["good"].status.as_ref().unwrap().connector.as_ref().unwrap();
        prop_assert_eq!(&good.state, &State::Running);
    }
}

#[test]
fn every_part_may_be_missing_null_or_of_another_kind() {
    let body = br#"{
        "empty": {}, "null": null, "number": 7, "array": [null, [], null], "gone": {"info": null, "status": {"connector": null, "tasks": null}},
        "kinds": {"info": {"name": "kinds", "config": {"n": 1, "b": true, "f": 1.5, "z": null, "o": {"x": [1]}, "s": "t"},
                           "tasks": null, "type": null, "extra": {"deep": [[[]]]}},
                  "status": {"connector": {"state": "RUNNING"}, "tasks": [{"state": "RUNNING", "worker_id": "w:1"},
                             {"id": 1, "state": "NEW_STATE", "worker_id": "w:1", "trace": "", "version": "undefined"}]}},
        "badtask": {"info": {"config": {}, "type": "sink"}, "status": {"tasks": [{"id": -1, "state": 5}]}}
    }"#;
    let read = expanded(body).unwrap();
    assert_eq!(read.len(), 7);
    let kinds = &read["kinds"];
    assert!(kinds.info.is_some());
    let tasks = &kinds.status.as_ref().unwrap().tasks;
    assert_eq!(tasks.keys().copied().collect::<Vec<_>>(), [1]);
    assert_eq!(tasks[&1].state, State::Other("NEW_STATE".into()));
    assert!(tasks[&1].trace.is_none() && tasks[&1].version.is_none());
    let bad = &read["badtask"];
    assert!(bad.info.is_some() && bad.status.is_none());
}

#[test]
fn depth_does_not_exhaust_the_stack() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    for body in [
        deep.clone(),
        format!("{{\"a\":{deep}}}"),
        format!("{{\"a\":{{\"info\":{{\"config\":{{\"k\":{deep}}}}}}}}}"),
        format!("{{\"a\":{{\"x\":{deep}}}}}"),
    ] {
        let _read_or_refused = expanded(body.as_bytes()).is_ok();
    }
}
