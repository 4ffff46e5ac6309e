//! One cluster in the hands of the lease holder: its facts, its verdicts, and what of both is still to be recorded.
//!
//! Nothing here waits or looks: observations and the time come in, batches for the store go out. What could not be
//! recorded stays pending, with its true times, until it can.

mod clock;
mod due;
mod faults;
mod in_force;
mod judging;
mod moved;
mod pending;
mod progress;
mod refused;
mod sources;
mod subject;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::TimeDelta;
use model::Timestamp;
use model::facts::ClusterFacts;
use model::fold::{Touched, fold, forget};
use model::judge::{Surroundings, surroundings};
use model::names::{ClusterName, ConnectorName};
use model::observe::{Observation, Seen, Source};
use model::owner::Owner;
use model::record::{Changed, ClusterRecord, ConnectorRecord, Entry};
use model::set_back;
use model::transition::{Change, Subject, Transition};
use model::verdict::{Health, Verdict};

use due::Due;
use faults::Faults;
use moved::Moved;
pub(crate) use pending::Outgoing;
use pending::Pending;
use progress::Progressing;
pub(crate) use refused::LeftOut;
use refused::Refused;
use sources::Sources;

use crate::{FleetSpec, identity};

/// How often it is looked for what can be forgotten; more often where it is kept for less.
const FORGETTING: TimeDelta = TimeDelta::minutes(1);

/// The facts and verdicts of one cluster.
pub(crate) struct Ledger {
    facts: ClusterFacts,
    judged: BTreeMap<ConnectorName, Arc<Verdict>>,
    owners: BTreeMap<ConnectorName, Owner>,
    surroundings: Surroundings,
    surroundings_due: Option<Timestamp>,
    /// Whether anything was judged here yet: the first time everything is, whatever the last holder had come to.
    begun: bool,
    /// Whether nothing is judged: while the cluster is refused, because it is another one again, and after that until a list
    /// comes or is overdue, since what was seen before says nothing of now.
    set_aside: bool,
    due: Due,
    forgetting_due: Timestamp,
    faults: Faults,
    pending: Pending,
    /// Sent to the store and not known to be recorded: it is sent again, unchanged, before anything newer.
    sent: Option<Outgoing>,
    /// Whether the database did not take what was sent last.
    untaken: bool,
    refused: Refused,
    sources: Sources,
    progressing: Progressing,
    batches: i64,
    /// The time when anything was told here last.
    told: Timestamp,
    /// What the clock moved when it was set back last.
    moved: Option<Moved>,
    spec: Arc<FleetSpec>,
}

impl Ledger {
    /// Goes on from what is recorded, or begins with nothing.
    pub(crate) fn new(name: &ClusterName, record: Option<ClusterRecord>, spec: Arc<FleetSpec>, now: Timestamp) -> Self {
        let record = record.unwrap_or_else(|| ClusterRecord::empty(name));
        let renamed = record.name != *name;
        let mut record = ClusterRecord {
            name: name.clone(),
            ..record
        };
        if renamed {
            // A new name is how an operator says that the Kafka cluster was made anew: the first answer tells which it is.
            record.about.kafka_cluster_id = None;
        }
        let fresh = [
            record.fresh.rest,
            record.fresh.answered,
            record.fresh.group,
            record.fresh.tried,
        ];
        let mut ledger = Self {
            told: fresh.into_iter().flatten().fold(now, Timestamp::max),
            facts: record.facts(),
            judged: BTreeMap::new(),
            owners: BTreeMap::new(),
            surroundings: Surroundings::default(),
            surroundings_due: Some(now),
            begun: false,
            set_aside: record.about.same_as.is_some() || record.about.admitted,
            due: Due::default(),
            forgetting_due: now,
            faults: Faults::new(record.faults),
            pending: Pending::default(),
            sent: None,
            untaken: false,
            refused: Refused::default(),
            sources: Sources::default(),
            progressing: Progressing::default(),
            batches: 0,
            moved: None,
            spec,
        };
        for connector in record.connectors {
            let name = connector.facts.name.clone();
            ledger.judged.insert(name.clone(), connector.verdict);
            ledger.sort(&name);
            if let Some(owner) = connector.owner {
                ledger.owners.insert(name.clone(), owner);
            }
            // Verdicts may have run out while nobody watched.
            ledger.due.set(&name, Some(now));
        }
        if renamed {
            ledger.rewrite();
        }
        ledger
    }

