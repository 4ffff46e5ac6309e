//! A reader over a channel of the test's own, and what it writes to the wire.

use std::fmt;

use chrono::DateTime;
use model::record::Changed;
use serde::Serializer;
use tokio::sync::{Semaphore, broadcast};

use super::*;

/// An event about a connector.
fn event(id: i64, connector: &str) -> Arc<engine::Event> {
    Arc::new(engine::Event {
        id,
        at: DateTime::UNIX_EPOCH,
        cluster: "orders".into(),
        connector: Some(connector.into()),
        changed: Changed::Connector,
        health: None,
    })
}

fn reader(known: i64, live: broadcast::Receiver<Arc<engine::Event>>) -> Reader {
    Reader {
        waiting: VecDeque::new(),
        live,
        known,
        pulse: Box::new(|| "{}".to_owned()),
        begun: 0,
        position: Box::new(move || Position { begun: 0, feed: known }),
        admitted: Box::new(|| true),
        heartbeat: HEARTBEAT,
        end: Instant::now() + LIFE,
        _permit: Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap(),
    }
}

/// All that a reader is sent until its channel ends: the kind of each event with its number.
async fn sent(reader: Reader) -> Vec<(String, i64)> {
    let body = Sse::new(reader.events()).into_response().into_body();
    let text = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let text = String::from_utf8(text.to_vec()).unwrap();
    let field = |block: &str, name: &str| {
        let mut lines = block.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        value.map(str::to_owned)
    };
    text.split("\n\n")
        .filter(|block| !block.is_empty())
        .map(|block| {
            let id = field(block, "id").unwrap().parse().unwrap();
            let kind = field(block, "event").unwrap();
            let data = field(block, "data").unwrap();
            assert_eq!(data.contains(&format!("\"id\":{id},")), kind == CHANGE, "{block}");
            (kind, id)
        })
        .collect()
}

fn change(id: i64) -> (String, i64) {
    (CHANGE.to_owned(), id)
}

fn anew(id: i64) -> (String, i64) {
    (RESET.to_owned(), id)
}

#[tokio::test]
async fn what_was_sent_before_is_not_said_again_and_what_comes_after_is() {
    for known in 0..=4 {
        let (sender, live) = broadcast::channel(16);
        for id in 1..=4 {
            sender.send(event(id, &format!("c{id}"))).unwrap();
        }
        drop(sender);
        let expected: Vec<_> = (known + 1..=4).map(change).collect();
        assert_eq!(sent(reader(known, live)).await, expected, "after {known}");
    }
}

#[tokio::test]
async fn what_waits_comes_first_and_each_number_once() {
    let (sender, live) = broadcast::channel(16);
    for id in 1..=3 {
        sender.send(event(id, &format!("c{id}"))).unwrap();
    }
    drop(sender);
    let mut reader = reader(2, live);
    reader.waiting.extend([said(&event(1, "c1")), said(&event(2, "c2"))]);
    assert_eq!(sent(reader).await, [change(1), change(2), change(3)]);
}

#[tokio::test]
async fn of_several_about_the_same_only_the_last_is_said() {
    let (sender, live) = broadcast::channel(16);
    for (id, name) in [(1, "a"), (2, "b"), (3, "a"), (4, "c"), (5, "a")] {
        sender.send(event(id, name)).unwrap();
    }
    drop(sender);
    assert_eq!(sent(reader(0, live)).await, [change(2), change(4), change(5)]);
}

#[tokio::test]
async fn who_lags_behind_begins_anew_from_the_last_number_and_goes_on_from_there() {
    // The channel forgot the first ones.
    let (sender, live) = broadcast::channel(4);
    for id in 1..=9 {
        sender.send(event(id, &format!("c{id}"))).unwrap();
    }
    let mut behind = reader(0, live);
    let first = behind.next().await.unwrap();
    assert!(format!("{first:?}").contains(RESET), "{first:?}");
    assert_eq!(behind.known, 9);
    sender.send(event(10, "c1")).unwrap();
    drop(sender);
    assert_eq!(sent(behind).await, [change(10)]);

    // The channel held them all, and they are more than its share.
    let many = i64::try_from(QUEUE).unwrap() + 1;
    let (sender, live) = broadcast::channel(QUEUE * 2);
    for id in 1..=many {
        sender.send(event(id, &format!("c{id}"))).unwrap();
    }
    drop(sender);
    assert_eq!(sent(reader(0, live)).await, [anew(many)]);
}

