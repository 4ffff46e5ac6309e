//! The topics that a connector reads and writes, read from what may be shown of its config.
//!
//! A config says which topics a connector is meant to use; which it has used is known to its workers only
//! (`GET /connectors/{name}/topics`), and not at all where they do not track it.

mod debezium;
mod name;
mod rule;
mod source;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::secrets::{Config, ConfigValue};
use name::is_topic;

pub use rule::{Meant, Rule};

/// A topic, or a rule for names of topics.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// This one.
    Named(Arc<str>),
    /// Every topic whose name this regular expression (Java's) matches as a whole.
    Pattern(Arc<str>),
    /// Topics whose names begin so: the connector adds a table, a collection or the like.
    Prefix(Arc<str>),
}

impl Topic {
    /// The name, the expression or the beginning.
    pub fn text(&self) -> &str {
        match self {
            Self::Named(text) | Self::Pattern(text) | Self::Prefix(text) => text,
        }
    }
}

/// What a config says of a connector's topics, in the Kafka cluster of its workers. Sorted, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topics {
    /// What a sink reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<Topic>,
    /// What a source writes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub writes: Vec<Topic>,
    /// Where a sink puts the records that it cannot take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_letters: Option<Arc<str>>,
    /// A transformation may send the records of a source to topics other than `writes`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rerouted: bool,
}

impl Topics {
    /// Whether the config names none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// All that it reads or writes, the dead letters last.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let both = self.reads.iter().chain(&self.writes).map(Topic::text);
        both.chain(self.dead_letters.as_deref())
    }
}

/// The topics of a config, as far as its values may be shown: a masked one names none. What cannot be a topic's name is left out.
pub fn topics(config: &Config) -> Topics {
    let class = config.text("connector.class").unwrap_or_default();
    let mut topics = match source::is_source(class) {
        true => Topics {
            writes: source::writes(class, config),
            ..Topics::default()
        },
        false => Topics {
            reads: reads(config),
            dead_letters: named(config, "errors.deadletterqueue.topic.name"),
            ..Topics::default()
        },
    };
    // A class of one's own need not be called a source to be one.
    if topics.reads.is_empty() && topics.writes.is_empty() {
        topics.writes = source::writes(class, config);
    }
    topics.rerouted = !topics.writes.is_empty() && source::rerouted(config);
    for list in [&mut topics.reads, &mut topics.writes] {
        list.sort();
        list.dedup();
        list.shrink_to_fit();
    }
    topics
}

fn reads(config: &Config) -> Vec<Topic> {
    let pattern = config.text("topics.regex").map(str::trim).unwrap_or_default();
    if !pattern.is_empty() {
        return vec![Topic::Pattern(pattern.into())];
    }
    list(config, "topics").map(|name| Topic::Named(name.into())).collect()
}

/// Whether one of these values is kept from view, so that what is made of it cannot be told.
fn masked(config: &Config, keys: &[&str]) -> bool {
    let masked = |key: &&str| matches!(config.get(key), Some(ConfigValue::Masked(_)));
    keys.iter().any(masked)
}

/// The names in a list of topics.
fn list<'a>(config: &'a Config, key: &str) -> impl Iterator<Item = &'a str> {
    config
        .text(key)
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|name| is_topic(name))
}

/// The one topic that a key names.
fn named(config: &Config, key: &str) -> Option<Arc<str>> {
    let name = config.text(key)?.trim();
    is_topic(name).then(|| name.into())
}