    /// Everything is to be recorded anew, under another name than before.
    fn rewrite(&mut self) {
        self.faults.rename(&self.facts.name);
        let faults = self.faults.open().iter();
        self.pending
            .faults
            .extend(faults.map(|fault| (fault.id.clone(), fault.clone())));
        let touched = Touched {
            about: true,
            workers: self.facts.workers.keys().cloned().collect(),
            lives: BTreeSet::new(),
            connectors: self.facts.connectors.keys().cloned().collect(),
        };
        self.note(touched);
    }

    /// Forgets all that is recorded, because it was learnt of another cluster, whose addresses this one was configured
    /// with: it begins anew.
    pub(crate) fn begin_anew(&mut self, now: Timestamp) {
        let empty = ClusterRecord::empty(&self.facts.name).facts();
        let before = std::mem::replace(&mut self.facts, empty);
        for name in before.connectors.keys() {
            self.judged.remove(name);
            self.owners.remove(name);
            self.faults.tell(name, false);
            self.due.set(name, None);
        }
        (self.set_aside, self.begun) = (false, false);
        (self.surroundings, self.surroundings_due) = (Surroundings::default(), Some(now));
        self.group_faults(now);
        self.pending.configs.forget(before.connectors.keys());
        self.pending.push(Entry::Transition(Transition {
            at: now,
            source: Source::Record,
            subject: Subject::Cluster,
            change: Change::Admitted,
            actor: None,
        }));
        self.note(Touched {
            about: true,
            workers: before.workers.keys().cloned().collect(),
            lives: BTreeSet::new(),
            connectors: before.connectors.keys().cloned().collect(),
        });
    }

    /// The facts, for those who look next.
    pub(crate) fn facts(&self) -> &ClusterFacts {
        &self.facts
    }

    /// Connectors that exist by verdict, worst first. `None` while that is not known: before this holder judged, before a
    /// list was ever seen, and of a cluster that is set aside because it is another one.
    pub(crate) fn counts(&self) -> Option<Arc<[(Health, u32)]>> {
        let refused = self.facts.about.same_as.is_some() || self.set_aside;
        if refused || !self.begun || self.facts.fresh.rest.is_none() {
            return None;
        }
        let connectors = self.facts.connectors.values();
        let live = connectors.filter(|connector| connector.deleted_at.is_none());
        let mut counts: BTreeMap<Health, u32> = BTreeMap::new();
        for verdict in live.filter_map(|connector| self.judged.get(&connector.name)) {
            *counts.entry(verdict.health).or_default() += 1;
        }
        Some(counts.into_iter().collect())
    }

    /// The moment at which an observation counts that is taken now: when its answer had come, in the order of the moments
    /// so far. One that waited for a database is judged by what was known then; by the time of its taking a failure long
    /// over would have outlasted its grace. Where the clock was set back its time says nothing.
    pub(crate) fn moment_of(&self, observation: &Observation, now: Timestamp) -> Timestamp {
        match now < self.told {
            true => now,
            false => observation.answered.clamp(self.told, now),
        }
    }

    /// Folds an observation and judges what it touched. Returns whether it changed anything beyond freshness.
    pub(crate) fn observe(&mut self, observation: &Observation, now: Timestamp) -> bool {
        self.moment(now);
        let late = set_back::not_ahead(observation, now);
        let observation = late.as_ref().unwrap_or(observation);
        let refused = self.facts.about.same_as.is_some();
        if refused && of_connectors(observation) {
            // It was under way when the cluster was refused.
            return false;
        }
        let placeholder = ClusterRecord::empty(&self.facts.name).facts();
        let before = std::mem::replace(&mut self.facts, placeholder);
        let same_before = before.about.same_as.clone();
        let delay_before = before.about.group.as_ref().and_then(|group| group.holds_until(now));
        let folded = fold(before, observation, &self.spec.settings);
        self.facts = folded.facts;
        self.pending.heartbeat = true;
        for transition in folded.transitions {
            // Workers and rebalances of a refused cluster are told of the one that it is.
            if refused && !matches!(transition.change, Change::Refused { .. } | Change::Admitted) {
                continue;
            }
            let deleted = matches!(transition.change, Change::ConnectorDeleted);
            if let (Some(name), true) = (transition.subject.connector(), deleted) {
                self.pending.feed.insert((Some(name.clone()), Changed::Deleted));
                // Only so many are kept.
                self.forgetting_due = now;
            }
            self.keep_config(&transition);
            self.pending.push(Entry::Transition(transition));
        }
        if self.facts.about.workers_gap.is_some() && matches!(observation.seen, Seen::Listed(_)) {
            // Those that are named no more give way to others.
            self.forgetting_due = now;
        }
        let changed = !folded.touched.is_empty();
        let mut concerned = self.concerned(&folded.touched, delay_before, now);
        self.note(folded.touched);
        // Whose date has come is judged by whoever comes first, a look or a beat: what is recorded then depends on what
        // was seen when, and not on who held the lease in between, since a new holder judges all at its first look.
        concerned.extend(self.due.at(now));
        self.surroundings_due = Some(now);
        if self.facts.about.same_as != same_before {
            self.set_aside = true;
            self.progressing.forget();
            self.progressing.changed(self.facts.connectors.keys());
            if !refused {
                self.group_faults(now);
            }
        } else if self.set_aside && !refused && self.known_again(observation, now) {
            (self.set_aside, self.begun) = (false, false);
        }
        match observation.seen {
            // Kafka's word is no look, so that it does not tell what became of a cluster at which nobody looked for a while.
            Seen::Topic(_) | Seen::Statuses(_) | Seen::Configs(_) | Seen::Progressed(_) => self.judge(concerned, now),
            _ => self.judge_seen(concerned, now),
        }
        if let Seen::Concealed(all) = &observation.seen {
            self.strike(all);
        }
        self.sources.tell(&self.facts, &self.spec.settings, now);
        changed
    }

