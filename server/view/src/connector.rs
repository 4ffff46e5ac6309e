//! One connector of a snapshot.

use std::sync::Arc;

use model::facts::ConnectorFacts;
use model::fault::Fault;
use model::owner::Owner;
use model::record::ConnectorRecord;
use model::verdict::Verdict;

/// One connector of a snapshot.
#[derive(Clone, Debug)]
pub struct Connector {
    /// What is recorded.
    pub record: ConnectorRecord,
    /// The fault that it belongs to.
    pub fault: Option<Arc<Fault>>,
    /// The number of the feed at which it last changed: its ETag.
    pub revision: i64,
}

impl Connector {
    /// What is known.
    pub fn facts(&self) -> &ConnectorFacts {
        &self.record.facts
    }

    /// What it means.
    pub fn verdict(&self) -> &Verdict {
        &self.record.verdict
    }

    /// Whose it is.
    pub fn owner(&self) -> Option<&Owner> {
        self.record.owner.as_ref()
    }

    /// Whether it still exists.
    pub fn live(&self) -> bool {
        self.facts().deleted_at.is_none()
    }
}
