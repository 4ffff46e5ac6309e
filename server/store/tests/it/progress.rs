//! What is measured: one row a cluster, by the holder of the lease alone, read once.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{TimeDelta, TimeZone as _, Utc};
use model::Timestamp;
use model::names::{ClusterName, ConnectorName};
use model::progress::Reading;
use store::Error;

use crate::database::Database;

fn at(second: i64) -> Timestamp {
    Utc.with_ymd_and_hms(2026, 1, 5, 3, 0, 0).unwrap() + TimeDelta::seconds(second)
}

fn readings(second: i64) -> BTreeMap<ConnectorName, Reading> {
    let reading = Reading {
        moved: Some(at(second)),
        group: Some("connect-\0odd".into()),
        ..Reading::default()
    };
    [("archive".into(), reading)].into()
}

/// One who has not read anything.
fn unread() -> BTreeMap<ClusterName, Option<i64>> {
    [("orders".into(), None)].into()
}

#[tokio::test(flavor = "multi_thread")]
async fn readings_are_read_once_and_their_moment_every_time() {
    let database = Database::new().await;
    let store = database.store().await;
    let ttl = Duration::from_secs(60);
    let lease = store
        .acquire(&"kafka/main".into(), "a", ttl)
        .await
        .unwrap()
        .expect("free");
    let cluster = "orders".into();
    let mut known = unread();
    assert_eq!(store.progress_beyond(&known).await.unwrap(), []);

    store
        .put_progress(&lease, &cluster, at(0), Some(&readings(0)))
        .await
        .unwrap();
    let first = store.progress_beyond(&known).await.unwrap().remove(0);
    let read = first.readings.unwrap();
    assert_eq!((read.as_of, first.as_of), (Some(at(0)), at(0)));
    assert_eq!(read.get("archive").unwrap().moved, Some(at(0)));
    known.insert(first.cluster, Some(first.version));

    store.put_progress(&lease, &cluster, at(10), None).await.unwrap();
    let same = store.progress_beyond(&known).await.unwrap().remove(0);
    assert_eq!((same.as_of, same.version, same.readings), (at(10), first.version, None));

    store
        .put_progress(&lease, &cluster, at(20), Some(&readings(20)))
        .await
        .unwrap();
    let newer = store.progress_beyond(&known).await.unwrap().remove(0);
    assert!(newer.version != first.version);
    assert_eq!(newer.readings.unwrap().get("archive").unwrap().moved, Some(at(20)));
    // Whoever knows nothing reads all of it.
    let all = store.progress_beyond(&unread()).await.unwrap().remove(0);
    assert!(all.readings.is_some());
    // Nor is what nobody asks for read, and what nobody measures any more goes.
    assert_eq!(store.progress_beyond(&BTreeMap::new()).await.unwrap(), []);
    store.forget_progress(at(20)).await.unwrap();
    assert_eq!(store.progress_beyond(&unread()).await.unwrap().len(), 1);
    store.forget_progress(at(21)).await.unwrap();
    assert_eq!(store.progress_beyond(&unread()).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_lost_the_lease_writes_nothing() {
    let database = Database::new().await;
    let store = database.store().await;
    let unit = "kafka/main".into();
    let before = store.acquire(&unit, "a", Duration::ZERO).await.unwrap().expect("free");
    let ttl = Duration::from_secs(60);
    store.acquire(&unit, "b", ttl).await.unwrap().expect("it ran out");
    let refused = store
        .put_progress(&before, &"orders".into(), at(0), Some(&readings(0)))
        .await;
    assert!(matches!(refused, Err(Error::Fenced { .. })), "{refused:?}");
    assert_eq!(store.progress_beyond(&unread()).await.unwrap(), []);
}