    /// Keeps the config that came into force, since the row will tell of the last one only.
    fn keep_config(&mut self, transition: &Transition) {
        let (Change::Config { .. }, Some(name)) = (&transition.change, transition.subject.connector()) else {
            return;
        };
        let connector = self.facts.connectors.get(name);
        if let Some(config) = connector.and_then(|connector| connector.config.clone()) {
            self.pending.configs.push(name, transition.at, config);
        }
    }

    /// Whether it is known how a cluster is that was set aside: a list came, or none did for the stale limit, which is to
    /// be told then.
    fn known_again(&self, observation: &Observation, now: Timestamp) -> bool {
        let listed = matches!(
            observation.seen,
            Seen::Listed(_) | Seen::ListedUnchanged { .. } | Seen::Stands { .. }
        );
        let around = (!listed).then(|| surroundings(&self.facts, &self.spec.settings, now).0);
        around.is_none_or(|around| around.silence.is_some() || around.unlisted.is_some())
    }

    /// Judges what is due though no fact changed, and forgets what was gone for long enough. Returns whether anything was
    /// forgotten.
    pub(crate) fn tick(&mut self, now: Timestamp) -> bool {
        self.moment(now);
        self.judge(self.due.at(now), now);
        now >= self.forgetting_due && self.forget(now)
    }

    fn forget(&mut self, now: Timestamp) -> bool {
        let settings = &self.spec.settings;
        let kept = settings.worker_retention.min(settings.deleted_retention);
        self.forgetting_due = now + kept.min(FORGETTING);
        let cluster = self.spec.clusters.iter().find(|known| known.name == self.facts.name);
        let configured = cluster
            .map(|cluster| identity::configured(cluster).1)
            .unwrap_or_default();
        let touched = forget(&mut self.facts, &configured, &self.spec.settings, now);
        for name in &touched.connectors {
            self.judged.remove(name);
            self.owners.remove(name);
            self.faults.tell(name, false);
            self.due.set(name, None);
        }
        self.pending.configs.forget(&touched.connectors);
        let forgotten = !touched.is_empty();
        self.note(touched);
        forgotten
    }

    /// Another configuration: owners may differ, verdicts too.
    pub(crate) fn reload(&mut self, spec: Arc<FleetSpec>, now: Timestamp) {
        self.spec = spec;
        let all: BTreeSet<ConnectorName> = self.facts.connectors.keys().cloned().collect();
        for name in &all {
            let Some(facts) = self.facts.connectors.get(name).cloned() else {
                continue;
            };
            if self.find_owner(&facts) {
                self.pending.connectors.insert(name.clone());
                self.pending.feed.insert((Some(name.clone()), Changed::Connector));
            }
        }
        self.surroundings_due = Some(now);
        self.judge(all, now);
    }

    /// What is to be recorded, if anything is: what was sent before and is in doubt, else pieces of what was refused, else
    /// all that is pending.
    pub(crate) fn outgoing(&mut self, at: Timestamp) -> Option<&Outgoing> {
        if self.sent.is_none() {
            let piece = self.refused.next(at, &mut self.pending);
            let is_piece = piece.is_some();
            if !is_piece {
                self.refused.sift(&mut self.pending);
            }
            let next = piece.or_else(|| (!self.pending.is_empty()).then(|| std::mem::take(&mut self.pending)));
            self.sent = next.map(|next| {
                self.batches += 1;
                let connector = |name: &ConnectorName| {
                    Some(ConnectorRecord {
                        facts: self.facts.connectors.get(name)?.clone(),
                        verdict: self.judged.get(name)?.clone(),
                        owner: self.owners.get(name).cloned(),
                    })
                };
                next.outgoing(self.batches, is_piece, &self.facts, at, connector)
            });
        }
        if self.sent.is_some() {
            self.tell_pending();
        }
        self.sent.as_ref()
    }

