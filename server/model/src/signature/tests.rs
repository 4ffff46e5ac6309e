mod systems;

use super::{Context, classify};
use crate::state::ConnectorKind;
use crate::verdict::{Class, Domain};

const SINK: Context = Context {
    kind: Some(ConnectorKind::Sink),
    overrides: false,
};
const SOURCE: Context = Context {
    kind: Some(ConnectorKind::Source),
    overrides: false,
};
const OWN: Context = Context {
    kind: Some(ConnectorKind::Sink),
    overrides: true,
};

#[test]
fn each_cause_has_its_class_and_domain() {
    use Class::{
        Acl, Auth, Config, Data, Kafka, Network, Plugin, Resource, Schema, Source, Target, Transient, Unknown,
    };
    use Domain::{Connector, Infrastructure, Unsure};
    let cases = [
        (
            "org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [t]",
            OWN,
            Acl,
            Connector,
        ),
        (
            "org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [t]",
            SINK,
            Acl,
            Infrastructure,
        ),
        (
            "org.apache.kafka.common.errors.SaslAuthenticationException: Authentication failed: Invalid username or password",
            OWN,
            Auth,
            Connector,
        ),
        (
            "org.apache.kafka.common.errors.SaslAuthenticationException: Authentication failed: Invalid username or password",
            SINK,
            Auth,
            Infrastructure,
        ),
        (
            "java.lang.NoClassDefFoundError: lab/missing/Client\nCaused by: java.lang.ClassNotFoundException: lab.missing.Client",
            SINK,
            Plugin,
            Infrastructure,
        ),
        (
            "org.apache.kafka.connect.errors.ConnectException: Failed to start task c-0 since it is not a recognizable type (source or sink)",
            SINK,
            Plugin,
            Infrastructure,
        ),
        (
            "org.apache.kafka.connect.errors.ConnectException: Failed to find any class that implements Connector and which name matches x.Y, available connectors are: PluginDesc{klass=...",
            SINK,
            Plugin,
            Infrastructure,
        ),
        (
            "java.lang.RuntimeException\n\tat org.apache.kafka.connect.tools.MockSourceTask.poll(M.java:1)",
            SOURCE,
            Unknown,
            Unsure,
        ),
        (
            "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to unrecoverable exception.\nCaused by: org.postgresql.util.PSQLException: ERROR: null value in column \"name\" of relation \"t\" violates not-null constraint\n  Detail: Failing row contains (99, null).",
            SINK,
            Data,
            Connector,
        ),
        (
            "a.ServiceException: Unable to create requested service due to: Could not create connection\nCaused by: org.postgresql.util.PSQLException: Connection to 127.0.0.1:1 refused.\nCaused by: java.net.ConnectException: Connection refused",
            SINK,
            Network,
            Connector,
        ),
        (
            "a.ServiceException: Could not create connection\nCaused by: org.postgresql.util.PSQLException: FATAL: password authentication failed for user \"u\"",
            SINK,
            Auth,
            Connector,
        ),
        (
            "org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer. This connector will be stopped.\nCaused by: org.postgresql.util.PSQLException: Database connection failed when writing to copy\nCaused by: java.net.SocketException: Broken pipe",
            SOURCE,
            Network,
            Connector,
        ),
        (
            "org.postgresql.util.PSQLException: FATAL: terminating connection due to administrator command",
            SINK,
            Target,
            Connector,
        ),
        (
            "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\nCaused by: org.apache.kafka.connect.errors.DataException: Only Struct objects supported for [field extraction], found: [B",
            SOURCE,
            Data,
            Connector,
        ),
        (
            "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\nCaused by: java.lang.NullPointerException",
            SINK,
            Data,
            Connector,
        ),
        (
            "java.lang.OutOfMemoryError: Java heap space",
            SINK,
            Resource,
            Infrastructure,
        ),
        (
            "org.apache.kafka.connect.errors.ConnectException: x\nCaused by: java.io.IOException: No space left on device",
            SINK,
            Resource,
            Infrastructure,
        ),
        (
            "org.apache.kafka.common.errors.ProducerFencedException: There is a newer producer",
            SOURCE,
            Transient,
            Infrastructure,
        ),
        (
            "org.apache.kafka.common.errors.TimeoutException: Topic t not present in metadata after 60000 ms.",
            SOURCE,
            Kafka,
            Infrastructure,
        ),
        (
            "org.apache.kafka.connect.errors.ConnectException: Could not initialize dead letter queue with topic=d\nCaused by: java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.InvalidReplicationFactorException: 3\nCaused by: org.apache.kafka.common.errors.InvalidReplicationFactorException: 3",
            SINK,
            Config,
            Connector,
        ),
        (
            "org.apache.kafka.connect.errors.ConnectException: Could not initialize dead letter queue with topic=d\nCaused by: org.apache.kafka.common.errors.TopicAuthorizationException: no",
            OWN,
            Acl,
            Connector,
        ),
        (
            "org.apache.kafka.common.config.ConfigException: Invalid value x for configuration y",
            SINK,
            Config,
            Connector,
        ),
        (
            "org.apache.kafka.connect.errors.DataException: t\nCaused by: org.apache.kafka.common.errors.SerializationException: Error retrieving Avro value schema for id 1\nCaused by: io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException: Schema not found; error code: 40403",
            SINK,
            Schema,
            Connector,
        ),
        (
            "org.apache.kafka.connect.errors.DataException: t\n\tat io.confluent.kafka.schemaregistry.client.X.y(X.java)\nCaused by: java.net.ConnectException: Connection refused",
            SINK,
            Network,
            Infrastructure,
        ),
        (
            "org.apache.kafka.connect.errors.ConnectException: Bulk request failed: [{\"type\":\"mapper_parsing_exception\",\"reason\":\"failed to parse\"}]",
            SINK,
            Data,
            Connector,
        ),
        (
            "io.debezium.DebeziumException: Creation of replication slot failed",
            SOURCE,
            Source,
            Connector,
        ),
        (
            "org.apache.kafka.connect.errors.ConnectException: No suitable driver found for jdbc:x",
            SINK,
            Plugin,
            Infrastructure,
        ),
        (
            "java.net.ConnectException: Connection refused\n\tat org.apache.kafka.clients.NetworkClient.poll(N.java)",
            SINK,
            Kafka,
            Infrastructure,
        ),
        (
            "org.apache.kafka.connect.errors.ConnectException: Invalid sink configuration\nCaused by: java.lang.NumberFormatException: For input string: \"x\"",
            SINK,
            Config,
            Connector,
        ),
        (
            "java.lang.IllegalArgumentException: no\n\tat a.B.<init>(B.java)\n\tat org.apache.kafka.common.config.AbstractConfig.<init>(AbstractConfig.java:1)",
            SOURCE,
            Config,
            Connector,
        ),
        (
            "java.lang.IllegalArgumentException: no\n\tat a.B.put(B.java)",
            SINK,
            Unknown,
            Unsure,
        ),
        (
            "org.postgresql.util.PSQLException: The connection attempt failed: Too many open files\nCaused by: java.net.SocketException: Too many open files",
            SINK,
            Resource,
            Infrastructure,
        ),
        ("", SINK, Unknown, Unsure),
    ];
    for (trace, context, class, domain) in cases {
        let signature = classify(trace, context);
        assert_eq!(
            (signature.class, signature.domain),
            (class, domain),
            "{trace}\n{signature:?}"
        );
    }
}

