//! Nobody is answered without the right to ask.

use std::collections::BTreeSet;
use std::path::Path;

use console::{ConnectorQuery, Console, Error, LogLevel, PluginId, Process, TimelineQuery, TopologyQuery};
use model::actor::{Actor, Right};
use model::names::ConnectorId;

use crate::stage::{Made, Stage, actor};

/// What every server tells of itself, to whom is the app's business: none of it is about the fleet's connectors by name
/// but the metrics, whose door the app keeps.
const OPEN: [&str; 9] = [
    "new",
    "now",
    "stale_after",
    "revision",
    "position",
    "readiness",
    "awaited",
    "metrics",
    "events_waiting",
];

/// Asks every question and returns its name, the right that it needs, and what came of it.
async fn all(console: &Console, actor: &Actor) -> Vec<(&'static str, Right, Result<(), Error>)> {
    let id = ConnectorId {
        cluster: "orders".into(),
        name: "one".into(),
    };
    let timeline = console.timeline(actor, &TimelineQuery::default()).await;
    let changes = console.config_changes(actor, &id.cluster, &id.name).await;
    let plugin = PluginId {
        cluster: "orders".into(),
        class: "a.B".into(),
        version: None,
    };
    let definitions = console.definitions(actor, &plugin).await;
    let documentation = console.documentation(actor, plugin).await;
    let events = console.events(actor, None, 10).await;
    let connectors = console.connectors(actor, &ConnectorQuery::default());
    let cluster_trend = console.cluster_trend(actor, &id.cluster).await;
    let rebalances = console.rebalances(actor, &id.cluster).await;
    let assignment = console.assignment(actor, &id.cluster, 0);
    let topology = console.topology(actor, &TopologyQuery::default());
    let system = console.system(actor, process(console)).await;
    let log = console.audit_log_change(actor, "info", "debug", 15).await;
    let now = console.now();
    let span = console::Span::new(now - chrono::TimeDelta::hours(1), now, now).unwrap();
    let chart = console.chart(actor, &id, span, &[]).await;
    vec![
        ("chart", Right::See, chart.map(drop)),
        ("clusters", Right::See, console.clusters(actor).map(drop)),
        ("cluster", Right::See, console.cluster(actor, &id.cluster).map(drop)),
        ("lamps", Right::See, console.lamps(actor, &id.cluster).map(drop)),
        ("trend", Right::See, console.trend(actor).await.map(drop)),
        ("cluster_trend", Right::See, cluster_trend.map(drop)),
        ("assignment", Right::See, assignment.map(drop)),
        ("rebalances", Right::See, rebalances.map(drop)),
        ("topology", Right::See, topology.map(drop)),
        ("completions", Right::See, console.completions(actor, "").map(drop)),
        ("workers", Right::See, console.workers(actor).map(drop)),
        ("plugins", Right::See, console.plugins(actor).map(drop)),
        ("connectors", Right::See, connectors.map(drop)),
        ("connector", Right::See, console.connector(actor, &id).map(drop)),
        ("partitions", Right::See, console.partitions(actor, &id).await.map(drop)),
        ("moment", Right::See, console.moment(actor).map(drop)),
        ("events", Right::See, events.map(drop)),
        ("timeline", Right::See, timeline.map(drop)),
        ("lately", Right::See, console.lately(actor, 10).await.map(drop)),
        ("config_changes", Right::SeeConfig, changes.map(drop)),
        ("definitions", Right::SeeConfig, definitions.map(drop)),
        ("documentation", Right::SeeConfig, documentation.map(drop)),
        ("teams", Right::See, console.teams(actor).map(drop)),
        ("overview", Right::See, console.overview(actor).map(drop)),
        ("faults", Right::See, console.faults(actor).map(drop)),
        ("system", Right::See, system.map(drop)),
        ("may_change_log", Right::Administer, console.may_change_log(actor)),
        ("audit_log_change", Right::Administer, log),
    ]
}

