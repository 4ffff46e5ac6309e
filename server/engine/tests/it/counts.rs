//! Each full minute is counted once by whoever holds the lease; one that was missed is a gap.

use std::sync::Arc;

use chrono::TimeDelta;
use model::Clock as _;
use model::verdict::Health;
use store::Store;
use testkit::ManualClock;
use testkit::fake::{FakeCluster, FakeConnector, Version};

use crate::database::Database;
use crate::harness::{Rig, cluster, spec, until};

/// The minutes after three o'clock that were counted, with their counts.
async fn counted(store: &Store) -> Vec<(i64, Vec<(Health, u32)>)> {
    let begin = ManualClock::default().now();
    let hours = store.counts_since(begin).await.unwrap();
    let minutes = hours.into_iter().flat_map(|hour| hour.minutes);
    minutes
        .map(|minute| ((minute.at - begin).num_minutes(), minute.counted.to_vec()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_so_at_each_full_minute_is_counted_and_nothing_is_made_up() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    for name in ["lines", "broken", "goes"] {
        fake.put(FakeConnector::source(name, 1));
    }
    fake.set_state("broken", Some(0), "FAILED", Some("java.lang.RuntimeException: boom"));
    let clock = ManualClock::default();
    // A second cluster that never answered: nothing is known of it, and none is not what it has.
    let mut spec = spec(vec![
        cluster("orders", &fake.urls()),
        cluster("away", &["http://127.0.0.1:9".to_owned()]),
    ]);
    spec.settings.stale_after = TimeDelta::hours(1);
    let rig = Rig::start_by(&database, "server-1", spec, Arc::new(clock.clone())).await;
    rig.until_health("broken", Health::Failed).await;
    rig.until_health("goes", Health::Healthy).await;

    let passes = async |by: TimeDelta, count: usize| {
        clock.advance(by);
        until("the count", async || {
            (counted(&rig.store).await.len() == count).then_some(())
        })
        .await;
    };
    passes(TimeDelta::minutes(1), 1).await;
    fake.set_state("goes", Some(0), "FAILED", Some("java.lang.RuntimeException: boom"));
    rig.until_health("goes", Health::Failed).await;
    passes(TimeDelta::minutes(1), 2).await;
    // Nobody was there when the third began, and what is so later says nothing of then.
    clock.advance(TimeDelta::seconds(90));
    rig.looks(1).await;
    passes(TimeDelta::seconds(30), 3).await;
    let (before, after) = (
        vec![(Health::Failed, 1), (Health::Healthy, 2)],
        vec![(Health::Failed, 2), (Health::Healthy, 1)],
    );
    assert_eq!(counted(&rig.store).await, [(1, before), (2, after.clone()), (4, after)]);
    rig.stop().await;
}
