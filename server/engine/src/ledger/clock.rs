//! The system's clock, as far as a cluster's facts notice its steps.
//!
//! What lay ahead when it was set back was moved back with it. A clock that was set back by mistake is put right again, and
//! then all that did not change since is what it was before; what was told in between goes on with the clock.

use std::sync::Arc;

use chrono::TimeDelta;
use model::Timestamp;
use model::facts::WorkerFacts;
use model::fold::Touched;
use model::record::ClusterRecord;
use model::set_back::{SetBack, went_on};
use tracing::{info, warn};

use super::Ledger;
use super::moved::{Movable, Moved};

impl Ledger {
    /// Takes the time, which may have jumped since it was taken last.
    pub(super) fn moment(&mut self, now: Timestamp) {
        if self.untaken {
            self.pending.give_way();
        }
        let last = std::mem::replace(&mut self.told, now);
        if let Some(back) = SetBack::noticed(last, now) {
            let seconds = back.by.num_seconds();
            warn!(cluster = %self.facts.name, seconds, "the clock was set back; what was seen lately keeps its age");
            self.set_back(back, last);
        } else if let Some(by) = went_on(last, now).filter(|_| self.moved.is_some()) {
            let seconds = by.num_seconds();
            info!(cluster = %self.facts.name, seconds, "the clock was put right; what it had moved is what it was before");
            self.put_right(by, now);
        } else if self.moved.as_ref().is_some_and(|moved| now >= moved.until) {
            self.moved = None;
        }
    }

    fn set_back(&mut self, back: SetBack, last: Timestamp) {
        let was = Movable::of(self);
        self.shift(&back);
        let earlier = self.moved.take();
        self.moved = Some(Moved::between(was, self, back, last, earlier));
    }

    /// Moves all that the step moves, and what is due by it.
    fn shift(&mut self, step: &SetBack) {
        let mut touched = step.facts(&mut self.facts);
        for (name, verdict) in &mut self.judged {
            if step.verdict(verdict) {
                touched.connectors.insert(name.clone());
            }
        }
        let faults = self.faults.set_back(step).into_iter();
        self.pending
            .faults
            .extend(faults.map(|fault| (fault.id.clone(), fault)));
        self.refused.set_back(step);
        self.progressing.forget();
        // Every date was reckoned from what was moved.
        for name in self.facts.connectors.keys() {
            self.due.set(name, Some(step.now));
        }
        self.surroundings_due = Some(step.now);
        self.forgetting_due = step.now;
        self.pending.heartbeat = true;
        self.note(touched);
    }

    /// Gives back what did not change since the clock was set back, as far as that does not lie ahead even now.
    fn put_right(&mut self, by: TimeDelta, now: Timestamp) {
        let Some(moved) = self.moved.take() else { return };
        let unchanged = moved.unchanged(self);
        self.shift(&moved.back.put_right(by, now));
        let left = moved.back.left(by, now);
        let mut facts = ClusterRecord::empty(&self.facts.name).facts();
        let ends = left.unwrap_or_else(|| SetBack::of(now, TimeDelta::zero()));
        let mut touched = Touched::default();
        if let Some(about) = &unchanged.about {
            facts.about = about.before.clone();
            touched.about = true;
        }
        for (id, worker) in &unchanged.workers {
            let worker = WorkerFacts {
                answered_at: self.facts.workers.get(id).and_then(|is| is.answered_at),
                ..(*worker.before).clone()
            };
            facts.workers.insert(id.clone(), Arc::new(worker));
            touched.workers.insert(id.clone());
        }
        for (name, connector) in &unchanged.connectors {
            facts.connectors.insert(name.clone(), connector.before.clone());
            touched.connectors.insert(name.clone());
        }
        ends.facts(&mut facts);
        if unchanged.about.is_some() {
            self.facts.about = facts.about;
        }
        self.facts.workers.append(&mut facts.workers);
        self.facts.connectors.append(&mut facts.connectors);
        for (name, verdict) in &unchanged.verdicts {
            let mut verdict = verdict.before.clone();
            ends.verdict(&mut verdict);
            self.judged.insert(name.clone(), verdict);
            touched.connectors.insert(name.clone());
        }
        for fault in &unchanged.faults {
            let mut before = fault.before.clone();
            ends.fault(&mut before);
            if self.faults.replace(&fault.after, &before) {
                self.pending.faults.insert(before.id.clone(), before);
            }
        }
        self.note(touched);
        self.moved = left.map(|back| Moved {
            back,
            until: moved.until,
            ..unchanged.given_back(self)
        });
    }
}
