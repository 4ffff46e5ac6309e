//! Config versions: what is a change, whose, and of which keys.

use std::sync::Arc;

use model::judge::struck;
use model::names::ConnectorName;
use model::observe::{Concealed, ListedConfig, ListedConnector, Seen, Struck};
use model::secrets::{Definitions, FingerprintKey, KeyDefinition, RawConfig, mask};

use super::story::{Story, configured, connector, list};

const CLASS: (&str, &str) = ("connector.class", "org.example.Sink");

fn with(pairs: &[(&str, &str)]) -> Seen {
    let listed = connector("c", "RUNNING a", &["RUNNING a"]);
    list("a", &[configured(listed, &[&[CLASS], pairs].concat())])
}

/// The same once the definitions of the class were read: `api.mode` is an ordinary STRING.
fn learnt(mode: &str) -> Seen {
    defined("STRING", mode, connector("c", "RUNNING a", &["RUNNING a"]))
}

/// A connector whose class defines `api.mode` so.
fn defined(kind: &str, mode: &str, (name, listed): (ConnectorName, ListedConnector)) -> Seen {
    let definition = KeyDefinition {
        kind: kind.into(),
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

#[test]
fn what_turns_out_to_be_a_secret_leaves_the_trace_that_is_kept_of_a_failure() {
    let mut story = Story::new();
    let failed = connector("c", "RUNNING a", &["FAILED a refused:Bulk-Word-7"]);
    story.see(0, defined("STRING", "Bulk-Word-7", failed));
    let runs = || connector("c", "RUNNING a", &["RUNNING a"]);
    story.see(5, defined("STRING", "Bulk-Word-7", runs()));
    let trace = |story: &Story| story.connector("c").tasks[&0].trace.clone().unwrap();
    assert!(trace(&story).contains("refused:Bulk-Word-7"));
    story.see(10, defined("PASSWORD", "Bulk-Word-7", runs()));
    let kept = trace(&story);
    assert!(kept.contains("refused:") && !kept.contains("Bulk"), "{kept}");
}

#[test]
fn what_a_class_calls_passwords_by_now_is_masked_in_a_config_of_before() {
    let key = FingerprintKey::new(b"a key of the test");
    let pairs = [
        CLASS,
        ("api.mode", "Bulk-Word-7"),
        ("path", "/x"),
        ("transforms", "t"),
        ("transforms.t.type", "org.example.Seal"),
        ("transforms.t.phrase", "Seal-Word-8"),
    ];
    let raw = RawConfig::new(pairs.map(|(key, value)| (key.into(), Some(value.into()))).into());
    let definitions = |kinds: &[(&str, &str)]| Definitions {
        keys: kinds
            .iter()
            .map(|(key, kind)| {
                let kind = (*kind).into();
                let definition = KeyDefinition {
                    kind,
                    ..KeyDefinition::default()
                };
                ((*key).into(), definition)
            })
            .collect(),
    };
    let all = ["api.mode", "path", "transforms.t.phrase"].map(|key| (key, "STRING"));
    let listed = mask(&raw, Some(&definitions(&all)), &key);
    let mut config = listed.config;
    let passwords = definitions(&[("api.mode", "PASSWORD"), ("phrase", "PASSWORD"), ("path", "STRING")]);
    assert!(config.conceal("org.example.Other", &passwords, &key).is_none());
    let seal = config.conceal("org.example.Seal", &passwords, &key).unwrap();
    let text = "Bulk-Word-7 Seal-Word-8 /x";
    assert!(seal.strike(text).contains("Bulk-Word-7") && !seal.strike(text).contains("Seal-Word-8"));
    assert_eq!(config.text("api.mode"), Some("Bulk-Word-7"));
    assert!(config.conceal("org.example.Sink", &passwords, &key).is_some());
    assert!(config.conceal("org.example.Sink", &passwords, &key).is_none(), "once");
    assert_eq!(config.text("path"), Some("/x"));
    // As if it had been masked at entry.
    let blind = mask(&raw, Some(&definitions(&[("path", "STRING")])), &key);
    assert_eq!(config, blind.config);
}

#[test]
fn of_a_deleted_connector_the_version_is_masked_that_is_shown_and_whatever_quotes_it() {
    let failed = connector("c", "RUNNING a", &["FAILED a org.example.X: refused Bulk-Word-7"]);
    let clear = |mode: &str| {
        let Seen::Listed(listed) = defined("STRING", mode, failed.clone()) else {
            unreachable!("a list")
        };
        listed.connectors["c"].config.clone().unwrap()
    };
    let masked = |mode: &str| {
        let Seen::Listed(listed) = defined("PASSWORD", mode, failed.clone()) else {
            unreachable!("a list")
        };
        listed.connectors["c"].config.clone().unwrap()
    };
    let mut story = Story::new();
    story.see(0, defined("STRING", "Bulk-Word-7", failed.clone()));
    let verdict = story.verdicts["c"].clone();
    let text = format!("{verdict:?}");
    assert!(text.contains("Bulk-Word-7"), "{text}");
    let struck_by = |mode: &str| {
        let mut before = clear(mode).config.clone();
        let passwords = Definitions {
            keys: [(
                "api.mode".into(),
                KeyDefinition {
                    kind: "PASSWORD".into(),
                    ..KeyDefinition::default()
                },
            )]
            .into(),
        };
        let key = FingerprintKey::new(b"a key of the test");
        before.conceal("org.example.Sink", &passwords, &key).unwrap()
    };
    let told = |mode: &str| {
        Seen::Concealed(vec![Concealed {
            connector: "c".into(),
            config: masked(mode),
            struck: Struck(struck_by(mode)),
        }])
    };
    // An earlier version is not shown in place of the present one.
    story.see(5, told("Another-Word-8"));
    let shown = |story: &Story| story.connector("c").config.clone().unwrap();
    assert_eq!(shown(&story), clear("Bulk-Word-7"));
    story.see(10, told("Bulk-Word-7"));
    assert_eq!(shown(&story).config.text("api.mode"), None);
    let trace = story.connector("c").tasks[&0].trace.clone().unwrap();
    assert!(trace.contains("refused") && !trace.contains("Bulk"), "{trace}");
    // The verdict is struck of it in every text.
    let mut everywhere = verdict;
    let quote: Arc<str> = "it said Bulk-Word-7".into();
    for reason in &mut everywhere.reasons {
        (reason.text, reason.evidence) = (quote.clone(), quote.clone());
    }
    for (_, task) in everywhere.tasks.iter_mut() {
        (task.text, task.root_cause) = (quote.clone(), Some(quote.clone()));
    }
    let diagnosis = everywhere.diagnosis.as_mut().unwrap();
    (diagnosis.root_cause, diagnosis.why) = (quote.clone(), quote);
    let clean = struck(&everywhere, &struck_by("Bulk-Word-7")).unwrap();
    assert!(!format!("{clean:?}").contains("Bulk"), "{clean:?}");
    assert_eq!(
        struck(&clean, &struck_by("Bulk-Word-7")),
        None,
        "nothing is left to strike"
    );
}
