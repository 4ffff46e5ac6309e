//! Measures over time: whoever takes a cluster over gathers what the one before left, and nothing of it is lost.

use std::time::Duration;

use chrono::{DurationRound as _, TimeDelta, Utc};
use engine::{ClusterSpec, KafkaSpec};
use model::Timestamp;
use model::blocks::{Block, Part, Series, Tier};
use model::names::{ClusterName, ConnectorName};
use testkit::fake::{FakeCluster, FakeConnector, Version};

use crate::database::Database;
use crate::harness::{Rig, cluster, spec, until};

/// One point of one connector.
fn moment(start: Timestamp, lag: u64) -> (ClusterName, Part) {
    let name = ConnectorName::from("lines");
    let columns = vec![(Series::LAG_RECORDS, vec![Some(lag)])];
    let part = Part {
        tier: Tier::Moment,
        start,
        block: Block::of(1, std::iter::once((&name, columns))).unwrap(),
    };
    ("orders".into(), part)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_over_gathers_what_was_left_and_deletes_only_what_is_gathered() {
    let database = Database::new().await;
    let store = database.store().await;
    let unit = "kafka/main".into();
    let lease = store
        .acquire(&unit, "dead", Duration::from_secs(5))
        .await
        .unwrap()
        .expect("free");
    let hour = (Utc::now() - TimeDelta::hours(3))
        .duration_trunc(TimeDelta::hours(1))
        .unwrap();
    let moments: Vec<_> = (0..90)
        .map(|number| moment(hour + TimeDelta::seconds(10 * number), number.unsigned_abs()))
        .collect();
    store.put_measures(&lease, &moments).await.unwrap();
    // It died without a word.
    drop(lease);

    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::source("lines", 1));
    let mut spec = spec(vec![ClusterSpec {
        kafka: Some("main".into()),
        ..cluster("orders", &fake.urls())
    }]);
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = KafkaSpec {
        bootstrap: silent.local_addr().unwrap().to_string().into(),
        properties: Default::default(),
    };
    spec.kafka.insert("main".into(), silent);
    let rig = Rig::start(&database, spec).await;
    let cluster = ClusterName::from("orders");
    let there = until("all is gathered and what is old is gone", async || {
        let there = store.measures_since(&cluster, hour - TimeDelta::days(1)).await.unwrap();
        let hours = there.iter().any(|(tier, _)| *tier == Tier::Hour);
        (hours && there.iter().all(|(tier, _)| *tier != Tier::Moment)).then_some(there)
    })
    .await;
    assert!(there.contains(&(Tier::Hour, hour)), "{there:?}");
    let told = store
        .measures_of(&cluster, &"lines".into(), &[(Tier::Hour, hour)])
        .await
        .unwrap();
    let points = &told[0].columns[0].1;
    // Of each minute the highest, and after fifteen of them nobody measured.
    assert_eq!(points[..3], [Some(5), Some(11), Some(17)]);
    assert_eq!((points[14], points[15]), (Some(89), None));
    rig.stop().await;
}
