//! Workers that hang, refuse, lie or are none: a gap is told, the rows stay, and the return is noticed.

use std::time::Duration;

use model::observe::GapKind;
use model::verdict::Health;
use testkit::fake::{Behaviour, FakeCluster, FakeConnector, Version, traces};

use crate::database::Database;
use crate::harness::{Rig, cluster, spec, until};

fn two_workers() -> FakeCluster {
    let fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    fake.put(FakeConnector::sink("invoices", 2).spread(2));
    fake
}

/// Waits until worker 0 is whom the list comes from.
async fn listed_by(fake: &FakeCluster, worker: usize) {
    let lists = |worker: usize| {
        fake.requests(worker)
            .iter()
            .filter(|request| request.contains("expand="))
            .count()
    };
    let before = lists(worker);
    until("another list", async || (lists(worker) > before + 1).then_some(())).await;
}

async fn a_hung_worker_is_passed_over_for_a_configured_one() {
    let database = Database::new().await;
    let fake = two_workers();
    let rig = Rig::watching(&database, &fake).await;
    listed_by(&fake, 0).await;
    fake.behave(0, Behaviour::Hang);
    fake.set_state("invoices", Some(1), "FAILED", Some(traces::BARE));
    let before = std::time::Instant::now();
    rig.until_health("invoices", Health::Degraded).await;
    assert!(before.elapsed() < Duration::from_secs(5), "{:?}", before.elapsed());
    assert!(rig.fleet().clusters["orders"].about.reachable);
    // From now on the other one is asked first: looks are as quick as before.
    let before = std::time::Instant::now();
    rig.looks(4).await;
    assert!(before.elapsed() < Duration::from_secs(6), "{:?}", before.elapsed());
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusing_worker_is_passed_over_for_a_discovered_one() {
    let database = Database::new().await;
    let mut fake = two_workers();
    let rig = Rig::start(&database, spec(vec![cluster("orders", &[fake.url(0)])])).await;
    let other = fake.worker_id(1);
    rig.until_cluster("the other worker", |orders| {
        orders
            .workers
            .iter()
            .any(|worker| worker.id.as_str() == other && worker.ever_answered)
    })
    .await;
    fake.kill(0);
    fake.set_state("invoices", Some(1), "FAILED", Some(traces::BARE));
    rig.until_health("invoices", Health::Degraded).await;
    assert!(rig.fleet().clusters["orders"].about.reachable);
    rig.stop().await;
}

/// What the view says while all workers misbehave, and that nothing is lost by it.
async fn misbehaving(rig: &Rig, fake: &FakeCluster, behaviour: Behaviour, kind: GapKind, reachable: bool) {
    let rows = rig.fleet().clusters["orders"].connectors.len();
    let before = rig.fleet().clusters["orders"].connectors["invoices"].verdict().clone();
    fake.behave(0, behaviour.clone());
    let orders = rig
        .until_cluster(&format!("a gap for {behaviour:.80?}"), |orders| {
            orders.about.gap.as_ref().is_some_and(|gap| gap.kind == kind) && orders.about.reachable == reachable
        })
        .await;
    assert_eq!(orders.connectors.len(), rows);
    assert_eq!(orders.connectors["invoices"].verdict(), &before);
    assert!(orders.connectors.values().all(|connector| connector.live()));
    fake.behave(0, Behaviour::Normal);
    rig.until_cluster("the return", |orders| {
        orders.about.reachable && orders.about.gap.is_none()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_none_leave_the_rows_and_tell_the_gap() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 2));
    fake.put(FakeConnector::source("lines", 1));
    let rig = Rig::watching(&database, &fake).await;
    rig.until_health("invoices", Health::Healthy).await;
    rig.looks(3).await;

    misbehaving(&rig, &fake, Behaviour::html(), GapKind::NotConnect, false).await;
    misbehaving(&rig, &fake, Behaviour::Half, GapKind::Unreadable, false).await;
    misbehaving(&rig, &fake, Behaviour::Conflict, GapKind::Busy, true).await;
    misbehaving(&rig, &fake, Behaviour::RebalanceExpected, GapKind::Busy, true).await;
    misbehaving(&rig, &fake, Behaviour::TimedOut, GapKind::Busy, true).await;
    misbehaving(&rig, &fake, Behaviour::Unauthorized, GapKind::Denied, false).await;
    misbehaving(&rig, &fake, Behaviour::Booting, GapKind::Starting, true).await;
    let elsewhere = Behaviour::Redirect("http://192.0.2.1/connectors".into());
    misbehaving(&rig, &fake, elsewhere, GapKind::NotConnect, false).await;
    let oversize = Behaviour::Other(200, "application/json", " ".repeat((64 << 20) + 1));
    misbehaving(&rig, &fake, oversize, GapKind::Unreadable, false).await;

    let kinds = rig.kinds(None).await;
    let told = |kind: &str| kinds.iter().filter(|told| **told == kind).count();
    assert_eq!(told("unreachable"), 5, "{kinds:?}");
    assert_eq!(told("reachable"), 5, "{kinds:?}");
    assert_eq!(told("connector_deleted"), 0);
    assert_eq!(rig.verdicts("invoices").await, [Health::Healthy]);
    rig.stop().await;
}

async fn a_worker_that_never_answers_is_given_up_after_its_deadline_and_found_again() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    let rig = Rig::watching(&database, &fake).await;
    fake.behave(0, Behaviour::Hang);
    let before = std::time::Instant::now();
    let orders = rig
        .until_cluster("the deadline", |orders| {
            orders.about.gap.is_some() && !orders.about.reachable
        })
        .await;
    assert_eq!(orders.about.gap.as_ref().unwrap().kind, GapKind::TimedOut);
    // 10 s for an answer; a machine under load may not even connect within the 3 s for that.
    assert!(before.elapsed() >= Duration::from_secs(3), "{:?}", before.elapsed());
    assert_eq!(orders.connectors.len(), 1);
    fake.behave(0, Behaviour::Normal);
    rig.until_cluster("the return", |orders| {
        orders.about.reachable && orders.about.gap.is_none()
    })
    .await;
    rig.stop().await;
}

