//! A believable crowd of connectors, the same every time.

use model::state::ConnectorKind;

use super::cluster::FakeCluster;
use super::connector::{FakeConnector, FakeInstance};
use super::traces;

/// A kind of connector that teams run.
struct Breed {
    system: &'static str,
    class: &'static str,
    kind: ConnectorKind,
    config: &'static [(&'static str, &'static str)],
}

const TEAMS: [&str; 6] = ["payments", "orders", "search", "logistics", "identity", "analytics"];

const BREEDS: [Breed; 6] = [
    Breed {
        system: "postgres-source",
        class: "io.debezium.connector.postgresql.PostgresConnector",
        kind: ConnectorKind::Source,
        config: &[
            ("database.hostname", "db1.prod.example"),
            ("database.port", "5432"),
            ("database.user", "cdc"),
            ("database.password", "${file:/etc/connect/db.properties:password}"),
            ("database.dbname", "shop"),
            ("plugin.name", "pgoutput"),
        ],
    },
    Breed {
        system: "jdbc-sink",
        class: "io.debezium.connector.jdbc.JdbcSinkConnector",
        kind: ConnectorKind::Sink,
        config: &[
            ("connection.url", "jdbc:postgresql://dwh.prod.example:5432/reports"),
            ("connection.username", "loader"),
            ("connection.password", "a-password-of-nobody"),
            ("insert.mode", "upsert"),
        ],
    },
    Breed {
        system: "s3-sink",
        class: "io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector",
        kind: ConnectorKind::Sink,
        config: &[
            ("aws.s3.bucket.name", "lake-raw"),
            ("aws.s3.region", "eu-central-1"),
            ("format.output.type", "parquet"),
        ],
    },
    Breed {
        system: "search-sink",
        class: "io.aiven.connect.elasticsearch.ElasticsearchSinkConnector",
        kind: ConnectorKind::Sink,
        config: &[
            ("connection.url", "https://search.prod.example:9200"),
            ("errors.tolerance", "all"),
            ("errors.deadletterqueue.topic.name", "dlq-search"),
        ],
    },
    Breed {
        system: "mirror",
        class: "org.apache.kafka.connect.mirror.MirrorSourceConnector",
        kind: ConnectorKind::Source,
        config: &[
            ("source.cluster.alias", "eu"),
            ("target.cluster.alias", "us"),
            ("source.cluster.bootstrap.servers", "kafka.eu.example:9092"),
        ],
    },
    Breed {
        system: "file-sink",
        class: "org.apache.kafka.connect.file.FileStreamSinkConnector",
        kind: ConnectorKind::Sink,
        config: &[("file", "/var/lib/connect/out.txt")],
    },
];

/// Fills a cluster with so many connectors of so many tasks each, spread over its workers. Most run; of every forty,
/// one is degraded, one failed by all its tasks, one by its instance, one paused, one stopped, one without tasks.
pub fn populate(cluster: &FakeCluster, connectors: usize, tasks: u32) {
    let workers = cluster.workers();
    for number in 0..connectors {
        cluster.put(member(number, tasks, workers));
    }
}

fn member(number: usize, tasks: u32, workers: usize) -> FakeConnector {
    let breed = &BREEDS[number % BREEDS.len()];
    let team = TEAMS[(number / BREEDS.len()) % TEAMS.len()];
    let name = format!("{team}-{}-{number:05}", breed.system);
    let mut connector = match breed.kind {
        ConnectorKind::Source => FakeConnector::source(&name, tasks),
        ConnectorKind::Sink => FakeConnector::sink(&name, tasks),
    };
    connector.config.remove("file");
    let topic = if breed.kind == ConnectorKind::Sink {
        "topics"
    } else {
        "topic.prefix"
    };
    connector.config.remove("topic");
    connector = connector.with("connector.class", breed.class).with(topic, team);
    for (key, value) in breed.config {
        connector = connector.with(key, value);
    }
    for (place, instance) in connector
        .instance
        .iter_mut()
        .chain(connector.tasks.values_mut())
        .enumerate()
    {
        instance.worker = (number + place) % workers.max(1);
    }
    ail(&mut connector, number);
    connector
}

/// Gives some members of the crowd a lasting condition.
fn ail(connector: &mut FakeConnector, number: usize) {
    let fail = |instance: &mut FakeInstance, trace: &str| {
        "FAILED".clone_into(&mut instance.state);
        instance.trace = Some(trace.to_owned());
    };
    let place = |instance: &mut Option<FakeInstance>, state: &str| {
        if let Some(instance) = instance {
            state.clone_into(&mut instance.state);
        }
    };
    let trace = traces::ALL[(number / 40) % traces::ALL.len()];
    match number % 40 {
        3 => {
            if let Some(task) = connector.tasks.values_mut().next() {
                fail(task, trace);
            }
        }
        11 => connector.tasks.values_mut().for_each(|task| fail(task, trace)),
        17 => {
            if let Some(instance) = &mut connector.instance {
                fail(instance, traces::MISSING_PLUGIN);
            }
            connector.tasks.clear();
        }
        23 => {
            place(&mut connector.instance, "PAUSED");
            connector
                .tasks
                .values_mut()
                .for_each(|task| "PAUSED".clone_into(&mut task.state));
        }
        29 => {
            place(&mut connector.instance, "STOPPED");
            connector.tasks.clear();
        }
        37 => connector.tasks.clear(),
        _ => {}
    }
}
