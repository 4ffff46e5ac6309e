//! What goes to the reader of a tail, in batches that the channel bounds.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use super::event::{TailEvent, TailKind};
use crate::internal::{InternalRecord, Said};

/// Bytes of records, as they came, that are gathered before they are sent; a batch may be longer by its last record.
const MOST: usize = 256 << 10;
/// Between two attempts to hand something to a reader whose channel is full.
const PAUSE: Duration = Duration::from_millis(10);

/// Gathers records and hands them over. It waits for the reader, so that nothing is read from Kafka meanwhile.
pub(super) struct Outbox {
    events: Sender<TailEvent>,
    stop: Arc<AtomicBool>,
    gathered: BTreeMap<Arc<str>, Vec<InternalRecord>>,
    bytes: usize,
}

impl Outbox {
    pub(super) fn new(events: Sender<TailEvent>, stop: Arc<AtomicBool>) -> Self {
        Self {
            events,
            stop,
            gathered: BTreeMap::new(),
            bytes: 0,
        }
    }

    /// Whether there is nobody to tell any more: we are to stop, or the reader is gone.
    pub(super) fn over(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.events.is_closed()
    }

    /// Whether it is time for [`Self::flush`].
    pub(super) fn full(&self) -> bool {
        self.bytes >= MOST
    }

    /// Takes a record that was so long.
    pub(super) fn record(&mut self, topic: &Arc<str>, record: InternalRecord, length: usize) {
        self.bytes = self.bytes.saturating_add(length);
        match self.gathered.get_mut(topic) {
            Some(records) => records.push(record),
            None => drop(self.gathered.insert(Arc::clone(topic), vec![record])),
        }
    }

    /// Hands over all that was gathered, configs first: a failure may quote a secret of a config that was written before it.
    pub(super) fn flush(&mut self) {
        self.bytes = 0;
        let config =
            |records: &Vec<InternalRecord>| records.iter().any(|record| matches!(record.said, Said::Config(_)));
        let all = std::mem::take(&mut self.gathered).into_iter();
        let (configs, others): (Vec<_>, Vec<_>) = all.partition(|(_, records)| config(records));
        for (topic, records) in configs.into_iter().chain(others) {
            self.send(&topic, TailKind::Records(records));
        }
    }

    /// Hands over news of a topic, after the records that came before them.
    pub(super) fn tell(&mut self, topic: &Arc<str>, news: TailKind) {
        if let Some(records) = self.gathered.remove(topic) {
            self.send(topic, TailKind::Records(records));
        }
        self.send(topic, news);
    }

    /// Drops what was gathered of a topic.
    pub(super) fn forget(&mut self, topic: &str) {
        self.gathered.remove(topic);
    }

    fn send(&self, topic: &Arc<str>, kind: TailKind) {
        let mut event = TailEvent {
            topic: Arc::clone(topic),
            kind,
        };
        while !self.over() {
            match self.events.try_send(event) {
                Err(TrySendError::Full(again)) => event = again,
                Ok(()) | Err(TrySendError::Closed(_)) => return,
            }
            std::thread::sleep(PAUSE);
        }
    }
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
