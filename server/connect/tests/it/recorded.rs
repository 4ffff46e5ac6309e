//! Bodies recorded from real workers of each version (two of 4.3.1 in one cluster, one of 3.9.1), sent again.

use std::path::PathBuf;

use connect::{BodyHash, Error};
use model::state::{ConnectorKind, State};
use testkit::fake::{Behaviour, FakeCluster, FakeConnector, Version};

use crate::worker::{listed, worker};

const VERSIONS: [Version; 2] = [Version::V4_3_1, Version::V3_9_1];

fn recorded(version: Version, file: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/bodies");
    std::fs::read_to_string(folder.join(version.number).join(file)).unwrap()
}

/// A worker that answers with a recorded body to whatever it is asked.
fn answering(version: Version, status: u16, file: &str) -> FakeCluster {
    let cluster = FakeCluster::start(version, 1).unwrap();
    let kind = if file.ends_with("html") {
        "text/html"
    } else {
        "application/json"
    };
    cluster.behave(0, Behaviour::Other(status, kind, recorded(version, file)));
    cluster
}

#[tokio::test]
async fn the_list_is_read_whole() {
    for version in VERSIONS {
        let cluster = answering(version, 200, "expanded.json");
        let (hash, connectors) = listed(&worker(&cluster)).await;
        assert_eq!(hash, BodyHash::of(recorded(version, "expanded.json").as_bytes()));
        let state = |name: &str| {
            let instance = connectors[name].status.as_ref().unwrap().connector.as_ref().unwrap();
            instance.state.as_str().to_owned()
        };
        for (name, expected) in [
            ("failing-connector", "FAILED"),
            ("failing-task", "RUNNING"),
            ("orders-file-sink", "RUNNING"),
            ("orders-file-source", "RUNNING"),
            ("paused-sink", "PAUSED"),
            ("pay/roll ünï 100%", "RUNNING"),
            ("stopped-sink", "STOPPED"),
        ] {
            assert_eq!(state(name), expected, "{name}");
        }
        assert_eq!(connectors.len(), 7);
        let failing = connectors["failing-task"].status.as_ref().unwrap();
        assert_eq!(failing.tasks[&0].state, State::Failed);
        assert!(failing.tasks[&0].trace.is_some());
        let plugin_version = failing.connector.as_ref().unwrap().version.as_deref();
        assert_eq!(plugin_version, (version == Version::V4_3_1).then_some("4.3.1"));
        assert_eq!(connectors["orders-file-sink"].kind(), Some(ConnectorKind::Sink));
        assert_eq!(connectors["orders-file-sink"].info.as_ref().unwrap().tasks, [0, 1]);
    }
}

#[tokio::test]
async fn the_small_answers_are_read() {
    for version in VERSIONS {
        let cluster = answering(version, 200, "root.json");
        let root = worker(&cluster).root().await.unwrap().value;
        assert_eq!(&*root.version, version.number);
        assert_eq!(root.kafka_cluster_id.as_deref(), Some("c2lnbmFsYm94LWxhYi0wMQ"));

        let cluster = answering(version, 200, "health.json");
        assert!(worker(&cluster).health().await.unwrap().value.ready);

        let cluster = answering(version, 200, "connectors.json");
        assert_eq!(worker(&cluster).names().await.unwrap().value.len(), 7);

        let cluster = answering(version, 200, "plugins.json");
        let plugins = worker(&cluster).plugins().await.unwrap().value;
        assert_eq!(plugins.len(), 58);
        assert!(
            plugins
                .iter()
                .all(|plugin| plugin.version.as_deref() == Some(version.number))
        );

        let cluster = answering(version, 200, "plugin-config.json");
        let definitions = worker(&cluster).plugin_config("x.Y", None).await.unwrap().value;
        assert_eq!(definitions.keys.len(), 5);
        assert_eq!(definitions.keys["tasks.max"].default.as_deref(), Some("1"));
        assert_eq!(definitions.keys["file"].default, None);

        // Unknown words after `expand=` give entries without any part.
        let cluster = answering(version, 200, "expanded-nothing.json");
        let (_, connectors) = listed(&worker(&cluster)).await;
        assert_eq!(connectors.len(), 7);
        assert!(
            connectors
                .values()
                .all(|connector| connector.info.is_none() && connector.status.is_none())
        );
    }
}

