//! Listening to a tail.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kafka::Tail;
use kafka::internal::{Said, StatusRecord, TopicKind};
use kafka::tail::{Incomplete, Restart, TailEvent, TailKind, Topics};
use lab::Lab;
use tokio::sync::mpsc::{Receiver, channel};

/// No wait is longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was told of a topic since it was last told anew.
#[derive(Debug, Default)]
pub struct Heard {
    /// Partition, offset and connector of each status record.
    pub records: Vec<(i32, i64, String)>,
    pub complete: bool,
    pub incomplete: Option<Incomplete>,
    /// Why it was told anew, each time.
    pub restarts: Vec<Restart>,
    /// How often it became complete.
    pub completions: usize,
}

impl Heard {
    pub fn names(&self) -> Vec<&str> {
        self.records.iter().map(|(_, _, name)| &**name).collect()
    }

    pub fn is(&self, why: &Incomplete) -> bool {
        self.incomplete.as_ref() == Some(why)
    }
}

/// A tail with what it told.
pub struct Listener {
    pub tail: Tail,
    pub events: Receiver<TailEvent>,
    pub heard: BTreeMap<Arc<str>, Heard>,
}

pub fn topics(names: &[&str]) -> Topics {
    names.iter().map(|name| ((*name).into(), TopicKind::Status)).collect()
}

pub fn listen(lab: &Lab, names: &[&str]) -> Listener {
    with(&lab.broker().bootstrap(), &BTreeMap::new(), names, 16)
}

pub fn with(bootstrap: &str, properties: &BTreeMap<String, String>, names: &[&str], capacity: usize) -> Listener {
    let (sender, events) = channel(capacity);
    let tail = Tail::start("lab", bootstrap, properties, topics(names), sender).unwrap();
    Listener {
        tail,
        events,
        heard: BTreeMap::new(),
    }
}

impl Listener {
    fn take(&mut self, event: TailEvent) {
        let heard = self.heard.entry(event.topic).or_default();
        match event.kind {
            TailKind::Records(records) => {
                assert!(!records.is_empty());
                for record in records {
                    let connector = match record.said {
                        Said::Status(StatusRecord::Connector { connector, .. }) => connector.to_string(),
                        Said::Status(_) | Said::Config(_) | Said::Offset(_) => panic!("another kind"),
                        Said::Unreadable(why) => why.to_string(),
                    };
                    let before = heard
                        .records
                        .iter()
                        .rfind(|(partition, ..)| *partition == record.partition);
                    assert!(
                        before.is_none_or(|(_, before, _)| *before < record.offset),
                        "{before:?} before {} of {}",
                        record.offset,
                        record.partition
                    );
                    assert!(record.timestamp_ms.is_some_and(|ms| ms > 1_600_000_000_000));
                    heard.records.push((record.partition, record.offset, connector));
                }
            }
            TailKind::Complete => {
                assert!(!heard.complete, "told twice");
                heard.complete = true;
                heard.completions += 1;
                heard.incomplete = None;
            }
            TailKind::Incomplete(why) => {
                heard.complete = false;
                heard.incomplete = Some(why);
            }
            TailKind::Restarted(why) => {
                let mut restarts = std::mem::take(&mut heard.restarts);
                restarts.push(why);
                *heard = Heard {
                    restarts,
                    completions: heard.completions,
                    ..Heard::default()
                };
            }
        }
    }

    /// Listens until what was heard of the topic is as wanted, and returns how long that took.
    pub async fn until(&mut self, topic: &str, what: &str, wanted: impl Fn(&Heard) -> bool) -> Duration {
        let began = Instant::now();
        while !self.heard.get(topic).is_some_and(&wanted) {
            let left = PATIENCE.saturating_sub(began.elapsed());
            let Ok(Some(event)) = tokio::time::timeout(left, self.events.recv()).await else {
                panic!("not heard of {topic}: {what}; last {:#?}", self.heard.get(topic));
            };
            self.take(event);
        }
        began.elapsed()
    }

    /// The same, until it is complete.
    pub async fn complete(&mut self, topic: &str) -> Duration {
        self.until(topic, "it is complete", |heard| heard.complete).await
    }

    pub fn of(&self, topic: &str) -> &Heard {
        &self.heard[topic]
    }
}
