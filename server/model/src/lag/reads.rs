//! As which group a sink reads, what, and how.

use std::sync::Arc;

use crate::names::ConnectorName;
use crate::secrets::{Config, ConfigValue};
use crate::topics::{Meant, Rule, Topic, Topics};

/// Which end of a log a reader sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Isolation {
    /// The high watermark. Kafka Connect's consumers read so unless the connector's config says otherwise; what the worker's
    /// config says of all its consumers cannot be seen.
    #[default]
    ReadUncommitted,
    /// The last stable offset: what an open transaction wrote is not there yet.
    ReadCommitted,
}

impl Isolation {
    /// By `consumer.override.isolation.level`.
    pub fn of(config: &Config) -> Self {
        match config.text("consumer.override.isolation.level").map(str::trim) {
            Some("read_committed") => Self::ReadCommitted,
            _ => Self::ReadUncommitted,
        }
    }
}

/// The consumer group of a sink: `connect-<name>` unless `consumer.override.group.id` names another. `None` where that is
/// masked or refers to a config provider.
pub fn group_of(name: &ConnectorName, config: Option<&Config>) -> Option<Arc<str>> {
    match config.and_then(|config| config.get("consumer.override.group.id")) {
        Some(ConfigValue::Clear(group)) => Some(group.trim().into()),
        Some(ConfigValue::Reference(_) | ConfigValue::Masked(_)) => None,
        Some(ConfigValue::Null) | None => Some(format!("connect-{}", name.as_str()).into()),
    }
}

/// Which topics a sink reads, ready to be asked: a group keeps its commits of a topic that was taken out of the config, and
/// what is written there waits for nobody.
#[derive(Clone, Debug, Default)]
pub struct Reads {
    /// `None` where the config does not say, or says it in a way that only Java reads: then every commit counts.
    rules: Option<Vec<(Topic, Rule)>>,
}

impl Reads {
    /// By what the config says.
    pub fn of(topics: &Topics) -> Self {
        let rules: Vec<_> = topics
            .reads
            .iter()
            .map(|topic| (topic.clone(), Rule::of(topic)))
            .collect();
        let readable = |(topic, rule): &(Topic, Rule)| !topic.text().contains("${") && rule.is_read();
        let rules = (!rules.is_empty() && rules.iter().all(readable)).then_some(rules);
        Self { rules }
    }

    /// Whether a topic is read.
    pub fn reads(&self, topic: &str) -> bool {
        let Some(rules) = &self.rules else { return true };
        rules.iter().any(|(own, rule)| match own {
            Topic::Named(name) => **name == *topic,
            _ => rule.means(&Topic::Named(topic.into())) == Some(Meant::Yes),
        })
    }

    /// The topics that are named one by one.
    pub fn named(&self) -> impl Iterator<Item = &Arc<str>> {
        let rules = self.rules.iter().flatten();
        rules.filter_map(|(topic, _)| match topic {
            Topic::Named(name) => Some(name),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::topics::topics;

    fn config(pairs: serde_json::Value) -> Config {
        serde_json::from_value(pairs).unwrap()
    }

    #[test]
    fn the_group_is_connects_unless_the_config_names_another() {
        let group = |pairs| group_of(&"orders".into(), Some(&config(pairs))).map(|group| group.to_string());
        let key = "consumer.override.group.id";
        assert_eq!(group(json!({})).as_deref(), Some("connect-orders"));
        assert_eq!(group(json!({key: {"clear": "own "}})).as_deref(), Some("own"));
        assert_eq!(group(json!({key: {"reference": "${env:GROUP}"}})), None);
        assert_eq!(group(json!({key: {"masked": "ab"}})), None);
        assert_eq!(group_of(&"orders".into(), None).as_deref(), Some("connect-orders"));
    }

    #[test]
    fn a_sink_sees_open_transactions_unless_its_config_says_otherwise() {
        let of = |word: &str| Isolation::of(&config(json!({"consumer.override.isolation.level": {"clear": word}})));
        assert_eq!(of("read_committed"), Isolation::ReadCommitted);
        assert_eq!(of("read_uncommitted"), Isolation::ReadUncommitted);
        assert_eq!(Isolation::of(&config(json!({}))), Isolation::ReadUncommitted);
    }

    #[test]
    fn commits_of_a_topic_that_the_config_names_no_more_do_not_count() {
        let reads = |pairs, topic: &str| Reads::of(&topics(&config(pairs))).reads(topic);
        let named = || json!({"topics": {"clear": "a,b"}});
        assert!(reads(named(), "a") && reads(named(), "b") && !reads(named(), "c"));
        let pattern = |text: &str| json!({"topics.regex": {"clear": text}});
        assert!(reads(pattern("a.*"), "ab") && !reads(pattern("a.*"), "ba"));
        assert!(reads(pattern("(?!x).*"), "ba"), "only Java reads it");
        assert!(reads(json!({"topics": {"reference": "${env:TOPIC}"}}), "c"));
        assert!(reads(json!({}), "c"), "nothing is known");
        let named: Vec<_> = Reads::of(&topics(&config(named()))).named().cloned().collect();
        assert_eq!(named.iter().map(|name| &**name).collect::<Vec<_>>(), ["a", "b"]);
    }
}
