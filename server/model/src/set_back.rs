//! A system clock that was put back. What was written down before lies ahead of the present then, and would count as just
//! seen, or wait, until the clock is there again: a cluster that fell silent would stay green for an hour. So every moment
//! that lies ahead is moved back by as much as the clock was, and keeps its age.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::Timestamp;
use crate::facts::{ClusterFacts, ConnectorFacts, InstanceFacts, WorkerFacts};
use crate::fault::Fault;
use crate::fold::Touched;
use crate::observe::Observation;
use crate::verdict::Verdict;

/// Less than this is no jump: clocks are put right in small steps, and those of several servers differ by less.
const TOLERANCE: TimeDelta = TimeDelta::minutes(1);

/// Whether a moment lies so far ahead of the present that the clock was set back since it was written down.
fn ahead(moment: Timestamp, now: Timestamp) -> bool {
    moment - now > TOLERANCE
}

/// A step back of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetBack {
    /// The time after it.
    pub now: Timestamp,
    /// How far it went back.
    pub by: TimeDelta,
}

impl SetBack {
    /// Whether the clock was set back between two looks at it, by more than a minute.
    pub fn noticed(last: Timestamp, now: Timestamp) -> Option<Self> {
        ahead(last, now).then(|| Self { now, by: last - now })
    }

    /// Moves the facts; says which rows differ.
    pub fn facts(&self, facts: &mut ClusterFacts) -> Touched {
        let mut touched = Touched::default();
        let about = &mut facts.about;
        touched.about |= self.some(&mut about.reachable_since);
        if let Some(group) = &mut about.group {
            touched.about |= self.some(&mut group.empty_since) | self.some(&mut group.members_since);
            // This one may well lie ahead, and goes on to do so by as much.
            if let Some(until) = group.delay_until.as_mut().filter(|until| **until > self.now + self.by) {
                *until -= self.by;
                touched.about = true;
            }
        }
        let fresh = &mut facts.fresh;
        for moment in [
            &mut fresh.rest,
            &mut fresh.answered,
            &mut fresh.group,
            &mut fresh.tried,
            &mut fresh.resumed,
        ] {
            self.some(moment);
        }
        for asked in fresh.asked.values_mut() {
            self.one(asked);
        }
        for (id, worker) in &mut facts.workers {
            if self.behind(worker, Self::worker) {
                touched.workers.insert(id.clone());
            }
        }
        for (name, connector) in &mut facts.connectors {
            if self.behind(connector, Self::connector) {
                touched.connectors.insert(name.clone());
            }
        }
        touched
    }

    /// Moves a verdict; says whether it differs.
    pub fn verdict(&self, verdict: &mut Arc<Verdict>) -> bool {
        self.behind(verdict, |back, verdict| {
            let mut moved = back.one(&mut verdict.since);
            for reason in &mut verdict.reasons {
                moved |= back.one(&mut reason.as_of);
            }
            for (_, task) in verdict.tasks.iter_mut() {
                moved |= back.one(&mut task.since);
            }
            moved
        })
    }

    /// Moves an open fault; says whether it differs.
    pub fn fault(&self, fault: &mut Arc<Fault>) -> bool {
        self.behind(fault, |back, fault| {
            let opened = back.one(&mut fault.opened_at);
            back.some(&mut fault.unheard_since) | back.some(&mut fault.unlisted_since) | opened
        })
    }

    fn worker(&self, worker: &mut WorkerFacts) -> bool {
        let moved = self.one(&mut worker.since) | self.one(&mut worker.first_seen);
        let some = [
            &mut worker.answered_at,
            &mut worker.failing_since,
            &mut worker.without_work_since,
            &mut worker.unconfirmed_since,
        ];
        some.into_iter().fold(moved, |moved, moment| self.some(moment) | moved)
    }

    fn connector(&self, connector: &mut ConnectorFacts) -> bool {
        let mut moved = self.one(&mut connector.first_seen)
            | self.some(&mut connector.no_tasks_since)
            | self.some(&mut connector.deleted_at);
        if let Some(missing) = &mut connector.status_missing {
            moved |= self.one(&mut missing.since) | self.some(&mut missing.heard_again);
        }
        if let Some(missing) = &mut connector.missing {
            moved |= self.one(&mut missing.at);
        }
        if let Some(instance) = &mut connector.instance {
            moved |= self.instance(instance);
        }
        for (_, task) in connector.tasks.iter_mut() {
            moved |= self.instance(task);
        }
        moved
    }

    fn instance(&self, instance: &mut InstanceFacts) -> bool {
        let moved = self.one(&mut instance.since);
        let failures = instance.failures.iter_mut();
        failures.fold(moved, |moved, failure| self.one(failure) | moved)
    }

    fn some(&self, moment: &mut Option<Timestamp>) -> bool {
        moment.as_mut().is_some_and(|moment| self.one(moment))
    }

    fn one(&self, moment: &mut Timestamp) -> bool {
        let ahead = *moment > self.now;
        if ahead {
            *moment = (*moment - self.by).min(self.now);
        }
        ahead
    }

    /// Copies what is shared only where something in it is moved.
    fn behind<T: Clone>(&self, shared: &mut Arc<T>, shift: impl FnOnce(&Self, &mut T) -> bool) -> bool {
        let mut next = (**shared).clone();
        let moved = shift(self, &mut next);
        if moved {
            *shared = Arc::new(next);
        }
        moved
    }
}

/// What was asked before the clock was set back and answered after it: it was seen at the latest now.
pub fn not_ahead(observation: &Observation, now: Timestamp) -> Option<Observation> {
    let late = ahead(observation.at, now) || ahead(observation.answered, now);
    late.then(|| Observation {
        at: observation.at.min(now),
        answered: observation.answered.min(now),
        seen: observation.seen.clone(),
    })
}
