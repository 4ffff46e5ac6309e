//! Which topics a source writes, by its class and the keys that its documentation names.

use super::name::{is_part, is_topic};
use super::{Topic, debezium, list, masked, named};
use crate::secrets::Config;

/// Whether the class says that it is a source.
pub(super) fn is_source(class: &str) -> bool {
    let simple = simple(class).to_ascii_lowercase();
    if simple.contains("sink") {
        return false;
    }
    simple.contains("source") || simple.starts_with("mirror") || debezium::is(class)
}

/// What it writes.
pub(super) fn writes(class: &str, config: &Config) -> Vec<Topic> {
    let simple = simple(class).to_ascii_lowercase();
    if debezium::is(class) {
        return debezium::writes(&simple, config);
    }
    if simple.starts_with("mirror") {
        return mirrored(&simple, config);
    }
    if simple.contains("jdbc") {
        return of_tables(config);
    }
    if simple.contains("mongo") {
        return of_collection(config);
    }
    // `topics` is the key of Camel's sources; the others are those of generators, files and message queues.
    let many = list(config, "topics").map(|name| Topic::Named(name.into()));
    let one = ["topic", "kafka.topic", "kafka.topic.name", "topic.name"]
        .into_iter()
        .find_map(|key| named(config, key))
        .map(Topic::Named);
    many.chain(one).collect()
}

/// MirrorMaker's connectors, whose default policy puts the source cluster's alias before each name.
fn mirrored(simple: &str, config: &Config) -> Vec<Topic> {
    let text = |key: &str| config.text(key).map(str::trim).filter(|text| is_part(text));
    if simple.contains("heartbeat") {
        return vec![Topic::Named("heartbeats".into())];
    }
    let Some(alias) = text("source.cluster.alias") else {
        return Vec::new();
    };
    let separator = text("replication.policy.separator").unwrap_or(".");
    if simple.contains("checkpoint") {
        return vec![Topic::Named(format!("{alias}{separator}checkpoints.internal").into())];
    }
    if masked(config, &["replication.policy.class", "replication.policy.separator"]) {
        return Vec::new();
    }
    let policy = config.text("replication.policy.class").unwrap_or_default();
    // The default is every topic. An expression for some is not one for their new names.
    let all_named: Option<Vec<&str>> = config
        .text("topics")
        .map(|topics| topics.split(',').map(str::trim).collect::<Vec<_>>())
        .filter(|topics| topics.iter().all(|topic| is_topic(topic)));
    let renamed = |name: &str| match policy.contains("Identity") {
        true => name.to_owned(),
        false => format!("{alias}{separator}{name}"),
    };
    match all_named {
        Some(names) => names.iter().map(|name| Topic::Named(renamed(name).into())).collect(),
        None if policy.contains("Identity") => Vec::new(),
        None => vec![Topic::Prefix(format!("{alias}{separator}").into())],
    }
}

/// The JDBC source: a prefix before each table's name, or the prefix alone when a query selects the rows.
fn of_tables(config: &Config) -> Vec<Topic> {
    let Some(prefix) = named(config, "topic.prefix") else {
        return Vec::new();
    };
    let selects = |query: &str| !query.trim().is_empty();
    if config.text("query").is_some_and(selects) || masked(config, &["query"]) {
        return vec![Topic::Named(prefix)];
    }
    let listed = ["table.include.list", "table.whitelist"]
        .into_iter()
        .find_map(|key| config.text(key).filter(|tables| !tables.trim().is_empty()));
    let whole = vec![Topic::Prefix(prefix.clone())];
    let Some(listed) = listed else { return whole };
    let tables: Option<Vec<Topic>> = listed
        .split(',')
        .map(|table| {
            // Of `schema.table` the topic holds the table's name alone.
            let table = table.trim().rsplit('.').next().unwrap_or_default();
            let table = table.trim_matches(['"', '`', '[', ']']);
            let topic = format!("{prefix}{table}");
            (is_part(table) && is_topic(&topic)).then(|| Topic::Named(topic.into()))
        })
        .collect();
    tables.unwrap_or(whole)
}

/// MongoDB's source: prefix, database and collection.
fn of_collection(config: &Config) -> Vec<Topic> {
    let text = |key: &str| config.text(key).map(str::trim).filter(|text| is_part(text));
    if config
        .text("topic.namespace.map")
        .is_some_and(|map| !map.trim().is_empty())
    {
        return Vec::new();
    }
    let all = [
        "topic.namespace.map",
        "topic.separator",
        "topic.prefix",
        "topic.suffix",
        "database",
        "collection",
    ];
    // A name of which a part may not be known is another name.
    if masked(config, &all) {
        return Vec::new();
    }
    let separator = text("topic.separator").unwrap_or(".");
    let parts = [text("topic.prefix"), text("database"), text("collection")];
    let known: Vec<&str> = parts.iter().flatten().copied().collect();
    if known.is_empty() {
        return Vec::new();
    }
    let joined = known.join(separator);
    match (parts[1], parts[2]) {
        (Some(_), Some(_)) => {
            let suffix = text("topic.suffix").map(|suffix| format!("{separator}{suffix}"));
            vec![Topic::Named(format!("{joined}{}", suffix.unwrap_or_default()).into())]
        }
        _ => vec![Topic::Prefix(format!("{joined}{separator}").into())],
    }
}

/// Whether a transformation chooses topics: Kafka's and Debezium's routers, and those that take it from the record.
pub(super) fn rerouted(config: &Config) -> bool {
    let chain = config.text("transforms").unwrap_or_default();
    chain.split(',').map(str::trim).any(|name| {
        let class = config.text(&format!("transforms.{name}.type")).unwrap_or_default();
        let class = simple(class);
        let class = class.split('$').next().unwrap_or_default();
        class.ends_with("Router") || class.contains("Topic")
    })
}

fn simple(class: &str) -> &str {
    class.rsplit('.').next().unwrap_or_default()
}
