//! What watchers need to know of the facts: whom to ask, and what to miss.

use std::collections::BTreeSet;

use model::facts::{ClusterFacts, ConnectorFacts};
use model::names::{ConnectorName, WorkerId};

/// A digest of the facts, renewed whenever they change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hints {
    /// Workers not known to be gone.
    pub(crate) workers: BTreeSet<WorkerId>,
    /// Workers known to be gone, which may come back.
    pub(crate) gone: BTreeSet<WorkerId>,
    /// Connectors that exist.
    pub(crate) connectors: BTreeSet<ConnectorName>,
    /// Connectors that exist and have no status, not yet or no more; the expanded list leaves them out. One that a plain
    /// list lacked is not among them: it is missed until a second list decides.
    pub(crate) without_status: BTreeSet<ConnectorName>,
}

impl Hints {
    pub(crate) fn of(facts: &ClusterFacts) -> Self {
        let workers = |gone: bool| {
            let chosen = facts.workers.values().filter(move |worker| worker.alive.gone() == gone);
            chosen.map(|worker| worker.id.clone()).collect()
        };
        let live = || {
            facts
                .connectors
                .values()
                .filter(|connector| connector.deleted_at.is_none())
        };
        Self {
            workers: workers(false),
            gone: workers(true),
            connectors: live().map(|connector| connector.name.clone()).collect(),
            without_status: live()
                .filter(|connector| connector.missing.is_none() && lacks_status(connector))
                .map(|connector| connector.name.clone())
                .collect(),
        }
    }
}

/// Whether it is settled that the expanded list leaves it out although it exists.
fn lacks_status(connector: &ConnectorFacts) -> bool {
    let vanished = connector.status_missing.as_ref().is_some_and(|status| status.named);
    connector.instance.is_none() || vanished
}
