//! What people and programs write into the search, and what it finds.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{TimeDelta, TimeZone as _, Utc};
use model::Timestamp;
use model::facts::Freshness;
use model::owner::Owner;
use model::record::{ClusterRecord, ConnectorRecord};
use model::verdict::Health;
use serde_json::{Value, json};
use view::search::Key;
use view::{Cluster, Fleet, GroupBy, GroupKey, Offer, Page, Query, Sort, Staleness};

fn moment() -> Timestamp {
    Utc.timestamp_opt(1_800_000_000, 0).unwrap()
}

fn staleness() -> Staleness {
    Staleness {
        now: moment() + TimeDelta::seconds(5),
        limit: TimeDelta::seconds(30),
    }
}

struct Told {
    name: &'static str,
    team: Option<&'static str>,
    health: Health,
    kind: &'static str,
    class: &'static str,
    topics: Value,
    target: (&'static str, &'static str),
    also: Option<(&'static str, &'static str)>,
    worker: &'static str,
    fault: Option<&'static str>,
}

fn record(told: &Told) -> ConnectorRecord {
    let targets = [told.target].into_iter().chain(told.also);
    let targets: Vec<Value> = targets
        .map(|(kind, address)| json!({"kind": kind, "address": address}))
        .collect();
    let facts = json!({
        "name": told.name,
        "kind": told.kind,
        "class": told.class,
        "first_seen": moment(),
        "config": {
            "version": "00", "config": {}, "topics": told.topics,
            "targets": targets,
        },
        "tasks": {"0": {"state": "RUNNING", "since": moment(), "worker_id": told.worker}},
    });
    let diagnosis = told.fault.map(|class| {
        json!({"class": class, "domain": "connector", "confidence": 0.9, "root_cause": "password authentication failed", "why": "because"})
    });
    let verdict = json!({"health": told.health, "since": moment(), "reasons": [], "diagnosis": diagnosis});
    ConnectorRecord {
        facts: Arc::new(serde_json::from_value(facts).unwrap()),
        verdict: Arc::new(serde_json::from_value(verdict).unwrap()),
        owner: told.team.map(|team| Owner {
            team: team.into(),
            source: "a rule".into(),
        }),
    }
}

fn told(name: &'static str) -> Told {
    Told {
        name,
        team: Some("payments"),
        health: Health::Healthy,
        kind: "sink",
        class: "io.debezium.connector.jdbc.JdbcSinkConnector",
        topics: json!({"reads": [{"named": "orders.eu"}]}),
        target: ("postgresql", "db1.prod:5432/shop"),
        also: None,
        worker: "w1:8083",
        fault: None,
    }
}

fn fleet() -> Fleet {
    let clusters = [
        (
            "orders",
            vec![
                Told {
                    health: Health::Failed,
                    fault: Some("auth"),
                    ..told("payments-out")
                },
                Told {
                    also: Some(("mongodb", "mongo.prod:27017")),
                    ..told("payments-in")
                },
                Told {
                    team: Some("data lake"),
                    class: "io.aiven.S3SinkConnector",
                    topics: json!({"reads": [{"named": "clicks"}]}),
                    target: ("s3", "s3://lake-raw"),
                    worker: "w2:8083",
                    ..told("archive")
                },
            ],
        ),
        (
            "legacy",
            vec![Told {
                team: None,
                kind: "source",
                class: "org.example.CdcSource",
                topics: json!({"writes": [{"prefix": "cdc."}]}),
                ..told("inventory")
            }],
        ),
    ];
    let mut fleet = Fleet::default();
    for (name, connectors) in clusters {
        let mut record_of = ClusterRecord::empty(&name.into());
        record_of.fresh = Freshness {
            rest: Some(moment()),
            answered: Some(moment()),
            tried: Some(moment()),
            ..Freshness::default()
        };
        let mut cluster = Cluster::new(record_of, 1);
        cluster.put_connectors(connectors.iter().map(record).collect(), 1);
        fleet.clusters.insert(name.into(), Arc::new(cluster));
    }
    fleet
}

fn page(query: &Query) -> Page {
    fleet().page(query, None, 100, &staleness())
}

fn asked(text: &str) -> Query {
    Query {
        text: text.to_owned(),
        sort: Sort::Name,
        ..Query::default()
    }
}

