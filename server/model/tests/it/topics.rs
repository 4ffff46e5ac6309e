//! The topics that configs name.

use model::secrets::{Definitions, FingerprintKey, RawConfig, mask};
use model::topics::{Topic, Topics, topics};
use proptest::prelude::*;
use serde_json::{Value, json};

fn of(pairs: &[(&str, &str)]) -> Topics {
    let pairs = pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), json!({ "clear": value })));
    let config: Value = pairs.collect::<serde_json::Map<_, _>>().into();
    topics(&serde_json::from_value(config).unwrap())
}

/// What is written, in short.
fn said(list: &[Topic]) -> Vec<String> {
    let say = |topic: &Topic| match topic {
        Topic::Named(name) => name.to_string(),
        Topic::Pattern(pattern) => format!("/{pattern}/"),
        Topic::Prefix(prefix) => format!("{prefix}*"),
    };
    list.iter().map(say).collect()
}

fn writes(class: &str, pairs: &[(&str, &str)]) -> Vec<String> {
    let pairs = [&[("connector.class", class)], pairs].concat();
    let found = of(&pairs);
    assert!(found.reads.is_empty(), "{class}: {found:?}");
    said(&found.writes)
}

#[test]
fn a_sink_reads_its_list_or_its_expression() {
    let sink = ("connector.class", "org.example.S3SinkConnector");
    let found = of(&[sink, ("topics", " b , a,,a, ./x "), ("topic", "no")]);
    assert_eq!(said(&found.reads), ["a", "b"]);
    assert!(found.writes.is_empty() && !found.rerouted && found.dead_letters.is_none());
    let found = of(&[
        sink,
        ("topics.regex", "orders\\..*"),
        ("errors.deadletterqueue.topic.name", "dlq"),
    ]);
    assert_eq!(said(&found.reads), ["/orders\\..*/"]);
    assert_eq!(found.dead_letters.as_deref(), Some("dlq"));
    assert_eq!(found.texts().collect::<Vec<_>>(), ["orders\\..*", "dlq"]);
}

#[test]
fn a_class_that_does_not_say_what_it_is_is_known_by_its_keys() {
    assert_eq!(
        said(&of(&[("connector.class", "x.Lines"), ("topics", "a")]).reads),
        ["a"]
    );
    assert_eq!(
        said(&of(&[("connector.class", "x.Lines"), ("topic", "a")]).writes),
        ["a"]
    );
    assert!(of(&[("connector.class", "x.Lines")]).is_empty());
}

#[test]
fn sources_of_one_topic() {
    for (class, key) in [
        ("org.apache.kafka.connect.file.FileStreamSourceConnector", "topic"),
        ("io.confluent.kafka.connect.datagen.DatagenConnector", "kafka.topic"),
        ("com.ibm.eventstreams.connect.mqsource.MQSourceConnector", "topic"),
        (
            "org.apache.camel.kafkaconnector.timer.CamelTimerSourceConnector",
            "topics",
        ),
    ] {
        assert_eq!(writes(class, &[(key, "lines")]), ["lines"], "{class}");
        assert_eq!(writes(class, &[(key, "${env:TOPIC}")]), ["${env:TOPIC}"], "{class}");
        assert!(writes(class, &[(key, "no topic")]).is_empty(), "{class}");
    }
}

#[test]
fn the_jdbc_source_puts_its_prefix_before_each_table() {
    let class = "io.confluent.connect.jdbc.JdbcSourceConnector";
    assert_eq!(writes(class, &[("topic.prefix", "shop-")]), ["shop-*"]);
    let query = [("topic.prefix", "shop-orders"), ("query", "select 1")];
    assert_eq!(writes(class, &query), ["shop-orders"]);
    for key in ["table.whitelist", "table.include.list"] {
        let tables = [("topic.prefix", "shop-"), (key, "public.orders, \"items\"")];
        assert_eq!(writes(class, &tables), ["shop-items", "shop-orders"]);
        assert_eq!(
            writes(class, &[("topic.prefix", "shop-"), (key, "a,or?ers")]),
            ["shop-*"]
        );
    }
    let sink = of(&[
        ("connector.class", "io.confluent.connect.jdbc.JdbcSinkConnector"),
        ("topics", "orders"),
    ]);
    assert_eq!(said(&sink.reads), ["orders"]);
}

