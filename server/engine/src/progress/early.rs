//! What sources wrote down before it is known that they are sources: the offset topic may be read before the first list.

use std::collections::BTreeMap;

use model::names::ConnectorName;

use super::told::OffsetRecord;

/// Connectors that are waited for, and the partitions of each: topics keep the offsets of connectors that are long gone.
const CONNECTORS: usize = 10_000;
const PARTITIONS: usize = 16;

/// The last records of each partition.
#[derive(Default)]
pub(super) struct Early(BTreeMap<ConnectorName, BTreeMap<String, OffsetRecord>>);

impl Early {
    /// Keeps what was written last. Of what there is no room for only that is told which is written later.
    pub(super) fn keep(&mut self, record: OffsetRecord) {
        if self.0.len() >= CONNECTORS && !self.0.contains_key(&record.connector) {
            return;
        }
        let all = self.0.entry(record.connector.clone()).or_default();
        let partition = record.partition.to_string();
        if all.len() < PARTITIONS || all.contains_key(&partition) {
            all.insert(partition, record);
        }
    }

    /// What was kept of a connector of which it is known by now what it is, in the order in which it was written.
    pub(super) fn take(&mut self, name: &ConnectorName) -> Vec<OffsetRecord> {
        let mut all: Vec<OffsetRecord> = self.0.remove(name).unwrap_or_default().into_values().collect();
        all.sort_by_key(|record| record.at);
        all
    }
}
