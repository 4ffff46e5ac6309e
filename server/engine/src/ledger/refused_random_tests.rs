//! Whatever a database refuses, and however often: what was to be recorded is recorded once, or kept, or told as lost.

use chrono::TimeDelta;
use model::Clock as _;
use model::state::State;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use testkit::ManualClock;

use super::pending::is_gap;
use super::tests::{ledger, listed, see};
use super::*;

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// What a database refuses.
#[derive(Clone, Debug)]
struct Refusing {
    /// Rows of these connectors.
    rows: BTreeSet<usize>,
    /// Verdicts of these connectors.
    verdicts: BTreeSet<usize>,
    /// All history but gaps.
    history: bool,
    gaps: bool,
    /// Anything at every so many-th attempt, unless 0.
    every: usize,
}

impl Refusing {
    const NOTHING: Self = Self {
        rows: BTreeSet::new(),
        verdicts: BTreeSet::new(),
        history: false,
        gaps: false,
        every: 0,
    };

    fn takes(&self, out: &Outgoing, attempt: usize) -> bool {
        let among = |set: &BTreeSet<usize>, name: &ConnectorName| set.iter().any(|one| NAMES[*one] == name.as_str());
        let row = out.connectors().iter().any(|one| among(&self.rows, &one.facts.name));
        let entry = |entry: &Entry| match entry {
            gap if is_gap(gap) => self.gaps,
            Entry::Verdict(change) => self.history || among(&self.verdicts, &change.connector),
            _ => self.history,
        };
        !(row || out.entries().iter().any(entry) || self.every > 0 && attempt.is_multiple_of(self.every))
    }
}

#[derive(Clone, Debug)]
enum Step {
    /// A look, in which these connectors fail.
    Look(BTreeSet<usize>),
    Wait(i64),
    /// Something could not be recorded for another reason.
    Gap,
    /// So many attempts.
    Send(Refusing, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let some = || btree_set(0..NAMES.len(), 0..3);
    let history = proptest::bool::weighted(0.2);
    let refusing = (some(), some(), history, proptest::bool::weighted(0.2), 0..5usize).prop_map(
        |(rows, verdicts, history, gaps, every)| Refusing {
            rows,
            verdicts,
            history,
            gaps,
            every,
        },
    );
    prop_oneof![
        3 => some().prop_map(Step::Look),
        2 => (1..70i64).prop_map(Step::Wait),
        1 => Just(Step::Gap),
        4 => (refusing, 1..60usize).prop_map(|(refusing, attempts)| Step::Send(refusing, attempts)),
    ]
}

struct Run {
    clock: ManualClock,
    ledger: Ledger,
    /// All that was ever to be recorded.
    pushed: Vec<Entry>,
    recorded: Vec<Entry>,
    /// Entries that were given up.
    lost: usize,
}

impl Run {
    fn new() -> Self {
        let clock = ManualClock::default();
        Self {
            ledger: ledger(&clock),
            clock,
            pushed: Vec::new(),
            recorded: Vec::new(),
            lost: 0,
        }
    }

    /// Does what may add to what is pending.
    fn push(&mut self, work: impl FnOnce(&mut Ledger, &ManualClock)) {
        let before = self.ledger.pending.entries().len();
        work(&mut self.ledger, &self.clock);
        self.pushed.extend_from_slice(&self.ledger.pending.entries()[before..]);
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Look(failed) => self.push(|ledger, clock| {
                let state = |number| match failed.contains(&number) {
                    true => State::Failed,
                    false => State::Running,
                };
                let list: Vec<_> = (0..)
                    .zip(NAMES)
                    .map(|(number, name)| (name, state(number), "w:1"))
                    .collect();
                see(ledger, clock, listed(&list));
            }),
            Step::Wait(seconds) => drop(self.clock.advance(TimeDelta::seconds(seconds))),
            Step::Gap => self.push(|ledger, clock| ledger.gap(clock.now(), clock.now(), "a test says so")),
            Step::Send(refusing, attempts) => {
                self.send(&refusing, attempts);
            }
        }
        self.nothing_is_lost();
    }

