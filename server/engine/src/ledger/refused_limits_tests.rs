//! How much of what is refused is kept, how often it is asked for, and when again.

use chrono::TimeDelta;
use model::Clock as _;
use model::observe::Source;
use model::state::State;
use model::transition::{Change, Subject, Transition};
use testkit::ManualClock;

use super::pending::is_gap;
use super::tests::{ledger, listed, see};
use super::*;

/// Entries of the history, one for each number.
fn history(ledger: &mut Ledger, clock: &ManualClock, numbers: std::ops::Range<usize>) {
    for number in numbers {
        ledger.pending.push(Entry::Transition(Transition {
            at: clock.now(),
            source: Source::Rest,
            subject: Subject::Connector(format!("c{number}").as_str().into()),
            change: Change::ConnectorDeleted,
            actor: None,
        }));
    }
}

/// What the database took, and how often it was asked.
struct Sent {
    entries: Vec<Entry>,
    attempts: usize,
}

impl Sent {
    fn gaps(&self) -> Vec<String> {
        let gaps = self.entries.iter().filter(|entry| is_gap(entry));
        gaps.map(|gap| format!("{gap:?}")).collect()
    }

    fn others(&self) -> usize {
        self.entries.len() - self.gaps().len()
    }
}

/// Sends until nothing is left to be sent at once.
fn send(ledger: &mut Ledger, clock: &ManualClock, takes: impl Fn(&Outgoing) -> bool) -> Sent {
    let mut sent = Sent {
        entries: Vec::new(),
        attempts: 0,
    };
    while let Some(out) = ledger.outgoing(clock.now()) {
        sent.attempts += 1;
        assert!(sent.attempts < 1000, "sending has no end");
        if takes(out) {
            sent.entries.extend(out.entries().to_vec());
            ledger.recorded();
        } else {
            ledger.refused(clock.now(), "no");
        }
    }
    sent
}

fn only_gaps(out: &Outgoing) -> bool {
    out.entries().iter().all(is_gap)
}

fn without(number: usize) -> impl Fn(&Outgoing) -> bool {
    let name = format!("c{number}");
    move |out| {
        let poison = |entry: &Entry| entry.connector().is_some_and(|known| known.as_str() == name);
        !out.entries().iter().any(poison)
    }
}

#[test]
fn so_much_refused_history_is_kept_and_the_rest_is_counted_as_lost() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    history(&mut ledger, &clock, 0..9_000);
    let first = send(&mut ledger, &clock, only_gaps);
    assert!(first.attempts < 25, "it is not asked for ever: {}", first.attempts);
    let gaps = first.gaps();
    assert!(
        gaps.len() == 1 && gaps[0].contains("9000 entries of the history of orders, which are tried again"),
        "{gaps:?}"
    );
    assert_eq!(ledger.unrecorded(), 9_000);

    history(&mut ledger, &clock, 9_000..10_500);
    let second = send(&mut ledger, &clock, only_gaps).gaps();
    assert!(
        second.len() == 1
            && second[0].contains("1500 entries of the history of orders, of which 500 are lost and the others"),
        "{second:?}"
    );
    assert_eq!(ledger.unrecorded(), 10_000);

    clock.advance(TimeDelta::seconds(61));
    let last = send(&mut ledger, &clock, |_| true);
    assert_eq!((last.others(), last.gaps().len()), (10_000, 0));
    assert_eq!(ledger.unrecorded(), 0);
}

#[test]
fn one_entry_among_thousands_is_found_however_often_it_takes() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    history(&mut ledger, &clock, 0..4_000);
    let sent = send(&mut ledger, &clock, without(3_999));
    assert_eq!((sent.others(), ledger.unrecorded()), (3_999, 1));
}

#[test]
fn after_a_database_that_took_nothing_one_entry_is_found_too() {
    for takes in [only_gaps, |_: &Outgoing| false] {
        let clock = ManualClock::default();
        let mut ledger = ledger(&clock);
        history(&mut ledger, &clock, 0..1_000);
        assert_eq!(send(&mut ledger, &clock, takes).others(), 0);
        clock.advance(TimeDelta::seconds(61));
        let sent = send(&mut ledger, &clock, without(999));
        assert_eq!((sent.others(), ledger.unrecorded()), (999, 1));
    }
}

#[test]
fn what_is_refused_meanwhile_puts_nothing_off() {
    // Rows.
    let clock = ManualClock::default();
    let mut rows = ledger(&clock);
    let list = |b| [("a", State::Running, "w:1"), ("b", b, "w:1")];
    see(&mut rows, &clock, listed(&list(State::Running)));
    let refuses =
        |name: &'static str| move |out: &Outgoing| !out.connectors().iter().any(|one| one.facts.name.as_str() == name);
    send(&mut rows, &clock, refuses("a"));
    clock.advance(TimeDelta::seconds(40));
    see(&mut rows, &clock, listed(&list(State::Failed)));
    send(&mut rows, &clock, refuses("b"));
    clock.advance(TimeDelta::seconds(21));
    let out = rows.outgoing(clock.now()).expect("a minute after the first refusal");
    assert_eq!(out.connectors()[0].facts.name.as_str(), "a");

    // History.
    let mut entries = ledger(&clock);
    history(&mut entries, &clock, 0..1);
    send(&mut entries, &clock, only_gaps);
    clock.advance(TimeDelta::seconds(40));
    history(&mut entries, &clock, 1..2);
    send(&mut entries, &clock, only_gaps);
    clock.advance(TimeDelta::seconds(21));
    assert_eq!(send(&mut entries, &clock, |_| true).others(), 2);
}

#[test]
fn a_gap_that_waits_with_rows_is_recorded_once_one_of_them_stands_alone() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    see(
        &mut ledger,
        &clock,
        listed(&[("a", State::Running, "w:1"), ("b", State::Running, "w:1")]),
    );
    ledger.gap(clock.now(), clock.now(), "a test says so");
    let sent = send(&mut ledger, &clock, |out| {
        !out.connectors().iter().any(|one| one.facts.name.as_str() == "b")
    });
    let told = sent.gaps().iter().filter(|gap| gap.contains("a test says so")).count();
    assert_eq!(told, 1, "{:?}", sent.gaps());
}
