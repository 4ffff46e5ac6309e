//! A cluster that went out of sight while nobody recorded it is a cause of its own, for every question alike.

use std::sync::Arc;

use chrono::TimeDelta;
use console::ConnectorQuery;
use model::Timestamp;
use model::actor::Right;
use model::facts::Freshness;
use model::fault::Fault;
use model::names::ConnectorId;
use model::observe::{Gap, GapKind};
use model::record::ClusterRecord;
use serde_json::json;
use view::Query;

use crate::stage::{Made, Stage, actor};

/// What is asked of a fleet of this cluster and one that is looked at: whether it is out of sight, open faults, and causes.
fn told(make: impl FnOnce(&mut ClusterRecord, &dyn Fn(i64) -> Option<Timestamp>)) -> (bool, usize, usize) {
    let stage = Stage::new(&[]);
    let now = stage.console.now();
    let mut record = ClusterRecord::empty(&"orders".into());
    make(&mut record, &|seconds| Some(now - TimeDelta::seconds(seconds)));
    stage.put(record);
    let mut fine = ClusterRecord::empty(&"well".into());
    fine.fresh = heard(Some(now), Some(now));
    stage.put(fine);
    let actor = actor([Right::See]);
    let clusters = stage.console.clusters(&actor).unwrap();
    let overview = stage.console.overview(&actor).unwrap();
    assert_eq!(overview.clusters[0].out_of_sight, clusters[0].out_of_sight);
    let faults = stage.console.faults(&actor).unwrap().len();
    assert_eq!(overview.faults.len() + overview.more_faults, faults);
    let page = stage.console.connectors(&actor, &ConnectorQuery::of(Query::default()));
    (clusters[0].out_of_sight, faults, page.unwrap().causes)
}

fn heard(at: Option<Timestamp>, tried: Option<Timestamp>) -> Freshness {
    Freshness {
        rest: at,
        answered: at,
        group: at,
        tried,
        ..Freshness::default()
    }
}

fn fault(scope: serde_json::Value) -> Arc<Fault> {
    let fault = json!({
        "id": "f", "cluster": "orders", "scope": scope, "domain": "infrastructure", "class": "network",
        "confidence": 0.9, "root_cause": "nobody answers", "reasons": [], "members": ["invoices"],
        "opened_at": "2026-01-01T00:00:00Z",
    });
    Arc::new(serde_json::from_value(fault).unwrap())
}

#[test]
fn a_cluster_that_nobody_looks_at_any_more_is_a_cause_of_its_own() {
    // The stale limit is 30 s.
    assert_eq!(told(|one, ago| one.fresh = heard(ago(5), ago(5))), (false, 0, 0));
    assert_eq!(told(|one, ago| one.fresh = heard(ago(31), ago(31))), (true, 0, 1));
    // A connector's fault says nothing of its cluster, and is counted beside it.
    let own = told(|one, ago| {
        one.fresh = heard(ago(31), ago(31));
        one.faults = vec![fault(json!({ "kind": "connector", "name": "invoices" }))];
    });
    assert_eq!(own, (true, 1, 2));
}

#[test]
fn where_nobody_looks_at_any_cluster_that_is_the_one_cause() {
    let stage = Stage::new(&[]);
    let now = stage.console.now();
    for name in ["lines", "orders"] {
        let mut record = ClusterRecord::empty(&name.into());
        let before = Some(now - TimeDelta::seconds(31));
        record.fresh = heard(before, before);
        record.faults = vec![fault(json!({ "kind": "connector", "name": "invoices" }))];
        stage.put(record);
    }
    let page = stage
        .console
        .connectors(&actor([Right::See]), &ConnectorQuery::of(Query::default()));
    assert_eq!(page.unwrap().causes, 1);
}

