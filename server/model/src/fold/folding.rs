//! The work in hand, and which rows it touched.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Folded;
use crate::Timestamp;
use crate::facts::{ClusterFacts, ConnectorFacts, WorkerFacts};
use crate::names::{ConnectorName, WorkerId};
use crate::observe::Source;
use crate::settings::Settings;
use crate::transition::{Change, Subject, Transition};

/// Which rows differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// The cluster as a whole.
    pub about: bool,
    /// These workers.
    pub workers: BTreeSet<WorkerId>,
    /// Those of them of which it changed whether they run what they carry.
    pub lives: BTreeSet<WorkerId>,
    /// These connectors.
    pub connectors: BTreeSet<ConnectorName>,
}

impl Touched {
    /// Whether nothing differs: such an observation leaves a heartbeat and no row.
    pub fn is_empty(&self) -> bool {
        !self.about && self.workers.is_empty() && self.connectors.is_empty()
    }

    /// Adds what another observation touched.
    pub fn add(&mut self, other: Self) {
        self.about |= other.about;
        self.workers.extend(other.workers);
        self.lives.extend(other.lives);
        self.connectors.extend(other.connectors);
    }
}

/// The work in hand: what every part of the fold reads and writes.
pub(super) struct Folding<'a> {
    pub(super) at: Timestamp,
    pub(super) answered: Timestamp,
    pub(super) settings: &'a Settings,
    pub(super) facts: ClusterFacts,
    pub(super) transitions: Vec<Transition>,
    pub(super) touched: Touched,
}

impl Folding<'_> {
    /// The work is done.
    pub(super) fn done(self) -> Folded {
        Folded {
            facts: self.facts,
            transitions: self.transitions,
            touched: self.touched,
        }
    }

    pub(super) fn transition(&mut self, source: Source, subject: Subject, change: Change) {
        self.transition_at(self.at, source, subject, change);
    }

    /// Records a change that came true at another moment than the states that were seen.
    pub(super) fn transition_at(&mut self, at: Timestamp, source: Source, subject: Subject, change: Change) {
        self.transitions.push(Transition {
            at,
            source,
            subject,
            change,
            actor: None,
        });
    }

    /// Records a change that somebody made, past Signalbox.
    pub(super) fn outside(&mut self, subject: Subject, change: Change) {
        self.outside_at((Source::Rest, self.at), subject, change);
    }

    /// The same as another source told it.
    pub(super) fn outside_at(&mut self, (source, at): (Source, Timestamp), subject: Subject, change: Change) {
        let actor = Some("outside".into());
        self.transitions.push(Transition {
            at,
            source,
            subject,
            change,
            actor,
        });
    }

    /// Whether what this worker's lists lack says anything: one that is known to be outside its group may hold half a
    /// copy.
    pub(super) fn holds_whole_copy(&self, by: &WorkerId) -> bool {
        let worker = self.facts.workers.get(by);
        worker.is_none_or(|worker| worker.member != Some(false))
    }

    /// Puts a worker's facts in place and marks it touched when they differ.
    pub(super) fn put_worker(&mut self, next: WorkerFacts) {
        let before = self.facts.workers.get(&next.id);
        if before.is_none_or(|worker| **worker != next) {
            if before.is_none_or(|worker| worker.runs() != next.runs()) {
                self.touched.lives.insert(next.id.clone());
            }
            self.touched.workers.insert(next.id.clone());
            self.facts.workers.insert(next.id.clone(), Arc::new(next));
        }
    }

    /// Puts a connector's facts in place and marks it touched when they differ.
    pub(super) fn put_connector(&mut self, next: ConnectorFacts) {
        let same = self
            .facts
            .connectors
            .get(&next.name)
            .is_some_and(|connector| **connector == next);
        if !same {
            self.touched.connectors.insert(next.name.clone());
            self.facts.connectors.insert(next.name.clone(), Arc::new(next));
        }
    }
}
