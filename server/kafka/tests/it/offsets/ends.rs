use std::time::{Duration, Instant};

use kafka::offsets::{Found, Isolation, Offsets, Partition, Point};
use kafka::{Cluster, Error};
use lab::Lab;
use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::Consumer;
use rdkafka::producer::Producer;

use super::by_hand::{LONG, consumer, partition, producer, send};

const DEADLINE: Duration = Duration::from_secs(10);

async fn ask(offsets: &Offsets, of: &[Partition], point: Point, isolation: Isolation) -> Vec<Found> {
    offsets.list(of.to_vec(), point, isolation, DEADLINE).await.unwrap()
}

/// Plain offsets, all of which must be known.
pub async fn told(offsets: &Offsets, of: &[Partition], point: Point, isolation: Isolation) -> Vec<i64> {
    let found = ask(offsets, of, point, isolation).await;
    let plain = |found: Found| found.at.unwrap().unwrap().offset;
    found.into_iter().map(plain).collect()
}

pub async fn of_partitions_are_those_that_kafka_tells_others(lab: &Lab, cluster: &Cluster) {
    let mut all = Vec::new();
    for topic in ["ends-1", "ends-2", "ends-3"] {
        lab.create_topic(topic, 90).await.unwrap();
        all.extend((0..90).map(|number| partition(topic, number)));
    }
    for number in 0..40 {
        lab.produce("ends-2", Some(number % 7), None, Some("x")).await.unwrap();
    }
    let offsets = cluster.offsets().unwrap();
    // A broker leads new partitions a moment after the controller has them.
    let began = Instant::now();
    while ask(&offsets, &all, Point::Latest, Isolation::ReadUncommitted)
        .await
        .iter()
        .any(|found| found.at.is_err())
    {
        assert!(began.elapsed() < LONG);
    }
    // Twice, and in disorder: each is answered once, in order.
    let wanted: Vec<Partition> = all.iter().rev().chain(&all).cloned().collect();
    let found = ask(&offsets, &wanted, Point::Latest, Isolation::ReadUncommitted).await;
    assert!(found.iter().map(|found| &found.partition).eq(&all));
    let earliest = told(&offsets, &all, Point::Earliest, Isolation::ReadCommitted).await;
    let other = consumer(lab, "nobody");
    for (found, earliest) in found.iter().zip(earliest).step_by(3) {
        let (low, high) = other
            .fetch_watermarks(&found.partition.topic, found.partition.partition, LONG)
            .unwrap();
        let end = found.at.as_ref().unwrap().unwrap();
        assert_eq!((earliest, end.offset), (low, high), "{:?}", found.partition);
        assert_eq!(end.timestamp_ms, None);
    }
    let newest = ask(
        &offsets,
        &[partition("ends-2", 0), partition("ends-2", 80)],
        Point::MaxTimestamp,
        Isolation::ReadUncommitted,
    )
    .await;
    let at = newest[0].at.as_ref().unwrap().unwrap();
    assert!(
        at.offset == 5 && at.timestamp_ms.is_some_and(|at| at > 1_700_000_000_000),
        "{at:?}"
    );
    assert_eq!(newest[1].at, Ok(None));

    let shapes = offsets
        .topics(
            vec!["ends-1".into(), "no-such".into(), "".into(), "ends-1".into()],
            DEADLINE,
        )
        .await
        .unwrap();
    assert_eq!(shapes.len(), 3);
    assert_eq!(shapes[0].1, Err(Error::NoTopic(String::new())));
    assert_eq!(shapes[1].1.as_ref().unwrap().partitions, 90);
    assert_eq!(shapes[2].1, Err(Error::NoTopic("no-such".to_owned())));
}

pub async fn an_open_transaction_holds_back_the_end_for_committed_readers(lab: &Lab, cluster: &Cluster) {
    lab.create_topic("held-back", 1).await.unwrap();
    let of = [partition("held-back", 0)];
    let offsets = cluster.offsets().unwrap();
    let producer = producer(lab, "holding");
    lab.produce("held-back", Some(0), None, Some("x")).await.unwrap();
    producer.begin_transaction().unwrap();
    send(&producer, "held-back", 0, 1_700_000_000_000);
    lab.produce("held-back", Some(0), None, Some("x")).await.unwrap();
    assert_eq!(
        told(&offsets, &of, Point::Latest, Isolation::ReadUncommitted).await,
        [3]
    );
    assert_eq!(told(&offsets, &of, Point::Latest, Isolation::ReadCommitted).await, [1]);
    producer.commit_transaction(LONG).unwrap();
    let began = Instant::now();
    // The mark is written a moment after the producer hears of the commit.
    while told(&offsets, &of, Point::Latest, Isolation::ReadCommitted).await != [4] {
        assert!(began.elapsed() < LONG);
    }
    assert_eq!(
        told(&offsets, &of, Point::Latest, Isolation::ReadUncommitted).await,
        [4]
    );
}

