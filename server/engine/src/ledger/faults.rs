//! The open faults of one cluster, and the connectors that they are made of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::Timestamp;
use model::fault::Fault;
use model::grouping::{Grouping, group};
use model::judge::Surroundings;
use model::names::{ClusterName, ConnectorName};
use model::set_back::SetBack;
use model::verdict::Verdict;

/// Verdicts of a cluster, by name.
pub(super) type Verdicts = BTreeMap<ConnectorName, Arc<Verdict>>;

/// Open faults with the connectors that exist and need a person: all that faults are made of.
#[derive(Default)]
pub(super) struct Faults {
    open: Vec<Arc<Fault>>,
    unhealthy: BTreeSet<ConnectorName>,
}

impl Faults {
    /// Goes on from those that are recorded; who is unhealthy is still to be told.
    pub(super) fn new(open: Vec<Arc<Fault>>) -> Self {
        Self {
            open,
            unhealthy: BTreeSet::new(),
        }
    }

    /// Those that are open.
    pub(super) fn open(&self) -> &[Arc<Fault>] {
        &self.open
    }

    /// Gives all of them to a cluster of another name.
    pub(super) fn rename(&mut self, cluster: &ClusterName) {
        for fault in &mut self.open {
            Arc::make_mut(fault).cluster = cluster.clone();
        }
    }

    /// Moves those that the clock left ahead of it; which they are.
    pub(super) fn set_back(&mut self, back: &SetBack) -> Vec<Arc<Fault>> {
        let moved = self
            .open
            .iter_mut()
            .filter_map(|fault| back.fault(fault).then(|| fault.clone()));
        moved.collect()
    }

    /// Puts one in the place of that with its id, if it is open and was this one; whether it was.
    pub(super) fn replace(&mut self, was: &Fault, fault: &Arc<Fault>) -> bool {
        let known = self.open.iter_mut().find(|known| ***known == *was);
        known.is_some_and(|known| {
            *known = fault.clone();
            true
        })
    }

    /// Whether a connector needs a person, as it was last told.
    pub(super) fn concern(&self, name: &ConnectorName) -> bool {
        self.unhealthy.contains(name)
    }

    /// Keeps in mind whether a connector exists and needs a person.
    pub(super) fn tell(&mut self, name: &ConnectorName, unhealthy: bool) {
        if unhealthy {
            self.unhealthy.insert(name.clone());
        } else {
            self.unhealthy.remove(name);
        }
    }

    /// Groups anew; what changed by it, if anything did. A `refused` cluster has no faults of its connectors: what it
    /// shows is already told of the cluster that it is.
    pub(super) fn group(
        &mut self,
        cluster: &ClusterName,
        refused: bool,
        judged: &Verdicts,
        surroundings: &Surroundings,
        now: Timestamp,
    ) -> Option<Grouping> {
        let unhealthy = self.unhealthy.iter().filter(|_| !refused);
        let verdicts = unhealthy.filter_map(|name| Some((name, &**judged.get(name)?)));
        let grouping = group(cluster, verdicts, surroundings, &self.open, now);
        if grouping.opened.is_empty() && grouping.changed.is_empty() && grouping.ended.is_empty() {
            return None;
        }
        self.open.clone_from(&grouping.open);
        Some(grouping)
    }
}

#[cfg(test)]
mod tests {
    use chrono::Utc;
    use serde_json::json;

    use super::*;

    fn verdicts(names: &[&str], now: Timestamp) -> Verdicts {
        let verdict = json!({
            "health": "failed", "since": now, "reasons": [],
            "diagnosis": {
                "class": "network", "domain": "infrastructure", "confidence": 0.9, "root_cause": "refused", "why": "it says so",
            },
        });
        let one = |name: &&str| {
            let verdict: Verdict = serde_json::from_value(verdict.clone()).unwrap();
            ((*name).into(), Arc::new(verdict))
        };
        names.iter().map(one).collect()
    }

    #[test]
    fn who_needs_a_person_is_in_a_fault_until_it_does_no_more() {
        let (now, cluster) = (Utc::now(), ClusterName::from("orders"));
        let judged = verdicts(&["a", "b"], now);
        let surroundings = Surroundings::default();
        let mut faults = Faults::default();
        let group = |faults: &mut Faults, refused| faults.group(&cluster, refused, &judged, &surroundings, now);
        assert!(group(&mut faults, false).is_none(), "nobody was told to be unhealthy");
        faults.tell(&"a".into(), true);
        faults.tell(&"not judged yet".into(), true);
        let opened = group(&mut faults, false).unwrap().opened;
        assert_eq!(opened.len(), 1);
        assert_eq!(faults.open(), opened);
        assert!(faults.concern(&"a".into()) && !faults.concern(&"b".into()));
        assert!(group(&mut faults, false).is_none(), "nothing changed");
        faults.tell(&"b".into(), true);
        assert_eq!(group(&mut faults, false).unwrap().opened.len(), 1);
        faults.tell(&"a".into(), false);
        assert_eq!(group(&mut faults, false).unwrap().ended.len(), 1);
        assert_eq!(faults.open().len(), 1);
        assert_eq!(
            group(&mut faults, true).unwrap().ended.len(),
            1,
            "a refused cluster has none"
        );
        assert!(faults.open().is_empty());
    }

    #[test]
    fn a_renamed_cluster_keeps_its_faults() {
        let (now, cluster) = (Utc::now(), ClusterName::from("orders"));
        let mut first = Faults::default();
        first.tell(&"a".into(), true);
        let judged = verdicts(&["a"], now);
        first
            .group(&cluster, false, &judged, &Surroundings::default(), now)
            .unwrap();
        let mut faults = Faults::new(first.open().to_vec());
        faults.rename(&"orders-eu".into());
        assert_eq!(faults.open()[0].cluster.as_str(), "orders-eu");
        assert_eq!(faults.open()[0].id, first.open()[0].id);
    }
}
