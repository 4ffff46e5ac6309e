//! The topics of Debezium's sources: the prefix, and the parts of a table's name behind it.

use super::name::{is_part, is_topic};
use super::{Topic, masked};
use crate::secrets::Config;

pub(super) fn is(class: &str) -> bool {
    class.starts_with("io.debezium.") && !class.contains("Sink")
}

pub(super) fn writes(simple: &str, config: &Config) -> Vec<Topic> {
    // Before 2.0 the prefix was called the server's name.
    let prefix = ["topic.prefix", "database.server.name"]
        .into_iter()
        .find_map(|key| config.text(key).map(str::trim).filter(|prefix| is_part(prefix)));
    let Some(prefix) = prefix else {
        return Vec::new();
    };
    let mut writes = tables(simple, prefix, config);
    let beats = |text: &str| text.trim().parse::<u64>().is_ok_and(|every| every > 0);
    if config.text("heartbeat.interval.ms").is_some_and(beats) && !masked(config, &["topic.heartbeat.prefix"]) {
        let before = config.text("topic.heartbeat.prefix").filter(|text| is_part(text));
        let before = before.unwrap_or("__debezium-heartbeat");
        writes.push(Topic::Named(format!("{before}.{prefix}").into()));
    }
    let tells_schemas = ["mysql", "mariadb", "sqlserver", "oracle", "db2"];
    if tells_schemas.iter().any(|database| simple.contains(database))
        && config.text("include.schema.changes").map(str::trim) != Some("false")
    {
        writes.push(Topic::Named(prefix.into()));
    }
    writes
}

fn tables(simple: &str, prefix: &str, config: &Config) -> Vec<Topic> {
    let whole = vec![Topic::Prefix(format!("{prefix}.").into())];
    // SQL Server's topics have the database's name too, which its lists of tables have not.
    if simple.contains("sqlserver") {
        return whole;
    }
    let lists = [
        "table.include.list",
        "collection.include.list",
        "table.whitelist",
        "collection.whitelist",
    ];
    let listed = lists
        .into_iter()
        .find_map(|key| config.text(key).filter(|list| !list.trim().is_empty()));
    let Some(listed) = listed else { return whole };
    let named: Option<Vec<Topic>> = listed
        .split(',')
        .map(|table| {
            // The lists hold regular expressions; a plain name, its dots escaped or not, is one that matches itself.
            let table = table.trim().replace("\\.", ".");
            let topic = format!("{prefix}.{table}");
            (is_part(&table) && is_topic(&topic)).then(|| Topic::Named(topic.into()))
        })
        .collect();
    named.unwrap_or(whole)
}
