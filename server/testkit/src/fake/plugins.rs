//! The plugins that a worker of the fake lists, and their definitions.

use std::collections::BTreeMap;

use serde::Serialize;

use super::version::Version;

#[derive(Serialize)]
pub(super) struct Plugin {
    class: String,
    #[serde(rename = "type")]
    kind: &'static str,
    version: String,
}

/// A plugin that a test installed on a worker.
#[derive(Clone)]
pub(super) struct Installed {
    pub(super) kind: &'static str,
    pub(super) version: String,
    /// Its keys with their types.
    pub(super) keys: Vec<(&'static str, &'static str)>,
}

/// By class.
pub(super) type Added = BTreeMap<String, Installed>;

#[derive(Serialize)]
pub(super) struct Key {
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    required: bool,
    default_value: Option<&'static str>,
    importance: &'static str,
    documentation: &'static str,
    group: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_in_group: Option<i32>,
    width: &'static str,
    display_name: &'static str,
    dependents: [&'static str; 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<i32>,
}

const PLUGINS: [(&str, &str); 12] = [
    ("org.apache.kafka.connect.file.FileStreamSinkConnector", "sink"),
    ("org.apache.kafka.connect.file.FileStreamSourceConnector", "source"),
    ("org.apache.kafka.connect.mirror.MirrorSourceConnector", "source"),
    ("io.debezium.connector.postgresql.PostgresConnector", "source"),
    ("io.debezium.connector.jdbc.JdbcSinkConnector", "sink"),
    ("io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector", "sink"),
    ("io.aiven.connect.elasticsearch.ElasticsearchSinkConnector", "sink"),
    ("org.apache.kafka.connect.tools.MockSourceConnector", "source"),
    ("org.apache.kafka.connect.json.JsonConverter", "converter"),
    (
        "org.apache.kafka.connect.storage.SimpleHeaderConverter",
        "header_converter",
    ),
    (
        "org.apache.kafka.connect.transforms.ExtractField$Value",
        "transformation",
    ),
    (
        "org.apache.kafka.connect.transforms.predicates.HasHeaderKey",
        "predicate",
    ),
];

pub(super) fn list(version: Version, added: &Added, connectors_only: bool) -> Vec<Plugin> {
    let connectors_only = connectors_only || !version.plugin_definitions();
    let own = PLUGINS.into_iter().filter(|(class, _)| !added.contains_key(*class));
    let own = own.map(|(class, kind)| Plugin {
        class: class.to_owned(),
        kind,
        version: version.number.to_owned(),
    });
    let added = added.iter().map(|(class, plugin)| Plugin {
        class: class.clone(),
        kind: plugin.kind,
        version: plugin.version.clone(),
    });
    own.chain(added)
        .filter(|plugin| !connectors_only || matches!(plugin.kind, "source" | "sink"))
        .collect()
}

/// The definitions of a plugin by class; `None` when it is not there.
pub(super) fn definitions(class: &str, version: Version, added: &Added) -> Option<Vec<Key>> {
    let key = |name, kind, default, documentation| key(version, name, kind, default, documentation);
    if let Some(plugin) = added.get(class) {
        let keys = plugin.keys.iter();
        return Some(keys.map(|(name, kind)| key(name, kind, None, "A key")).collect());
    }
    PLUGINS.iter().any(|(listed, _)| *listed == class).then(|| {
        vec![
            key(
                "file",
                "STRING",
                None,
                "Source filename. If not specified, the standard input will be used",
            ),
            key("topic", "STRING", None, "The topic to publish data to"),
            key(
                "connection.password",
                "PASSWORD",
                Some("[hidden]"),
                "Password of the connection",
            ),
            key(
                "batch.size",
                "INT",
                Some("2000"),
                "The maximum number of records the source task can read",
            ),
        ]
    })
}

fn key(
    version: Version,
    name: &'static str,
    kind: &'static str,
    default: Option<&'static str>,
    documentation: &'static str,
) -> Key {
    Key {
        name,
        kind,
        required: default.is_none(),
        default_value: default,
        importance: "HIGH",
        documentation,
        group: None,
        order_in_group: version.order_in_group().then_some(-1),
        width: "NONE",
        display_name: name,
        dependents: [],
        order: (!version.order_in_group()).then_some(-1),
    }
}