#[tokio::test]
async fn a_stream_ends_after_its_life() {
    let (_sender, live) = broadcast::channel(4);
    let mut old = reader(0, live);
    old.end = Instant::now();
    assert!(old.next().await.is_none());
}

struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom(fmt::Error))
    }
}

#[test]
fn a_change_that_cannot_be_written_makes_its_reader_begin_anew() {
    let written = format!("{:?}", written(7, &Unwritable));
    assert!(written.contains(RESET) && !written.contains(CHANGE), "{written}");
    assert_eq!(written, format!("{:?}", reset(7)));
}

#[tokio::test(start_paused = true)]
async fn while_nothing_changes_the_reader_is_told_that_the_server_is_there() {
    let (sender, live) = broadcast::channel(4);
    let mut reader = reader(0, live);
    let began = Instant::now();
    let told = reader.next().await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 10);
    let told = format!("{told:?}");
    assert!(told.contains(ALIVE) && !told.contains("id:"), "{told}");
    sender.send(event(1, "a")).unwrap();
    let told = format!("{:?}", reader.next().await.unwrap());
    assert!(told.contains(CHANGE), "{told}");
}

#[tokio::test]
async fn what_is_lost_between_one_event_and_those_queued_behind_it_begins_anew() {
    let (sender, live) = broadcast::channel(4);
    let mut reader = reader(0, live);
    for id in 2..=17 {
        sender.send(event(id, &format!("c{id}"))).unwrap();
    }
    // The first one was received before the others overtook the channel.
    let _reset = reader.take(event(1, "c1"));
    assert!(
        reader.waiting.is_empty(),
        "nothing that stands before a gap is said as if all were there"
    );
    sender.send(event(18, "c18")).unwrap();
    drop(sender);
    assert_eq!(sent(reader).await, [change(18)]);
}

#[tokio::test]
async fn a_reader_begins_anew_when_the_numbers_of_the_feed_have_gone_back() {
    // Whether the copy is still behind what was told, or has overtaken it.
    for feed in [40, 140] {
        let (sender, live) = broadcast::channel(16);
        let mut reader = Reader {
            position: Box::new(move || Position { begun: 1, feed }),
            ..reader(100, live)
        };
        for old_or_new in [101, 102, feed] {
            sender.send(event(old_or_new, "c1")).unwrap();
        }
        let told = format!("{:?}", reader.next().await.unwrap());
        assert!(told.contains(RESET) && told.contains(&feed.to_string()), "{told}");
        sender.send(event(feed + 1, "c1")).unwrap();
        drop(sender);
        assert_eq!(sent(reader).await, [change(feed + 1)]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_learns_with_the_next_sign_of_life_that_the_numbers_have_gone_back() {
    let (_sender, live) = broadcast::channel(16);
    let mut reader = Reader {
        position: Box::new(|| Position { begun: 1, feed: 40 }),
        ..reader(100, live)
    };
    let told = format!("{:?}", reader.next().await.unwrap());
    assert!(told.contains(RESET), "{told}");
    assert_eq!((reader.known, reader.begun), (40, 1));
}

#[tokio::test(start_paused = true)]
async fn who_is_let_in_no_more_is_told_nothing_more_and_his_stream_ends() {
    let turned_away = |live| Reader {
        admitted: Box::new(|| false),
        ..reader(0, live)
    };
    let (sender, live) = broadcast::channel(16);
    sender.send(event(1, "c1")).unwrap();
    assert!(sent(turned_away(live)).await.is_empty());
    // Nor does one go on on which nothing is told.
    let began = Instant::now();
    assert!(sent(turned_away(sender.subscribe())).await.is_empty());
    assert_eq!(began.elapsed(), HEARTBEAT);
}
