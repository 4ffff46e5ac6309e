//! A server ends between two pieces of what was refused: the next holder goes on from the rows, and tells what they do
//! not say, once.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use model::Clock as _;
use model::fault::Fault;
use model::names::WorkerId;
use model::state::State;
use model::transition::{Change, Transition};
use testkit::ManualClock;

use super::tests::{ledger, listed, see, spec};
use model::verdict::Health;

use super::*;

/// What is in the database.
#[derive(Default)]
struct Stored {
    about: model::facts::ClusterAbout,
    workers: BTreeMap<WorkerId, Arc<model::facts::WorkerFacts>>,
    connectors: BTreeMap<ConnectorName, ConnectorRecord>,
    faults: BTreeMap<Arc<str>, Arc<Fault>>,
    history: Vec<Entry>,
}

impl Stored {
    fn take(&mut self, out: &Outgoing) {
        let batch = out.batch();
        if let Some(about) = batch.about {
            self.about = about.clone();
        }
        let workers = batch.workers.iter();
        self.workers
            .extend(workers.map(|worker| (worker.id.clone(), worker.clone())));
        let connectors = batch.connectors.iter();
        self.connectors
            .extend(connectors.map(|one| (one.facts.name.clone(), one.clone())));
        for fault in batch.faults {
            match fault.ended_at {
                None => self.faults.insert(fault.id.clone(), fault.clone()),
                Some(_) => self.faults.remove(&fault.id),
            };
        }
        self.history.extend(batch.entries.to_vec());
    }

    /// Sends what is owed; the database refuses what `refuses` says. Ends after so many batches that it took.
    fn record(
        &mut self,
        ledger: &mut Ledger,
        now: Timestamp,
        refuses: impl Fn(&Outgoing) -> bool,
        most: usize,
    ) -> bool {
        let mut taken = 0;
        while taken < most {
            let Some(out) = ledger.outgoing(now) else { return true };
            if refuses(out) {
                ledger.refused(now, "no (SQLSTATE P0001)");
            } else {
                self.take(out);
                ledger.recorded();
                taken += 1;
            }
        }
        false
    }

    fn next_holder(&self, now: Timestamp) -> Ledger {
        let record = ClusterRecord {
            about: self.about.clone(),
            workers: self.workers.values().cloned().collect(),
            connectors: self.connectors.values().cloned().collect(),
            faults: self.faults.values().cloned().collect(),
            ..ClusterRecord::empty(&"orders".into())
        };
        Ledger::new(&"orders".into(), Some(record), spec(), now)
    }

    /// What happened, in words without their times; gaps set aside.
    fn told(&self) -> Vec<String> {
        let mut told: Vec<String> = self.history.iter().filter_map(words).collect();
        told.sort();
        told
    }
}

fn words(entry: &Entry) -> Option<String> {
    Some(match entry {
        Entry::Verdict(change) => format!(
            "verdict {} {:?} {:?}",
            change.connector.as_str(),
            change.from,
            change.to
        ),
        Entry::FaultOpened(fault) => format!("fault opened {:?}", fault.scope),
        Entry::FaultEnded(fault) => format!("fault ended {:?}", fault.scope),
        Entry::Transition(Transition {
            change: Change::RecordingGap { .. },
            ..
        }) => return None,
        Entry::Transition(transition) => format!("{:?} {:?}", transition.subject, transition.change),
    })
}

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

fn all(state: &State) -> Vec<(&'static str, State, &'static str)> {
    NAMES.iter().map(|name| (*name, state.clone(), "w:1")).collect()
}

fn row_of_c(out: &Outgoing) -> bool {
    out.connectors().iter().any(|one| one.facts.name.as_str() == "c")
}

fn history_of_c(out: &Outgoing) -> bool {
    let about = |entry: &Entry| entry.connector().is_some_and(|name| name.as_str() == "c");
    out.entries().iter().any(about)
}

/// Five connectors are seen and then fail, and the first holder ends after so many batches of that; what the second one
/// leaves in the database, and whether the first was done.
fn story(refuses: fn(&Outgoing) -> bool, batches: usize) -> (Stored, bool) {
    let clock = ManualClock::default();
    let (mut stored, mut first) = (Stored::default(), ledger(&clock));
    see(&mut first, &clock, listed(&all(&State::Running)));
    stored.record(&mut first, clock.now(), |_| false, usize::MAX);
    clock.advance(TimeDelta::seconds(5));
    see(&mut first, &clock, listed(&all(&State::Failed)));
    let done = stored.record(&mut first, clock.now(), refuses, batches);
    drop(first);
    clock.advance(TimeDelta::seconds(5));
    let mut second = stored.next_holder(clock.now());
    second.tick(clock.now());
    see(&mut second, &clock, listed(&all(&State::Failed)));
    stored.record(&mut second, clock.now(), |_| false, usize::MAX);
    assert!(!second.owes_record());
    (stored, done)
}

#[test]
fn whenever_a_server_ends_the_next_holder_tells_what_is_not_recorded_and_nothing_twice() {
    let (whole, _) = story(|_| false, usize::MAX);
    let expected = whole.told();
    assert!(expected.len() >= 20, "{expected:#?}");
    for batches in 0.. {
        let (stored, done) = story(row_of_c, batches);
        assert_eq!(stored.told(), expected, "after {batches} batches");
        let states = stored.connectors.values().map(|one| one.verdict.health);
        assert!(states.eq(NAMES.map(|_| Health::Failed)), "after {batches} batches");
        if done {
            break;
        }
    }
}

#[test]
fn history_that_is_refused_is_never_told_twice_and_a_gap_tells_what_is_lost() {
    let expected = story(|_| false, usize::MAX).0.told();
    for batches in 0.. {
        let (stored, done) = story(history_of_c, batches);
        let mut told = stored.told();
        let count = told.len();
        told.dedup();
        assert_eq!(told.len(), count, "told twice after {batches} batches: {told:#?}");
        let gap = stored.history.iter().any(super::pending::is_gap);
        assert!(gap || told == expected, "after {batches} batches: {told:#?}");
        if done {
            break;
        }
    }
}