fn names(page: &Page) -> Vec<String> {
    let names = page
        .items
        .iter()
        .map(|(_, connector, _)| connector.facts().name.to_string());
    names.collect()
}

fn found(text: &str) -> Vec<String> {
    let page = page(&asked(text));
    assert!(page.troubles.is_empty(), "{text}: {:?}", page.troubles);
    names(&page)
}

#[test]
fn each_key_narrows_and_keys_combine() {
    let all = ["archive", "inventory", "payments-in", "payments-out"];
    for (text, expected) in [
        ("", &all[..]),
        ("team:payments", &["payments-in", "payments-out"]),
        ("TEAM:Payments", &["payments-in", "payments-out"]),
        ("team:\"data lake\"", &["archive"]),
        ("team:nobody", &["inventory"]),
        ("team:nobody team:\"data lake\"", &["archive", "inventory"]),
        ("team:payments health:failed", &["payments-out"]),
        ("health:unhealthy", &["payments-out"]),
        ("-health:unhealthy", &["archive", "inventory", "payments-in"]),
        ("-team:payments", &["archive", "inventory"]),
        ("cluster:leg*", &["inventory"]),
        ("kind:sink -cluster:orders", &[]),
        ("kind:source", &["inventory"]),
        ("class:auth", &["payments-out"]),
        ("class:jdbcsinkconnector", &["payments-in", "payments-out"]),
        ("class:*S3*", &["archive"]),
        ("class:none kind:sink", &["archive", "payments-in"]),
        ("target:none", &[]),
        ("class:auth class:S3SinkConnector", &["archive", "payments-out"]),
        ("plugin:io.aiven.*", &["archive"]),
        ("topic:orders.*", &["payments-in", "payments-out"]),
        ("topic:cdc.public.users", &["inventory"]),
        ("topic:cdc.*", &["inventory"]),
        ("worker:w2", &["archive"]),
        ("worker:w2:8083", &["archive"]),
        ("worker:w*", &all),
        ("target:s3", &["archive"]),
        ("target:db1.prod -team:nobody", &["payments-in", "payments-out"]),
        ("target:db1.prod:5432/shop kind:source", &["inventory"]),
        (
            "connector:archive connector:legacy/inventory",
            &["archive", "inventory"],
        ),
        ("-connector:payments-*", &["archive", "inventory"]),
        ("*-out", &["payments-out"]),
        ("authentication", &["payments-out"]),
        ("-authentication", &["archive", "inventory", "payments-in"]),
        ("\"password authentication\" team:payments", &["payments-out"]),
        ("w2:8083", &["archive"]),
        ("orders/archive", &["archive"]),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn the_language_and_the_keys_of_the_address_both_hold() {
    let query = Query {
        teams: ["payments".into()].into(),
        ..asked("health:healthy health:failed -payments-in")
    };
    assert_eq!(names(&page(&query)), ["payments-out"]);
    let query = Query {
        health: [Health::Healthy].into(),
        ..asked("health:failed")
    };
    assert!(names(&page(&query)).is_empty());
}

#[test]
fn what_means_nothing_is_told_with_what_was_meant_and_set_aside() {
    for (text, says, meant) in [
        (
            "helth:failed kind:source",
            "There is no key \"helth\"; the nearest is health.",
            Some("health:failed kind:source"),
        ),
        (
            "kind:source -tema:x",
            "There is no key \"tema\"; the nearest is team.",
            Some("kind:source -team:x"),
        ),
        (
            "kind:source banana:x",
            "There is no key \"banana\"; there are health, team,",
            None,
        ),
        (
            "kind:source health:faild",
            "\"faild\" is no health; the nearest is failed.",
            Some("kind:source health:failed"),
        ),
        (
            "kind:source kind:snk",
            "source or sink, not \"snk\"",
            Some("kind:source kind:sink"),
        ),
        (
            "kind:source team:paymants",
            "No connector belongs to a team \"paymants\"; the nearest is payments.",
            Some("kind:source team:payments"),
        ),
        (
            "kind:source team:data",
            "nearest is data lake",
            Some("kind:source team:\"data lake\""),
        ),
        (
            "kind:source cluster:ordrs",
            "No cluster is called \"ordrs\"; the nearest is orders.",
            Some("kind:source cluster:orders"),
        ),
        (
            "kind:source class:JdbcSinkConector",
            "the nearest is JdbcSinkConnector",
            Some("kind:source class:JdbcSinkConnector"),
        ),
        (
            "kind:source topic:click",
            "the nearest is clicks",
            Some("kind:source topic:clicks"),
        ),
        (
            "kind:source worker:zebra",
            "No connector runs on a worker \"zebra\".",
            None,
        ),
        ("kind:source team:", "missing behind team:.", None),
    ] {
        let page = page(&asked(text));
        let [trouble] = &page.troubles[..] else {
            panic!("{text}: {:?}", page.troubles)
        };
        assert!(trouble.text.contains(says), "{text}: {}", trouble.text);
        assert_eq!(trouble.meant.as_ref().map(|(whole, _)| whole.as_str()), meant, "{text}");
        if text.starts_with("kind:source ") && !text.contains("kind:snk") {
            assert_eq!(names(&page), ["inventory"], "{text}: the rest holds");
        }
    }
    // A program gets what is there: nothing.
    let strict = Query {
        strict: true,
        ..asked("team:paymants")
    };
    let page = page(&strict);
    assert!(page.troubles.is_empty() && page.items.is_empty());
    let strict = Query {
        strict: true,
        ..asked("helth:failed")
    };
    assert_eq!(self::page(&strict).troubles.len(), 1);
}

#[test]
fn a_word_that_is_nowhere_is_found_with_one_edit() {
    for (word, meant, expected) in [
        ("paymants", "payments", &["payments-in", "payments-out"][..]),
        ("inventry", "inventory", &["inventory"]),
        ("archvie", "archive", &["archive"]),
        ("lagacy", "legacy", &["inventory"]),
        ("clicsk", "clicks", &["archive"]),
        ("debzium", "debezium", &["payments-in", "payments-out"]),
    ] {
        let page = page(&asked(word));
        let [near] = &page.near[..] else {
            panic!("{word}: {:?}", page.near)
        };
        assert_eq!(
            (near.word.as_str(), near.found.as_slice()),
            (word, &[meant.to_owned()][..])
        );
        assert_eq!(names(&page), expected, "{word}");
    }
    // Within a name of several words, between them, and from hump to hump.
    for (word, meant) in [
        ("payments-ot", "payments-out"),
        ("paymants-out", "payments-out"),
        ("paymentsout", "payments-out"),
    ] {
        let page = page(&asked(word));
        assert_eq!(page.near[0].found, [meant], "{word}");
        assert_eq!(names(&page), ["payments-out"], "{word}");
    }
    for word in ["payments", "xq", "completely", "\"paymants\"", "-paymants"] {
        assert!(page(&asked(word)).near.is_empty(), "{word}");
    }
    assert!(names(&page(&asked("completely"))).is_empty());
}

#[test]
fn facets_count_what_their_own_choice_set_aside_would_show() {
    let page = page(&asked("team:payments health:failed"));
    assert_eq!(names(&page), ["payments-out"]);
    let teams: BTreeMap<String, u32> = page
        .facets
        .teams
        .iter()
        .map(|(team, count)| (team.as_ref().map_or("-", |team| team.as_str()).to_owned(), *count))
        .collect();
    assert_eq!(teams, [("payments".to_owned(), 1)].into());
    assert_eq!(
        (
            page.facets.health.of(Health::Failed),
            page.facets.health.of(Health::Healthy)
        ),
        (1, 1)
    );
    assert_eq!(page.facets.clusters.values().sum::<u32>(), 1);
    assert_eq!(page.facets.kinds, [("sink", 1)].into());
    // Two of each kind, whichever is chosen.
    let page = self::page(&asked("kind:sink"));
    assert_eq!(
        (page.facets.kinds.len(), page.facets.kinds.values().sum::<u32>()),
        (2, 4)
    );
    let page = self::page(&asked("class:auth"));
    assert_eq!(page.facets.classes.values().sum::<u32>(), 1);
    let page = self::page(&asked("class:S3SinkConnector"));
    assert_eq!((page.matching, page.facets.classes.values().sum::<u32>()), (1, 1));
    let page = self::page(&asked("team:payments"));
    let all: u32 = page.facets.teams.values().sum();
    assert_eq!((all, page.facets.clusters.len(), page.matching), (4, 1, 2));
}

#[test]
fn groups_tell_how_many_and_begin_with_those_that_need_a_person() {
    let groups = |by| fleet().groups(&asked(""), by, 100, &staleness());
    let teams = groups(GroupBy::Team);
    let told: Vec<(&GroupKey, u32, usize)> = teams
        .groups
        .iter()
        .map(|group| (&group.key, group.totals.all(), group.items.len()))
        .collect();
    let team = |name: &str| GroupKey::Team(Some(name.into()));
    assert_eq!(
        told,
        [
            (&team("payments"), 2, 2),
            (&GroupKey::Team(None), 1, 1),
            (&team("data lake"), 1, 1)
        ]
    );
    assert_eq!((teams.matching, teams.more), (4, 0));
    let classes = groups(GroupBy::Class);
    assert_eq!(classes.groups.len(), 2);
    assert_eq!(
        classes.groups[0].key,
        GroupKey::Class(Some(model::verdict::Class::Auth))
    );
    let targets = groups(GroupBy::Target);
    assert_eq!(
        targets.groups[0].key,
        GroupKey::Target(Some("db1.prod:5432/shop".into()))
    );
    assert_eq!(targets.groups[0].totals.all(), 3);
    let second = GroupKey::Target(Some("mongo.prod:27017".into()));
    let second = targets.groups.iter().find(|group| group.key == second);
    assert_eq!(
        second.map(|group| group.totals.all()),
        Some(1),
        "what leads to two systems is in both groups"
    );
    assert_eq!(groups(GroupBy::Cluster).groups.len(), 2);
    // Turned round, the rows of each group are.
    let turned = Query {
        reversed: true,
        ..asked("team:payments")
    };
    let rows = |query: &Query| {
        let found = fleet().groups(query, GroupBy::Team, 100, &staleness());
        let items = found.groups[0].items.iter();
        items
            .map(|(_, connector, _)| connector.facts().name.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(rows(&turned), ["payments-out", "payments-in"]);
    assert_eq!(rows(&asked("team:payments")), ["payments-in", "payments-out"]);
}

#[test]
fn orders_by_tasks_class_and_plugin_have_what_has_none_last() {
    let order = |sort, reversed| {
        names(&page(&Query {
            sort,
            reversed,
            ..Query::default()
        }))
    };
    assert_eq!(order(Sort::Class, false)[0], "payments-out");
    assert_eq!(
        order(Sort::Plugin, false),
        ["inventory", "payments-in", "payments-out", "archive"]
    );
    assert_eq!(
        order(Sort::Plugin, true),
        ["archive", "payments-out", "payments-in", "inventory"]
    );
    assert_eq!(
        order(Sort::Tasks, false),
        ["inventory", "archive", "payments-in", "payments-out"]
    );
}

#[test]
fn what_is_typed_is_completed_by_keys_then_values_with_counts_then_connectors() {
    let offers = |text: &str| fleet().complete(text, &staleness());
    let texts = |text: &str| -> Vec<String> {
        let offers = offers(text).offers.into_iter();
        offers
            .map(|offer| match offer {
                Offer::Key { text, .. } => text,
                Offer::Value { text, count } => format!("{text} {count}"),
                Offer::Connector { cluster, name } => format!("{cluster}/{name}"),
            })
            .collect()
    };
    assert_eq!(texts("").len(), Key::ALL.len());
    assert_eq!(texts("te"), ["team:"]);
    assert_eq!(
        texts("paym"),
        ["team:payments 2", "orders/payments-in", "orders/payments-out"]
    );
    assert_eq!(texts("kind:sink -team:pay"), ["-team:payments 2"]);
    assert_eq!(offers("kind:sink -team:pay").part, 10..19);
    assert_eq!(
        texts("health:"),
        ["health:healthy 3", "health:failed 1", "health:unhealthy 1"]
    );
    assert_eq!(texts("team:da"), ["team:\"data lake\" 1"]);
    assert_eq!(texts("class:au"), ["class:auth 1"]);
    assert_eq!(texts("kind:sink ").len(), Key::ALL.len());
    assert_eq!(texts("connector:arch"), ["orders/archive"]);
    assert!(texts("banana:x").is_empty());
}

mod chance {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_breaks_it(text in "([a-z:*\" \\\\-]|team:|health:|ключ|🚂|-){0,24}") {
            page(&asked(&text));
            fleet().complete(&text, &staleness());
            for key in Key::ALL {
                view::search::without(&text, key, "x");
            }
        }
    }
}
