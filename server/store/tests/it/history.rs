use std::time::Duration;

use model::names::ClusterName;
use model::record::Entry;
use model::transition::Change;
use store::{Batch, TimelineFilter};

use crate::database::Database;
use crate::sample::{at, empty, entries, fresh, transition};

#[tokio::test(flavor = "multi_thread")]
async fn the_latest_comes_first_page_by_page() {
    let database = Database::new().await;
    let store = database.store().await;
    let cluster = ClusterName::from("orders");
    let lease = store
        .acquire(&"connect/orders".into(), "a", Duration::from_secs(60))
        .await
        .unwrap()
        .expect("free");
    let fresh = fresh(1);
    // Recorded late and out of order, some at the same moment: the order is that of their times, then of recording.
    for seconds in [[30, 10, 10], [5, 40, 10], [20, 20, 50]] {
        let entries = seconds.map(|second| transition("jdbc", second, Change::TaskRemoved));
        store
            .commit(
                &lease,
                &Batch {
                    entries: &entries,
                    ..empty(&cluster, &fresh)
                },
            )
            .await
            .unwrap();
    }
    let expected = [
        (50, 9),
        (40, 5),
        (30, 1),
        (20, 8),
        (20, 7),
        (10, 6),
        (10, 3),
        (10, 2),
        (5, 4),
    ]
    .map(|(second, id)| (at(second), id));
    let mut found = Vec::new();
    let mut filter = TimelineFilter {
        limit: 2,
        cluster: Some(cluster),
        ..TimelineFilter::default()
    };
    loop {
        let page = store.timeline(&filter).await.unwrap();
        let Some(last) = page.last() else { break };
        filter.before_id = Some(last.id);
        found.extend(page.iter().map(|item| (item.entry.at(), item.id)));
    }
    assert_eq!(found, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_found_by_cluster_connector_and_kind() {
    let database = Database::new().await;
    let store = database.store().await;
    let lease = store
        .acquire(&"kafka/main".into(), "a", Duration::from_secs(60))
        .await
        .unwrap()
        .expect("free");
    let fresh = fresh(1);
    for name in ["orders", "legacy"] {
        let cluster = ClusterName::from(name);
        let entries = entries(&cluster);
        store
            .commit(
                &lease,
                &Batch {
                    entries: &entries,
                    ..empty(&cluster, &fresh)
                },
            )
            .await
            .unwrap();
    }
    let count = async |filter: TimelineFilter| {
        let items = store
            .timeline(&TimelineFilter {
                limit: 100,
                ..filter.clone()
            })
            .await
            .unwrap();
        for item in &items {
            assert!(filter.cluster.as_ref().is_none_or(|cluster| *cluster == item.cluster));
            assert!(
                filter
                    .connector
                    .as_ref()
                    .is_none_or(|name| Some(name) == item.entry.connector())
            );
            assert!(filter.kinds.is_empty() || filter.kinds.iter().any(|kind| kind == store::kind(&item.entry)));
        }
        items.len()
    };
    let orders = TimelineFilter {
        cluster: Some("orders".into()),
        ..TimelineFilter::default()
    };
    assert_eq!(count(TimelineFilter::default()).await, 40);
    assert_eq!(count(orders.clone()).await, 20);
    let jdbc = TimelineFilter {
        connector: Some("jdbc sink/№1".into()),
        ..orders.clone()
    };
    assert_eq!(count(jdbc.clone()).await, 11);
    let faults = vec!["fault_opened".to_owned(), "fault_ended".to_owned()];
    assert_eq!(count(TimelineFilter { kinds: faults, ..jdbc }).await, 2);
    assert_eq!(
        count(TimelineFilter {
            kinds: vec!["unreachable".into()],
            ..orders
        })
        .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_sent_twice_under_its_number_is_recorded_once() {
    let database = Database::new().await;
    let store = database.store().await;
    let cluster = ClusterName::from("orders");
    let unit = "connect/orders".into();
    let lease = store
        .acquire(&unit, "a", Duration::from_secs(60))
        .await
        .unwrap()
        .expect("free");
    let fresh = fresh(1);
    let entries = [transition("jdbc", 10, Change::TaskRemoved)];
    let batch = |number| Batch {
        number,
        entries: &entries,
        ..empty(&cluster, &fresh)
    };
    assert_eq!(store.commit(&lease, &batch(7)).await.unwrap(), Some(1));
    assert_eq!(
        store.commit(&lease, &batch(7)).await.unwrap(),
        None,
        "its answer was lost, not the batch"
    );
    assert_eq!(store.commit(&lease, &batch(8)).await.unwrap(), Some(2));
    // Under a later lease numbers begin anew.
    let lease = store
        .acquire(&unit, "a", Duration::from_secs(60))
        .await
        .unwrap()
        .expect("its own");
    assert_eq!(store.commit(&lease, &batch(1)).await.unwrap(), Some(3));
    // A cluster that is given a Kafka changes its unit, where epochs and numbers begin anew.
    let lease = store
        .acquire(&"kafka/main".into(), "a", Duration::from_secs(60))
        .await
        .unwrap()
        .expect("free");
    assert_eq!(store.commit(&lease, &batch(1)).await.unwrap(), Some(4));
    let filter = TimelineFilter {
        limit: 10,
        ..TimelineFilter::default()
    };
    assert_eq!(store.timeline(&filter).await.unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_found_under_the_names_that_it_had_before() {
    let database = Database::new().await;
    let store = database.store().await;
    let fresh = fresh(1);
    let entries = [transition("jdbc", 10, Change::TaskRemoved)];
    for name in ["orders", "orders-old", "legacy"] {
        let unit = format!("connect/{name}").as_str().into();
        let lease = store
            .acquire(&unit, "a", Duration::from_secs(60))
            .await
            .unwrap()
            .expect("free");
        let cluster = ClusterName::from(name);
        let batch = Batch {
            entries: &entries,
            ..empty(&cluster, &fresh)
        };
        store.commit(&lease, &batch).await.unwrap();
    }
    let filter = TimelineFilter {
        cluster: Some("orders".into()),
        formerly: vec!["orders-old".into()],
        limit: 10,
        ..TimelineFilter::default()
    };
    let found = store.timeline(&filter).await.unwrap();
    let mut names: Vec<&str> = found.iter().map(|item| item.cluster.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["orders", "orders-old"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_the_words_is_found_within_its_bounds() {
    let database = Database::new().await;
    let store = database.store().await;
    let cluster = ClusterName::from("orders");
    let lease = store
        .acquire(&"connect/orders".into(), "a", Duration::from_secs(60))
        .await
        .unwrap()
        .expect("free");
    let fresh = fresh(1);
    let lost = |seconds| {
        transition(
            "s3-Archive",
            seconds,
            Change::WorkerLeft {
                in_order: false,
                evidence: "Disk Full".into(),
            },
        )
    };
    let entries = [
        lost(10),
        transition("jdbc", 20, Change::TaskRemoved),
        lost(30),
        transition("s3-Archive", 40, Change::TaskRemoved),
        lost(50),
    ];
    let batch = Batch {
        entries: &entries,
        ..empty(&cluster, &fresh)
    };
    store.commit(&lease, &batch).await.unwrap();
    let filter = |words: &[&str]| TimelineFilter {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        limit: 10,
        ..TimelineFilter::default()
    };
    let found = async |filter: &TimelineFilter| -> Vec<i64> {
        let page = store.timeline(filter).await.unwrap();
        page.iter()
            .map(|item| item.entry.at().timestamp() - at(0).timestamp())
            .collect()
    };
    assert_eq!(found(&filter(&["archive", "disk"])).await, [50, 30, 10]);
    assert_eq!(found(&filter(&["archive", "orders"])).await, [50, 40, 30, 10]);
    assert_eq!(found(&filter(&["archive%"])).await, [0; 0], "a word is no pattern");
    let until = TimelineFilter {
        until: Some(at(30)),
        ..filter(&["disk"])
    };
    assert_eq!(found(&until).await, [30, 10], "until then, that moment included");
    let all = filter(&[]);
    let (id, when) = store.timeline_behind(&all, 2).await.unwrap().unwrap();
    // Postgres keeps microseconds.
    assert_eq!(when.timestamp(), at(30).timestamp());
    let from = TimelineFilter {
        from_id: Some(id),
        ..filter(&["disk"])
    };
    assert_eq!(found(&from).await, [50, 30], "a search ends where it is told to");
    assert_eq!(store.timeline_behind(&all, 5).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_is_told_without_a_lease_once_however_often_it_is_sent() {
    let database = Database::new().await;
    let store = database.store().await;
    let cluster = ClusterName::from("orders");
    // Another server holds the unit, and has recorded something.
    let lease = store
        .acquire(&"connect/orders".into(), "b", Duration::from_secs(60))
        .await
        .unwrap()
        .expect("free");
    let fresh = fresh(1);
    let theirs = [transition("jdbc", 30, Change::TaskRemoved)];
    let batch = Batch {
        entries: &theirs,
        ..empty(&cluster, &fresh)
    };
    store.commit(&lease, &batch).await.unwrap();
    // Times are finer than Postgres keeps them.
    let to = at(20) + chrono::TimeDelta::nanoseconds(123_456_789);
    let why = "a had lost its lease";
    for _ in 0..3 {
        store.record_gap(&cluster, at(10), to, why).await.unwrap();
    }
    // Also where the first one was not answered and is sent again while it is under way.
    let late = at(25);
    let sends = (0..8).map(|_| store.record_gap(&cluster, at(24), late, why));
    for sent in futures_util::future::join_all(sends).await {
        sent.unwrap();
    }
    store.record_gap(&"lines".into(), at(10), to, why).await.unwrap();
    store.record_gap(&cluster, at(11), to, why).await.unwrap();
    let filter = TimelineFilter {
        limit: 10,
        kinds: vec!["recording_gap".to_owned()],
        ..TimelineFilter::default()
    };
    let mut told: Vec<_> = store.timeline(&filter).await.unwrap();
    told.sort_by_key(|item| item.id);
    let brief: Vec<_> = told
        .iter()
        .map(|item| match &item.entry {
            Entry::Transition(told) => match &told.change {
                Change::RecordingGap { from, why } => (item.id, item.cluster.as_str(), told.at == to, *from, &**why),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        brief,
        [
            (2, "orders", true, at(10), why),
            (3, "orders", false, at(24), why),
            (4, "lines", true, at(10), why),
            (5, "orders", true, at(11), why)
        ],
        "numbered after what was recorded before"
    );
    assert_eq!(store.feed_head().await.unwrap(), 5);
    let next = Batch {
        number: batch.number + 1,
        ..batch
    };
    store.commit(&lease, &next).await.unwrap();
    assert_eq!(store.feed_head().await.unwrap(), 6, "the holder goes on");
}
