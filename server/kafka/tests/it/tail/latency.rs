//! How soon a record is here.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kafka::tail::TailKind;
use lab::Lab;

use super::heard::listen;
use super::writer::{Writer, make};

const RECORDS: usize = 200;

pub async fn a_status_is_here_at_once(lab: &Lab) {
    make(lab, "tail-latency", 5).await;
    let writer = Writer::new(lab);
    let mut listener = listen(lab, &["tail-latency"]);
    listener.complete("tail-latency").await;
    let mut took = Vec::new();
    for number in 0..RECORDS {
        let partition = i32::try_from(number % 5).unwrap();
        writer.send("tail-latency", partition, "c");
        let record = loop {
            let event = listener.events.recv().await.unwrap();
            if let TailKind::Records(mut records) = event.kind {
                break records.pop().unwrap();
            }
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let written = Duration::from_millis(u64::try_from(record.timestamp_ms.unwrap()).unwrap());
        took.push(now.saturating_sub(written));
        // Workers do not write in step with us.
        tokio::time::sleep(Duration::from_millis(u64::try_from(number % 17).unwrap())).await;
    }
    took.sort();
    let (half, most) = (took[RECORDS / 2], took[RECORDS * 99 / 100]);
    println!(
        "from a status's timestamp to the reader: p50 {half:?}, p99 {most:?}, max {:?}",
        took[RECORDS - 1]
    );
    assert!(half < Duration::from_millis(100), "{took:?}");
}