fn process(console: &Console) -> Process {
    Process {
        version: "1",
        holder: "one".into(),
        started_at: console.now(),
        config_loaded_at: console.now(),
        config_refused: None,
        config_at_next_start: Vec::new(),
        log: LogLevel {
            filter: "info".into(),
            until: None,
            by: None,
        },
        streams: 0,
        streams_most: 1,
    }
}

fn stage() -> Stage {
    let made = Made {
        name: "one".into(),
        team: None,
        health: "healthy",
        since: "2026-01-01T00:00:00Z".into(),
    };
    Stage::new(&[("orders", vec![made])])
}

#[tokio::test]
async fn every_question_without_its_right_is_denied_and_says_which_is_missing() {
    let stage = stage();
    for rights in [
        BTreeSet::new(),
        BTreeSet::from([Right::See]),
        BTreeSet::from([Right::SeeConfig]),
        Right::ALL.into_iter().filter(|right| *right != Right::See).collect(),
        Right::ALL
            .into_iter()
            .filter(|right| *right != Right::SeeConfig)
            .collect(),
        Right::ALL.into_iter().collect(),
    ] {
        for (question, needed, answer) in all(&stage.console, &actor(rights.clone())).await {
            match answer {
                Err(Error::Denied(right)) => {
                    assert!(!rights.contains(&needed), "{question} is denied to {rights:?}");
                    assert_eq!(right, needed, "{question}");
                }
                // Without a database some have no answer for anybody.
                Ok(()) | Err(Error::Unavailable(_)) => {
                    assert!(rights.contains(&needed), "{question} is answered to {rights:?}");
                }
                Err(error) => panic!("{question}: {error}"),
            }
        }
    }
}

#[test]
fn config_and_traces_are_withheld_from_who_may_only_see() {
    let stage = stage();
    let id = ConnectorId {
        cluster: "orders".into(),
        name: "one".into(),
    };
    for (rights, open) in [(vec![Right::See], false), (vec![Right::See, Right::SeeConfig], true)] {
        let detail = stage.console.connector(&actor(rights), &id).unwrap();
        assert_eq!(detail.withheld, !open);
        assert_eq!(detail.config.is_some(), open);
        assert_eq!(detail.instance.unwrap().trace.is_some(), open);
        assert_eq!(detail.item.tasks[0].trace.is_some(), open);
    }
}

/// Every `pub fn` and `pub async fn` with `self`, or with an actor, in the crate's source: name and whether it takes an
/// actor.
fn public(dir: &Path, found: &mut Vec<(String, bool)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            public(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        // Of the console itself: read models have their own functions, which ask nothing.
        for block in text.split("\nimpl Console {").skip(1) {
            let block = block.split("\n}").next().unwrap();
            for signature in block.split("\n    pub ").skip(1) {
                let head = signature.split('{').next().unwrap();
                let name = head.split("fn ").nth(1).unwrap().split(['(', '<']).next().unwrap();
                found.push((name.to_owned(), head.contains("&Actor")));
            }
        }
    }
}

#[tokio::test]
async fn the_walk_above_leaves_no_question_out() {
    let mut found = Vec::new();
    public(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let asking = found.iter().filter(|(_, asks)| *asks);
    let asking: BTreeSet<&str> = asking.map(|(name, _)| name.as_str()).collect();
    let stage = stage();
    let walked = all(&stage.console, &actor([])).await;
    let walked: BTreeSet<&str> = walked.iter().map(|(name, ..)| *name).collect();
    assert_eq!(walked, asking);
    for (name, asks) in &found {
        assert!(
            *asks || OPEN.contains(&name.as_str()),
            "Console::{name} takes no actor, so that nobody's right to ask it is looked at"
        );
    }
    // No other file may open a second way to questions.
    let mentions = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let actors = mentions.matches("actor: &Actor").count();
    assert_eq!(actors, asking.len() + 1, "each question once, and `require`");
}

fn sources(dir: &Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => all.push_str(&sources(&path)),
            false => all.push_str(&std::fs::read_to_string(&path).unwrap()),
        }
    }
    all
}
