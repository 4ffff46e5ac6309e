//! What was moved when the clock was set back, as it was before: it is given back if the clock is put right again.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use model::Timestamp;
use model::facts::{ClusterAbout, ConnectorFacts, WorkerFacts};
use model::fault::Fault;
use model::names::{ConnectorName, WorkerId};
use model::set_back::SetBack;
use model::verdict::Verdict;

use super::Ledger;

/// Something as it was before the clock was set back, and as that left it.
#[derive(Clone)]
pub(super) struct Pair<T> {
    pub(super) before: T,
    pub(super) after: T,
}

/// What was moved when the clock was set back.
pub(super) struct Moved {
    pub(super) back: SetBack,
    /// What the clock showed before. Once it is there by itself nothing tells any more that it was put right.
    pub(super) until: Timestamp,
    pub(super) about: Option<Pair<ClusterAbout>>,
    pub(super) workers: BTreeMap<WorkerId, Pair<Arc<WorkerFacts>>>,
    pub(super) connectors: BTreeMap<ConnectorName, Pair<Arc<ConnectorFacts>>>,
    pub(super) verdicts: BTreeMap<ConnectorName, Pair<Arc<Verdict>>>,
    pub(super) faults: Vec<Pair<Arc<Fault>>>,
}

/// What may be moved, as it is.
pub(super) struct Movable {
    about: ClusterAbout,
    workers: BTreeMap<WorkerId, Arc<WorkerFacts>>,
    connectors: BTreeMap<ConnectorName, Arc<ConnectorFacts>>,
    verdicts: BTreeMap<ConnectorName, Arc<Verdict>>,
    faults: Vec<Arc<Fault>>,
}

impl Movable {
    pub(super) fn of(ledger: &Ledger) -> Self {
        Self {
            about: ledger.facts.about.clone(),
            workers: ledger.facts.workers.clone(),
            connectors: ledger.facts.connectors.clone(),
            verdicts: ledger.judged.clone(),
            faults: ledger.faults.open().to_vec(),
        }
    }
}

/// Those that differ, each with what it was first: where it was moved before and did not change since, before that.
fn pairs<K: Ord + Clone, T: PartialEq>(
    before: BTreeMap<K, Arc<T>>,
    after: &BTreeMap<K, Arc<T>>,
    mut earlier: BTreeMap<K, Pair<Arc<T>>>,
) -> BTreeMap<K, Pair<Arc<T>>> {
    let mut pairs = BTreeMap::new();
    for (key, was) in before {
        let first = earlier.remove(&key).filter(|first| first.after == was);
        let Some(is) = after.get(&key) else { continue };
        if first.is_some() || !Arc::ptr_eq(&was, is) {
            let before = first.map_or(was, |first| first.before);
            let after = is.clone();
            pairs.insert(key, Pair { before, after });
        }
    }
    pairs
}

impl Moved {
    /// What a step moved, of a clock that showed `last` before. What an `earlier` one moved is known from before that.
    pub(super) fn between(
        was: Movable,
        ledger: &Ledger,
        back: SetBack,
        last: Timestamp,
        earlier: Option<Self>,
    ) -> Self {
        let earlier = earlier.unwrap_or_else(|| Self::nothing(back, last));
        let facts = &ledger.facts;
        let about = match earlier.about.filter(|first| first.after == was.about) {
            Some(first) => Some(first.before),
            None => (was.about != facts.about).then_some(was.about),
        };
        let mut faults = Vec::new();
        for (was, is) in was.faults.iter().zip(ledger.faults.open()) {
            let first = earlier.faults.iter().find(|first| first.after == *was);
            if first.is_some() || !Arc::ptr_eq(was, is) {
                let before = first.map_or(was, |first| &first.before).clone();
                let after = is.clone();
                faults.push(Pair { before, after });
            }
        }
        Self {
            back: SetBack {
                by: earlier.back.by + back.by,
                ..back
            },
            until: earlier.until.max(last),
            about: about.map(|before| Pair {
                before,
                after: facts.about.clone(),
            }),
            workers: pairs(was.workers, &facts.workers, earlier.workers),
            connectors: pairs(was.connectors, &facts.connectors, earlier.connectors),
            verdicts: pairs(was.verdicts, &ledger.judged, earlier.verdicts),
            faults,
        }
    }

    /// Before anything was moved.
    fn nothing(back: SetBack, until: Timestamp) -> Self {
        Self {
            back: SetBack {
                by: TimeDelta::zero(),
                ..back
            },
            until,
            about: None,
            workers: BTreeMap::new(),
            connectors: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            faults: Vec::new(),
        }
    }

    /// What is as the clock left it. When a worker answered last says nothing of what it is.
    pub(super) fn unchanged(&self, ledger: &Ledger) -> Self {
        let silent = |worker: &WorkerFacts| WorkerFacts {
            answered_at: None,
            ..worker.clone()
        };
        let same = |is: &Arc<WorkerFacts>, pair: &Pair<Arc<WorkerFacts>>| silent(is) == silent(&pair.after);
        let facts = &ledger.facts;
        let workers = self.workers.iter().filter(|(id, pair)| {
            let is = facts.workers.get(*id);
            is.is_some_and(|is| same(is, pair))
        });
        let workers = workers.map(|(id, pair)| (id.clone(), pair.clone()));
        let open = ledger.faults.open();
        Self {
            back: self.back,
            until: self.until,
            about: self.about.clone().filter(|pair| pair.after == facts.about),
            workers: workers.collect(),
            connectors: of_those(&self.connectors, &facts.connectors),
            verdicts: of_those(&self.verdicts, &ledger.judged),
            faults: self
                .faults
                .iter()
                .filter(|pair| open.contains(&pair.after))
                .cloned()
                .collect(),
        }
    }

    /// The same, as it was given back.
    pub(super) fn given_back(self, ledger: &Ledger) -> Self {
        let facts = &ledger.facts;
        let given = |mut pair: Pair<Arc<Fault>>| {
            let open = ledger.faults.open().iter();
            let is = open.clone().find(|fault| fault.id == pair.before.id)?;
            pair.after = is.clone();
            Some(pair)
        };
        Self {
            about: self.about.map(|pair| Pair {
                after: facts.about.clone(),
                ..pair
            }),
            workers: all_given_back(self.workers, &facts.workers),
            connectors: all_given_back(self.connectors, &facts.connectors),
            verdicts: all_given_back(self.verdicts, &ledger.judged),
            faults: self.faults.into_iter().filter_map(given).collect(),
            ..self
        }
    }
}

fn of_those<K: Ord + Clone, T: PartialEq>(
    pairs: &BTreeMap<K, Pair<Arc<T>>>,
    now: &BTreeMap<K, Arc<T>>,
) -> BTreeMap<K, Pair<Arc<T>>> {
    let same = |(key, pair): &(&K, &Pair<Arc<T>>)| now.get(key) == Some(&pair.after);
    let pairs = pairs.iter().filter(same);
    pairs.map(|(key, pair)| (key.clone(), pair.clone())).collect()
}

fn all_given_back<K: Ord, T>(pairs: BTreeMap<K, Pair<Arc<T>>>, now: &BTreeMap<K, Arc<T>>) -> BTreeMap<K, Pair<Arc<T>>> {
    let given = pairs.into_iter().filter_map(|(key, pair)| {
        let after = now.get(&key)?.clone();
        Some((key, Pair { after, ..pair }))
    });
    given.collect()
}
