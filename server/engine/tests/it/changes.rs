//! A state changes: view, event and history tell it, with the time at which it was.

use std::time::Duration;

use chrono::Utc;
use model::record::{Changed, Entry};
use model::state::State;
use model::transition::Change;
use model::verdict::Health;
use testkit::fake::{FakeCluster, FakeConnector, Version, traces};

use crate::database::Database;
use crate::harness::{PATIENCE, Rig, cluster, spec};

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_fails_and_is_restarted_is_told_and_recorded() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 2));
    let mut rig = Rig::watching(&database, &fake).await;
    rig.until_health("invoices", Health::Healthy).await;
    rig.looks(2).await;
    while rig.events.try_recv().is_ok() {}

    let failed_at = Utc::now();
    fake.set_state("invoices", Some(1), "FAILED", Some(traces::BAD_PASSWORD));
    let degraded = rig.until_health("invoices", Health::Degraded).await;
    let known_at = Utc::now();
    assert!(
        (known_at - failed_at).num_milliseconds() < 4_000,
        "told within {}",
        known_at - failed_at
    );
    let since = degraded.verdict().since;
    assert!(
        failed_at - chrono::TimeDelta::seconds(1) < since && since <= known_at,
        "since {since}"
    );
    let event = loop {
        let event = tokio::time::timeout(PATIENCE, rig.events.recv())
            .await
            .expect("an event")
            .unwrap();
        if event.changed == Changed::Verdict {
            break event;
        }
    };
    assert_eq!(event.connector.as_ref().unwrap().as_str(), "invoices");
    assert_eq!(event.health, Some(Health::Degraded));
    let fault = degraded
        .fault
        .clone()
        .expect("an unhealthy connector belongs to a fault");
    assert_eq!(fault.opened_at, since);

    let history = rig.history(Some("invoices")).await;
    let state = history.iter().find_map(|item| match &item.entry {
        Entry::Transition(transition) => match &transition.change {
            Change::State { from, to, .. } => Some((transition.at, from.clone(), to.clone())),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(state, Some((since, Some(State::Running), State::Failed)));
    assert_eq!(rig.verdicts("invoices").await, [Health::Healthy, Health::Degraded]);
    assert_eq!(
        rig.kinds(Some("invoices"))
            .await
            .iter()
            .filter(|kind| **kind == "fault_opened")
            .count(),
        1
    );

    fake.set_state("invoices", Some(1), "RUNNING", None);
    let healthy = rig.until_health("invoices", Health::Healthy).await;
    assert!(healthy.verdict().since > since);
    assert!(healthy.fault.is_none());
    assert!(rig.fleet().clusters["orders"].faults.is_empty());
    let ended = rig
        .history(Some("invoices"))
        .await
        .into_iter()
        .find_map(|item| match item.entry {
            Entry::FaultEnded(fault) => Some(fault),
            _ => None,
        });
    assert_eq!(ended.expect("the fault ended").id, fault.id);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_server_shows_everything_at_once_and_repeats_nothing() {
    let database = Database::new().await;
    let mut fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    fake.put(FakeConnector::source("lines", 1));
    fake.set_state("invoices", Some(0), "FAILED", Some(traces::BAD_RECORD));
    let rig = Rig::watching(&database, &fake).await;
    let before = rig.until_health("invoices", Health::Failed).await;
    rig.looks(4).await;
    let fresh = rig.fleet().clusters["orders"].fresh.rest;
    let kinds = rig.kinds(None).await;
    rig.stop().await;

    // Nobody answers now: what the view shows comes from the record.
    fake.kill(0);
    let rig = Rig::start(&database, spec(vec![cluster("orders", &fake.urls())])).await;
    let orders = rig
        .within(Duration::from_secs(5), "the recorded view", |fleet| {
            fleet.clusters.get("orders").cloned()
        })
        .await;
    // It is said once the view is in place.
    rig.engine.loaded.clone().wait_for(|loaded| *loaded).await.unwrap();
    assert_eq!(orders.connectors.len(), 2);
    assert!(orders.fresh.rest >= fresh && orders.fresh.as_of().is_some());
    assert_eq!(orders.connectors["invoices"].verdict(), before.verdict());
    assert_eq!(orders.connectors["invoices"].fault, before.fault);

    fake.revive(0).unwrap();
    rig.until_cluster("a new look", |orders| {
        orders.fresh.rest > fresh && orders.about.gap.is_none()
    })
    .await;
    rig.looks(3).await;
    let after = rig.fleet().clusters["orders"].connectors["invoices"].clone();
    assert_eq!(after.verdict().since, before.verdict().since);
    assert_eq!(after.verdict().health, Health::Failed);
    let again: Vec<_> = rig.kinds(None).await;
    let told = |kinds: &[&str], kind: &str| kinds.iter().filter(|told| **told == kind).count();
    for kind in [
        "verdict",
        "state",
        "config",
        "connector_appeared",
        "fault_opened",
        "fault_ended",
        "worker_came",
    ] {
        assert_eq!(told(&again, kind), told(&kinds, kind), "{kind}: {again:?}");
    }
    rig.stop().await;
}