#[test]
fn what_is_recorded_of_a_cluster_is_not_told_twice() {
    // Somebody still looks: what it finds is recorded, and becomes a fault that every interface knows.
    assert_eq!(told(|one, ago| one.fresh = heard(ago(31), ago(5))), (false, 0, 0));
    let known = told(|one, ago| {
        one.fresh = heard(ago(31), ago(31));
        one.faults = vec![fault(json!({ "kind": "cluster" }))];
    });
    assert_eq!(known, (false, 1, 1));
    // That its workers cannot be asked was found by somebody who looked, and says nothing of nobody looking since.
    let known = told(|one, ago| {
        one.fresh = heard(ago(31), ago(31));
        let mut unlisted = (*fault(json!({ "kind": "cluster" }))).clone();
        unlisted.unlisted_since = ago(90);
        one.faults = vec![Arc::new(unlisted)];
    });
    assert_eq!(known, (true, 1, 2));
}

#[test]
fn a_cluster_that_was_never_seen_or_is_another_ones_twin_went_nowhere() {
    assert_eq!(told(|one, ago| one.fresh = heard(None, ago(31))), (false, 0, 0));
    let twin = told(|one, ago| {
        one.fresh = heard(ago(31), ago(31));
        one.about.same_as = Some("lines".into());
    });
    assert_eq!(twin, (false, 0, 0));
}

#[test]
fn where_nobody_looks_nothing_tells_whether_a_worker_answers() {
    let stage = Stage::new(&[]);
    let now = stage.console.now();
    let ago = |seconds| Some(now - TimeDelta::seconds(seconds));
    let actor = actor([Right::See]);
    let metric = |stage: &Stage| {
        let text = stage.console.metrics();
        let line = text
            .lines()
            .find(|line| line.starts_with("signalbox_cluster_reachable{"));
        line.map(str::to_owned)
    };
    for (tried, looked) in [(5, true), (31, false)] {
        let mut record = ClusterRecord::empty(&"orders".into());
        (record.about.reachable, record.about.reachable_since) = (true, ago(86_400));
        record.fresh = heard(ago(tried), ago(tried));
        stage.put(record);
        let item = stage.console.clusters(&actor).unwrap().remove(0);
        assert_eq!(
            (item.looked, item.reachable, item.unlooked()),
            (looked, looked, !looked)
        );
        let since = if looked { ago(86_400) } else { ago(tried) };
        assert_eq!(
            item.reachable_since, since,
            "nobody says that it has not answered for a day"
        );
        let told = looked.then(|| "signalbox_cluster_reachable{cluster=\"orders\"} 1".to_owned());
        assert_eq!(metric(&stage), told);
    }
}

#[test]
fn a_series_calls_nobody_healthy_any_more_once_nobody_looks() {
    let made = Made {
        name: "invoices".into(),
        team: None,
        health: "healthy",
        since: "2026-01-01T00:00:01Z".into(),
    };
    let stage = Stage::new(&[("orders", vec![made])]);
    let healthy = || {
        let text = stage.console.metrics();
        let mut lines = text.lines();
        let line = lines.find_map(|line| line.strip_prefix("signalbox_connector_healthy{"));
        line.map(str::to_owned)
    };
    let labels = "cluster=\"orders\",connector=\"invoices\"}";
    assert_eq!(healthy(), Some(format!("{labels} 1")));
    // Of the connector nothing changes, only the time.
    stage.clock.advance(TimeDelta::seconds(31));
    assert_eq!(healthy(), Some(format!("{labels} 0")));
}

#[test]
fn workers_that_answer_that_they_are_busy_answer_whatever_was_before() {
    let stage = Stage::new(&[]);
    let now = stage.console.now();
    let actor = actor([Right::See]);
    let before = Some(now - TimeDelta::seconds(90));
    for (kind, reachable, since) in [
        (GapKind::Busy, true, None),
        (GapKind::Starting, true, None),
        (GapKind::TimedOut, false, before),
    ] {
        let mut record = ClusterRecord::empty(&"orders".into());
        (record.about.reachable, record.about.reachable_since) = (false, before);
        record.about.gap = Some(Gap {
            kind,
            text: "w:8083: why".into(),
        });
        record.fresh = heard(before, Some(now));
        stage.put(record);
        let item = stage.console.clusters(&actor).unwrap().remove(0);
        assert_eq!((item.reachable, item.reachable_since), (reachable, since), "{kind:?}");
    }
}

