//! From nothing to a view, and a view that costs little to keep.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::verdict::Health;
use testkit::fake::{FakeCluster, FakeConnector, Version, traces};

use crate::database::Database;
use crate::harness::{INTERVAL, Rig, cluster, spec};

fn fleet_of_all_kinds(version: Version) -> FakeCluster {
    let fake = FakeCluster::start(version, 2).unwrap();
    for name in ["healthy", "degraded", "failed", "instance-failed", "paused", "stopped"] {
        fake.put(FakeConnector::source(name, 2).spread(2));
    }
    fake.put(FakeConnector::source("empty", 0));
    fake.set_state("degraded", Some(1), "FAILED", Some(traces::BAD_RECORD));
    for task in [0, 1] {
        fake.set_state("failed", Some(task), "FAILED", Some(traces::BAD_PASSWORD));
        fake.set_state("paused", Some(task), "PAUSED", None);
    }
    fake.set_state("instance-failed", None, "FAILED", Some(traces::MISSING_PLUGIN));
    fake.set_state("paused", None, "PAUSED", None);
    fake.set_state("stopped", None, "STOPPED", None);
    fake.edit("stopped", |connector| connector.tasks.clear());
    fake
}

const EXPECTED: [(&str, Health); 7] = [
    ("degraded", Health::Degraded),
    ("empty", Health::NoTasks),
    ("failed", Health::Failed),
    ("healthy", Health::Healthy),
    ("instance-failed", Health::Failed),
    ("paused", Health::Paused),
    ("stopped", Health::Stopped),
];

async fn all_right(version: Version) {
    let database = Database::new().await;
    let fake = fleet_of_all_kinds(version);
    let mut rig = Rig::start(&database, spec(Vec::new())).await;
    // What was recorded before the view was read first is in it, and no event.
    let mut loaded = rig.engine.loaded.clone();
    loaded.wait_for(|loaded| *loaded).await.unwrap();
    rig.spec
        .send_replace(Arc::new(spec(vec![cluster("orders", &fake.urls())])));
    for (name, health) in EXPECTED {
        rig.until_health(name, health).await;
    }
    assert!(*rig.engine.loaded.borrow());
    let orders = rig
        .until_cluster("versions of both workers", |orders| {
            orders.workers.len() == 2 && orders.workers.iter().all(|worker| worker.version.is_some())
        })
        .await;
    assert_eq!(orders.connectors.len(), EXPECTED.len());
    assert_eq!(orders.about.version.as_deref(), Some(version.number));
    assert_eq!(orders.faults.len(), 4, "{:#?}", orders.faults);

    let mut last = 0;
    let mut told = BTreeSet::new();
    while told.len() < EXPECTED.len() {
        let event = tokio::time::timeout(crate::harness::PATIENCE, rig.events.recv())
            .await
            .expect("every connector has an event")
            .unwrap();
        assert!(event.id > last, "numbers rise");
        last = event.id;
        assert!(rig.fleet().feed >= event.id, "the view has what an event tells");
        told.extend(event.connector.clone());
    }
    let head = rig.store.feed_head().await.unwrap();
    rig.until("the view has the whole feed", |fleet| {
        (fleet.feed >= head).then_some(())
    })
    .await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_verdicts_are_right_after_the_first_look_at_4_3() {
    all_right(Version::V4_3_1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_verdicts_are_right_after_the_first_look_at_2_8() {
    all_right(Version::V2_8_2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_change_costs_one_list_an_interval_and_no_number() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    fake.put(FakeConnector::source("one", 2).spread(2));
    fake.put(FakeConnector::sink("two", 1));
    let rig = Rig::watching(&database, &fake).await;
    rig.until_cluster("workers, versions and plugins", |orders| {
        let known = |worker: &model::facts::WorkerFacts| worker.version.is_some() && worker.plugins.is_some();
        orders.workers.len() == 2 && orders.workers.iter().all(|worker| known(worker))
    })
    .await;
    // Definitions are learnt and the list masked once more.
    rig.until("readable configs", |fleet| {
        let connectors = &fleet.clusters.get("orders")?.connectors;
        let file = |connector: &view::Connector| connector.facts().config.as_ref()?.config.text("file").map(|_| ());
        connectors
            .values()
            .all(|connector| file(connector).is_some())
            .then_some(())
    })
    .await;
    rig.looks(3).await;

    let before = rig.fleet();
    let asked = |what: &str| -> usize {
        let all = (0..2).flat_map(|worker| fake.requests(worker));
        all.filter(|request| request == what).count()
    };
    const EXPANDED: &str = "GET /connectors?expand=info&expand=status";
    const PLUGINS: &str = "GET /connector-plugins?connectorsOnly=false";
    let (lists, plain, plugins) = (asked(EXPANDED), asked("GET /connectors"), asked(PLUGINS));
    let began = std::time::Instant::now();
    rig.looks(4).await;
    let after = rig.fleet();
    assert_eq!(after.feed, before.feed, "nothing new has no number");
    assert_eq!(rig.store.feed_head().await.unwrap(), before.feed);
    let fresh = |fleet: &view::Fleet| fleet.clusters["orders"].fresh.rest;
    assert!(fresh(&after) > fresh(&before), "the heartbeat moves");
    let most = began.elapsed().as_secs_f64() / INTERVAL.as_secs_f64() / 0.9 + 2.0;
    let lists = asked(EXPANDED) - lists;
    assert!(lists >= 2, "{lists} lists");
    assert!((lists as f64) <= most, "{lists} lists, at most {most}");
    assert_eq!(asked("GET /connectors"), plain, "the plain list has a slow cadence");
    assert_eq!(asked(PLUGINS), plugins, "plugins have a slow cadence");
    let single = |request: &String| request.starts_with("GET /connectors/");
    assert!(
        !(0..2)
            .flat_map(|worker| fake.requests(worker))
            .any(|request| single(&request))
    );
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_may_hold_anything() {
    const NAMES: [&str; 6] = ["a/b", "with blank", "ünïcødé-数据", "100%", "..", "<script>'\""];
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    for name in NAMES {
        fake.put(FakeConnector::source(name, 1));
    }
    let rig = Rig::watching(&database, &fake).await;
    for name in NAMES {
        rig.until_health(name, Health::Healthy).await;
        fake.set_state(name, Some(0), "FAILED", Some(traces::BARE));
        rig.until_health(name, Health::Failed).await;
        until_recorded(&rig, name).await;
    }
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_cannot_be_recorded_keeps_nobody_else_from_being_recorded() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::source("lines", 1));
    let rig = Rig::watching(&database, &fake).await;
    // All characters differ, so that Postgres cannot make the names shorter by compressing them.
    let long = |characters: u32| -> String { (0..characters).filter_map(|n| char::from_u32(0x4e00 + n * 7)).collect() };
    let (longest, too_long) = (long(333), long(1_000));
    fake.put(FakeConnector::source(&longest, 1));
    fake.put(FakeConnector::source(&too_long, 1));
    rig.until_health(&longest, Health::Healthy).await;
    for name in ["lines", &longest] {
        fake.set_state(name, Some(0), "FAILED", Some(traces::BARE));
        rig.until_health(name, Health::Failed).await;
        until_recorded(&rig, name).await;
    }
    assert_eq!(rig.fleet().clusters["orders"].connectors.len(), 2);
    rig.stop().await;
}

async fn until_recorded(rig: &Rig, name: &str) {
    let kinds = rig.kinds(Some(name)).await;
    assert!(
        kinds.contains(&"state") && kinds.contains(&"fault_opened"),
        "{name}: {kinds:?}"
    );
}
