use std::collections::BTreeSet;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kafka::Cluster;
use kafka::offsets::{Standing, partition_of};
use lab::Lab;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{CommitMode, Consumer};
use rdkafka::producer::Producer;

use super::by_hand::{LONG, commit, consumer, offsets, producer};
use super::seen::Seen;

/// A large fetch waits for 500 ms; busy machines add theirs.
const SOON: Duration = Duration::from_secs(10);

fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_millis()).unwrap()
}

pub async fn of_groups_are_told_as_they_happen(lab: &Lab, cluster: &Cluster) {
    lab.create_topic("followed", 4).await.unwrap();
    lab.produce("followed", Some(2), None, Some("record")).await.unwrap();
    // Names whose hashes are negative are placed as Kafka does, or their commits are never seen.
    let groups = [
        "orders",
        "connect-orders",
        "hello",
        "g-2",
        "größe",
        "polygenelubricants",
    ];
    let homes: BTreeSet<Option<i32>> = groups.iter().map(|group| partition_of(group, 4)).collect();
    assert_eq!(homes.len(), 4, "{homes:?}");
    let consumers = groups.map(|group| consumer(lab, group));
    for consumer in &consumers {
        commit(consumer, &[("followed", 0, 5), ("followed", 1, 7)]);
    }
    let began = Instant::now();
    let mut seen = Seen::of(cluster.commits().unwrap(), &groups);
    let took = seen
        .until("what was committed before", SOON, |seen| {
            groups.iter().all(|group| seen.complete_since(group, began))
        })
        .await;
    println!("what was committed before was known after {took:?}");
    assert_eq!(seen.last.partitions, 4);
    for group in groups {
        assert_eq!(seen.offset(group, "followed", 0), Some(Some(5)), "{group}");
        assert_eq!(seen.offset(group, "followed", 1), Some(Some(7)), "{group}");
        let first = seen.commit(group, "followed", 0).unwrap();
        assert_eq!((first.commits, first.committed_at_ms), (0, None), "{group}");
    }
    for consumer in &consumers {
        commit(consumer, &[("followed", 0, 6)]);
    }
    let took = seen
        .until("what is committed now", SOON, |seen| {
            groups
                .iter()
                .all(|group| seen.offset(group, "followed", 0) == Some(Some(6)))
        })
        .await;
    println!("a commit of each of {} groups was seen after {took:?}", groups.len());
    for group in groups {
        let newest = seen.commit(group, "followed", 0).unwrap();
        assert_eq!(newest.commits, 1, "{group}");
        let age = now_ms() - newest.committed_at_ms.unwrap();
        assert!((-1000..20_000).contains(&age), "{age}");
    }

    // A consumer that is a member, as those of sinks are.
    let member = consumer(lab, "members");
    seen.tail.want(["members".into()].into());
    member.subscribe(&["followed"]).unwrap();
    let began = Instant::now();
    while member
        .poll(Duration::from_millis(100))
        .is_none_or(|polled| polled.is_err())
    {
        assert!(began.elapsed() < LONG);
    }
    member.commit_consumer_state(CommitMode::Sync).unwrap();
    seen.until("a member's commit", SOON, |seen| {
        seen.offset("members", "followed", 2) == Some(Some(1))
    })
    .await;

    // Nobody wants to know of the others any more.
    seen.commits.clear();
    commit(&consumers[0], &[("followed", 3, 1)]);
    let began = Instant::now();
    seen.until("the rest", SOON, |seen| seen.complete_since("members", began))
        .await;
    assert!(
        seen.commits.keys().all(|(group, ..)| group == "members"),
        "{:?}",
        seen.commits
    );
    let began = Instant::now();
    drop(seen);
    assert!(began.elapsed() < Duration::from_millis(250), "{:?}", began.elapsed());
}

