//! Blocks of measures: written once by the holder of the lease, read a slice at a time, deleted by age.

use std::time::Duration;

use chrono::{TimeDelta, TimeZone as _, Utc};
use model::Timestamp;
use model::blocks::{Block, Part, Series, Tier};
use model::names::{ClusterName, ConnectorName};
use store::{Error, Lease, Store};

use crate::database::{Database, run};

fn at(second: i64) -> Timestamp {
    Utc.with_ymd_and_hms(2026, 1, 5, 3, 0, 0).unwrap() + TimeDelta::seconds(second)
}

/// A block in whose every point these connectors have these lags.
fn part(tier: Tier, start: Timestamp, lags: &[(&str, u64)]) -> Part {
    let names: Vec<(ConnectorName, u64)> = lags.iter().map(|(name, lag)| ((*name).into(), *lag)).collect();
    let points = tier.points();
    let columns = names
        .iter()
        .map(|(name, lag)| (name, vec![(Series::LAG_RECORDS, vec![Some(*lag); points])]));
    Part {
        tier,
        start,
        block: Block::of(points, columns).unwrap(),
    }
}

async fn held(store: &Store, holder: &str, ttl: Duration) -> Lease {
    let unit = "kafka/main".into();
    store.acquire(&unit, holder, ttl).await.unwrap().expect("free")
}

const TTL: Duration = Duration::from_secs(60);

/// Asks everything that there is to be asked; for a role that may do no more than that.
pub async fn every_question(store: &Store, lease: &Lease, cluster: &ClusterName, now: Timestamp) {
    let start = Tier::Moment.start(now);
    let own = part(Tier::Moment, start, &[("jdbc", 7)]);
    let blocks = [(cluster.clone(), own)];
    store.put_measures(lease, &blocks).await.unwrap();
    store.put_measures(lease, &blocks).await.unwrap();
    let there = store.measures_since(cluster, now - TimeDelta::days(1)).await.unwrap();
    let there: Vec<_> = there.into_iter().collect();
    assert_eq!(there, [(Tier::Moment, start)]);
    let told = store.measures_of(cluster, &"jdbc".into(), &there).await.unwrap();
    assert_eq!(told.len(), 1);
    let whole = store.measures_whole(cluster, Tier::Moment, start, now + TimeDelta::hours(1));
    assert_eq!(whole.await.unwrap().len(), 1);
    store.forget_measures(Some(cluster), now).await.unwrap();
    store.forget_measures(None, now + TimeDelta::days(1)).await.unwrap();
    assert!(store.measures_since(cluster, at(0)).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connector_is_read_alone_and_nothing_is_written_twice() {
    let database = Database::new().await;
    let store = database.store().await;
    let lease = held(&store, "a", TTL).await;
    let (orders, lines): (ClusterName, ClusterName) = ("orders".into(), "lines".into());
    let many: Vec<(String, u64)> = (0..2_000).map(|number| (format!("sink-{number:04}"), number)).collect();
    let many: Vec<(&str, u64)> = many.iter().map(|(name, lag)| (name.as_str(), *lag)).collect();
    let blocks = [
        (orders.clone(), part(Tier::Minutes, at(0), &many)),
        (
            orders.clone(),
            part(Tier::Moment, at(600), &[("sink-0007", 9), ("sink-0008", 1)]),
        ),
        (lines, part(Tier::Moment, at(600), &[("sink-0007", 1)])),
    ];
    store.put_measures(&lease, &blocks).await.unwrap();
    let again = [(orders.clone(), part(Tier::Moment, at(600), &[("sink-0007", 500)]))];
    store.put_measures(&lease, &again).await.unwrap();

    let there: Vec<_> = store
        .measures_since(&orders, at(0))
        .await
        .unwrap()
        .into_iter()
        .collect();
    assert_eq!(there, [(Tier::Moment, at(600)), (Tier::Minutes, at(0))]);
    let later = store.measures_since(&orders, at(600)).await.unwrap();
    assert_eq!(later.len(), 1, "the other one is over by then: {later:?}");
    let told = store.measures_of(&orders, &"sink-0007".into(), &there).await.unwrap();
    let lags: Vec<_> = told
        .iter()
        .map(|stretch| (stretch.tier, stretch.start, stretch.columns[0].1.clone()))
        .collect();
    assert_eq!(
        lags,
        [
            (Tier::Minutes, at(0), vec![Some(7); 60]),
            (Tier::Moment, at(600), vec![Some(9)])
        ]
    );
    assert_eq!(store.measures_of(&orders, &"sink".into(), &there).await.unwrap(), []);

    // What is damaged is a gap.
    run(
        &mut database.raw().await,
        "UPDATE measures SET directory = '\\x01ff' WHERE span = 600".into(),
    )
    .await;
    let told = store.measures_of(&orders, &"sink-0007".into(), &there).await.unwrap();
    assert_eq!(told.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_is_deleted_by_its_own_age() {
    let database = Database::new().await;
    let store = database.store().await;
    let lease = held(&store, "a", TTL).await;
    let (orders, lines): (ClusterName, ClusterName) = ("orders".into(), "lines".into());
    let mut blocks = Vec::new();
    for cluster in [&orders, &lines] {
        for tier in Tier::ALL {
            blocks.push((cluster.clone(), part(tier, at(0), &[("sink", 1)])));
        }
        // More than one statement deletes.
        for number in 1..600 {
            blocks.push((cluster.clone(), part(Tier::Moment, at(-10 * number), &[("sink", 1)])));
        }
    }
    store.put_measures(&lease, &blocks).await.unwrap();
    let kinds = async |cluster| {
        let there = store.measures_since(cluster, at(-90_000)).await.unwrap();
        there.into_iter().map(|(tier, _)| tier).collect::<Vec<_>>()
    };
    let later = at(0) + TimeDelta::hours(1);
    assert_eq!(store.forget_measures(Some(&orders), later).await.unwrap(), 600);
    assert_eq!(kinds(&orders).await, [Tier::Minutes, Tier::Hour, Tier::Day]);
    assert_eq!(kinds(&lines).await.len(), 603, "nobody asked for those of this one");
    store.forget_measures(None, at(0) + TimeDelta::days(3)).await.unwrap();
    assert_eq!(
        (kinds(&orders).await, kinds(&lines).await),
        (vec![Tier::Day], vec![Tier::Day])
    );
    store.forget_measures(None, at(0) + TimeDelta::days(92)).await.unwrap();
    assert_eq!(kinds(&orders).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_lost_the_lease_writes_no_block() {
    let database = Database::new().await;
    let store = database.store().await;
    let before = held(&store, "a", Duration::ZERO).await;
    held(&store, "b", TTL).await;
    let blocks = [("orders".into(), part(Tier::Moment, at(0), &[("sink", 1)]))];
    let refused = store.put_measures(&before, &blocks).await;
    assert!(matches!(refused, Err(Error::Fenced { .. })), "{refused:?}");
    assert!(
        store
            .measures_since(&"orders".into(), at(-10))
            .await
            .unwrap()
            .is_empty()
    );
}
