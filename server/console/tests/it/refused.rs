//! A cluster that is refused, because it is configured twice: no question counts it a second time, and each says so.

use std::sync::Arc;

use console::{ConnectorQuery, Error};
use model::actor::Right;
use model::facts::WorkerFacts;
use model::names::ConnectorId;
use serde_json::json;
use view::Query;

use crate::stage::{Made, Stage, actor};

/// `orders`, and `again`, which was seen to be well before it was found to be the same.
fn stage() -> Stage {
    let made = || Made {
        name: "lines".into(),
        team: None,
        health: "failed",
        since: "2026-01-01T00:00:01Z".into(),
    };
    let stage = Stage::new(&[("orders", vec![made()]), ("again", vec![made()])]);
    for name in ["orders", "again"] {
        stage.turn(name, |cluster| {
            let worker = json!({
                "id": "w:8083", "alive": "yes", "since": "2026-01-01T00:00:00Z", "evidence": "its address answers",
                "first_seen": "2026-01-01T00:00:00Z",
                "plugins": [{ "class": "org.example.Sink", "kind": "sink", "version": "1" }],
            });
            let worker: WorkerFacts = serde_json::from_value(worker).unwrap();
            cluster.workers = [Arc::new(worker)].into();
            let about = Arc::make_mut(&mut cluster.about);
            about.reachable = true;
            about.same_as = (name == "again").then(|| "orders".into());
        });
    }
    stage
}

#[test]
fn nothing_of_a_refused_cluster_is_counted_twice_and_why_is_told() {
    let (stage, reader) = (stage(), actor([Right::See]));
    let console = &stage.console;
    let clusters = console.clusters(&reader).unwrap();
    let [again, orders] = clusters.as_slice() else {
        panic!("{clusters:?}")
    };
    assert!(orders.reachable && orders.workers.len() == 1 && orders.totals.all() == 1);
    assert!(!again.reachable && again.workers.is_empty() && again.totals.all() == 0);
    let why = &again.gap.as_ref().unwrap().text;
    assert!(
        why.contains("the same Connect cluster as orders") && why.contains("remove one"),
        "{why}"
    );
    assert_eq!(console.workers(&reader).unwrap().len(), 1);
    assert_eq!(console.plugins(&reader).unwrap().len(), 1);
    let page = console
        .connectors(&reader, &ConnectorQuery::of(Query::default()))
        .unwrap();
    assert_eq!((page.matching, page.items.len()), (1, 1));

    let id = ConnectorId {
        cluster: "again".into(),
        name: "lines".into(),
    };
    match console.connector(&reader, &id) {
        Err(Error::NotFound(why)) => assert!(why.contains("look at \"lines\" of orders"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_metrics_of_a_refused_cluster_are_that_it_is_refused() {
    let text = stage().console.metrics();
    let of_again: Vec<&str> = text.lines().filter(|line| line.contains("cluster=\"again\"")).collect();
    let told = [
        "signalbox_cluster_reachable{cluster=\"again\"} 0",
        "signalbox_cluster_refused{cluster=\"again\",same_as=\"orders\"} 1",
    ];
    assert_eq!(of_again, told);
    for line in [
        "signalbox_cluster_reachable{cluster=\"orders\"} 1",
        "signalbox_cluster_workers{cluster=\"orders\",alive=\"yes\"} 1",
        "signalbox_connector_healthy{cluster=\"orders\",connector=\"lines\"} 0",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
}
