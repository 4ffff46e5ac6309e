//! What sources wrote down, from the offset topics of their clusters.

use std::collections::BTreeMap;

use kafka::internal::OffsetRecord as Written;
use kafka::internal::offset::{SourceMap, SourceValue};
use model::names::ClusterName;
use model::{Clock, Timestamp};
use serde_json::{Map, Value};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::told::{OffsetRecord, Offsets, Told};
use crate::watch::{OffsetNews, OffsetsOf};

/// How often it is told that a topic is still read to its end.
const PACE: std::time::Duration = std::time::Duration::from_secs(1);

/// Passes on for ever.
pub(super) async fn run(mut news: mpsc::Receiver<OffsetsOf>, teller: mpsc::Sender<Told>, clock: Arc<dyn Clock>) {
    let mut complete: BTreeMap<ClusterName, bool> = BTreeMap::new();
    let mut beat = interval(PACE);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let told = tokio::select! {
            news = news.recv() => {
                let Some((cluster, news)) = news else { return };
                let own = complete.entry(cluster.clone()).or_default();
                vec![take(&cluster, own, news, clock.now())]
            }
            _ = beat.tick() => {
                let whole = complete.iter().filter(|(_, complete)| **complete);
                whole.map(|(cluster, _)| told(cluster, Vec::new(), Some(clock.now()))).collect()
            }
        };
        for told in told {
            if teller.send(Told::Offsets(told)).await.is_err() {
                return;
            }
        }
    }
}

fn told(cluster: &ClusterName, records: Vec<OffsetRecord>, complete: Option<Timestamp>) -> Offsets {
    Offsets {
        cluster: cluster.clone(),
        records,
        complete,
    }
}

/// What the news say; `complete` is whether their topic is read to its end.
fn take(cluster: &ClusterName, complete: &mut bool, news: OffsetNews, now: Timestamp) -> Offsets {
    let mut records = Vec::new();
    match news {
        OffsetNews::Records(written) => {
            records = written.into_iter().map(|(record, at)| read(record, at, now)).collect()
        }
        OffsetNews::Complete => *complete = true,
        OffsetNews::Incomplete | OffsetNews::Restarted => *complete = false,
    }
    told(cluster, records, complete.then_some(now))
}

fn read(record: Written, at: Option<Timestamp>, now: Timestamp) -> OffsetRecord {
    OffsetRecord {
        connector: record.connector,
        at: at.unwrap_or(now).min(now),
        partition: json(&record.partition),
        offset: record.offset.as_ref().map(json),
    }
}

fn json(map: &SourceMap) -> Value {
    let value = |value: &SourceValue| match value {
        SourceValue::Null => Value::Null,
        SourceValue::Boolean(is) => Value::from(*is),
        SourceValue::Whole(number) => Value::from(*number),
        SourceValue::Text(text) => Value::from(&**text),
        SourceValue::Number(text) | SourceValue::Nested(text) => {
            // What JSON cannot hold is shown as it was written.
            serde_json::from_str(text).unwrap_or_else(|_| Value::from(&**text))
        }
    };
    let entries = map.iter().map(|(name, field)| (name.to_string(), value(field)));
    Value::Object(entries.collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_source_wrote_is_json_again() {
        let map: SourceMap = [
            ("file", SourceValue::Text("a.txt".into())),
            ("position", SourceValue::Whole(9)),
            ("share", SourceValue::Number("0.5".into())),
            ("snapshot", SourceValue::Boolean(true)),
            ("nothing", SourceValue::Null),
            ("list", SourceValue::Nested("[1,2]".into())),
        ]
        .map(|(name, value)| (name.into(), value))
        .into();
        let expected = json!({
            "file": "a.txt", "position": 9, "share": 0.5, "snapshot": true, "nothing": null, "list": [1, 2],
        });
        assert_eq!(super::json(&map), expected);
    }
}
