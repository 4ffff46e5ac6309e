//! Who owns a connector.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::owner::{Owners, Owns, Team};
use model::secrets::{Definitions, FingerprintKey, RawConfig, mask};
use serde_json::json;

fn glob(text: &str) -> Option<Arc<str>> {
    Some(text.into())
}

fn team(name: &str, owns: Vec<Owns>) -> Team {
    Team {
        name: name.into(),
        platform: false,
        owns,
    }
}

fn owner(teams: &[Team], cluster: &str, label: &str, connector: &str, topics: &str) -> Option<(String, String)> {
    let raw = RawConfig::new([("topics".to_owned(), Some(topics.to_owned()))].into());
    let config = mask(&raw, None, &FingerprintKey::new(b"key"));
    let labels = BTreeMap::from([(Arc::from("env"), Arc::from(label))]);
    Owners::new(teams)
        .unwrap()
        .of(&cluster.into(), &labels, &connector.into(), Some(&config))
        .map(|owner| (owner.team.to_string(), owner.source.to_string()))
}

#[test]
fn the_first_rule_of_the_first_team_wins() {
    let teams = [
        team("nobody", vec![Owns::default()]),
        team(
            "storage",
            vec![
                Owns {
                    connector: glob("s3-*"),
                    ..Owns::default()
                },
                Owns {
                    topic: glob("lake.{raw,clean}"),
                    ..Owns::default()
                },
            ],
        ),
        team(
            "orders",
            vec![Owns {
                cluster: glob("orders"),
                connector: glob("*/[a-c]?"),
                ..Owns::default()
            }],
        ),
        team(
            "prod",
            vec![Owns {
                label: Some(("env".into(), "prod".into())),
                ..Owns::default()
            }],
        ),
    ];
    for (cluster, label, connector, topics, expected) in [
        ("x", "test", "s3-a/b c", "", Some(("storage", "connector = \"s3-*\""))),
        (
            "x",
            "test",
            "t3",
            "a, lake.raw",
            Some(("storage", "topic = \"lake.{raw,clean}\"")),
        ),
        (
            "orders",
            "prod",
            "x/y/b1",
            "",
            Some(("orders", "cluster = \"orders\", connector = \"*/[a-c]?\"")),
        ),
        ("orders", "prod", "x/y/d1", "", Some(("prod", "label env = \"prod\""))),
        ("orders2", "prod", "x/b1", "", Some(("prod", "label env = \"prod\""))),
        ("x", "test", "other", "lake.rawer", None),
    ] {
        let expected = expected.map(|(team, source)| (team.to_owned(), source.to_owned()));
        assert_eq!(
            owner(&teams, cluster, label, connector, topics),
            expected,
            "{connector}"
        );
    }
}

#[test]
fn a_bad_glob_is_refused_by_its_text() {
    let bad = Owners::new(&[team(
        "a",
        vec![Owns {
            topic: glob("x["),
            ..Owns::default()
        }],
    )])
    .unwrap_err();
    assert_eq!(bad.glob.as_ref(), "x[");
}

#[test]
fn a_topic_is_owned_whether_it_is_read_or_written_but_an_expression_names_none() {
    let teams = [team(
        "shop",
        vec![Owns {
            topic: glob("shop.*"),
            ..Owns::default()
        }],
    )];
    let text = json!({ "kind": "STRING", "documentation": "" });
    let definitions: Definitions =
        serde_json::from_value(json!({ "keys": { "topic": text, "topic.prefix": text } })).unwrap();
    let owner = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter().map(|(k, v)| ((*k).to_owned(), Some((*v).to_owned())));
        let raw = RawConfig::new(pairs.collect());
        let config = mask(&raw, Some(&definitions), &FingerprintKey::new(b"key"));
        let owners = Owners::new(&teams).unwrap();
        owners
            .of(&"orders".into(), &BTreeMap::new(), &"c".into(), Some(&config))
            .is_some()
    };
    assert!(owner(&[("connector.class", "x.FileSource"), ("topic", "shop.orders")]));
    assert!(owner(&[("connector.class", "x.FileSink"), ("topics", "a,shop.orders")]));
    assert!(!owner(&[("connector.class", "x.FileSink"), ("topics.regex", "shop.*")]));
    let tables = ("connector.class", "io.confluent.connect.jdbc.JdbcSourceConnector");
    assert!(owner(&[tables, ("topic.prefix", "shop.")]) && owner(&[tables, ("topic.prefix", "shop.eu-")]));
    assert!(!owner(&[tables, ("topic.prefix", "sho")]), "the prefix is wider");
    let dead = ("errors.deadletterqueue.topic.name", "shop.dead");
    assert!(!owner(&[("connector.class", "x.FileSink"), ("topics", "a"), dead]));
}
