//! Connectors in good and bad shape, with what they need.

use lab::{ConnectCluster, Lab};

pub const FILE_SINK: (&str, &str) = (
    "connector.class",
    "org.apache.kafka.connect.file.FileStreamSinkConnector",
);
pub const FILE_SOURCE: (&str, &str) = (
    "connector.class",
    "org.apache.kafka.connect.file.FileStreamSourceConnector",
);
pub const MIRROR: (&str, &str) = (
    "connector.class",
    "org.apache.kafka.connect.mirror.MirrorSourceConnector",
);
const MOCK_SINK: (&str, &str) = ("connector.class", "org.apache.kafka.connect.tools.MockSinkConnector");

/// A place for files of connectors.
pub fn file(lab: &Lab, name: &str) -> String {
    lab.sub_directory("files").unwrap().join(name).display().to_string()
}

/// A file sink on a new topic with one good record.
pub async fn sink(lab: &Lab, cluster: &ConnectCluster, name: &str, more: &[(&str, &str)]) {
    let (topic, file) = (format!("{name}-topic"), file(lab, &format!("{name}.out")));
    lab.create_topic(&topic, 4).await.unwrap();
    lab.produce(&topic, None, None, Some(r#"{"good": true}"#))
        .await
        .unwrap();
    let config = [&[FILE_SINK, ("topics", &topic), ("file", &file)], more].concat();
    cluster.create_connector(name, &config).await.unwrap();
}

/// A file source that reads one line into a new topic.
pub async fn source(lab: &Lab, cluster: &ConnectCluster, name: &str) {
    let (topic, file) = (format!("{name}-topic"), file(lab, &format!("{name}.in")));
    lab.create_topic(&topic, 1).await.unwrap();
    std::fs::write(&file, "a line\n").unwrap();
    let config = [FILE_SOURCE, ("topic", &topic), ("file", &file)];
    cluster.create_connector(name, &config).await.unwrap();
}

/// A file sink of one task that dies of `record`, which is no JSON.
pub async fn poisoned_sink(lab: &Lab, cluster: &ConnectCluster, name: &str, record: &str) {
    let (topic, file) = (format!("{name}-topic"), file(lab, &format!("{name}.out")));
    lab.create_topic(&topic, 1).await.unwrap();
    lab.produce(&topic, None, None, Some(record)).await.unwrap();
    let config = [FILE_SINK, ("topics", &topic), ("file", &file)];
    cluster.create_connector(name, &config).await.unwrap();
}

/// A mirror source of two tasks of which the one with partition 0 dies of a record that its transformation refuses.
pub async fn half_dead_mirror(lab: &Lab, cluster: &ConnectCluster, name: &str) {
    let topic = format!("{name}-topic");
    lab.create_topic(&topic, 2).await.unwrap();
    for partition in [0, 1] {
        lab.produce(&topic, Some(partition), None, Some("a record"))
            .await
            .unwrap();
    }
    lab.produce(&topic, Some(0), Some("no struct"), None).await.unwrap();
    let bytes = "org.apache.kafka.connect.converters.ByteArrayConverter";
    let more = [
        ("topics", topic.as_str()),
        ("tasks.max", "2"),
        ("key.converter", bytes),
        ("value.converter", bytes),
        ("transforms", "id"),
        (
            "transforms.id.type",
            "org.apache.kafka.connect.transforms.ExtractField$Key",
        ),
        ("transforms.id.field", "id"),
        ("transforms.id.predicate", "deleted"),
        ("predicates", "deleted"),
        (
            "predicates.deleted.type",
            "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone",
        ),
    ];
    mirror(lab, cluster, name, &more).await;
}

/// A mirror source from the lab's broker to itself.
pub async fn mirror(lab: &Lab, cluster: &ConnectCluster, name: &str, more: &[(&str, &str)]) {
    let bootstrap = lab.broker().bootstrap();
    let config = [
        &[
            MIRROR,
            ("source.cluster.alias", "elsewhere"),
            ("target.cluster.alias", "here"),
            ("source.cluster.bootstrap.servers", &bootstrap),
            ("target.cluster.bootstrap.servers", &bootstrap),
            ("replication.factor", "1"),
            ("offset-syncs.topic.replication.factor", "1"),
            ("heartbeats.replication.enabled", "false"),
        ],
        more,
    ]
    .concat();
    cluster.create_connector(name, &config).await.unwrap();
}

/// A sink that fails as `mode` says, so many milliseconds after every start.
pub async fn mock_sink(lab: &Lab, cluster: &ConnectCluster, name: &str, mode: &str, delay_ms: &str) {
    let topic = format!("{name}-topic");
    lab.create_topic(&topic, 1).await.unwrap();
    let config = [
        MOCK_SINK,
        ("topics", &topic),
        ("mock_mode", mode),
        ("delay_ms", delay_ms),
    ];
    cluster.create_connector(name, &config).await.unwrap();
}

/// Ends a test's connectors, so that the workers of the next one have less to do.
pub async fn clear(cluster: &ConnectCluster, names: &[&str]) {
    for name in names {
        cluster.delete_connector(name).await.unwrap();
    }
}
