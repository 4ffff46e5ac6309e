//! From the beginning of a topic to its end.

use kafka::tail::Incomplete;
use lab::Lab;

use super::heard::listen;
use super::writer::{Writer, make};

pub async fn records_come_in_order_and_then_live(lab: &Lab) {
    make(lab, "tail-order", 3).await;
    let writer = Writer::new(lab);
    let names: Vec<String> = (0..600).map(|number| format!("c{number}")).collect();
    for (number, name) in names.iter().enumerate() {
        writer.send("tail-order", i32::try_from(number % 2).unwrap(), name);
    }
    writer.flush();
    let mut listener = listen(lab, &["tail-order", "tail-order-not"]);
    // The third partition is empty.
    let took = listener.complete("tail-order").await;
    println!("600 records in 3 partitions, complete after {took:?}");
    let heard = listener.of("tail-order");
    for partition in 0..2 {
        let of = heard.records.iter().filter(|(at, ..)| *at == partition);
        let expected = names.iter().skip(usize::try_from(partition).unwrap()).step_by(2);
        assert!(of.map(|(_, _, name)| name).eq(expected), "{partition}");
    }
    assert_eq!(heard.restarts, []);
    writer.write("tail-order", 2, &["late"]);
    listener
        .until("tail-order", "the late one", |heard| {
            heard.names().last() == Some(&"late")
        })
        .await;
    assert!(listener.of("tail-order").complete);
    listener
        .until("tail-order-not", "it is missing", |heard| {
            heard.is(&Incomplete::Missing)
        })
        .await;
}

pub async fn gaps_of_compaction_hang_nothing(lab: &Lab) {
    let configs = [
        ("cleanup.policy", "compact"),
        ("segment.ms", "50"),
        ("min.cleanable.dirty.ratio", "0.01"),
        ("delete.retention.ms", "0"),
    ];
    let admin = lab.broker().admin();
    admin.create_topic("tail-gaps", 1, &configs).await.unwrap();
    let writer = Writer::new(lab);
    let began = std::time::Instant::now();
    let mut written = 0;
    // A reader that starts while the log is cleaned again and again is always complete in the end.
    loop {
        for _ in 0..10 {
            writer.write("tail-gaps", 0, &["a", "b"]);
            written += 2;
        }
        let mut listener = listen(lab, &["tail-gaps"]);
        listener.complete("tail-gaps").await;
        let heard = listener.of("tail-gaps");
        assert_eq!(heard.records.last().map(|(_, offset, _)| *offset), Some(written - 1));
        assert_eq!(heard.restarts, []);
        if heard.records.len() < usize::try_from(written).unwrap() {
            println!("{} of {written} records are left", heard.records.len());
            return;
        }
        assert!(began.elapsed().as_secs() < 120, "the broker compacts nothing");
    }
}

pub async fn transactions_hang_nothing_and_only_what_was_committed_is_told(lab: &Lab) {
    make(lab, "tail-transactions", 1).await;
    let writer = Writer::transactional(lab, "tail");
    writer.begin();
    writer.write("tail-transactions", 0, &["committed"]);
    writer.commit();
    // The log ends with a marker.
    let mut listener = listen(lab, &["tail-transactions"]);
    listener.complete("tail-transactions").await;
    assert_eq!(listener.of("tail-transactions").names(), ["committed"]);

    writer.begin();
    writer.write("tail-transactions", 0, &["aborted"]);
    writer.abort();
    let mut another = listen(lab, &["tail-transactions"]);
    another.complete("tail-transactions").await;
    assert_eq!(another.of("tail-transactions").names(), ["committed"]);

    // A transaction that is open holds its own records back, and nobody's completeness.
    writer.begin();
    writer.write("tail-transactions", 0, &["open"]);
    let mut third = listen(lab, &["tail-transactions"]);
    third.complete("tail-transactions").await;
    assert_eq!(third.of("tail-transactions").names(), ["committed"]);
    writer.commit();
    for listener in [&mut listener, &mut another, &mut third] {
        listener
            .until("tail-transactions", "what was open", |heard| heard.records.len() == 2)
            .await;
        let heard = listener.of("tail-transactions");
        assert_eq!((heard.names(), heard.complete), (vec!["committed", "open"], true));
    }
}
