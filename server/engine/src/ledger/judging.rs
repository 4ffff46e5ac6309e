//! Judging: whom an observation concerns, what they are now, and which faults that makes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::Timestamp;
use model::facts::ConnectorFacts;
use model::fold::Touched;
use model::judge;
use model::names::ConnectorName;
use model::observe::Concealed;
use model::record::{Changed, Entry, VerdictChange};
use model::verdict::Health;

use super::Ledger;

impl Ledger {
    /// Connectors to judge after a fold: those touched, those on a worker whose life changed, and, as the rebalance
    /// delay begins or ends, those whose reasons tell of it.
    pub(super) fn concerned(
        &self,
        touched: &Touched,
        delay_before: Option<Timestamp>,
        now: Timestamp,
    ) -> BTreeSet<ConnectorName> {
        let mut concerned = touched.connectors.clone();
        let changed = &touched.lives;
        let delay = self.facts.about.group.as_ref().and_then(|group| group.holds_until(now));
        let unassigned = |name: &ConnectorName| {
            delay != delay_before
                && self
                    .judged
                    .get(name)
                    .is_some_and(|verdict| verdict.health == Health::Unassigned)
        };
        if changed.is_empty() && delay == delay_before {
            return concerned;
        }
        for (name, facts) in &self.facts.connectors {
            if facts
                .instances()
                .any(|(_, instance)| changed.contains(&instance.worker_id))
                || unassigned(name)
            {
                concerned.insert(name.clone());
            }
        }
        concerned
    }

    /// Finds whose a connector is; true when that changed.
    pub(super) fn find_owner(&mut self, facts: &ConnectorFacts) -> bool {
        let labels = self
            .spec
            .clusters
            .iter()
            .find(|cluster| cluster.name == self.facts.name);
        let none = BTreeMap::new();
        let labels = labels.map_or(&none, |cluster| &cluster.labels);
        let config = facts.config.as_deref();
        let owner = self.spec.owners.of(&self.facts.name, labels, &facts.name, config);
        let before = match &owner {
            Some(owner) => self.owners.insert(facts.name.clone(), owner.clone()),
            None => self.owners.remove(&facts.name),
        };
        before != owner
    }

    /// Judges without a look: what is due, or all after another configuration came. After a pause the first look tells what
    /// became of the cluster; until then what was recorded stands.
    pub(super) fn judge(&mut self, names: BTreeSet<ConnectorName>, now: Timestamp) {
        let paused = |tried| now - tried > self.spec.settings.pause();
        if self.begun || !self.facts.fresh.tried.is_some_and(paused) {
            self.judge_seen(names, now);
        }
    }

    /// Judges what a look concerns.
    pub(super) fn judge_seen(&mut self, mut names: BTreeSet<ConnectorName>, now: Timestamp) {
        if self.set_aside {
            return;
        }
        let mut changed = false;
        if self.surroundings_due.is_some_and(|due| due <= now) {
            let (surroundings, due) = judge::surroundings(&self.facts, &self.spec.settings, now);
            self.surroundings_due = due;
            if surroundings != self.surroundings || !self.begun {
                if surroundings.silence != self.surroundings.silence || !self.begun {
                    names.extend(self.facts.connectors.keys().cloned());
                }
                self.begun = true;
                self.surroundings = surroundings;
                changed = true;
            }
        }
        let count = names.len();
        for name in names {
            changed |= self.judge_one(&name, now);
        }
        if count > 0 {
            telemetry::judged(self.facts.name.as_str(), u64::try_from(count).unwrap_or(u64::MAX));
        }
        if changed {
            self.group_faults(now);
        }
    }

