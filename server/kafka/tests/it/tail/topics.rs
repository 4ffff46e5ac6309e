//! Topics that come, go, shrink and grow.

use kafka::internal::TopicKind;
use kafka::tail::{Incomplete, Restart, TailKind};
use lab::Lab;

use super::heard::{listen, topics};
use super::writer::{Writer, cut, grow, make, make_to_cut};

pub async fn one_that_is_made_later_is_found(lab: &Lab) {
    let mut listener = listen(lab, &["tail-later"]);
    listener
        .until("tail-later", "it is missing", |heard| heard.is(&Incomplete::Missing))
        .await;
    let all = lab.broker().admin().topics().await.unwrap();
    assert!(
        all.iter().all(|topic| topic.name != "tail-later"),
        "asking must not make it"
    );
    make(lab, "tail-later", 2).await;
    Writer::new(lab).write("tail-later", 1, &["a"]);
    let took = listener.complete("tail-later").await;
    println!("a topic that was made later is complete after {took:?}");
    listener
        .until("tail-later", "its record", |heard| heard.names() == ["a"])
        .await;
    assert_eq!(listener.of("tail-later").restarts, []);
}

pub async fn one_that_was_made_again_is_told_anew(lab: &Lab) {
    let admin = lab.broker().admin();
    make(lab, "tail-again", 1).await;
    make(lab, "tail-beside", 1).await;
    Writer::new(lab).write("tail-again", 0, &["old 1", "old 2"]);
    let mut listener = listen(lab, &["tail-again", "tail-beside"]);
    listener.complete("tail-again").await;
    listener.complete("tail-beside").await;

    // At once, and with more records than before: no offset is out of range then.
    for (round, partitions, made) in [
        ("long", 1, &["1", "2", "3", "4"][..]),
        ("short", 3, &["1"]),
        ("empty", 2, &[]),
    ] {
        let before = listener.of("tail-again").restarts.len();
        admin.delete_topic("tail-again").await.unwrap();
        // The broker may take a moment to be able to make one of that name again.
        let began = std::time::Instant::now();
        while let Err(error) = admin.create_topic("tail-again", partitions, &[]).await {
            assert!(began.elapsed().as_secs() < 30, "{error}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        // What a writer counted in the old topic is out of order in the new one.
        Writer::new(lab).write("tail-again", 0, made);
        let told = |heard: &super::heard::Heard| heard.restarts.len() > before && heard.complete;
        let took = listener.until("tail-again", round, told).await;
        println!("made again ({round}): told anew and complete after {took:?}");
        assert_eq!(listener.of("tail-again").names(), made, "{round}");
    }
    assert!(listener.of("tail-again").restarts.contains(&Restart::Recreated));
    let beside = listener.of("tail-beside");
    assert_eq!(
        (beside.completions, beside.restarts.len()),
        (1, 0),
        "the other topic is not disturbed"
    );
}

pub async fn one_that_was_cut_is_told_anew(lab: &Lab) {
    make_to_cut(lab, "tail-cut", 2).await;
    let writer = Writer::new(lab);
    writer.write("tail-cut", 0, &["a", "b", "c"]);
    writer.write("tail-cut", 1, &["d"]);
    let mut listener = listen(lab, &["tail-cut"]);
    listener.complete("tail-cut").await;
    cut(lab, "tail-cut", 0, 2).await;
    let told = |heard: &super::heard::Heard| heard.restarts.len() == 1 && heard.complete;
    let took = listener.until("tail-cut", "it is told anew", told).await;
    println!("cut: told anew and complete after {took:?}");
    let heard = listener.of("tail-cut");
    let mut names = heard.names();
    names.sort_unstable();
    assert_eq!(
        (names, &heard.restarts[..]),
        (vec!["c", "d"], &[Restart::Truncated { partition: 0 }][..])
    );
    // Up to the very end: nothing is out of range, and yet everything is gone.
    cut(lab, "tail-cut", 0, 3).await;
    let told = |heard: &super::heard::Heard| heard.restarts.len() == 2 && heard.complete;
    listener.until("tail-cut", "it is told anew again", told).await;
    assert_eq!(listener.of("tail-cut").names(), ["d"]);
}

pub async fn partitions_that_are_added_are_read(lab: &Lab) {
    make(lab, "tail-grows", 1).await;
    let writer = Writer::new(lab);
    writer.write("tail-grows", 0, &["a"]);
    let mut listener = listen(lab, &["tail-grows"]);
    listener.complete("tail-grows").await;
    grow(lab, "tail-grows", 3).await;
    listener
        .until("tail-grows", "it is read again", |heard| heard.is(&Incomplete::Reading))
        .await;
    listener.complete("tail-grows").await;
    Writer::new(lab).write("tail-grows", 2, &["b"]);
    listener
        .until("tail-grows", "the record of the new one", |heard| {
            heard.names() == ["a", "b"]
        })
        .await;
    assert_eq!(listener.of("tail-grows").restarts, []);
}

pub async fn topics_may_change_while_it_runs(lab: &Lab) {
    let writer = Writer::new(lab);
    for topic in ["tail-one", "tail-two"] {
        make(lab, topic, 1).await;
        writer.write(topic, 0, &["a"]);
    }
    let mut listener = listen(lab, &["tail-one"]);
    listener.complete("tail-one").await;
    listener
        .tail
        .follow(topics(&["tail-one", "tail-two", "", "no\0topic"]))
        .unwrap();
    listener.complete("tail-two").await;
    for impossible in ["", "no\0topic"] {
        listener
            .until(impossible, "it is missing", |heard| heard.is(&Incomplete::Missing))
            .await;
    }
    assert_eq!(listener.of("tail-one").completions, 1, "it is not disturbed");
    writer.write("tail-one", 0, &["b"]);
    listener
        .until("tail-one", "what comes", |heard| heard.names() == ["a", "b"])
        .await;

    // Of one that is no longer followed nothing comes; then as another kind, from its beginning.
    listener.tail.follow(topics(&["tail-two"])).unwrap();
    writer.write("tail-two", 0, &["b"]);
    listener
        .until("tail-two", "what comes", |heard| heard.records.len() == 2)
        .await;
    writer.write("tail-one", 0, &["c"]);
    let mut kinds = topics(&["tail-two"]);
    kinds.insert("tail-one".into(), TopicKind::Offsets);
    listener.tail.follow(kinds).unwrap();
    let mut unreadable = 0;
    loop {
        let event = listener.events.recv().await.unwrap();
        match event.kind {
            TailKind::Records(records) if &*event.topic == "tail-one" => unreadable += records.len(),
            TailKind::Complete if &*event.topic == "tail-one" => break,
            _ => {}
        }
    }
    assert_eq!(unreadable, 3, "statuses are no offsets");
}
