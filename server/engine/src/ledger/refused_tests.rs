//! A database that takes everything but some of it.

use chrono::TimeDelta;
use model::Clock as _;
use model::state::State;
use model::transition::{Change, Transition};
use testkit::ManualClock;

use super::tests::{ledger, listed, see};
use model::verdict::Health;

use super::*;

/// Sends until nothing is left to be sent at once; `takes` says what the database does. Returns what it took: names of
/// connectors and entries.
pub(super) fn send(
    ledger: &mut Ledger,
    now: Timestamp,
    takes: impl Fn(&Outgoing) -> bool,
) -> (Vec<String>, Vec<Entry>, Vec<LeftOut>) {
    let (mut names, mut entries, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..200 {
        let Some(out) = ledger.outgoing(now) else {
            return (names, entries, left_out);
        };
        if takes(out) {
            names.extend(out.connectors().iter().map(|one| one.facts.name.to_string()));
            entries.extend(out.entries().to_vec());
            left_out.extend(ledger.recorded());
        } else {
            left_out.extend(ledger.refused(now, "no (SQLSTATE P0001)"));
        }
    }
    panic!("sending has no end");
}

pub(super) fn no_row_of<'a>(name: &'a str) -> impl Fn(&Outgoing) -> bool + 'a {
    move |out| !out.connectors().iter().any(|one| one.facts.name.as_str() == name)
}

fn gaps(entries: &[Entry]) -> Vec<(Timestamp, String)> {
    let gap = |entry: &Entry| match entry {
        Entry::Transition(Transition {
            at,
            change: Change::RecordingGap { why, .. },
            ..
        }) => Some((*at, why.to_string())),
        _ => None,
    };
    entries.iter().filter_map(gap).collect()
}

pub(super) const LIST: [(&str, State, &str); 5] = [
    ("a", State::Running, "w:1"),
    ("b", State::Running, "w:1"),
    ("c", State::Running, "w:1"),
    ("d", State::Running, "w:1"),
    ("e", State::Running, "w:1"),
];

#[test]
fn a_refused_batch_is_sent_once_more_before_it_is_taken_apart() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    see(&mut ledger, &clock, listed(&LIST));
    let first = ledger.outgoing(clock.now()).expect("new").batch().number;
    assert_eq!(ledger.refused(clock.now(), "no"), None);
    assert!(!ledger.in_pieces());
    let again = ledger.outgoing(clock.now()).expect("the same").batch();
    assert_eq!((again.number, again.connectors.len()), (first, 5));
    assert_eq!(ledger.refused(clock.now(), "no"), None);
    assert!(ledger.in_pieces() && ledger.owes_record());
}

#[test]
fn one_row_that_is_refused_keeps_no_other_from_being_recorded_and_waits_with_its_history() {
    for refused in ["a", "c", "e"] {
        let clock = ManualClock::default();
        let mut ledger = ledger(&clock);
        see(&mut ledger, &clock, listed(&LIST));
        let (mut names, entries, left_out) = send(&mut ledger, clock.now(), no_row_of(refused));
        names.sort();
        let expected: Vec<&str> = LIST
            .iter()
            .map(|(name, ..)| *name)
            .filter(|name| *name != refused)
            .collect();
        assert_eq!(names, expected);
        // The others' history is whole; a gap says what is left out and why.
        let about = |name: &str| {
            let about = |entry: &&Entry| entry.connector().is_some_and(|known| known.as_str() == name);
            entries.iter().filter(about).count()
        };
        for name in expected {
            assert_eq!(about(name), 2, "{name}: {entries:#?}");
        }
        assert_eq!(about(refused), 0, "{entries:#?}");
        let told = gaps(&entries);
        assert_eq!(told.len(), 1, "{told:?}");
        let why = format!(
            "the database refused what is known of the connector {refused} of orders, which is tried again: no (SQLSTATE P0001)"
        );
        assert_eq!(told[0], (clock.now(), why));
        assert_eq!(left_out.len(), 1);
        assert_eq!(left_out[0].changes, 1);
    }
}