#[test]
fn debezium_names_topics_by_prefix_and_table() {
    let postgres = "io.debezium.connector.postgresql.PostgresConnector";
    assert_eq!(writes(postgres, &[("topic.prefix", "shop")]), ["shop.*"]);
    let tables = [
        ("database.server.name", "shop"),
        ("table.include.list", "public\\.orders,public.items"),
        ("heartbeat.interval.ms", "10000"),
    ];
    assert_eq!(
        writes(postgres, &tables),
        ["__debezium-heartbeat.shop", "shop.public.items", "shop.public.orders"]
    );
    let some = [("topic.prefix", "shop"), ("table.include.list", "public\\.o.*")];
    assert_eq!(writes(postgres, &some), ["shop.*"]);
    let mysql = "io.debezium.connector.mysql.MySqlConnector";
    assert_eq!(writes(mysql, &[("topic.prefix", "shop")]), ["shop", "shop.*"]);
    let quiet = [("topic.prefix", "shop"), ("include.schema.changes", "false")];
    assert_eq!(writes(mysql, &quiet), ["shop.*"]);
    let server = "io.debezium.connector.sqlserver.SqlServerConnector";
    let tables = [("topic.prefix", "shop"), ("table.include.list", "dbo.orders")];
    assert_eq!(writes(server, &tables), ["shop", "shop.*"]);
    let mongo = "io.debezium.connector.mongodb.MongoDbConnector";
    let collections = [("topic.prefix", "shop"), ("collection.include.list", "inv.orders")];
    assert_eq!(writes(mongo, &collections), ["shop.inv.orders"]);
    let sink = of(&[
        ("connector.class", "io.debezium.connector.jdbc.JdbcSinkConnector"),
        ("topics", "orders"),
    ]);
    assert_eq!(said(&sink.reads), ["orders"]);
}

#[test]
fn mongo_joins_prefix_database_and_collection() {
    let class = "com.mongodb.kafka.connect.MongoSourceConnector";
    let all = [("topic.prefix", "p"), ("database", "inv"), ("collection", "orders")];
    assert_eq!(writes(class, &all), ["p.inv.orders"]);
    assert_eq!(writes(class, &all[1..]), ["inv.orders"]);
    assert_eq!(writes(class, &all[..2]), ["p.inv.*"]);
    let renamed = [&all[..], &[("topic.namespace.map", "{\"*\": \"x\"}")]].concat();
    assert!(writes(class, &renamed).is_empty());
}

#[test]
fn mirrors_put_the_alias_before_each_name_unless_told_otherwise() {
    let mirror = "org.apache.kafka.connect.mirror.MirrorSourceConnector";
    let alias = ("source.cluster.alias", "eu");
    assert_eq!(writes(mirror, &[alias]), ["eu.*"]);
    assert_eq!(writes(mirror, &[alias, ("topics", "a, b")]), ["eu.a", "eu.b"]);
    assert_eq!(writes(mirror, &[alias, ("topics", "a,b.*")]), ["eu.*"]);
    let same = (
        "replication.policy.class",
        "org.apache.kafka.connect.mirror.IdentityReplicationPolicy",
    );
    assert_eq!(writes(mirror, &[alias, same, ("topics", "a")]), ["a"]);
    // Names that only the source cluster knows.
    assert!(writes(mirror, &[alias, same, ("topics", "a,b.*")]).is_empty());
    let checkpoint = "org.apache.kafka.connect.mirror.MirrorCheckpointConnector";
    assert_eq!(writes(checkpoint, &[alias]), ["eu.checkpoints.internal"]);
    let heartbeat = "org.apache.kafka.connect.mirror.MirrorHeartbeatConnector";
    assert_eq!(writes(heartbeat, &[]), ["heartbeats"]);
}

#[test]
fn routers_are_told() {
    let with = |kind: &str| {
        of(&[
            ("connector.class", "x.FileSource"),
            ("topic", "a"),
            ("transforms", "first, route"),
            (
                "transforms.first.type",
                "org.apache.kafka.connect.transforms.InsertField$Value",
            ),
            ("transforms.route.type", kind),
            (
                "transforms.unused.type",
                "org.apache.kafka.connect.transforms.RegexRouter",
            ),
        ])
        .rerouted
    };
    assert!(with("org.apache.kafka.connect.transforms.RegexRouter"));
    assert!(with("io.debezium.transforms.outbox.EventRouter"));
    assert!(with("io.confluent.connect.transforms.ExtractTopic$Value"));
    assert!(!with("org.apache.kafka.connect.transforms.MaskField$Value"));
}

