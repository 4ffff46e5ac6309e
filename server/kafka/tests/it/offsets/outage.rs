use std::time::{Duration, Instant};

use kafka::offsets::{Isolation, Point, Unread};
use kafka::{Cluster, Error};
use lab::Lab;

use rdkafka::consumer::{CommitMode, Consumer};

use super::by_hand::{commit, consumer, offsets as offsets_of, partition};
use super::seen::Seen;
use crate::frozen::{freeze, threads};

/// How soon all is well after a broker is back: librdkafka's longest pause between attempts, and the tail's own.
const RECOVERY: Duration = Duration::from_secs(30);

fn files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

fn silent(error: &Error) -> bool {
    matches!(error, Error::TimedOut { .. } | Error::Unreachable { .. })
}

pub async fn a_frozen_broker_holds_nobody_up_and_leaves_nothing_behind(lab: &Lab, cluster: &Cluster) {
    let offsets = cluster.offsets().unwrap();
    let sampler = cluster.sampler(Isolation::ReadUncommitted).unwrap();
    let of: Vec<_> = (0..90).map(|number| partition("ends-1", number)).collect();
    let unknown = cluster.offsets().unwrap();
    let list = |deadline| offsets.list(of.clone(), Point::Latest, Isolation::ReadUncommitted, deadline);
    let sample = |deadline| sampler.next_unread(vec![(partition("ends-2", 0), 0)], deadline);
    let long = Duration::from_secs(10);
    assert!(list(long).await.unwrap().iter().all(|found| found.at.is_ok()));
    sample(long).await.unwrap();
    let mut seen = Seen::of(cluster.commits().unwrap(), &["frozen"]);
    let began = Instant::now();
    seen.until("the beginning", RECOVERY, |seen| seen.complete_since("frozen", began))
        .await;
    let before = (threads().len(), files());

    freeze(lab).await;
    let began = Instant::now();
    seen.tail.want(["frozen".into(), "asked-while-frozen".into()].into());
    // Short times of all lengths: questions whose own time ran out early have ended this process.
    for call in 0..200 {
        let short = Duration::from_millis(1 + call * 7 % 25);
        let asked = Instant::now();
        let found = list(short).await;
        let silent_all = match &found {
            Ok(found) => found.iter().all(|found| found.at.as_ref().is_err_and(silent)),
            Err(error) => silent(error),
        };
        assert!(silent_all, "{call}: {found:?}");
        let found = unknown
            .list(of.clone(), Point::Earliest, Isolation::ReadCommitted, short)
            .await;
        assert!(
            found.is_err() || found.unwrap().iter().all(|found| found.at.is_err()),
            "{call}"
        );
        let topics = offsets.topics(vec!["ends-1".into()], short).await;
        match &topics {
            Ok(topics) => assert!(topics[0].1.as_ref().is_err_and(silent), "{topics:?}"),
            Err(error) => assert!(silent(error), "{error}"),
        }
        assert!(asked.elapsed() < Duration::from_millis(600), "{:?}", asked.elapsed());
    }
    let asked = Instant::now();
    let found = sample(Duration::from_millis(500)).await;
    match &found {
        Ok(found) => assert!(
            matches!(&found[0].unread, Unread::Failed(error) if silent(error)),
            "{found:?}"
        ),
        Err(error) => assert!(silent(error), "{error}"),
    }
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    seen.until("trouble", RECOVERY, |seen| {
        let home = seen.last.home("frozen").unwrap();
        home.trouble.as_ref().is_some_and(silent) && home.complete_at.unwrap() < began + Duration::from_secs(1)
    })
    .await;
    // A tail that begins now, and one that was at work, end at once.
    let late = cluster.commits().unwrap();
    late.want(["frozen".into()].into());
    let began = Instant::now();
    drop(late);
    assert!(began.elapsed() < Duration::from_millis(250), "{:?}", began.elapsed());

    lab.broker().resume().unwrap();
    let thawed = Instant::now();
    let took = seen
        .until("all is well", RECOVERY, |seen| {
            seen.complete_since("frozen", thawed)
                && seen.complete_since("asked-while-frozen", thawed)
                && seen.last.homes.iter().all(|home| home.trouble.is_none())
        })
        .await;
    println!("the tail was complete {took:?} after the broker thawed");
    let began = Instant::now();
    while !list(long).await.unwrap().iter().all(|found| found.at.is_ok()) {
        assert!(began.elapsed() < RECOVERY);
    }
    assert!(matches!(sample(long).await.unwrap()[0].unread, Unread::At(Some(_))));
    commit(&consumer(lab, "frozen"), &[("ends-1", 0, 3)]);
    seen.until("a commit after the thaw", RECOVERY, |seen| {
        seen.offset("frozen", "ends-1", 0) == Some(Some(3))
    })
    .await;
    // Threads that end, and questions that were given up, have a moment to go.
    let began = Instant::now();
    while threads().len() > before.0 + 2 || files() > before.1 + 2 {
        let now = (threads().len(), files());
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "threads and files {before:?}, then {now:?}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

pub async fn the_tail_goes_on_after_a_broker_was_away(lab: &Lab, cluster: &Cluster) {
    let mut seen = Seen::of(cluster.commits().unwrap(), &["away"]);
    let group = consumer(lab, "away");
    commit(&group, &[("ends-1", 0, 1), ("ends-1", 1, 1)]);
    let began = Instant::now();
    seen.until("the beginning", RECOVERY, |seen| seen.complete_since("away", began))
        .await;
    lab.broker().stop().await.unwrap();
    seen.until("trouble", RECOVERY, |seen| {
        let home = seen.last.home("away").unwrap();
        home.trouble
            .as_ref()
            .is_some_and(|error| matches!(error, Error::Unreachable { .. }))
    })
    .await;
    println!("{:?}", seen.last.home("away"));
    lab.broker().start().await.unwrap();
    let back = Instant::now();
    let began = Instant::now();
    loop {
        match group.commit(&offsets_of(&[("ends-1", 0, 2)]), CommitMode::Sync) {
            Ok(()) => break,
            Err(error) => assert!(began.elapsed() < RECOVERY, "{error}"),
        }
    }
    seen.until("all is well", RECOVERY, |seen| {
        seen.offset("away", "ends-1", 0) == Some(Some(2)) && seen.complete_since("away", back)
    })
    .await;
    println!("the tail was complete {:?} after the broker was back", back.elapsed());
    assert_eq!(seen.offset("away", "ends-1", 1), Some(Some(1)));
    // A restart is a new epoch of the partition's leader.
    let offsets = cluster.offsets().unwrap();
    let began = Instant::now();
    loop {
        let of = vec![partition("ends-2", 0)];
        let deadline = Duration::from_secs(2);
        let found = offsets
            .list(of, Point::Latest, Isolation::ReadUncommitted, deadline)
            .await;
        match found.map(|found| found[0].at.clone()) {
            Ok(Ok(Some(at))) if at.offset == 6 => break,
            other => assert!(began.elapsed() < RECOVERY, "{other:?}"),
        }
    }
    println!("an end was told {:?} after that", began.elapsed());
}

pub async fn another_kafka_cluster_is_read_anew(lab: &Lab, cluster: &Cluster) {
    let mut seen = Seen::of(cluster.commits().unwrap(), &["moved"]);
    commit(&consumer(lab, "moved"), &[("ends-1", 0, 9)]);
    let began = Instant::now();
    seen.until("the beginning", RECOVERY, |seen| {
        seen.complete_since("moved", began) && seen.offset("moved", "ends-1", 0) == Some(Some(9))
    })
    .await;
    lab.broker().kill().unwrap();
    lab.broker().replace_storage("YW5vdGhlci1rYWZrYS1pZA").unwrap();
    lab.broker().start().await.unwrap();
    lab.create_topic("ends-1", 1).await.unwrap();
    commit(&consumer(lab, "moved"), &[("ends-1", 0, 1)]);
    let back = Instant::now();
    seen.until("the other cluster", RECOVERY, |seen| {
        seen.offset("moved", "ends-1", 0) == Some(Some(1)) && seen.complete_since("moved", back)
    })
    .await;
    println!("another Kafka cluster was read {:?} after it was there", back.elapsed());
}