#[test]
fn a_row_that_is_left_out_is_tried_again_by_itself_and_told_once() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    see(&mut ledger, &clock, listed(&LIST));
    send(&mut ledger, clock.now(), no_row_of("c"));
    // It changes together with another one: the other is recorded at the first attempt.
    clock.advance(TimeDelta::seconds(5));
    let mut list = LIST.clone();
    list[2].1 = State::Failed;
    list[3].1 = State::Failed;
    see(&mut ledger, &clock, listed(&list));
    let out = ledger.outgoing(clock.now()).expect("two failures");
    assert!(no_row_of("c")(out) && out.connectors().len() == 1);
    assert!(
        !out.batch()
            .feed
            .iter()
            .any(|(name, _)| name.as_ref().is_some_and(|name| name.as_str() == "c"))
    );
    ledger.recorded();
    assert!(ledger.outgoing(clock.now()).is_none());

    for _ in 0..3 {
        clock.advance(TimeDelta::seconds(61));
        let (names, entries, left_out) = send(&mut ledger, clock.now(), no_row_of("c"));
        assert!(names.is_empty() && gaps(&entries).is_empty() && left_out.is_empty());
    }
    clock.advance(TimeDelta::seconds(61));
    let out = ledger.outgoing(clock.now()).expect("tried again");
    assert_eq!(out.connectors().len(), 1);
    assert_eq!(out.connectors()[0].verdict.health, Health::Failed, "as it is now");
    let about = |name: &Option<ConnectorName>| name.as_ref().is_some_and(|name| name.as_str() == "c");
    assert!(
        out.batch()
            .feed
            .iter()
            .any(|(name, changed)| about(name) && *changed == Changed::Verdict),
        "{:?}",
        out.batch().feed
    );
    // With all that happened to it meanwhile, once, and at its time.
    let verdicts = out.entries().iter().filter_map(|entry| match entry {
        Entry::Verdict(change) => Some((change.connector.as_str(), change.to)),
        _ => None,
    });
    assert_eq!(
        verdicts.collect::<Vec<_>>(),
        [("c", Health::Healthy), ("c", Health::Failed)]
    );
    assert!(out.entries().is_sorted_by_key(Entry::at), "{:?}", out.entries());
    ledger.recorded();
    clock.advance(TimeDelta::seconds(61));
    assert!(ledger.outgoing(clock.now()).is_none(), "nothing is left out any more");
    list[2].1 = State::Running;
    see(&mut ledger, &clock, listed(&list));
    assert_eq!(ledger.outgoing(clock.now()).expect("it changes").connectors().len(), 1);
}

#[test]
fn history_that_is_refused_becomes_a_gap_with_its_size_and_the_rows_are_recorded() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    let began = clock.now();
    see(&mut ledger, &clock, listed(&LIST));
    clock.advance(TimeDelta::seconds(5));
    let takes = |out: &Outgoing| gaps(out.entries()).len() == out.entries().len();
    let (mut names, entries, left_out) = send(&mut ledger, clock.now(), takes);
    names.sort();
    assert_eq!(names, ["a", "b", "c", "d", "e"]);
    let told = gaps(&entries);
    assert_eq!((told.len(), left_out.len()), (1, 1));
    let count = format!(
        "the database refused {} entries of the history of orders, which are tried again: ",
        left_out[0].changes
    );
    assert!(told[0].1.starts_with(&count) && left_out[0].changes >= 10, "{told:?}");
    let Some(Entry::Transition(Transition {
        change: Change::RecordingGap { from, .. },
        ..
    })) = entries.first()
    else {
        panic!("{entries:?}")
    };
    assert_eq!((*from, told[0].0), (began, began));

    // Nothing of it is lost, and its order is that in which it happened.
    clock.advance(TimeDelta::seconds(61));
    let (_, entries, left_out) = send(&mut ledger, clock.now(), |_| true);
    assert_eq!(entries.len(), 10, "{entries:?}");
    assert!(gaps(&entries).is_empty() && left_out.is_empty());
    assert!(entries.is_sorted_by_key(Entry::at), "{entries:?}");
    clock.advance(TimeDelta::seconds(61));
    assert!(ledger.outgoing(clock.now()).is_none(), "it is recorded once");
}

#[test]
fn one_entry_that_is_refused_costs_no_other() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    see(&mut ledger, &clock, listed(&LIST));
    let poison = |entry: &Entry| matches!(entry, Entry::Verdict(change) if change.connector.as_str() == "c");
    let takes = |out: &Outgoing| !out.entries().iter().any(poison);
    let (_, entries, left_out) = send(&mut ledger, clock.now(), takes);
    let told = gaps(&entries);
    assert_eq!((told.len(), left_out.len()), (1, 1), "{told:?}");
    let text = "the database refused 10 entries of the history of orders, which are tried again";
    assert!(told[0].1.starts_with(text), "{told:?}");
    assert_eq!(entries.len() - told.len(), 9, "all but the one: {entries:?}");
}

#[test]
fn a_database_that_takes_nothing_is_not_asked_for_ever() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    see(&mut ledger, &clock, listed(&LIST));
    let (names, entries, left_out) = send(&mut ledger, clock.now(), |_| false);
    assert!(names.is_empty() && entries.is_empty());
    assert_eq!(
        left_out.len(),
        7,
        "the cluster, its worker, each connector: {left_out:?}"
    );
    assert!(!ledger.owes_record());
    clock.advance(TimeDelta::seconds(61));
    let (mut names, entries, _) = send(&mut ledger, clock.now(), |_| true);
    names.sort();
    assert_eq!(names, ["a", "b", "c", "d", "e"], "all rows once it takes them again");
    let told = gaps(&entries);
    assert_eq!(entries.len() - told.len(), 10, "all history: {entries:?}");
}
