//! Config versions: what is a change, whose, and of which keys.

use std::sync::Arc;

use model::names::ConnectorName;
use model::observe::{ListedConfig, ListedConnector, Seen};
use model::secrets::{Definitions, FingerprintKey, KeyDefinition, RawConfig, mask};

use super::story::{Story, configured, connector, list};

const CLASS: (&str, &str) = ("connector.class", "org.example.Sink");

fn with(pairs: &[(&str, &str)]) -> Seen {
    let listed = connector("c", "RUNNING a", &["RUNNING a"]);
    list("a", &[configured(listed, &[&[CLASS], pairs].concat())])
}

/// The same once the definitions of the class were read: `api.mode` is an ordinary STRING.
fn learnt(mode: &str) -> Seen {
    let definition = KeyDefinition {
        kind: "STRING".into(),
        default: None,
        documentation: "".into(),
        ..KeyDefinition::default()
    };
    let definitions = Definitions {
        keys: [("api.mode".into(), definition)].into(),
    };
    let pairs = [CLASS, ("api.mode", mode)];
    let raw = RawConfig::new(pairs.map(|(key, value)| (key.into(), Some(value.into()))).into());
    let config: ListedConfig = mask(&raw, Some(&definitions), &FingerprintKey::new(b"a key of the test"));
    let (name, listed): (ConnectorName, ListedConnector) = connector("c", "RUNNING a", &["RUNNING a"]);
    let listed = ListedConnector {
        config: Some(Arc::new(config)),
        ..listed
    };
    list("a", &[(name, listed)])
}

#[test]
fn a_new_connector_shows_its_first_config() {
    let mut story = Story::new();
    story.see(0, with(&[("api.key", "one")]));
    assert_eq!(story.news(), ["0 c appeared by outside", "0 c first config by outside"]);
    assert_eq!(story.connector("c").class.as_deref(), Some("org.example.Sink"));
}

#[test]
fn another_masked_value_is_a_change_of_its_key() {
    let mut story = Story::new();
    story.see(0, with(&[("api.key", "one"), ("topics", "t")])).news();
    story.see(5, with(&[("api.key", "two"), ("topics", "t")]));
    assert_eq!(story.news(), [r#"5 c config {"api.key"} by outside"#]);
    story.see(10, with(&[("api.key", "two"), ("topics", "t,u"), ("tasks.max", "2")]));
    assert_eq!(story.news(), [r#"10 c config {"tasks.max", "topics"} by outside"#]);
    story.see(15, with(&[("topics", "t,u"), ("tasks.max", "2")]));
    assert_eq!(story.news(), [r#"15 c config {"api.key"} by outside"#]);
    assert_eq!(story.verdict("c"), "healthy 0 [healthy]");
}

#[test]
fn a_list_without_config_keeps_the_one_that_was_known() {
    let mut story = Story::new();
    story.see(0, with(&[("api.key", "one")])).news();
    story.see(5, list("a", &[connector("c", "RUNNING a", &["RUNNING a"])]));
    assert!(story.news().is_empty() && story.touched.is_empty());
    story.see(10, with(&[("api.key", "one")]));
    assert!(story.news().is_empty() && story.touched.is_empty());
}

#[test]
fn learning_definitions_is_no_config_change() {
    let mut story = Story::new();
    story.see(0, with(&[("api.mode", "bulk")])).news();
    story.see(5, learnt("bulk"));
    assert!(story.news().is_empty());
    assert!(story.touched.connectors.contains("c"), "but the config is readable now");
    let config = &story.connector("c").config.as_ref().unwrap().config;
    assert_eq!(config.text("api.mode"), Some("bulk"));
}

#[test]
fn a_value_that_changed_while_definitions_were_learnt_leaves_the_keys_open() {
    let mut story = Story::new();
    story.see(0, with(&[("api.mode", "bulk")])).news();
    story.see(5, learnt("single"));
    assert_eq!(story.news(), ["5 c config {} by outside"]);
}
