//! Counts by minute: packed by the hour, with gaps, by the holder of the lease alone.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use model::Timestamp;
use model::names::ClusterName;
use model::verdict::Health::{self, Failed, Healthy};
use store::{Count, Error, Lease, Store};

use crate::database::{Database, run};

const TTL: Duration = Duration::from_secs(60);

fn at(minute: i64) -> Timestamp {
    Utc.with_ymd_and_hms(2026, 1, 5, 3, 0, 0).unwrap() + TimeDelta::minutes(minute)
}

fn count(cluster: &str, counted: &[(Health, u32)], as_before: bool) -> Count {
    Count {
        cluster: cluster.into(),
        counted: counted.into(),
        as_before,
    }
}

async fn held(store: &Store, holder: &str) -> Lease {
    let unit = "kafka/main".into();
    store.acquire(&unit, holder, TTL).await.unwrap().expect("free")
}

/// What is recorded since, told by cluster, minute and counts.
async fn told(store: &Store, since: Timestamp) -> Vec<(ClusterName, i64, Vec<(Health, u32)>)> {
    let all = store.counts_since(since).await.unwrap().into_iter();
    let told = |hour: store::Minutes| {
        let minutes = hour.minutes.into_iter();
        let minute = move |minute: store::Minute| {
            let after = (minute.at - at(0)).num_minutes();
            (hour.cluster.clone(), after, minute.counted.to_vec())
        };
        minutes.map(minute).collect::<Vec<_>>()
    };
    all.flat_map(told).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_is_one_row_and_a_missed_minute_is_a_gap() {
    let database = Database::new().await;
    let store = database.store().await;
    let lease = held(&store, "a").await;
    let (some, all) = ([(Failed, 3), (Healthy, 4)], [(Healthy, 7)]);
    let (orders, lines) = (
        |as_before| count("orders", &some, as_before),
        count("lines", &all, false),
    );
    store.count(&lease, at(57), &[orders(false), lines]).await.unwrap();
    store.count(&lease, at(58), &[orders(true)]).await.unwrap();
    // The next hour begins with all of it, whatever the writer remembers.
    store.count(&lease, at(60), &[orders(true)]).await.unwrap();
    store.count(&lease, at(61), &[orders(true)]).await.unwrap();
    store
        .count(&lease, at(62), &[count("orders", &[], false)])
        .await
        .unwrap();
    let one = |minute, counted: &[(Health, u32)]| (ClusterName::from("orders"), minute, counted.to_vec());
    let expected = [
        ("lines".into(), 57, all.to_vec()),
        one(57, &some),
        one(58, &some),
        one(60, &some),
        one(61, &some),
        one(62, &[]),
    ];
    assert_eq!(told(&store, at(0)).await, expected);
    assert_eq!(told(&store, at(60)).await, expected[3..]);
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM counts")
        .fetch_one(&mut database.raw().await)
        .await
        .unwrap();
    assert_eq!(rows, 3, "one for each cluster and hour");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_holds_the_lease_counts() {
    let database = Database::new().await;
    let store = database.store().await;
    let old = held(&store, "a").await;
    let orders = [count("orders", &[(Healthy, 1)], false)];
    store.count(&old, at(1), &orders).await.unwrap();
    let new = held(&store, "a").await;
    let refused = store.count(&old, at(2), &orders).await;
    assert!(matches!(refused, Err(Error::Fenced { .. })), "{refused:?}");
    store.count(&new, at(3), &orders).await.unwrap();
    let minutes: Vec<i64> = told(&store, at(0)).await.iter().map(|told| told.1).collect();
    assert_eq!(minutes, [1, 3]);
}

/// Clocks may be wrong by years: rows go by Postgres's, and are found by the hour that they tell of.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_finds_room() {
    let database = Database::new().await;
    let store = database.store().await;
    let lease = held(&store, "a").await;
    let far = DateTime::from_timestamp(7_000_000_020, 0).unwrap();
    let orders = [count("orders", &[(Healthy, 1)], false)];
    store.count(&lease, far, &orders).await.unwrap();
    assert_eq!(store.counts_since(at(0)).await.unwrap().len(), 1);
}

/// What a month of a hundred clusters takes, calm and with a change in every minute: told in the documentation.
#[tokio::test(flavor = "multi_thread")]
async fn an_hour_takes_some_hundred_bytes() {
    let database = Database::new().await;
    let store = database.store().await;
    let lease = held(&store, "a").await;
    for minute in 0..60 {
        let calm = count("orders", &[(Failed, 3), (Healthy, 196)], minute > 0);
        let failed = u32::try_from(minute).unwrap();
        let counted = [(Failed, failed), (Health::Paused, 12), (Healthy, 184)];
        let restless = count("lines", &counted, false);
        store.count(&lease, at(minute), &[calm, restless]).await.unwrap();
    }
    let mut raw = database.raw().await;
    run(&mut raw, "VACUUM ANALYZE counts".into()).await;
    let sizes: Vec<(String, i32)> =
        sqlx::query_as("SELECT cluster, pg_column_size(counts) FROM counts ORDER BY cluster")
            .fetch_all(&mut raw)
            .await
            .unwrap();
    let [(_, restless), (_, calm)] = sizes.as_slice() else {
        panic!("{sizes:?}")
    };
    assert!((150..250).contains(calm) && (600..1000).contains(restless), "{sizes:?}");
}
