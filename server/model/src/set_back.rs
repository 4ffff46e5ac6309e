//! A system clock that was put back. What was written down before lies ahead of the present then, and would count as just
//! seen, or wait, until the clock is there again: a cluster that fell silent would stay green for an hour. So every moment
//! that lies ahead is moved back by as much as the clock was, and keeps its age. If the clock is put right again, what was
//! told meanwhile goes on with it.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::Timestamp;
use crate::facts::{
    ClusterAbout, ClusterFacts, ConnectorFacts, Freshness, GroupFacts, InstanceFacts, Missing, ProgressFacts,
    StatusMissing, UnitFacts, WorkerFacts,
};
use crate::fault::Fault;
use crate::fold::Touched;
use crate::internal::TopicFacts;
use crate::observe::Observation;
use crate::verdict::{Reason, TaskVerdict, Verdict};

/// Less than this is no jump: clocks are put right in small steps, and those of several servers differ by less.
const TOLERANCE: TimeDelta = TimeDelta::minutes(1);

/// Whether a moment lies so far ahead of the present that the clock was set back since it was written down.
fn ahead(moment: Timestamp, now: Timestamp) -> bool {
    moment - now > TOLERANCE
}

/// A step of the clock, and what is moved by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetBack {
    /// The time after it: nothing is moved beyond that.
    pub now: Timestamp,
    /// How far it went back; less than nothing where it went on.
    pub by: TimeDelta,
    /// What lies behind this moment is moved.
    pub after: Timestamp,
}

/// How far the clock went on between two looks at it, if that is more than a look ever waits for.
pub fn went_on(last: Timestamp, now: Timestamp) -> Option<TimeDelta> {
    ahead(now, last).then(|| now - last)
}

impl SetBack {
    /// Of a clock that shows this, so much less than before.
    pub fn of(now: Timestamp, by: TimeDelta) -> Self {
        Self { now, by, after: now }
    }

    /// Whether the clock was set back between two looks at it, by more than a minute.
    pub fn noticed(last: Timestamp, now: Timestamp) -> Option<Self> {
        ahead(last, now).then(|| Self::of(now, last - now))
    }

    /// After this step the clock went on again by so much: what was told in between goes on with it.
    pub fn put_right(&self, by: TimeDelta, now: Timestamp) -> Self {
        Self {
            now,
            by: -by,
            after: self.now,
        }
    }

    /// What is left of this step after that, if more than a clock may be off.
    pub fn left(&self, by: TimeDelta, now: Timestamp) -> Option<Self> {
        (self.by - by > TOLERANCE).then(|| Self::of(now, self.by - by))
    }

    /// Moves the facts; says which rows differ. Like all below it names every field, so that a new one does not compile
    /// until it is decided whether it holds a moment.
    pub fn facts(&self, facts: &mut ClusterFacts) -> Touched {
        let ClusterFacts {
            name: _,
            about,
            workers,
            connectors,
            fresh,
            told,
        } = facts;
        let mut touched = Touched {
            about: self.about(about),
            ..Touched::default()
        };
        self.fresh(fresh);
        told.not_ahead(self.now);
        for (id, worker) in workers {
            if self.behind(worker, Self::worker) {
                touched.workers.insert(id.clone());
            }
        }
        for (name, connector) in connectors {
            if self.behind(connector, Self::connector) {
                touched.connectors.insert(name.clone());
            }
        }
        touched
    }

    /// Moves a verdict; says whether it differs.
    pub fn verdict(&self, verdict: &mut Arc<Verdict>) -> bool {
        self.behind(verdict, |back, verdict| {
            let Verdict {
                health: _,
                activity: _,
                since,
                reasons,
                tasks,
                diagnosis: _,
                settings: _,
            } = verdict;
            let mut moved = back.one(since);
            for reason in reasons {
                let Reason {
                    text: _,
                    evidence: _,
                    source: _,
                    as_of,
                } = reason;
                moved |= back.one(as_of);
            }
            for (_, task) in tasks.iter_mut() {
                let TaskVerdict {
                    health: _,
                    since,
                    text: _,
                    root_cause: _,
                } = task;
                moved |= back.one(since);
            }
            moved
        })
    }

    /// Moves a fault; says whether it differs.
    pub fn fault(&self, fault: &mut Arc<Fault>) -> bool {
        self.behind(fault, |back, fault| {
            let Fault {
                id: _,
                cluster: _,
                scope: _,
                domain: _,
                class: _,
                confidence: _,
                root_cause: _,
                reasons: _,
                cause: _,
                members: _,
                opened_at,
                unheard_since,
                unlisted_since,
                ended_at,
                deleted: _,
            } = fault;
            back.one(opened_at) | back.some(unheard_since) | back.some(unlisted_since) | back.some(ended_at)
        })
    }

