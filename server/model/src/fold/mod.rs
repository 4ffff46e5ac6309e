//! From facts and an observation to the next facts and the transitions between them. Nothing else decides what changed.

mod deletion;
mod instance;
mod listed;
mod members;
mod probe;
mod reach;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::Timestamp;
use crate::facts::{ClusterFacts, ConnectorFacts, WorkerFacts};
use crate::names::{ConnectorName, WorkerId};
use crate::observe::{Observation, Seen, Source};
use crate::settings::Settings;
use crate::transition::{Change, Subject, Transition};

/// What an observation made of the facts.
#[derive(Clone, Debug)]
pub struct Folded {
    /// The facts now.
    pub facts: ClusterFacts,
    /// What changed, in order.
    pub transitions: Vec<Transition>,
    /// Which rows differ from before, transitions or not.
    pub touched: Touched,
}

/// Which rows differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// The cluster as a whole.
    pub about: bool,
    /// These workers.
    pub workers: BTreeSet<WorkerId>,
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
        self.connectors.extend(other.connectors);
    }
}

/// Folds one observation into the facts.
pub fn fold(facts: ClusterFacts, observation: &Observation, settings: &Settings) -> Folded {
    let mut folding = Folding {
        at: observation.at,
        settings,
        facts,
        transitions: Vec::new(),
        touched: Touched::default(),
    };
    let about_before = folding.facts.about.clone();
    folding.facts.fresh.tried = Some(observation.at);
    match &observation.seen {
        Seen::Listed(listed) => {
            reach::listed(&mut folding);
            listed::listed(&mut folding, listed);
        }
        Seen::ListedUnchanged { .. } => reach::listed(&mut folding),
        Seen::Named { by, names } => deletion::named(&mut folding, by, names),
        Seen::Members(group) => members::members(&mut folding, group),
        Seen::MembersMissing(_) => members::missing(&mut folding),
        Seen::Answered(answer) => probe::answered(&mut folding, answer),
        Seen::Silent { address, gap } => probe::silent(&mut folding, address, gap),
        Seen::Slow(slow) => probe::slow(&mut folding, slow),
        Seen::SameAs(other) => folding.facts.about.same_as = other.clone(),
        Seen::ListMissing(gap) => reach::missing(&mut folding, gap),
    }
    probe::version(&mut folding);
    folding.touched.about |= folding.facts.about != about_before;
    Folded {
        facts: folding.facts,
        transitions: folding.transitions,
        touched: folding.touched,
    }
}

/// The work in hand: what every part of the fold reads and writes.
struct Folding<'a> {
    at: Timestamp,
    settings: &'a Settings,
    facts: ClusterFacts,
    transitions: Vec<Transition>,
    touched: Touched,
}

impl Folding<'_> {
    fn transition(&mut self, source: Source, subject: Subject, change: Change) {
        self.transitions.push(Transition {
            at: self.at,
            source,
            subject,
            change,
            actor: None,
        });
    }

    /// Records a change that somebody made, past Signalbox.
    fn outside(&mut self, subject: Subject, change: Change) {
        let actor = Some("outside".into());
        self.transitions.push(Transition {
            at: self.at,
            source: Source::Rest,
            subject,
            change,
            actor,
        });
    }

    /// Puts a worker's facts in place and marks it touched when they differ.
    fn put_worker(&mut self, next: WorkerFacts) {
        let same = self.facts.workers.get(&next.id).is_some_and(|worker| **worker == next);
        if !same {
            self.touched.workers.insert(next.id.clone());
            self.facts.workers.insert(next.id.clone(), Arc::new(next));
        }
    }

    /// Puts a connector's facts in place and marks it touched when they differ.
    fn put_connector(&mut self, next: ConnectorFacts) {
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
