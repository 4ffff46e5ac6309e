//! What watchers need to know of the facts: whom to ask, and what to miss.

use std::collections::BTreeSet;

use model::facts::ClusterFacts;
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
    /// Connectors that exist and have no status yet; the expanded list leaves them out.
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
                .filter(|connector| connector.instance.is_none())
                .map(|connector| connector.name.clone())
                .collect(),
        }
    }
}
