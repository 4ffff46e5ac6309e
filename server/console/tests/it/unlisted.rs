//! A cluster whose workers live and cannot be asked: the fault is a cause for every question, and the verdicts stand.

use std::sync::Arc;

use chrono::TimeDelta;
use console::ConnectorQuery;
use model::actor::Right;
use model::cause::Cause;
use model::facts::Freshness;
use model::fault::Fault;
use model::names::ConnectorId;
use model::verdict::Health;
use serde_json::json;
use view::Query;

use crate::stage::{Made, Stage, actor};

#[test]
fn the_verdicts_stand_and_every_question_says_on_what() {
    let made = |name: &str, health| Made {
        name: name.into(),
        team: None,
        health,
        since: "2026-01-01T00:00:01Z".into(),
    };
    let stage = Stage::new(&[("orders", vec![made("a", "healthy"), made("b", "paused")])]);
    let reader = actor([Right::See]);
    let id = |name: &str| ConnectorId {
        cluster: "orders".into(),
        name: name.into(),
    };
    let one = |name: &str| stage.console.connector(&reader, &id(name)).unwrap();
    assert_eq!(one("a").unlisted, None);
    let now = stage.console.now();
    let listed = now - TimeDelta::minutes(5);
    stage.turn("orders", |cluster| {
        cluster.fresh = Freshness {
            rest: Some(listed),
            answered: Some(listed),
            group: Some(now),
            tried: Some(now),
            ..Freshness::default()
        };
        let fault = json!({
            "id": "f", "cluster": "orders", "scope": { "kind": "cluster" }, "domain": "infrastructure", "class": "network",
            "confidence": 0.9, "reasons": [], "members": [], "opened_at": listed, "unlisted_since": listed,
            "root_cause": "No worker of orders answers at its REST address since 00:00:01 UTC (refused), though it lives",
            "cause": { "kind": "unlisted", "of": { "lives": true, "listed": true } },
        });
        cluster.put_faults(vec![Arc::new(serde_json::from_value(fault).unwrap())]);
    });
    for (name, health) in [("a", Health::Healthy), ("b", Health::Paused)] {
        let detail = one(name);
        assert_eq!((detail.item.health, detail.item.stale), (health, true), "{name}");
        assert!(detail.item.fault.is_none(), "it is no member");
        assert_eq!(detail.unlisted.unwrap().id.as_ref(), "f");
    }
    let overview = stage.console.overview(&reader).unwrap();
    assert_eq!((overview.faults.len(), overview.standing), (1, 2));
    let [item] = &overview.faults[..] else { panic!() };
    assert_eq!(item.worst, Health::Unknown, "nothing is painted green");
    assert_eq!(
        item.title,
        "Cluster orders lives and cannot be asked: its verdicts stand as last listed"
    );
    // A title says no more than is known.
    for (listed, title) in [
        (false, "Cluster orders cannot be asked: what it runs was never listed"),
        (
            true,
            "Cluster orders cannot be asked: its verdicts stand as last listed",
        ),
    ] {
        let mut other = Fault::clone(&overview.faults[0].fault);
        other.cause = Some(Cause::Unlisted { lives: false, listed });
        stage.turn("orders", |cluster| cluster.put_faults(vec![Arc::new(other.clone())]));
        assert_eq!(stage.console.faults(&reader).unwrap()[0].title, title);
    }
    stage.turn("orders", |cluster| {
        cluster.put_faults(vec![overview.faults[0].fault.clone()])
    });
    // While nobody looks, what is past is told as past.
    let looked = |at| {
        stage.turn("orders", |cluster| {
            (cluster.fresh.tried, cluster.fresh.group) = (Some(at), Some(at))
        })
    };
    looked(listed);
    let title = &stage.console.faults(&reader).unwrap()[0].title;
    assert_eq!(
        *title,
        "When somebody looked last: Cluster orders lives and cannot be asked: its verdicts stand as last listed"
    );
    looked(now);
    // What is said of the whole cluster in another way has its name in it too.
    let lost = "all workers of the cluster were lost, the last one at 00:00:01 UTC";
    stage.turn("orders", |cluster| {
        let mut other = (*cluster.faults[0]).clone();
        (other.id, other.root_cause, other.unlisted_since) = ("l".into(), lost.into(), None);
        other.cause = Some(Cause::AllLost);
        cluster.put_faults(vec![cluster.faults[0].clone(), Arc::new(other)]);
    });
    let titles = stage.console.faults(&reader).unwrap();
    let title = titles.iter().find(|item| &*item.fault.id == "l").unwrap();
    assert_eq!(
        title.title,
        "All workers of cluster orders were lost, the last one at 00:00:01 UTC"
    );
    stage.turn("orders", |cluster| cluster.put_faults(vec![cluster.faults[0].clone()]));
    let page = stage.console.connectors(&reader, &ConnectorQuery::of(Query::default()));
    assert_eq!(page.unwrap().causes, 1);
    assert_eq!(stage.console.faults(&reader).unwrap().len(), 1);
    assert_eq!(
        stage.console.cluster(&reader, &"orders".into()).unwrap().faults.len(),
        1
    );
    let open = "signalbox_faults_open{cluster=\"orders\",domain=\"infrastructure\",class=\"network\"} 1";
    assert!(stage.console.metrics().contains(open), "{}", stage.console.metrics());
}