#[tokio::test]
async fn refusals_are_told_apart() {
    for version in VERSIONS {
        for (status, file, expected) in [
            (404, "booting.json", Error::Starting),
            (404, "no-such-resource.json", Error::Unsupported),
            (
                404,
                "connector-unknown.json",
                Error::NotFound {
                    said: "Connector nope not found".into(),
                },
            ),
            (
                404,
                "plugin-unknown.json",
                Error::NotFound {
                    said: "Unknown plugin no.Such.".into(),
                },
            ),
        ] {
            let cluster = answering(version, status, file);
            let worker = worker(&cluster);
            assert_eq!(worker.names().await.err(), Some(expected.clone()), "{file}");
            assert_eq!(worker.health().await.err(), Some(expected), "{file}");
        }
    }
    let cluster = answering(Version::V4_3_1, 400, "slash.html");
    assert!(matches!(worker(&cluster).names().await, Err(Error::NotConnect { .. })));
}

/// The fake writes what real workers wrote, but for the values.
#[tokio::test]
async fn the_fake_writes_the_same_shapes() {
    for version in VERSIONS {
        let cluster = FakeCluster::start(version, 1).unwrap();
        let mut failing = FakeConnector::source("failing-task", 1);
        failing.tasks.get_mut(&0).unwrap().state = "FAILED".to_owned();
        failing.tasks.get_mut(&0).unwrap().trace = Some("java.lang.RuntimeException".to_owned());
        cluster.put(failing);
        for (path, file) in [
            ("", "root.json"),
            ("health", "health.json"),
            ("connectors?expand=info&expand=status", "expanded.json"),
            ("connector-plugins?connectorsOnly=false", "plugins.json"),
            (
                "connector-plugins/org.apache.kafka.connect.file.FileStreamSinkConnector/config",
                "plugin-config.json",
            ),
            ("nope", "no-such-resource.json"),
            ("connectors/nope", "connector-unknown.json"),
            ("connector-plugins/no.Such/config", "plugin-unknown.json"),
        ] {
            let url = format!("{}{path}", cluster.url(0));
            let faked = raw(&url).await;
            assert_eq!(shape(&faked, file), shape(&recorded(version, file), file), "{path}");
        }
        cluster.behave(0, Behaviour::Booting);
        let faked = raw(&format!("{}connectors", cluster.url(0))).await;
        let file = "booting.json";
        assert_eq!(shape(&faked, file), shape(&recorded(version, file), file));
    }
}

async fn raw(url: &str) -> String {
    let url: url::Url = url.parse().unwrap();
    let client = egress::ClientBuilder::new(egress::Policy::new(None, [&url]))
        .build()
        .unwrap();
    let answer = client.send(egress::Request::get(url)).await.unwrap();
    String::from_utf8(answer.body.to_vec()).unwrap()
}

/// The keys in their order, with the kinds of their values; of lists only the first entry, of the expanded list only
/// the connector with a failing task, of configs and texts nothing.
fn shape(body: &str, file: &str) -> String {
    let value: Ordered = serde_json::from_str(body).unwrap();
    match (&value, file) {
        (Ordered::Object(entries), "expanded.json") => {
            let failing = entries.iter().find(|(name, _)| name == "failing-task").unwrap();
            failing.1.shape()
        }
        _ => value.shape(),
    }
}

/// JSON whose objects keep their order.
enum Ordered {
    Object(Vec<(String, Ordered)>),
    List(Vec<Ordered>),
    Leaf(&'static str),
}

impl Ordered {
    fn shape(&self) -> String {
        match self {
            Self::Leaf(kind) => (*kind).to_owned(),
            Self::List(entries) => format!("[{}]", entries.first().map(Self::shape).unwrap_or_default()),
            Self::Object(entries) => {
                let entry = |(key, value): &(String, Self)| match key.as_str() {
                    "config" => "config".to_owned(),
                    _ => format!("{key}:{}", value.shape()),
                };
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(","))
            }
        }
    }
}

impl<'de> serde::Deserialize<'de> for Ordered {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Ordered;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("JSON")
            }

            fn visit_str<E>(self, _: &str) -> Result<Ordered, E> {
                Ok(Ordered::Leaf("text"))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Ordered, E> {
                Ok(Ordered::Leaf("boolean"))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Ordered, E> {
                Ok(Ordered::Leaf("number"))
            }

            fn visit_u64<E>(self, _: u64) -> Result<Ordered, E> {
                Ok(Ordered::Leaf("number"))
            }

            fn visit_unit<E>(self) -> Result<Ordered, E> {
                Ok(Ordered::Leaf("null"))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Ordered, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = seq.next_element()? {
                    entries.push(entry);
                }
                Ok(Ordered::List(entries))
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered::Object(entries))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}
