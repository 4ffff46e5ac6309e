//! The connectors of one cluster, with what lists ask of all of them worked out once for each change.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use model::names::{ClusterName, ConnectorName, WorkerId};

use crate::Connector;
use crate::columns::{Column, Columns, What};
use crate::haystack::Haystack;
use crate::index::Index;
use crate::vocabulary::Vocabulary;

/// The connectors of one cluster by name, deleted ones included; reads like the map. What lists need of all of them
/// (orders, counts, text to search) is worked out when it is first asked for and kept until a connector changes, so that
/// a reader looks at no more connectors than it shows.
#[derive(Debug, Default)]
pub struct Connectors {
    by_name: BTreeMap<ConnectorName, Arc<Connector>>,
    index: OnceLock<Index>,
    haystack: OnceLock<Haystack>,
    carried: OnceLock<BTreeMap<WorkerId, Carried>>,
    columns: Columns,
    vocabulary: OnceLock<Vocabulary>,
}

/// What REST says a worker runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// Connector instances.
    pub connectors: u32,
    /// Tasks.
    pub tasks: u32,
}

impl Deref for Connectors {
    type Target = BTreeMap<ConnectorName, Arc<Connector>>;

    fn deref(&self) -> &Self::Target {
        &self.by_name
    }
}

/// A clone is made to be changed, so it takes over nothing of what was worked out.
impl Clone for Connectors {
    fn clone(&self) -> Self {
        Self {
            by_name: self.by_name.clone(),
            ..Self::default()
        }
    }
}

impl Connectors {
    /// To change them; what was worked out is forgotten.
    pub(crate) fn change(&mut self) -> &mut BTreeMap<ConnectorName, Arc<Connector>> {
        let by_name = std::mem::take(&mut self.by_name);
        *self = Self {
            by_name,
            ..Self::default()
        };
        &mut self.by_name
    }

    pub(crate) fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(&self.by_name))
    }

    pub(crate) fn haystack(&self, cluster: &ClusterName) -> &Haystack {
        self.haystack.get_or_init(|| Haystack::of(cluster, &self.by_name))
    }

    pub(crate) fn column(&self, what: What) -> &Column {
        self.columns.get(what, &self.by_name)
    }

    pub(crate) fn vocabulary(&self, cluster: &ClusterName) -> &Vocabulary {
        self.vocabulary.get_or_init(|| Vocabulary::of(cluster, &self.by_name))
    }

    /// What each worker runs, of connectors that exist.
    pub(crate) fn carried(&self) -> &BTreeMap<WorkerId, Carried> {
        self.carried.get_or_init(|| {
            let mut carried: BTreeMap<WorkerId, Carried> = BTreeMap::new();
            for connector in self.by_name.values().filter(|connector| connector.live()) {
                let facts = connector.facts();
                if let Some(instance) = &facts.instance {
                    carried.entry(instance.worker_id.clone()).or_default().connectors += 1;
                }
                for task in facts.tasks.values() {
                    carried.entry(task.worker_id.clone()).or_default().tasks += 1;
                }
            }
            carried
        })
    }
}
