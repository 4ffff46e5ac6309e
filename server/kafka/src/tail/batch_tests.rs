use tokio::sync::mpsc::channel;

use super::*;
use crate::internal::{Malformed, Said};
use crate::tail::event::Incomplete;

fn record(offset: i64) -> InternalRecord {
    InternalRecord {
        partition: 0,
        offset,
        timestamp_ms: None,
        said: Said::Unreadable(Malformed::Key),
    }
}

fn outbox(capacity: usize) -> (Outbox, tokio::sync::mpsc::Receiver<TailEvent>, Arc<AtomicBool>) {
    let (sender, receiver) = channel(capacity);
    let stop = Arc::new(AtomicBool::new(false));
    (Outbox::new(sender, Arc::clone(&stop)), receiver, stop)
}

#[test]
fn news_come_after_the_records_before_them() {
    let (mut outbox, mut events, _) = outbox(8);
    let (a, b): (Arc<str>, Arc<str>) = ("a".into(), "b".into());
    outbox.record(&a, record(0), MOST - 1);
    outbox.record(&b, record(0), 0);
    outbox.record(&a, record(1), 0);
    assert!(!outbox.full());
    outbox.record(&a, record(2), 1);
    assert!(outbox.full());
    outbox.tell(&a, TailKind::Complete);
    outbox.forget("b");
    outbox.flush();
    let event = events.try_recv().expect("records");
    assert!(matches!(&event.kind, TailKind::Records(records) if records.iter().map(|r| r.offset).eq([0, 1, 2])));
    assert!(matches!(events.try_recv().expect("news").kind, TailKind::Complete));
    assert!(events.try_recv().is_err());
    assert!(!outbox.full());
}

#[test]
fn a_full_channel_is_waited_for_until_it_is_read_or_all_is_over() {
    let (mut outbox, mut events, stop) = outbox(1);
    let topic: Arc<str> = "a".into();
    outbox.tell(&topic, TailKind::Complete);
    let waiting = std::thread::spawn(move || {
        outbox.tell(&topic, TailKind::Incomplete(Incomplete::Missing));
        outbox.tell(&topic, TailKind::Complete);
        outbox.over()
    });
    for wanted in 0..2 {
        assert!(events.blocking_recv().is_some(), "{wanted}");
    }
    stop.store(true, Ordering::Relaxed);
    assert!(waiting.join().expect("it ends"));
}

#[test]
fn a_reader_that_is_gone_holds_nobody_up() {
    let (mut outbox, events, _) = outbox(1);
    drop(events);
    assert!(outbox.over());
    outbox.tell(&"a".into(), TailKind::Complete);
}
