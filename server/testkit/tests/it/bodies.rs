//! Told of the same connectors, the fake writes the expanded list of real workers byte by byte, but for the order in
//! which a Java map gives its entries. The recorded bodies are those that the readers of `connect` are tested with.

use std::collections::BTreeMap;
use std::path::PathBuf;

use model::state::ConnectorKind;
use serde::Deserialize;
use serde_json::value::RawValue;
use testkit::fake::{FakeCluster, FakeConnector, FakeInstance, Version};

use crate::program::get;

#[derive(Deserialize)]
struct Entry {
    info: Box<RawValue>,
    status: Box<RawValue>,
}

#[derive(Deserialize)]
struct Info {
    name: String,
    config: BTreeMap<String, String>,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Config {
    config: Box<RawValue>,
}

#[derive(Deserialize)]
struct Status {
    connector: Instance,
    tasks: Vec<Instance>,
}

#[derive(Deserialize)]
struct Instance {
    #[serde(default)]
    id: u32,
    state: String,
    worker_id: String,
    trace: Option<String>,
}

fn recorded(version: Version) -> BTreeMap<String, Entry> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../connect/tests/it/bodies");
    let text = std::fs::read_to_string(folder.join(version.number).join("expanded.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The entry's text, with its config apart.
fn parts(entry: &Entry) -> (String, BTreeMap<String, String>, &str) {
    let config: Config = serde_json::from_str(entry.info.get()).unwrap();
    let info = entry.info.get().replacen(config.config.get(), "{}", 1);
    (
        info,
        serde_json::from_str(config.config.get()).unwrap(),
        entry.status.get(),
    )
}

#[test]
fn the_expanded_list_is_that_of_real_workers() {
    for version in [Version::V4_3_1, Version::V3_9_1] {
        let recorded = recorded(version);
        assert_eq!(recorded.len(), 7);
        let cluster = FakeCluster::start(version, 3).unwrap();
        let mut workers: Vec<String> = Vec::new();
        for entry in recorded.values() {
            let info: Info = serde_json::from_str(entry.info.get()).unwrap();
            let status: Status = serde_json::from_str(entry.status.get()).unwrap();
            let mut instance = |seen: &Instance| {
                let known = workers.iter().position(|worker| *worker == seen.worker_id);
                let worker = known.unwrap_or_else(|| {
                    workers.push(seen.worker_id.clone());
                    workers.len() - 1
                });
                FakeInstance {
                    state: seen.state.clone(),
                    worker,
                    trace: seen.trace.clone(),
                }
            };
            cluster.put(FakeConnector {
                name: info.name,
                config: info.config,
                kind: match info.kind.as_str() {
                    "source" => Some(ConnectorKind::Source),
                    _ => Some(ConnectorKind::Sink),
                },
                instance: Some(instance(&status.connector)),
                tasks: status.tasks.iter().map(|task| (task.id, instance(task))).collect(),
            });
        }
        for (number, worker) in workers.iter().enumerate() {
            cluster.advertise(number, worker);
        }
        let answer = get(&cluster.url(0), "/connectors?expand=info&expand=status");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("content-type: application/json"), "{head}");
        let faked: BTreeMap<String, Entry> = serde_json::from_str(body).unwrap();
        assert_eq!(faked.keys().collect::<Vec<_>>(), recorded.keys().collect::<Vec<_>>());
        for (name, entry) in &recorded {
            assert_eq!(parts(&faked[name]), parts(entry), "{name} of {}", version.number);
        }
    }
}