#[test]
fn who_was_seen_alive_is_not_known_to_live_while_nobody_looks() {
    let stage = Stage::new(&[]);
    let now = stage.console.now();
    let actor = actor([Right::See]);
    for (tried, alive, evidence) in [
        (5, Some(true), "it is a member"),
        (31, None, "when somebody looked last: it is a member"),
    ] {
        let mut record = ClusterRecord::empty(&"orders".into());
        let at = Some(now - TimeDelta::seconds(tried));
        record.fresh = heard(at, at);
        let worker =
            json!({ "id": "w:8083", "alive": "yes", "since": now, "evidence": "it is a member", "first_seen": now });
        record.workers = vec![Arc::new(serde_json::from_value(worker).unwrap())];
        stage.put(record);
        let workers = stage.console.workers(&actor).unwrap();
        assert_eq!((workers[0].alive.as_bool(), &*workers[0].evidence), (alive, evidence));
        let known = if alive.is_some() { "yes" } else { "unknown" };
        let line = format!("signalbox_cluster_workers{{cluster=\"orders\",alive=\"{known}\"}} 1");
        let told = stage.console.metrics();
        assert!(told.contains(&line), "{line}\n{told}");
    }
}

#[test]
fn what_needed_a_person_is_told_as_past_while_nobody_looks() {
    let actor = actor([Right::See]);
    for (tried, past) in [(5, false), (31, true)] {
        let stage = Stage::new(&[]);
        let at = Some(stage.console.now() - TimeDelta::seconds(tried));
        let mut record = ClusterRecord::empty(&"orders".into());
        record.fresh = heard(at, at);
        record.faults = vec![fault(json!({ "kind": "connector", "name": "invoices" }))];
        stage.put(record);
        let told = stage.console.faults(&actor).unwrap().remove(0);
        let title = told.title;
        assert_eq!(told.fault.unheard_since.is_some(), past, "programs are told so too");
        assert_eq!(
            title == "invoices needed a person when it was last heard",
            past,
            "{title}"
        );
    }
}

#[test]
fn whether_the_worker_of_a_task_lives_is_not_known_while_nobody_looks() {
    let made = Made {
        name: "invoices".into(),
        team: None,
        health: "failed",
        since: "2026-01-01T00:00:01Z".into(),
    };
    let stage = Stage::new(&[("orders", vec![made])]);
    let now = stage.console.now();
    let reader = actor([Right::See, Right::SeeConfig]);
    for (tried, alive) in [(5, Some(true)), (31, None)] {
        stage.turn("orders", |cluster| {
            let at = Some(now - TimeDelta::seconds(tried));
            cluster.fresh = heard(at, at);
            let worker = json!({
                "id": "w:8083", "alive": "yes", "since": now, "evidence": "it is a member", "first_seen": now,
            });
            cluster.workers = [Arc::new(serde_json::from_value(worker).unwrap())].into();
            cluster.put_faults(vec![fault(json!({ "kind": "connector", "name": "invoices" }))]);
        });
        let id = ConnectorId {
            cluster: "orders".into(),
            name: "invoices".into(),
        };
        let detail = stage.console.connector(&reader, &id).unwrap();
        assert_eq!(detail.item.tasks[0].worker_alive.as_bool(), alive);
        let unheard = detail.item.fault.as_ref().unwrap().unheard_since;
        assert_eq!(unheard.is_some(), alive.is_none(), "as the list of faults has it");
        assert_eq!(detail.instance.unwrap().worker_alive.as_bool(), alive);
    }
}

#[test]
fn a_configured_cluster_is_awaited_until_anything_is_recorded_of_it() {
    let stage = Stage::new(&[]);
    assert_eq!(stage.console.awaited(), 0);
    stage.configure(&["orders", "legacy"]);
    assert_eq!(stage.console.awaited(), 2);
    stage.put(ClusterRecord::empty(&"orders".into()));
    assert_eq!(stage.console.awaited(), 1);
    stage.put(ClusterRecord::empty(&"removed".into()));
    assert_eq!(stage.console.awaited(), 1, "what is configured counts");
}