    /// Judges one connector; true when the faults may be others now.
    pub(super) fn judge_one(&mut self, name: &ConnectorName, now: Timestamp) -> bool {
        let was_unhealthy = self.faults.concern(name);
        let Some(facts) = self.facts.connectors.get(name).cloned() else {
            return false;
        };
        if facts.deleted_at.is_some() && self.judged.contains_key(name) {
            // What was deleted keeps its last true verdict for the record and belongs to no fault any more.
            self.due.set(name, None);
            let last = self.judged.get(name).and_then(|last| {
                let verdict = judge::last_true(&self.facts, &facts, &self.spec.settings, last)?;
                (**last != verdict).then(|| Arc::new(verdict))
            });
            if let Some(last) = last {
                self.judged.insert(name.clone(), last);
                self.pending.connectors.insert(name.clone());
                self.pending.feed.insert((Some(name.clone()), Changed::Connector));
            }
            self.sort(name);
            return was_unhealthy;
        }
        let previous = self.judged.get(name).cloned();
        let reborn = previous
            .as_ref()
            .is_some_and(|verdict| verdict.since < facts.first_seen);
        let previous = previous.filter(|_| !reborn);
        let judged = judge::judge_moving(
            &self.facts,
            &facts,
            &self.surroundings,
            &self.spec.settings,
            self.progress_of(&facts),
            previous.as_deref(),
            now,
        );
        self.progressing.judged(name);
        self.due.set(name, judged.valid_until);
        if previous.as_deref() == Some(&judged.verdict) {
            return false;
        }
        let from = previous.as_ref().map(|verdict| verdict.health);
        if from != Some(judged.verdict.health) {
            let change = VerdictChange {
                at: now,
                since: Some(judged.verdict.since),
                connector: name.clone(),
                from,
                to: judged.verdict.health,
                reasons: judged.verdict.reasons.clone(),
                settings: judged.verdict.settings,
            };
            self.pending.push(Entry::Verdict(change));
            self.pending.feed.remove(&(Some(name.clone()), Changed::Connector));
            self.pending.feed.insert((Some(name.clone()), Changed::Verdict));
        } else {
            self.pending.feed.insert((Some(name.clone()), Changed::Connector));
        }
        self.pending.connectors.insert(name.clone());
        self.judged.insert(name.clone(), Arc::new(judged.verdict));
        self.sort(name) || was_unhealthy
    }

    /// Strikes what is called a password by now out of the verdicts that are not judged again: those on what was deleted.
    pub(super) fn strike(&mut self, all: &[Concealed]) {
        for concealed in all {
            let name = &concealed.connector;
            let quoting = self.judged.get(name);
            if let Some(verdict) = quoting.and_then(|verdict| judge::struck(verdict, &concealed.struck.0)) {
                self.judged.insert(name.clone(), Arc::new(verdict));
                self.pending.connectors.insert(name.clone());
                self.pending.feed.insert((Some(name.clone()), Changed::Connector));
            }
        }
    }

    /// Keeps in mind whether a connector exists and needs a person.
    pub(super) fn sort(&mut self, name: &ConnectorName) -> bool {
        let lives = |facts: &Arc<ConnectorFacts>| facts.deleted_at.is_none();
        let unhealthy = self.facts.connectors.get(name).is_some_and(lives)
            && self.judged.get(name).is_some_and(|verdict| verdict.health.unhealthy());
        self.faults.tell(name, unhealthy);
        unhealthy
    }

    pub(super) fn group_faults(&mut self, now: Timestamp) {
        let refused = self.facts.about.same_as.is_some();
        let name = &self.facts.name;
        let grouping = self.faults.group(name, refused, &self.judged, &self.surroundings, now);
        let Some(mut grouping) = grouping else { return };
        for fault in &mut grouping.ended {
            let lives = |name| {
                self.facts
                    .connectors
                    .get(name)
                    .is_some_and(|known| known.deleted_at.is_none())
            };
            if !fault.members.is_empty() && !fault.members.iter().any(lives) {
                Arc::make_mut(fault).deleted = true;
            }
        }
        self.pending.feed.insert((None, Changed::Faults));
        for fault in &grouping.opened {
            self.pending.push(Entry::FaultOpened((**fault).clone()));
        }
        // That of a refused cluster goes on under the name of the one that it is.
        for fault in grouping.ended.iter().filter(|_| !refused) {
            self.pending.push(Entry::FaultEnded((**fault).clone()));
        }
        for fault in grouping.opened.iter().chain(&grouping.changed).chain(&grouping.ended) {
            self.pending.faults.insert(fault.id.clone(), fault.clone());
        }
    }
}
