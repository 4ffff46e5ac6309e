//! What is said of a cluster of which nothing is heard.

use std::sync::Arc;

use chrono::TimeDelta;
use model::actor::Right;
use model::facts::{ConnectorFacts, Freshness, GroupFacts};
use model::fault::Fault;
use model::names::ConnectorId;
use model::record::ConnectorRecord;
use model::verdict::Health;
use serde_json::json;

use crate::stage::{Made, Stage, actor};

fn stage() -> Stage {
    let made = |name: &str, health, since: &str| Made {
        name: name.into(),
        team: None,
        health,
        since: format!("2026-01-01T00:00:{since}Z"),
    };
    Stage::new(&[(
        "orders",
        vec![
            made("a", "failed", "01"),
            made("b", "healthy", "09"),
            made("c", "paused", "10"),
        ],
    )])
}

fn id(name: &str) -> ConnectorId {
    ConnectorId {
        cluster: "orders".into(),
        name: name.into(),
    }
}

#[test]
fn a_rebalance_delay_is_told_until_it_has_run_out() {
    let (stage, reader) = (stage(), actor([Right::See]));
    let now = stage.console.now();
    let until = |delay: TimeDelta, empty: bool| {
        stage.turn("orders", |cluster| {
            Arc::make_mut(&mut cluster.about).group = Some(GroupFacts {
                group_id: "connect-orders".into(),
                state: "Stable".into(),
                leader: None,
                members: Default::default(),
                empty_since: empty.then_some(now),
                inhabited: true,
                members_since: None,
                delay_until: Some(now + delay),
                rebalances: 1,
            });
        });
        let detail = stage.console.cluster(&reader, &"orders".into()).unwrap();
        detail.group.unwrap().delay_until
    };
    let (later, over) = (TimeDelta::seconds(9), TimeDelta::seconds(-1));
    assert_eq!(until(later, false), Some(now + later));
    assert_eq!(until(over, false), None);
    assert_eq!(until(later, true), None, "nobody is there to hold it back");
}

#[test]
fn while_nobody_looks_all_is_unknown_since_one_moment() {
    let (stage, reader) = (stage(), actor([Right::See]));
    let heard = stage.console.now() - TimeDelta::minutes(5);
    stage.turn("orders", |cluster| {
        cluster.fresh = Freshness {
            rest: Some(heard),
            answered: Some(heard),
            tried: Some(heard),
            ..Freshness::default()
        };
    });
    for name in ["a", "b", "c"] {
        let item = stage.console.connector(&reader, &id(name)).unwrap().item;
        assert_eq!(item.health, Health::Unknown, "{name}");
        assert_eq!(item.since, heard + stage.console.stale_after(), "{name}");
    }
}

#[test]
fn its_own_fault_is_told_while_it_belongs_to_that_of_its_cluster() {
    let (stage, reader) = (stage(), actor([Right::See]));
    let at = stage.console.now() - TimeDelta::minutes(5);
    let fault = |id: &str, scope, members: &[&str], unheard: bool| -> Arc<Fault> {
        let fault = json!({
            "id": id, "cluster": "orders", "scope": scope, "domain": "connector", "class": "data", "confidence": 0.9,
            "root_cause": "why", "reasons": [], "members": members, "opened_at": at,
            "unheard_since": unheard.then_some(at),
        });
        Arc::new(serde_json::from_value(fault).unwrap())
    };
    stage.turn("orders", |cluster| {
        cluster.put_faults(vec![
            fault("own", json!({"kind": "connector", "name": "a"}), &["a"], true),
            fault("all", json!({"kind": "cluster"}), &["a", "b", "c"], false),
        ]);
    });
    let of = |name: &str| stage.console.connector(&reader, &id(name)).unwrap();
    let told = |name: &str| {
        let detail = of(name);
        let id = |fault: Option<Arc<Fault>>| fault.map(|fault| fault.id.to_string());
        (id(detail.item.fault), id(detail.unheard))
    };
    assert_eq!(told("a"), (Some("all".to_owned()), Some("own".to_owned())));
    assert_eq!(told("b"), (Some("all".to_owned()), None));
    // What was deleted waits for nobody to hear of it again.
    stage.turn("orders", |cluster| {
        let known = &cluster.connectors["a"];
        let facts = ConnectorFacts {
            deleted_at: Some(at),
            ..known.facts().clone()
        };
        let record = ConnectorRecord {
            facts: Arc::new(facts),
            verdict: Arc::new(known.verdict().clone()),
            owner: None,
        };
        cluster.put_connectors(vec![record], 9);
    });
    assert_eq!(told("a").1, None);
}
