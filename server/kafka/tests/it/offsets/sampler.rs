use std::time::{Duration, Instant};

use kafka::Cluster;
use kafka::Error;
use kafka::offsets::{Isolation, Partition, Sampler, Unread};
use lab::Lab;
use rdkafka::producer::Producer;

use super::by_hand::{LONG, partition, producer, send};

const BASE: i64 = 1_700_000_000_000;

async fn sample(sampler: &Sampler, of: &[(Partition, i64)]) -> Vec<Unread> {
    let began = Instant::now();
    let mut samples = sampler.next_unread(of.to_vec(), LONG).await.unwrap();
    println!("{} samples took {:?}", of.len(), began.elapsed());
    samples.sort_by(|a, b| a.partition.cmp(&b.partition));
    assert_eq!(samples.len(), of.len());
    samples.into_iter().map(|sample| sample.unread).collect()
}

pub async fn the_next_unread_record_is_found_behind_marks_and_gaps(lab: &Lab, cluster: &Cluster) {
    lab.create_topic("aged", 3).await.unwrap();
    let producer = producer(lab, "aging");
    // Partition 0: two records, a mark, an aborted record, a mark. Partition 1: one record, a mark. Partition 2: empty.
    producer.begin_transaction().unwrap();
    send(&producer, "aged", 0, BASE);
    send(&producer, "aged", 0, BASE + 1);
    send(&producer, "aged", 1, BASE + 10);
    producer.commit_transaction(LONG).unwrap();
    producer.begin_transaction().unwrap();
    send(&producer, "aged", 0, BASE + 3);
    producer.abort_transaction(LONG).unwrap();
    let sampler = cluster.sampler(Isolation::ReadCommitted).unwrap();
    let all = |offsets: [i64; 3]| {
        [0, 1, 2].map(|number| (partition("aged", number), offsets[usize::try_from(number).unwrap()]))
    };
    let first = sample(&sampler, &all([0, 0, 0])).await;
    assert_eq!(
        first,
        [Unread::At(Some(BASE)), Unread::At(Some(BASE + 10)), Unread::Nothing]
    );
    // From the second record; from the mark, behind which there is nothing.
    let second = sample(&sampler, &all([1, 1, 0])).await;
    assert_eq!(second, [Unread::At(Some(BASE + 1)), Unread::Nothing, Unread::Nothing]);
    // From the mark, behind which there is only what was aborted; beyond the end.
    let third = sample(&sampler, &all([2, 99, 0])).await;
    assert_eq!(third, [Unread::Nothing, Unread::OutOfRange, Unread::Nothing]);
    // Who reads everything sees the aborted record.
    let open = cluster.sampler(Isolation::ReadUncommitted).unwrap();
    assert_eq!(sample(&open, &all([2, 0, 0])).await[0], Unread::At(Some(BASE + 3)));
    // Another one behind the gap that the aborted one leaves.
    producer.begin_transaction().unwrap();
    send(&producer, "aged", 0, BASE + 5);
    producer.commit_transaction(LONG).unwrap();
    assert_eq!(sample(&sampler, &all([2, 0, 0])).await[0], Unread::At(Some(BASE + 5)));

    // Many partitions, several times, more than are read at a time.
    lab.create_topic("aged-much", 150).await.unwrap();
    for number in 0..10 {
        lab.produce("aged-much", Some(number * 15), None, Some("x"))
            .await
            .unwrap();
    }
    let many: Vec<(Partition, i64)> = (0..150).map(|number| (partition("aged-much", number), 0)).collect();
    for _ in 0..2 {
        let found = sample(&sampler, &many).await;
        let with = found
            .iter()
            .filter(|unread| matches!(unread, Unread::At(Some(at)) if *at > BASE));
        assert_eq!(with.count(), 10);
        assert_eq!(found.iter().filter(|unread| **unread == Unread::Nothing).count(), 140);
    }

    // What is not there is told, and holds up nobody but itself.
    let deadline = Duration::from_secs(3);
    let of = vec![
        (partition("no-such", 0), 0),
        (partition("aged", 0), 0),
        (partition("", 0), 0),
        (partition("aged", 9), 0),
    ];
    let began = Instant::now();
    let mut samples = sampler.next_unread(of, deadline).await.unwrap();
    let took = began.elapsed();
    samples.sort_by(|a, b| a.partition.cmp(&b.partition));
    let found: Vec<Unread> = samples.into_iter().map(|sample| sample.unread).collect();
    assert_eq!(found[0], Unread::Failed(Error::NoTopic(String::new())));
    assert_eq!(found[1], Unread::At(Some(BASE)));
    let no_partition = Error::NoPartition {
        topic: "aged".to_owned(),
        partition: 9,
    };
    assert_eq!(found[2], Unread::Failed(no_partition));
    assert_eq!(found[3], Unread::Failed(Error::NoTopic("no-such".to_owned())));
    assert!(took < Duration::from_secs(1), "{took:?}");
}