#[test]
fn the_stage_that_refused_a_record_is_named() {
    let tolerance = "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\n\tat a.B.c(B.java)\nCaused by: org.apache.kafka.connect.errors.DataException: no\n";
    let runtime = "\tat org.apache.kafka.connect.runtime";
    for (frames, why) in [
        (
            format!("\tat a.b.Cast$Value.apply(C.java)\n{runtime}.TransformationStage.apply(T.java)"),
            "the transformation Cast refuses a record",
        ),
        (
            format!("{runtime}.TransformationChain.apply(T.java)"),
            "a transformation refuses a record",
        ),
        (
            format!(
                "\tat a.AvroData.toConnectData(A.java)\n\tat a.AvroConverter.toConnectData(A.java)\n{runtime}.WorkerSinkTask.x(W.java)"
            ),
            "the converter AvroConverter cannot convert a record",
        ),
        (
            "\tat a.AvroData.toConnectData(A.java)\n\tat a.LakeSinkTask.put(L.java)".to_owned(),
            "the connector itself refuses a record",
        ),
    ] {
        let signature = classify(&format!("{tolerance}{frames}"), SINK);
        assert!(signature.why.starts_with(why), "{}: {why}", signature.why);
    }
}

#[test]
fn every_row_gives_a_reason_and_can_match() {
    for row in super::TABLES.into_iter().flatten() {
        assert!(!row.why.is_empty() && !row.why.ends_with('.'), "{row:?}");
        assert!((0.0..=1.0).contains(&row.confidence), "{row:?}");
        assert!(
            !row.classes.is_empty() || !row.says.is_empty() || !row.codes.is_empty(),
            "{row:?}"
        );
        for part in row.says {
            assert_eq!(*part, part.to_lowercase());
        }
    }
}
