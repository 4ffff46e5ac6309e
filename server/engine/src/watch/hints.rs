//! What watchers need to know of the facts: whom to ask, and what to miss.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::Timestamp;
use model::facts::{Alive, ClusterFacts, ConnectorFacts, Missing};
use model::fold::Expected;
use model::names::{ConnectorName, WorkerId};
use model::state::State;

/// A connector instance or task of which REST says something else than the status topic, with the moment since when the
/// topic says so: once it says something new, that is another one.
pub(crate) type Dispute = (ConnectorName, Option<u32>, Timestamp);

use super::installed::PluginLists;

/// A digest of the facts, renewed whenever they change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hints {
    /// Workers not known to be gone.
    pub(crate) workers: BTreeSet<WorkerId>,
    /// Those of them that are known to live.
    pub(crate) living: BTreeSet<WorkerId>,
    /// Workers known to be gone, which may come back.
    pub(crate) gone: BTreeSet<WorkerId>,
    /// Whether some are taken for gone only by what was seen before the cluster fell silent: the group is asked at once.
    pub(crate) in_doubt: bool,
    /// Whether Kafka told who is in its Connect group, or why it does not.
    pub(crate) group_told: bool,
    /// The Connect group that it was last seen to be.
    pub(crate) group: Option<Arc<str>>,
    /// Whether the group has no member, and a list came since it lost the last one.
    pub(crate) outlived: bool,
    /// What lists must agree with.
    pub(crate) expected: Expected,
    /// Whether it is another configured cluster again, and so is not watched.
    pub(crate) refused: bool,
    /// Whether the last look got no list, or Kafka does not tell who lives, so that what each address answers is asked anew.
    pub(crate) unheard: bool,
    /// Connectors that exist.
    pub(crate) connectors: BTreeSet<ConnectorName>,
    /// Connectors that exist and have no status, not yet or no more; the expanded list leaves them out. One that a plain
    /// list lacked is not among them: it is missed until a second list decides.
    pub(crate) without_status: BTreeSet<ConnectorName>,
    /// Connectors that a plain list lacked, with that list: a second one is awaited, which proves that they are deleted.
    pub(crate) unproven: BTreeMap<ConnectorName, Missing>,
    /// What REST says otherwise than the status topic.
    pub(crate) disputes: BTreeSet<Dispute>,
    /// Workers whose own addresses can be asked; a second one of them is needed for such a proof.
    pub(crate) askable: BTreeSet<WorkerId>,
    /// What the workers can load that are not known to be gone.
    pub(crate) plugins: PluginLists,
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
            living: facts
                .workers
                .values()
                .filter(|worker| worker.alive == Alive::Yes)
                .map(|worker| worker.id.clone())
                .collect(),
            gone: workers(true),
            in_doubt: facts.workers.values().any(|worker| worker.unconfirmed_since.is_some()),
            group_told: facts.about.group.is_some() || facts.about.group_gap.is_some(),
            group: facts.about.group.as_ref().map(|group| group.group_id.clone()),
            outlived: facts
                .about
                .group
                .as_ref()
                .and_then(|group| group.empty_since)
                .is_some_and(|empty| facts.fresh.rest.is_some_and(|listed| listed > empty)),
            expected: Expected::of(facts),
            refused: facts.about.same_as.is_some(),
            unheard: facts.about.gap.is_some() || facts.about.group_gap.is_some(),
            connectors: live().map(|connector| connector.name.clone()).collect(),
            without_status: live()
                .filter(|connector| connector.missing.is_none() && lacks_status(connector))
                .map(|connector| connector.name.clone())
                .collect(),
            unproven: live()
                .filter_map(|connector| Some((connector.name.clone(), connector.missing.clone()?)))
                .collect(),
            disputes: live().flat_map(|connector| disputes(connector)).collect(),
            askable: facts
                .workers
                .values()
                .filter(|worker| worker.can_be_asked())
                .map(|worker| worker.id.clone())
                .collect(),
            plugins: facts
                .workers
                .values()
                .filter(|worker| !worker.alive.gone())
                .filter_map(|worker| Some((worker.id.clone(), worker.plugins.clone()?)))
                .collect(),
        }
    }
}

impl Hints {
    /// The first connector that should be among these names of an expanded list and is not.
    pub(crate) fn missed(&self, names: &BTreeSet<ConnectorName>) -> Option<&ConnectorName> {
        let expected = |name: &&ConnectorName| !names.contains(*name) && !self.without_status.contains(*name);
        self.connectors.iter().find(expected)
    }

    /// Whether half of the connectors that exist are among these names, at least.
    pub(crate) fn familiar(&self, names: &BTreeSet<ConnectorName>) -> bool {
        let known = self.connectors.iter().filter(|name| names.contains(*name));
        let known = known.count();
        known > 0 && 2 * known >= self.connectors.len()
    }

    /// Whether one of those is missing that no plain list has lacked yet.
    pub(crate) fn newly_missed(&self, names: &BTreeSet<ConnectorName>) -> bool {
        let settled = |name: &ConnectorName| self.without_status.contains(name) || self.unproven.contains_key(name);
        let mut connectors = self.connectors.iter();
        connectors.any(|name| !names.contains(name) && !settled(name))
    }
}

/// The UNASSIGNED records of tasks that workers do not show are none.
fn disputes(connector: &ConnectorFacts) -> impl Iterator<Item = Dispute> {
    let other = connector.instances().filter(|(place, instance)| {
        let filtered = place.is_some() && instance.state == State::Unassigned;
        instance.rest.is_some() && !filtered
    });
    other.map(|(place, instance)| (connector.name.clone(), place, instance.since))
}

/// Whether it is settled that the expanded list leaves it out although it exists.
fn lacks_status(connector: &ConnectorFacts) -> bool {
    let vanished = connector.status_missing.as_ref().is_some_and(|status| status.named);
    connector.instance.is_none() || vanished
}

#[cfg(test)]
mod tests {
    use model::Timestamp;
    use model::facts::{Missing, StatusMissing};
    use model::verdict::Health;
    use testkit::samples::connector;

    use super::*;

    #[test]
    fn a_status_counts_as_gone_once_a_plain_list_named_its_connector_and_until_one_lacks_it() {
        let at = Timestamp::default();
        let lacks = |instance: bool, named: Option<bool>, missing: bool| {
            let mut facts = (*connector("lines", Health::Healthy).facts).clone();
            facts.instance = facts.instance.filter(|_| instance);
            facts.status_missing = named.map(|named| StatusMissing {
                since: at,
                named,
                heard_again: None,
            });
            facts.missing = missing.then(|| Missing {
                at,
                by: "a:8083".into(),
            });
            let cluster = ClusterFacts {
                name: "orders".into(),
                about: Default::default(),
                workers: Default::default(),
                connectors: [(facts.name.clone(), Arc::new(facts))].into(),
                fresh: Default::default(),
                told: Default::default(),
            };
            let hints = Hints::of(&cluster);
            assert_eq!(hints.connectors.len(), 1);
            !hints.without_status.is_empty()
        };
        assert!(!lacks(true, None, false));
        assert!(lacks(false, None, false), "just created");
        assert!(!lacks(true, Some(false), false), "it may have been deleted");
        assert!(lacks(true, Some(true), false), "it exists without a status");
        assert!(!lacks(true, Some(true), true), "the second list is asked for at once");
        assert!(!lacks(false, None, true), "the same for one that never had a status");
    }
}
