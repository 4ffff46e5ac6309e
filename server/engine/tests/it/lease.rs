//! Two servers on one database: one watches, the other one follows and takes over.

use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use model::verdict::Health;
use sqlx::raw_sql;
use testkit::fake::{FakeCluster, FakeConnector, Version, traces};

use crate::database::Database;
use crate::harness::{INTERVAL, Rig, System, cluster, spec, two_more_looks, until};
use crate::link::Link;

/// Who holds the unit, in which epoch.
async fn holder(store: &store::Store) -> Option<(String, i64)> {
    let mut leases = store.leases().await.unwrap().into_iter();
    let held = leases.find(|lease| lease.held)?;
    Some((held.holder.to_string(), held.epoch))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_watches_and_the_other_takes_over_without_a_false_word() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    fake.put(FakeConnector::source("lines", 1));
    fake.set_state("invoices", Some(0), "FAILED", Some(traces::BAD_RECORD));
    let first = Rig::watching(&database, &fake).await;
    let second = Rig::start_as(&database, "server-2", spec(vec![cluster("orders", &fake.urls())])).await;
    let before = second.until_health("invoices", Health::Failed).await;
    first.looks(4).await;
    let lists = || {
        fake.requests(0)
            .iter()
            .filter(|request| request.contains("expand="))
            .count()
    };
    assert_eq!(holder(&second.store).await, Some(("server-1".into(), 1)));
    // The second one follows what the first one sees.
    fake.set_state("lines", Some(0), "FAILED", Some(traces::BARE));
    second.until_health("lines", Health::Failed).await;
    let kinds = second.kinds(None).await;

    let asked = lists();
    first.stop().await;
    let stopped = std::time::Instant::now();
    until("the takeover", async || {
        let held = holder(&second.store).await;
        (held == Some(("server-2".into(), 2))).then_some(())
    })
    .await;
    assert!(
        stopped.elapsed().as_secs_f64() < 2.5,
        "the lease was given back: {:?}",
        stopped.elapsed()
    );
    until("looks of the second", async || (lists() > asked + 2).then_some(())).await;
    second.looks(3).await;
    let after = second.until_health("invoices", Health::Failed).await;
    assert_eq!(after.verdict().since, before.verdict().since);
    assert_eq!(
        after.fault.as_ref().map(|fault| &fault.id),
        before.fault.as_ref().map(|fault| &fault.id)
    );
    assert_eq!(second.kinds(None).await, kinds, "a takeover is no event of the cluster");
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_died_is_replaced_when_its_lease_runs_out() {
    let database = Arc::new(Database::new().await);
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    fake.set_state("invoices", Some(0), "FAILED", Some(traces::BAD_RECORD));
    // A runtime of its own is a server that can die in the middle of anything.
    let machine = tokio::runtime::Runtime::new().unwrap();
    let orders = spec(vec![cluster("orders", &fake.urls())]);
    let (place, theirs) = (database.clone(), orders.clone());
    let first = machine
        .spawn(async move { Rig::start_as(&place, "server-1", theirs).await })
        .await
        .unwrap();
    first.until_health("invoices", Health::Failed).await;
    let second = Rig::start_as(&database, "server-2", orders).await;
    let before = second.until_health("invoices", Health::Failed).await;
    let died = std::time::Instant::now();
    machine.shutdown_background();
    // What happens now is seen by nobody at first.
    fake.put(FakeConnector::source("lines", 1));
    second.until_health("lines", Health::Healthy).await;
    assert!(died.elapsed().as_secs() < 10, "{:?}", died.elapsed());
    assert_eq!(holder(&second.store).await, Some(("server-2".into(), 2)));
    let after = second.until_health("invoices", Health::Failed).await;
    assert_eq!(after.verdict().since, before.verdict().since);
    assert_eq!(second.verdicts("invoices").await, [Health::Failed]);
    drop(first);
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_saw_and_could_not_record_before_its_lease_went_to_another_is_one_recorded_gap() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    let rig = Rig::watching(&database, &fake).await;
    rig.until_health("invoices", Health::Healthy).await;
    let before = Utc::now();
    database.fill_up().await;
    fake.set_state("invoices", Some(0), "FAILED", Some(traces::BARE));
    let failed = Utc::now();
    let lists = || {
        fake.requests(0)
            .iter()
            .filter(|asked| asked.contains("expand="))
            .count()
    };
    let seen = lists();
    until("looks at the failure", async || (lists() > seen + 2).then_some(())).await;
    let looked = Utc::now();
    assert_eq!(rig.verdicts("invoices").await, [Health::Healthy]);
    // Another server takes the lease as there is room again, and dies.
    database
        .run(
            "UPDATE leases SET holder = 'server-2', epoch = epoch + 1, acquired_at = clock_timestamp(),
                 expires_at = clock_timestamp() + interval '2 s';
             DROP TRIGGER no_room ON connectors;",
        )
        .await;
    rig.until_health("invoices", Health::Failed).await;
    rig.looks(2).await;
    let gaps = rig.gaps().await;
    let [(from, to, why)] = &gaps[..] else {
        panic!("{gaps:?}")
    };
    assert!((before..looked).contains(from) && *to >= failed, "{gaps:?}");
    assert!(why.contains("server-1 had lost its lease (epoch 1)"), "{why}");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_watches_a_cluster_no_more_tells_of_nothing_that_waits_there() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    // What this process tells of itself is told by name, and other tests have clusters too.
    let name = "left behind";
    let rig = Rig::start(&database, spec(vec![cluster(name, &fake.urls())])).await;
    rig.until("the first look", |fleet| {
        let invoices = fleet.clusters.get(name)?.connectors.get("invoices")?;
        (invoices.verdict().health == Health::Healthy).then_some(())
    })
    .await;
    let waits = || {
        let told = telemetry::lately();
        (told.pending.get(name).copied(), told.waiting.get(name).copied())
    };
    database.leave().await;
    fake.set_state("invoices", Some(0), "FAILED", Some(traces::BARE));
    until("history that is not recorded", async || {
        matches!(waits(), (Some(1..), Some(_))).then_some(())
    })
    .await;
    rig.stop().await;
    assert_eq!(waits(), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_saw_while_its_lease_went_to_another_is_told_while_that_one_watches() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    let rig = Rig::watching(&database, &fake).await;
    rig.until_health("invoices", Health::Healthy).await;
    rig.looks(3).await;
    let kinds = rig.kinds(None).await;
    // Nothing under the lease is answered until it is another's, who keeps it: the first answer is that it is lost.
    let mut other = database.connection().await;
    raw_sql(
        "BEGIN; UPDATE leases SET holder = 'server-2', epoch = epoch + 1, acquired_at = clock_timestamp(),
             expires_at = clock_timestamp() + interval '1 hour'",
    )
    .execute(&mut other)
    .await
    .unwrap();
    two_more_looks(&fake).await;
    let before = Utc::now();
    fake.set_state("invoices", Some(0), "FAILED", Some(traces::BARE));
    two_more_looks(&fake).await;
    fake.set_state("invoices", Some(0), "RUNNING", None);
    two_more_looks(&fake).await;
    let after = Utc::now();
    assert_eq!(rig.kinds(None).await, kinds, "nothing was recorded");
    raw_sql("COMMIT").execute(&mut other).await.unwrap();
    let gaps = until("the gap", async || {
        let gaps = rig.gaps().await;
        (!gaps.is_empty()).then_some(gaps)
    })
    .await;
    let [(from, to, why)] = &gaps[..] else {
        panic!("{gaps:?}")
    };
    // A look counts from when it was asked, which may be a moment before the change that its answer shows.
    let before = before - TimeDelta::from_std(INTERVAL).unwrap();
    assert!((before..after).contains(from) && *to >= after, "{gaps:?}");
    assert!(why.contains("server-1 had lost its lease (epoch 1)"), "{why}");
    assert_eq!(holder(&rig.store).await, Some(("server-2".into(), 2)));
    let told = rig.kinds(None).await;
    assert_eq!(told.len(), kinds.len() + 1, "it records nothing else: {told:?}");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_saw_while_its_network_stood_still_is_told_though_another_took_over() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    let link = Link::to(&database).await;
    let orders = spec(vec![cluster("orders", &fake.urls())]);
    let first = Rig::start_on(link.store().await, "server-1", orders.clone(), Arc::new(System)).await;
    first.until_health("invoices", Health::Healthy).await;
    let second = Rig::start_as(&database, "server-2", orders).await;
    second.until_health("invoices", Health::Healthy).await;
    first.looks(3).await;
    let before = Utc::now();
    link.stand_still(true);
    fake.set_state("invoices", Some(0), "FAILED", Some(traces::BARE));
    two_more_looks(&fake).await;
    fake.set_state("invoices", Some(0), "RUNNING", None);
    until("the takeover", async || {
        (holder(&second.store).await == Some(("server-2".into(), 2))).then_some(())
    })
    .await;
    second.looks(2).await;
    assert_eq!(
        second.gaps().await,
        [],
        "who takes over knows of nothing that was missed"
    );
    link.stand_still(false);
    let gaps = until("the gap", async || {
        let gaps = second.gaps().await;
        (!gaps.is_empty()).then_some(gaps)
    })
    .await;
    let [(from, _, why)] = &gaps[..] else {
        panic!("{gaps:?}")
    };
    assert!(*from >= before - TimeDelta::from_std(INTERVAL).unwrap(), "{gaps:?}");
    assert!(why.contains("server-1 had lost its lease (epoch 1)"), "{why}");
    assert_eq!(holder(&second.store).await, Some(("server-2".into(), 2)));
    first.stop().await;
    second.stop().await;
}
