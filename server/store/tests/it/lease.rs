use std::time::Duration;

use model::names::{ClusterName, UnitName};
use model::record::Changed;
use store::Error;

use crate::database::{Database, run, until};
use crate::sample::{about, changes, config, connector, empty, entries, fault, fresh};

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(200);

#[tokio::test(flavor = "multi_thread")]
async fn one_holder_at_a_time_and_a_new_epoch_for_each() {
    let database = Database::new().await;
    let store = database.store().await;
    let unit = UnitName::from("kafka/main");
    let first = store.acquire(&unit, "a", LONG).await.unwrap().expect("free");
    assert_eq!((first.epoch(), first.holder(), first.unit()), (1, "a", &unit));
    assert!(store.acquire(&unit, "b", LONG).await.unwrap().is_none(), "held by a");
    store.renew(&first).await.unwrap();

    // A process that starts again under its name does not wait for itself, and its older lease is worth nothing.
    let again = store.acquire(&unit, "a", LONG).await.unwrap().expect("its own");
    assert_eq!(again.epoch(), 2);
    assert!(matches!(store.renew(&first).await, Err(Error::Fenced { epoch: 1, .. })));
    store.release(first).await.unwrap();
    assert!(
        store.acquire(&unit, "b", LONG).await.unwrap().is_none(),
        "an old lease releases nothing"
    );

    store.release(again).await.unwrap();
    let other = store.acquire(&unit, "b", LONG).await.unwrap().expect("released");
    assert_eq!(other.epoch(), 3);
    let leases = store.leases().await.unwrap();
    assert_eq!(leases.len(), 1);
    assert_eq!(
        (leases[0].holder.as_str(), leases[0].epoch, leases[0].held),
        ("b", 3, true)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_ask_at_once_and_one_gets_it() {
    let database = Database::new().await;
    let store = database.store().await;
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..8 {
        let store = store.clone();
        asking.spawn(async move {
            store
                .acquire(&UnitName::from("kafka/main"), &format!("server {number}"), LONG)
                .await
                .unwrap()
        });
    }
    let held = asking.join_all().await.into_iter().flatten().count();
    assert_eq!(held, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_lacks_what_it_had_recorded_ends_the_lease_and_a_takeover_is_none() {
    let database = Database::new().await;
    let store = database.store().await;
    let (unit, cluster) = (UnitName::from("connect/orders"), ClusterName::from("orders"));
    let (before, after) = (fresh(1), fresh(2));
    // What another one records under its own lease is no loss of this one.
    let old = store.acquire(&unit, "a", SHORT).await.unwrap().expect("free");
    store.commit(&old, &empty(&cluster, &before)).await.unwrap();
    let new = until("the takeover", async || store.acquire(&unit, "b", LONG).await.unwrap()).await;
    store.commit(&new, &empty(&cluster, &before)).await.unwrap();
    for lost in [
        store.heartbeat(&old, &cluster, &after).await.unwrap_err(),
        store.commit(&old, &empty(&cluster, &after)).await.unwrap_err(),
    ] {
        assert!(matches!(lost, Error::Fenced { epoch: 1, .. }), "{lost}");
    }
    assert!(!old.outlived());

    // The row is as it was before the last batch: an older copy.
    store.heartbeat(&new, &cluster, &after).await.unwrap();
    run(
        &mut database.raw().await,
        "UPDATE heartbeats SET batch_number = batch_number - 1".to_owned(),
    )
    .await;
    assert!(matches!(
        store.heartbeat(&new, &cluster, &after).await,
        Err(Error::Fenced { epoch: 2, .. })
    ));
    assert!(new.outlived());
    assert!(matches!(store.renew(&new).await, Err(Error::Fenced { epoch: 2, .. })));
    let again = store.acquire(&unit, "b", LONG).await.unwrap().expect("its own");
    store.commit(&again, &empty(&cluster, &after)).await.unwrap();
    run(&mut database.raw().await, "DELETE FROM heartbeats".to_owned()).await;
    assert!(matches!(
        store.commit(&again, &empty(&cluster, &after)).await,
        Err(Error::Fenced { epoch: 3, .. })
    ));
    assert!(again.outlived());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_epoch_writes_nothing() {
    let database = Database::new().await;
    let store = database.store().await;
    let unit = UnitName::from("connect/orders");
    let cluster = ClusterName::from("orders");
    let old = store.acquire(&unit, "slow server", SHORT).await.unwrap().expect("free");
    let before_takeover = fresh(1);
    store.commit(&old, &empty(&cluster, &before_takeover)).await.unwrap();
    let new = until("the takeover", async || {
        store.acquire(&unit, "quick server", LONG).await.unwrap()
    })
    .await;
    assert!(new.epoch() > old.epoch());

    let before = database.dump().await;
    let (about, fresh_late) = (about(), fresh(99));
    let connectors = [connector("late", Some(config('a', true)))];
    let (entries, faults, feed) = (entries(&cluster), [fault("f", &cluster, None)], changes(3));
    let mut batch = empty(&cluster, &fresh_late);
    batch.about = Some(&about);
    batch.connectors = &connectors;
    batch.entries = &entries;
    batch.faults = &faults;
    batch.feed = &feed;
    assert!(matches!(store.commit(&old, &batch).await, Err(Error::Fenced { .. })));
    assert!(matches!(
        store.heartbeat(&old, &cluster, &fresh_late).await,
        Err(Error::Fenced { .. })
    ));
    let definitions = model::secrets::Definitions::default();
    let put = store
        .put_definitions(&old, &cluster, "io.example.JdbcSink", None, &definitions)
        .await;
    assert!(matches!(put, Err(Error::Fenced { .. })));
    assert!(matches!(store.renew(&old).await, Err(Error::Fenced { .. })));
    assert_eq!(database.dump().await, before, "nothing changed");

    assert_eq!(store.commit(&new, &batch).await.unwrap(), Some(23));
    assert_ne!(database.dump().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_ran_out_writes_nothing_until_it_is_renewed() {
    let database = Database::new().await;
    let store = database.store().await;
    let unit = UnitName::from("connect/orders");
    let cluster = ClusterName::from("orders");
    let lease = store.acquire(&unit, "a", SHORT).await.unwrap().expect("free");
    until("the expiry", async || {
        (!store.leases().await.unwrap()[0].held).then_some(())
    })
    .await;
    let (fresh, feed) = (fresh(1), [(None, Changed::Cluster)]);
    let mut batch = empty(&cluster, &fresh);
    batch.feed = &feed;
    assert!(matches!(store.commit(&lease, &batch).await, Err(Error::Fenced { .. })));
    assert_eq!(store.feed_head().await.unwrap(), 0);
    until("a commit within the renewed time", async || {
        store.renew(&lease).await.expect("nobody took it");
        store.commit(&lease, &batch).await.ok()
    })
    .await;
    assert_eq!(store.feed_head().await.unwrap(), 1);
}

/// A takeover waits for a commit that checked its lease before; nothing of the old epoch comes after the new one began.
#[tokio::test(flavor = "multi_thread")]
async fn a_takeover_waits_for_a_commit_under_way_which_keeps_the_lease() {
    let database = Database::new().await;
    let store = database.store().await;
    let unit = UnitName::from("connect/orders");
    let cluster = ClusterName::from("orders");
    let lease = store
        .acquire(&unit, "a", Duration::from_secs(1))
        .await
        .unwrap()
        .expect("free");

    // Another transaction holds the number, so the commit stops after its check of the lease.
    let mut blocker = database.raw().await;
    crate::database::run(&mut blocker, "BEGIN; UPDATE feed_head SET id = id".into()).await;
    let committing = {
        let (store, cluster) = (store.clone(), cluster.clone());
        tokio::spawn(async move {
            let (fresh, feed) = (fresh(1), changes(1));
            let mut batch = empty(&cluster, &fresh);
            batch.feed = &feed;
            store.commit(&lease, &batch).await
        })
    };
    until("the commit waits", async || {
        let mut raw = database.raw().await;
        let waiting: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        .fetch_one(&mut raw)
        .await
        .unwrap();
        (waiting == 1).then_some(())
    })
    .await;
    until("the expiry", async || {
        (!store.leases().await.unwrap()[0].held).then_some(())
    })
    .await;

    let taking = {
        let (store, unit) = (store.clone(), unit.clone());
        tokio::spawn(async move { store.acquire(&unit, "b", LONG).await.unwrap() })
    };
    until("the takeover waits too", async || {
        let mut raw = database.raw().await;
        let waiting: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        .fetch_one(&mut raw)
        .await
        .unwrap();
        (waiting == 2).then_some(())
    })
    .await;
    crate::database::run(&mut blocker, "COMMIT".into()).await;
    assert_eq!(committing.await.unwrap().unwrap(), Some(1), "it was checked in time");
    assert!(
        taking.await.unwrap().is_none(),
        "a long commit does not use its lease up"
    );
    until("the next expiry", async || {
        store.acquire(&unit, "b", LONG).await.unwrap()
    })
    .await;
}