proptest! {
    #[test]
    fn what_is_shown_is_a_legal_name_or_was_an_expression(class in "[A-Za-z.]{0,30}", values in prop::collection::vec(".{0,40}", 8)) {
        let keys = ["topic", "topics", "kafka.topic", "topic.prefix", "database", "collection", "table.include.list",
            "errors.deadletterqueue.topic.name"];
        let mut pairs: Vec<(&str, &str)> = keys.into_iter().zip(values.iter().map(String::as_str)).collect();
        pairs.push(("connector.class", &class));
        for text in of(&pairs).texts() {
            let legal = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
            prop_assert!(legal || (text.contains("${") && text.ends_with('}')), "{text}");
        }
    }
}

/// What is told of a raw config whose plugin defines these keys as these kinds; of none while nothing is defined.
fn of_raw(pairs: &[(&str, &str)], defined: Option<&[(&str, &str)]>) -> Topics {
    let pairs = pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), Some((*value).to_owned())));
    let raw = RawConfig::new(pairs.collect());
    let definitions = defined.map(|defined| {
        let key = |(key, kind): &(&str, &str)| ((*key).to_owned(), json!({ "kind": kind, "documentation": "" }));
        let keys: serde_json::Map<_, _> = defined.iter().map(key).collect();
        serde_json::from_value::<Definitions>(json!({ "keys": keys })).unwrap()
    });
    mask(&raw, definitions.as_ref(), &FingerprintKey::new(&[7; 32])).topics
}

#[test]
fn a_value_that_is_masked_names_no_topic() {
    let custom = [("connector.class", "acme.Custom"), ("topic", "Hunter2-Correct")];
    assert!(of_raw(&custom, None).is_empty(), "nothing tells what it is");
    assert!(of_raw(&custom, Some(&[("topic", "PASSWORD")])).is_empty());
    assert_eq!(
        said(&of_raw(&custom, Some(&[("topic", "STRING")])).writes),
        ["Hunter2-Correct"]
    );
    let debezium = |prefix| {
        [
            ("connector.class", "io.debezium.connector.postgresql.PostgresConnector"),
            ("topic.prefix", prefix),
        ]
    };
    let known: &[(&str, &str)] = &[("topic.prefix", "STRING")];
    assert!(of_raw(&debezium("shop"), None).is_empty());
    assert_eq!(said(&of_raw(&debezium("shop"), Some(known)).writes), ["shop.*"]);
    assert!(of_raw(&debezium("ghp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), Some(known)).is_empty());
    // Connect's own keys are known at once, and a credential is none of theirs.
    let sink = |topics| [("connector.class", "acme.Sink"), topics];
    assert_eq!(said(&of_raw(&sink(("topics", "a,b")), None).reads), ["a", "b"]);
    for key in ["topics", "topics.regex", "errors.deadletterqueue.topic.name"] {
        let value = "ghp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert!(of_raw(&sink((key, value)), None).is_empty(), "{key}");
    }
}

#[test]
fn what_is_made_of_a_masked_part_is_not_told() {
    let mongo = [
        ("connector.class", "com.mongodb.kafka.connect.MongoSourceConnector"),
        ("topic.prefix", "AKIAIOSFODNN7EXAMPLE"),
        ("database", "shop"),
        ("collection", "orders"),
    ];
    let defined = ["topic.prefix", "database", "collection", "topic.suffix"].map(|key| (key, "STRING"));
    assert!(of_raw(&mongo, Some(&defined)).is_empty(), "it is not shop.orders");
    let jdbc = |query| {
        [
            ("connector.class", "io.confluent.connect.jdbc.JdbcSourceConnector"),
            ("topic.prefix", "shop-"),
            query,
        ]
    };
    let defined = ["topic.prefix", "query"].map(|key| (key, "STRING"));
    let secret = ("query", "select 'ghp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'");
    assert_eq!(said(&of_raw(&jdbc(secret), Some(&defined)).writes), ["shop-"]);
    assert_eq!(
        said(&of_raw(&jdbc(("mode", "bulk")), Some(&defined)).writes),
        ["shop-*"]
    );
}