async fn a_silent_cluster_is_unknown_after_the_stale_limit_as_one_fault() {
    let database = Database::new().await;
    let mut fake = two_workers();
    fake.put(FakeConnector::source("lines", 1));
    let mut spec = spec(vec![cluster("orders", &fake.urls())]);
    spec.settings.stale_after = chrono::TimeDelta::seconds(2);
    let rig = Rig::start(&database, spec).await;
    rig.until_health("lines", Health::Healthy).await;
    rig.until_health("invoices", Health::Healthy).await;
    fake.kill(0);
    fake.kill(1);
    rig.until_health("lines", Health::Unknown).await;
    let orders = rig
        .until_cluster("one fault", |orders| {
            orders
                .connectors
                .values()
                .all(|connector| connector.verdict().health == Health::Unknown)
                && orders.faults.iter().any(|fault| fault.members.len() == 2)
        })
        .await;
    assert_eq!(orders.faults.len(), 1, "{:#?}", orders.faults);
    fake.revive(0).unwrap();
    fake.revive(1).unwrap();
    rig.until_health("lines", Health::Healthy).await;
    rig.until_cluster("no fault", |orders| orders.faults.is_empty()).await;
    rig.stop().await;
}

async fn a_dead_worker_is_proven_by_probes_and_leaves_its_connectors_unassigned() {
    let database = Database::new().await;
    let mut fake = two_workers();
    let rig = Rig::watching(&database, &fake).await;
    let other = fake.worker_id(1);
    rig.until_cluster("both workers", |orders| {
        orders.workers.len() == 2 && orders.workers.iter().all(|worker| worker.ever_answered)
    })
    .await;
    fake.kill(1);
    let connector = rig.until_health("invoices", Health::Unassigned).await;
    assert!(!connector.verdict().reasons.is_empty());
    let orders = rig.fleet().clusters["orders"].clone();
    let dead = orders
        .workers
        .iter()
        .find(|worker| worker.id.as_str() == other)
        .unwrap();
    assert_eq!(dead.alive.as_bool(), Some(false));
    assert!(rig.kinds(None).await.contains(&"worker_left"));
    fake.reassign(1, 0);
    rig.until_health("invoices", Health::Healthy).await;
    rig.stop().await;
}

/// Side by side, since all of them are about waiting.
#[tokio::test(flavor = "multi_thread")]
async fn silence_is_told_apart_and_its_end_is_noticed() {
    tokio::join!(
        a_worker_that_never_answers_is_given_up_after_its_deadline_and_found_again(),
        a_dead_worker_is_proven_by_probes_and_leaves_its_connectors_unassigned(),
        a_hung_worker_is_passed_over_for_a_configured_one(),
        a_silent_cluster_is_unknown_after_the_stale_limit_as_one_fault(),
    );
}
