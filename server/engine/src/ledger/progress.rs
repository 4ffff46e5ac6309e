//! What is measured of connectors, and what is asked of them: the judge reads both beside the facts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::Timestamp;
use model::facts::ConnectorFacts;
use model::judge::{Measured, Progress, worth_judging};
use model::names::ConnectorName;
use model::objective::Objective;
use model::progress::Measures;

use super::Ledger;

/// What is measured of the connectors of a cluster.
#[derive(Default)]
pub(super) struct Progressing {
    /// Whether anything is measured: the Kafka of the cluster is configured.
    looked_at: bool,
    measures: BTreeMap<ConnectorName, Arc<Measures>>,
    /// What each was judged by last.
    judged_by: BTreeMap<ConnectorName, Arc<Measures>>,
    /// Connectors that changed since somebody asked for them.
    changed: BTreeSet<ConnectorName>,
}

impl Progressing {
    /// These connectors are others than before, or there no more.
    pub(super) fn changed<'a>(&mut self, names: impl IntoIterator<Item = &'a ConnectorName>) {
        if self.looked_at {
            self.changed.extend(names.into_iter().cloned());
        }
    }

    /// What was measured is of no moment of now: the clock was set back, or the cluster is another one.
    pub(super) fn forget(&mut self) {
        self.measures.clear();
        self.judged_by.clear();
    }

    fn measured(&self, name: &ConnectorName) -> Measured<'_> {
        match (self.looked_at, self.measures.get(name)) {
            (false, _) => Measured::Never,
            (true, None) => Measured::Awaited,
            (true, Some(measures)) => Measured::Now(measures),
        }
    }

    /// It was judged by what is measured now.
    pub(super) fn judged(&mut self, name: &ConnectorName) {
        match self.measures.get(name) {
            Some(measures) => drop(self.judged_by.insert(name.clone(), measures.clone())),
            None => drop(self.judged_by.remove(name)),
        }
    }
}

impl Ledger {
    /// From now on its connectors are measured: what nothing tells of yet is awaited.
    pub(crate) fn measure(&mut self) {
        self.progressing.looked_at = true;
    }

    /// The connectors that changed since this was asked last, or are there no more.
    pub(crate) fn take_changed(&mut self) -> BTreeSet<ConnectorName> {
        std::mem::take(&mut self.progressing.changed)
    }

    /// Takes in what is measured of its connectors now, and judges those of which it says something else than before.
    pub(crate) fn measured(&mut self, measures: BTreeMap<ConnectorName, Measures>, now: Timestamp) {
        self.moment(now);
        let mut worth: BTreeSet<ConnectorName> = BTreeSet::new();
        for (name, measures) in &measures {
            let (Some(facts), Some(previous)) = (self.facts.connectors.get(name), self.judged.get(name)) else {
                continue;
            };
            let before = self.progressing.judged_by.get(name).map(|before| &**before);
            if facts.deleted_at.is_none() && worth_judging(measures, before, &self.asked_of(facts), previous) {
                worth.insert(name.clone());
            }
        }
        // What was measured and is not any more is awaited.
        let gone = self.progressing.judged_by.keys();
        worth.extend(gone.filter(|name| !measures.contains_key(*name)).cloned());
        self.progressing.judged_by.retain(|name, _| measures.contains_key(name));
        let shared = measures.into_iter().map(|(name, measures)| (name, Arc::new(measures)));
        self.progressing.measures = shared.collect();
        if !worth.is_empty() {
            self.judge(worth, now);
        }
    }

    /// What is known of the progress of a connector, and what is asked of it.
    pub(super) fn progress_of(&self, facts: &ConnectorFacts) -> Progress<'_> {
        Progress {
            measured: self.progressing.measured(&facts.name),
            objective: self.asked_of(facts),
        }
    }

    fn asked_of(&self, facts: &ConnectorFacts) -> Objective {
        let team = self.owners.get(&facts.name).map(|owner| &owner.team);
        self.spec.objectives.of(&self.facts.name, &facts.name, team)
    }
}
