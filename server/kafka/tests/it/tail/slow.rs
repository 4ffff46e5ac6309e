//! A reader that does not read.

use std::time::{Duration, Instant};

use kafka::tail::TailKind;
use lab::Lab;

use super::heard::with;
use super::writer::{Writer, make};

/// Some 80 MB.
const RECORDS: usize = 4000;
const LENGTH: usize = 20_000;

/// Resident memory in kB.
fn memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

pub async fn a_slow_reader_holds_what_is_read_within_bounds(lab: &Lab) {
    make(lab, "tail-slow", 1).await;
    {
        Writer::new(lab).flood("tail-slow", RECORDS, LENGTH);
    }
    let before = memory();
    let mut listener = with(&lab.broker().bootstrap(), &Default::default(), &["tail-slow"], 4);
    // The channel fills, and then the queue of the consumer; from then on nothing grows.
    let began = Instant::now();
    let (mut grown, mut steady) = (0, Instant::now());
    while listener.events.len() < 4 || steady.elapsed() < Duration::from_secs(4) {
        let now = memory().saturating_sub(before);
        if now > grown + 256 {
            (grown, steady) = (now, Instant::now());
        }
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{} events wait",
            listener.events.len()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    println!("80 MB that nobody reads take {grown} kB");
    assert!(grown < 24 << 10, "{grown} kB");

    let (mut count, mut next) = (0, 0);
    let began = Instant::now();
    loop {
        let event = listener.events.recv().await.unwrap();
        match event.kind {
            TailKind::Records(records) => {
                for record in records {
                    assert_eq!(record.offset, next);
                    next += 1;
                    count += 1;
                }
            }
            TailKind::Complete => break,
            TailKind::Incomplete(_) => {}
            TailKind::Restarted(why) => panic!("{why}"),
        }
    }
    assert_eq!(count, RECORDS);
    let most = memory().saturating_sub(before);
    println!("read in {:?}, {most} kB in the end", began.elapsed());
    lab.broker().admin().delete_topic("tail-slow").await.unwrap();
}
