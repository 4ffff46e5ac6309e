//! A broker that freezes, stops and starts.

use std::time::{Duration, Instant};

use kafka::Error;
use kafka::tail::Incomplete;
use lab::Lab;

use super::heard::{Heard, listen};
use super::writer::{Writer, make};
use crate::frozen::{freeze, threads};

/// How soon a tail ends.
const END: Duration = Duration::from_millis(250);

fn silent(heard: &Heard) -> bool {
    matches!(
        &heard.incomplete,
        Some(Incomplete::Silent(Error::TimedOut { .. } | Error::Unreachable { .. }))
    )
}

pub async fn a_frozen_broker_is_told_and_holds_nobody(lab: &Lab) {
    make(lab, "tail-frozen", 2).await;
    let writer = Writer::new(lab);
    writer.write("tail-frozen", 0, &["a"]);
    let mut listener = listen(lab, &["tail-frozen"]);
    let other = listen(lab, &["tail-frozen"]);
    listener.complete("tail-frozen").await;
    freeze(lab).await;
    let took = listener.until("tail-frozen", "nobody answers", silent).await;
    println!("a frozen broker is told after {took:?}");

    let began = Instant::now();
    drop(other.tail);
    assert!(
        began.elapsed() < END + Duration::from_millis(50),
        "{:?}",
        began.elapsed()
    );

    lab.broker().resume().unwrap();
    let took = listener.complete("tail-frozen").await;
    println!("complete {took:?} after it thawed");
    writer.write("tail-frozen", 1, &["b"]);
    listener
        .until("tail-frozen", "what comes", |heard| heard.names() == ["a", "b"])
        .await;
}

pub async fn a_broker_that_stops_and_starts_loses_nothing(lab: &Lab) {
    make(lab, "tail-outage", 2).await;
    let name = "tail lab".to_owned();
    {
        Writer::new(lab).write("tail-outage", 0, &["a"]);
    }
    let mut listener = listen(lab, &["tail-outage"]);
    listener.complete("tail-outage").await;
    lab.broker().stop().await.unwrap();
    let took = listener.until("tail-outage", "nobody answers", silent).await;
    println!("a broker that stopped is told after {took:?}");
    // One that starts while nobody is there.
    let mut late = listen(lab, &["tail-outage"]);
    late.until("tail-outage", "nobody answers", silent).await;

    lab.broker().start().await.unwrap();
    Writer::new(lab).write("tail-outage", 1, &["b"]);
    for (which, listener) in [("kept", &mut listener), ("late", &mut late)] {
        let took = listener.complete("tail-outage").await;
        listener
            .until("tail-outage", "both", |heard| heard.records.len() == 2)
            .await;
        println!("{which}: complete {took:?} after the broker served again");
        assert_eq!(listener.of("tail-outage").restarts, []);
    }

    let began = Instant::now();
    drop(listener.tail);
    assert!(began.elapsed() < END, "{:?}", began.elapsed());
    // After its last word nothing comes.
    while let Ok(event) = listener.events.try_recv() {
        drop(event);
    }
    assert!(listener.events.is_closed() && listener.events.recv().await.is_none());
    drop(late);
    let began = Instant::now();
    while threads().contains(&name) {
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", threads());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