pub async fn what_is_not_there_spoils_nothing(_: &Lab, cluster: &Cluster) {
    let offsets = cluster.offsets().unwrap();
    let of = [
        partition("", 0),
        partition("ends-2", -3),
        partition("ends-2", 0),
        partition("ends-2", 500),
        partition("no-such", 0),
        partition("nul\0", 0),
    ];
    let found = ask(&offsets, &of, Point::Latest, Isolation::ReadUncommitted).await;
    let no_partition = |partition| {
        Err(Error::NoPartition {
            topic: "ends-2".to_owned(),
            partition,
        })
    };
    let no_topic = |topic: &str| Err(Error::NoTopic(topic.to_owned()));
    let at: Vec<_> = found.iter().map(|found| found.at.clone()).collect();
    assert_eq!(at[0], no_topic(""));
    assert_eq!(at[1], no_partition(-3));
    assert_eq!(at[2].as_ref().unwrap().unwrap().offset, 6);
    assert_eq!(at[3], no_partition(500));
    assert_eq!(at[4], no_topic("no-such"));
    assert_eq!(at[5], no_topic("nul\0"));
    // The same where no partition of the question is there, so that nobody leads any.
    for (of, wrong) in [
        (partition("no-such", 1), no_topic("no-such")),
        (partition("ends-2", 501), no_partition(501)),
    ] {
        let found = ask(&offsets, &[of], Point::Latest, Isolation::ReadUncommitted).await;
        assert_eq!(found[0].at, wrong);
    }
    let none = ask(&offsets, &[], Point::Latest, Isolation::ReadUncommitted).await;
    assert!(none.is_empty());
}

pub async fn a_topic_made_anew_begins_anew(lab: &Lab, cluster: &Cluster) {
    let offsets = cluster.offsets().unwrap();
    let of = [partition("anew", 0)];
    let mut ids = Vec::new();
    for records in [3, 1, 2] {
        lab.create_topic("anew", 1).await.unwrap();
        for _ in 0..records {
            lab.produce("anew", Some(0), None, Some("x")).await.unwrap();
        }
        let began = Instant::now();
        loop {
            let found = ask(&offsets, &of, Point::Latest, Isolation::ReadUncommitted).await;
            match &found[0].at {
                Ok(Some(at)) if at.offset == records => break,
                other => assert!(began.elapsed() < LONG, "{records} records: {other:?}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        println!("a topic made anew was seen as such after {:?}", began.elapsed());
        let shapes = offsets.topics(vec!["anew".into()], DEADLINE).await.unwrap();
        ids.push(shapes[0].1.as_ref().unwrap().id);
        lab.broker().admin().delete_topic("anew").await.unwrap();
        let began = Instant::now();
        loop {
            let found = ask(&offsets, &of, Point::Latest, Isolation::ReadUncommitted).await;
            match &found[0].at {
                Err(Error::NoTopic(_)) => break,
                other => assert!(began.elapsed() < LONG, "{other:?}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        println!("a deleted topic was missed after {:?}", began.elapsed());
    }
    assert!(ids[0] != ids[1] && ids[1] != ids[2], "{ids:?}");
}

pub async fn partitions_that_are_added_are_found(lab: &Lab, cluster: &Cluster) {
    lab.create_topic("growing", 2).await.unwrap();
    let offsets = cluster.offsets().unwrap();
    let of: Vec<Partition> = (0..4).map(|number| partition("growing", number)).collect();
    let began = Instant::now();
    while ask(&offsets, &of, Point::Latest, Isolation::ReadCommitted).await[1]
        .at
        .is_err()
    {
        assert!(began.elapsed() < LONG);
    }
    let admin: AdminClient<DefaultClientContext> = rdkafka::ClientConfig::new()
        .set("bootstrap.servers", lab.broker().bootstrap())
        .create()
        .unwrap();
    let more = [NewPartitions::new("growing", 4)];
    admin.create_partitions(&more, &AdminOptions::new()).await.unwrap()[0]
        .as_ref()
        .unwrap();
    let began = Instant::now();
    while ask(&offsets, &of, Point::Latest, Isolation::ReadCommitted)
        .await
        .iter()
        .any(|found| found.at.is_err())
    {
        assert!(began.elapsed() < LONG);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!("added partitions were found after {:?}", began.elapsed());
}