    /// Moves the end of a wait; says whether it differs. It may well have lain ahead, and goes on to do so by as much.
    pub fn until(&self, until: &mut Option<Timestamp>) -> bool {
        let until = until.as_mut().filter(|until| **until > self.after);
        until.map(|until| *until -= self.by).is_some()
    }

    fn about(&self, about: &mut ClusterAbout) -> bool {
        let ClusterAbout {
            reachable: _,
            reachable_since,
            gap: _,
            version: _,
            kafka_cluster_id: _,
            group,
            group_gap: _,
            workers_gap: _,
            topics,
            addresses: _,
            same_as: _,
            admitted: _,
        } = about;
        let moved = self.some(reachable_since) | group.as_mut().is_some_and(|group| self.group(group));
        let each = topics
            .values_mut()
            .map(|TopicFacts { name: _, gap: _, since }| self.one(since));
        each.fold(moved, |moved, topic| topic | moved)
    }

    fn group(&self, group: &mut GroupFacts) -> bool {
        let GroupFacts {
            group_id: _,
            state: _,
            leader: _,
            members: _,
            inhabited: _,
            empty_since,
            members_since,
            delay_until,
            rebalances: _,
        } = group;
        self.some(empty_since) | self.some(members_since) | self.until(delay_until)
    }

    /// Not durable rows, so that nothing needs to be said of them.
    fn fresh(&self, fresh: &mut Freshness) {
        let Freshness {
            rest,
            answered,
            group,
            tried,
            resumed,
            asked,
        } = fresh;
        for moment in [rest, answered, group, tried, resumed] {
            self.some(moment);
        }
        for asked in asked.values_mut() {
            self.one(asked);
        }
    }

    fn worker(&self, worker: &mut WorkerFacts) -> bool {
        let WorkerFacts {
            id: _,
            alive: _,
            since,
            first_seen,
            evidence: _,
            version: _,
            ever_answered: _,
            answered_at,
            probe_failures: _,
            failing_since,
            member: _,
            member_id: _,
            without_work_since,
            unconfirmed_since,
            unnamed_since,
            health: _,
            plugins: _,
        } = worker;
        let some = [
            answered_at,
            failing_since,
            without_work_since,
            unconfirmed_since,
            unnamed_since,
        ];
        let moved = self.one(since) | self.one(first_seen);
        some.into_iter().fold(moved, |moved, moment| self.some(moment) | moved)
    }

    fn connector(&self, connector: &mut ConnectorFacts) -> bool {
        let ConnectorFacts {
            name: _,
            kind: _,
            class: _,
            config: _,
            target: _,
            instance,
            tasks,
            unstarted,
            no_tasks_since,
            first_seen,
            status_missing,
            missing,
            deleted_at,
            progress,
        } = connector;
        let mut moved = self.one(first_seen) | self.some(no_tasks_since) | self.some(deleted_at);
        if let Some(StatusMissing {
            since,
            named: _,
            heard_again,
        }) = status_missing
        {
            moved |= self.one(since) | self.some(heard_again);
        }
        if let Some(Missing { at, by: _ }) = missing {
            moved |= self.one(at);
        }
        for (_, since) in unstarted.iter_mut() {
            moved |= self.one(since);
        }
        for instance in instance.iter_mut().chain(tasks.iter_mut().map(|(_, task)| task)) {
            moved |= self.instance(instance);
        }
        let units = progress.iter_mut().flat_map(
            |ProgressFacts {
                 units,
                 rhythm_ms: _,
                 lost: _,
             }| units,
        );
        for UnitFacts {
            task: _,
            moved: last,
            standing,
            position: _,
        } in units
        {
            moved |= self.some(last) | self.some(standing);
        }
        moved
    }

    fn instance(&self, instance: &mut InstanceFacts) -> bool {
        let InstanceFacts {
            state: _,
            since,
            worker_id: _,
            trace: _,
            trace_id: _,
            version: _,
            failures,
            source: _,
            rest: _,
        } = instance;
        let moved = self.one(since);
        failures
            .iter_mut()
            .fold(moved, |moved, failure| self.one(failure) | moved)
    }

    fn some(&self, moment: &mut Option<Timestamp>) -> bool {
        moment.as_mut().is_some_and(|moment| self.one(moment))
    }

    fn one(&self, moment: &mut Timestamp) -> bool {
        let ahead = *moment > self.after;
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