    /// What was sent is recorded. Returns what of it was refused before, if that can be told only now.
    pub(crate) fn recorded(&mut self) -> Option<LeftOut> {
        self.untaken = false;
        let sent = self.sent.take();
        let stands_for = sent.and_then(|sent| self.refused.taken(sent));
        let told = self.refused.tell(&self.facts.name);
        let left_out = told.map(|(gap, left_out)| {
            self.pending.push(gap);
            left_out
        });
        self.tell_pending();
        stands_for.or(left_out)
    }

    /// What was sent could not be recorded and is sent again: until then only so much more is kept.
    pub(crate) fn unrecorded_yet(&mut self) {
        self.untaken = true;
    }

    /// The database refused what was sent, for a reason that may not pass: it is sent once more, then in pieces, until
    /// what is refused stands alone and is left out. Returns that, the first time.
    pub(crate) fn refused(&mut self, at: Timestamp, why: &str) -> Option<LeftOut> {
        let sent = self.sent.take_if(|sent| self.refused.enough(sent))?;
        let (gap, left_out) = self.refused.apart(sent, at, why)?;
        self.pending.push(gap);
        Some(left_out)
    }

    /// Whether there are pieces of what was refused to be sent at once.
    pub(crate) fn in_pieces(&self) -> bool {
        self.sent.is_none() && self.refused.more()
    }

    /// Says how much of the history is not recorded yet.
    fn tell_pending(&self) {
        telemetry::entries_pending(self.facts.name.as_str(), self.unrecorded());
    }

    /// The heartbeat was recorded.
    pub(crate) fn heartbeat_recorded(&mut self) {
        self.pending.heartbeat = false;
    }

    /// Notes that nothing could be recorded between `from` and now.
    pub(crate) fn gap(&mut self, from: Timestamp, at: Timestamp, why: &str) {
        self.pending.push(pending::gap(from, at, why));
    }

    /// Whether anything beyond a heartbeat is still to be recorded.
    pub(crate) fn owes_record(&self) -> bool {
        self.sent.is_some() || self.refused.more() || !self.pending.is_empty()
    }

    /// Whether a heartbeat is owed while nothing else is.
    pub(crate) fn owes_heartbeat(&self) -> bool {
        self.pending.heartbeat
    }

    fn note(&mut self, touched: Touched) {
        self.progressing.changed(&touched.connectors);
        if touched.about {
            self.pending.about = true;
            self.pending.feed.insert((None, Changed::Cluster));
        }
        if !touched.workers.is_empty() {
            self.pending.feed.insert((None, Changed::Workers));
            self.pending.workers.extend(touched.workers);
        }
        for name in touched.connectors {
            let changed = match self.facts.connectors.get(&name).cloned() {
                Some(facts) => {
                    self.find_owner(&facts);
                    Changed::Connector
                }
                None => Changed::Deleted,
            };
            self.pending.feed.insert((Some(name.clone()), changed));
            self.pending.connectors.insert(name);
        }
    }
}

/// Whether it tells how a cluster's connectors are, or that nobody does.
fn of_connectors(observation: &Observation) -> bool {
    matches!(
        observation.seen,
        Seen::Listed(_)
            | Seen::ListedUnchanged { .. }
            | Seen::Stands { .. }
            | Seen::Named { .. }
            | Seen::ListMissing(_)
            | Seen::Topic(_)
            | Seen::Statuses(_)
            | Seen::Configs(_)
            | Seen::Progressed(_)
    )
}

#[cfg(test)]
mod handover_tests;
#[cfg(test)]
mod hour_tests;
#[cfg(test)]
mod in_force_tests;
#[cfg(test)]
mod late_tests;
#[cfg(test)]
mod refused_limits_tests;
#[cfg(test)]
mod refused_random_tests;
#[cfg(test)]
mod refused_tests;
#[cfg(test)]
pub(crate) mod replay_tests;
#[cfg(test)]
mod set_back_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod twin_tests;
#[cfg(test)]
mod unlisted_tests;
#[cfg(test)]
mod unnamed_tests;