    /// Makes so many attempts; whether nothing is left to be sent at once.
    fn send(&mut self, refusing: &Refusing, attempts: usize) -> bool {
        for attempt in 1..=attempts {
            let fresh = self.ledger.sent.is_none();
            let Some(out) = self.ledger.outgoing(self.clock.now()) else {
                return true;
            };
            as_the_feed_tells(out);
            let taken = refusing.takes(out, attempt).then(|| out.entries().to_vec());
            let rows: Vec<_> = out.connectors().iter().map(|one| one.facts.name.clone()).collect();
            if fresh {
                // Rows are as they are now, so all that is pending of them goes with them.
                let pending = &self.ledger.pending;
                let of_rows = |entry: &&Entry| entry.connector().is_some_and(|name| rows.contains(name));
                assert!(!rows.iter().any(|name| pending.connectors.contains(name)), "{rows:?}");
                assert_eq!(pending.entries().iter().find(of_rows), None);
            }
            self.nothing_is_lost();
            match taken {
                Some(entries) => {
                    let times: Vec<_> = entries.iter().filter(|entry| !is_gap(entry)).map(Entry::at).collect();
                    assert!(times.is_sorted(), "{times:?}");
                    self.recorded.extend(entries);
                    self.push(|ledger, _| drop(ledger.recorded()));
                }
                None => self.push(|ledger, clock| drop(ledger.refused(clock.now(), "no"))),
            }
        }
        false
    }

    /// What was to be recorded and is not, in the order in which it came to be.
    fn missing(&self) -> Vec<Entry> {
        let mut missing = self.pushed.clone();
        for entry in &self.recorded {
            match missing.iter().position(|known| known == entry) {
                Some(place) => drop(missing.remove(place)),
                // Told in the place of history that was held back.
                None => assert!(
                    is_gap(entry) && format!("{entry:?}").contains("of the history of"),
                    "{entry:?}"
                ),
            }
        }
        missing
    }

    fn nothing_is_lost(&self) {
        let missing = self.missing();
        assert_eq!(self.ledger.unrecorded() + self.lost, missing.len(), "{missing:#?}");
    }
}

/// Who follows the feed learns of every row.
fn as_the_feed_tells(out: &Outgoing) {
    let batch = out.batch();
    let told = |wanted: Changed| {
        batch
            .feed
            .iter()
            .any(|(name, changed)| name.is_none() && *changed == wanted)
    };
    assert!(batch.about.is_none() || told(Changed::Cluster), "{:?}", batch.feed);
    assert!(batch.workers.is_empty() || told(Changed::Workers), "{:?}", batch.feed);
    assert!(batch.faults.is_empty() || told(Changed::Faults), "{:?}", batch.feed);
    for connector in batch.connectors {
        let told = batch
            .feed
            .iter()
            .any(|(name, _)| name.as_ref() == Some(&connector.facts.name));
        assert!(told, "{}: {:?}", connector.facts.name, batch.feed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_refused_is_recorded_once_when_it_is_taken(steps in vec(step(), 1..30)) {
        let mut run = Run::new();
        steps.into_iter().for_each(|step| run.step(step));
        // Twice: what was left out at the first of them comes with the second.
        for _ in 0..2 {
            run.clock.advance(TimeDelta::seconds(61));
            prop_assert!(run.send(&Refusing::NOTHING, 200));
        }
        prop_assert_eq!(run.missing(), []);
        prop_assert!(!run.ledger.owes_record());
        prop_assert_eq!(run.ledger.unrecorded(), 0);
    }

    #[test]
    fn what_is_refused_to_the_end_is_told_as_lost(steps in vec(step(), 1..30), last in step()) {
        let mut run = Run::new();
        steps.into_iter().for_each(|step| run.step(step));
        let last = match last {
            Step::Send(refusing, _) => Refusing { every: 0, ..refusing },
            _ => Refusing::NOTHING,
        };
        prop_assert!(run.send(&last, 500), "sending has no end");
        run.ledger.hurry();
        prop_assert!(run.send(&last, 500), "sending has no end");
        run.nothing_is_lost();
        let missing = run.missing().len();
        let mut lost = 0;
        run.push(|ledger, clock| lost = ledger.give_up(clock.now()));
        prop_assert_eq!(lost, missing);
        run.lost = lost;
        prop_assert_eq!(run.ledger.owes_record(), missing > 0);
        prop_assert!(run.send(&Refusing::NOTHING, 10));
        prop_assert!(!run.ledger.owes_record());
        let lost = "which are lost: this server lets the cluster go";
        let told = run.recorded.iter().filter(|entry| format!("{entry:?}").contains(lost)).count();
        prop_assert_eq!(told, usize::from(missing > 0));
        prop_assert_eq!(run.ledger.unrecorded(), 0);
    }
}