pub async fn of_transactions_are_told_when_they_are_committed(lab: &Lab, cluster: &Cluster) {
    let mut seen = Seen::of(cluster.commits().unwrap(), &["exact"]);
    let began = Instant::now();
    seen.until("the beginning", SOON, |seen| seen.complete_since("exact", began))
        .await;
    let producer = producer(lab, "exactly-once");
    let metadata = consumer(lab, "exact").group_metadata().unwrap();
    for (offset, commits) in [(10, false), (20, true), (30, false)] {
        producer.begin_transaction().unwrap();
        let list = offsets(&[("followed", 0, offset)]);
        producer.send_offsets_to_transaction(&list, &metadata, LONG).unwrap();
        // Whatever the tail can see now, it is none of this.
        let began = Instant::now();
        seen.until("an open transaction", SOON, |seen| seen.complete_since("exact", began))
            .await;
        let before = (offset == 30).then_some(Some(20));
        assert_eq!(seen.offset("exact", "followed", 0), before);
        match commits {
            true => producer.commit_transaction(LONG).unwrap(),
            false => producer.abort_transaction(LONG).unwrap(),
        }
        // Also where a mark is the last entry the tail finds out that it is complete.
        let ended = Instant::now();
        seen.until("a transaction's end", SOON, |seen| seen.complete_since("exact", ended))
            .await;
        let after = (offset >= 20).then_some(Some(20));
        assert_eq!(seen.offset("exact", "followed", 0), after);
    }
    assert_eq!(seen.counted, 1);
}

pub async fn that_are_gone_are_told(lab: &Lab, cluster: &Cluster) {
    lab.create_topic("passing", 1).await.unwrap();
    let (short, long) = (consumer(lab, "short-lived"), consumer(lab, "long-lived"));
    for consumer in [&short, &long] {
        commit(consumer, &[("followed", 0, 1), ("passing", 0, 2)]);
    }
    let mut seen = Seen::of(cluster.commits().unwrap(), &["short-lived", "long-lived", "never"]);
    let began = Instant::now();
    seen.until("the beginning", SOON, |seen| {
        ["short-lived", "long-lived", "never"]
            .iter()
            .all(|group| seen.complete_since(group, began))
    })
    .await;
    assert_eq!(seen.offset("short-lived", "passing", 0), Some(Some(2)));
    assert_eq!(seen.standings["never"], Standing::Complete);
    drop(short);
    let admin: AdminClient<DefaultClientContext> = rdkafka::ClientConfig::new()
        .set("bootstrap.servers", lab.broker().bootstrap())
        .create()
        .unwrap();
    admin
        .delete_groups(&["short-lived"], &AdminOptions::new())
        .await
        .unwrap()[0]
        .as_ref()
        .unwrap();
    lab.broker().admin().delete_topic("passing").await.unwrap();
    seen.until("what is gone", SOON, |seen| {
        let gone = [
            ("short-lived", "followed"),
            ("short-lived", "passing"),
            ("long-lived", "passing"),
        ];
        gone.iter()
            .all(|(group, topic)| seen.offset(group, topic, 0) == Some(None))
    })
    .await;
    assert_eq!(seen.offset("long-lived", "followed", 0), Some(Some(1)));
}

pub async fn a_reader_that_is_slow_finds_the_newest_and_their_number(lab: &Lab, cluster: &Cluster) {
    let mut seen = Seen::of(cluster.commits().unwrap(), &["busy"]);
    let began = Instant::now();
    seen.until("the beginning", SOON, |seen| seen.complete_since("busy", began))
        .await;
    let busy = consumer(lab, "busy");
    for offset in 1..=50 {
        commit(&busy, &[("followed", 0, offset), ("followed", 1, offset + 1)]);
    }
    let ended = Instant::now();
    // Nothing is taken meanwhile: how far the tail is can be seen by another one.
    let mut other = Seen::of(cluster.commits().unwrap(), &["busy"]);
    other
        .until("another reader", SOON, |seen| seen.complete_since("busy", ended))
        .await;
    seen.until("the reader that was away", SOON, |seen| {
        seen.complete_since("busy", ended)
    })
    .await;
    assert_eq!(seen.commits.len(), 2);
    assert_eq!(seen.offset("busy", "followed", 0), Some(Some(50)));
    assert_eq!(seen.offset("busy", "followed", 1), Some(Some(51)));
    assert_eq!(seen.counted, 100);
}
