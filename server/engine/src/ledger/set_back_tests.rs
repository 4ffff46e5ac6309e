//! A clock that is set back an hour: what was seen lately keeps its age, whatever the cluster does then.

use chrono::TimeDelta;
use model::Clock as _;
use model::observe::{Gap, GapKind, Observation, Seen};
use model::state::State;
use testkit::ManualClock;

use super::refused_tests::{LIST, no_row_of, send};
use super::tests::{ledger, listed, members, see, spec};
use model::verdict::Health;

use super::*;

fn health(ledger: &Ledger) -> Health {
    ledger.judged["one"].health
}

fn no_list() -> Seen {
    Seen::ListMissing(Gap {
        kind: GapKind::Refused,
        text: "a:1: the connection was refused".into(),
    })
}

fn no_answer() -> Seen {
    Seen::Silent {
        address: "a:1".into(),
        gap: Gap {
            kind: GapKind::Refused,
            text: "a:1: the connection was refused".into(),
        },
    }
}

fn running() -> Seen {
    listed(&[("one", State::Running, "a:1")])
}

/// Looks every five seconds, with beats in between.
fn looks(ledger: &mut Ledger, clock: &ManualClock, seconds: i64, seen: impl Fn() -> Seen) {
    for _ in 0..seconds / 5 {
        clock.advance(TimeDelta::seconds(5));
        ledger.tick(clock.now());
        see(ledger, clock, no_answer());
        see(ledger, clock, seen());
    }
}

fn back(clock: &ManualClock) {
    clock.advance(TimeDelta::hours(-1));
}

/// The history that goes out, each entry in a word.
fn told(ledger: &mut Ledger, clock: &ManualClock) -> Vec<String> {
    let entries = ledger.outgoing(clock.now()).map(|out| out.entries().to_vec());
    ledger.recorded();
    let word = |entry: &Entry| match entry {
        Entry::Verdict(change) => format!("{:?}", change.to),
        Entry::FaultOpened(_) => "opened".to_owned(),
        Entry::FaultEnded(_) => "ended".to_owned(),
        Entry::Transition(transition) => format!("{:?}", transition.change),
    };
    entries.iter().flatten().map(word).collect()
}

#[test]
fn a_silent_cluster_stays_unknown_and_one_that_falls_silent_becomes_so() {
    let clock = ManualClock::default();
    let mut silent = ledger(&clock);
    see(&mut silent, &clock, running());
    looks(&mut silent, &clock, 60, no_list);
    assert_eq!(health(&silent), Health::Unknown);
    told(&mut silent, &clock);
    let opened = silent.faults.open()[0].clone();
    let mut heard = ledger(&clock);
    see(&mut heard, &clock, running());

    back(&clock);
    looks(&mut silent, &clock, 120, no_list);
    assert_eq!(health(&silent), Health::Unknown);
    assert_eq!(told(&mut silent, &clock), Vec::<String>::new(), "nothing happened");
    let fault = silent.faults.open()[0].clone();
    assert_eq!(fault.id, opened.id);
    // It keeps its age, but for what passed between the last look before and the first one after.
    let moved = opened.opened_at - fault.opened_at;
    assert!(
        (TimeDelta::minutes(59)..=TimeDelta::hours(1)).contains(&moved),
        "{moved}"
    );
    assert!(silent.judged["one"].since < clock.now());

    looks(&mut heard, &clock, 60, no_list);
    assert_eq!(health(&heard), Health::Unknown, "by the age of what was heard");
    assert!(heard.facts.workers.values().all(|worker| worker.since <= clock.now()));
}

#[test]
fn what_waits_for_a_while_waits_no_longer() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    see(&mut ledger, &clock, running());
    clock.advance(TimeDelta::seconds(5));
    see(&mut ledger, &clock, listed(&[("one", State::Unassigned, "a:1")]));
    assert_eq!(health(&ledger), Health::Restarting);
    back(&clock);
    for _ in 0..3 {
        clock.advance(TimeDelta::seconds(5));
        see(&mut ledger, &clock, Seen::ListedUnchanged { by: "a:1".into() });
    }
    assert_eq!(health(&ledger), Health::Unassigned);
    let verdict = &ledger.judged["one"];
    assert!(verdict.since <= clock.now() && clock.now() - verdict.since < TimeDelta::minutes(1));
    // Once judged so it stays so.
    told(&mut ledger, &clock);
    back(&clock);
    clock.advance(TimeDelta::seconds(5));
    see(&mut ledger, &clock, listed(&[("one", State::Unassigned, "a:1")]));
    assert_eq!(told(&mut ledger, &clock), Vec::<String>::new());
    assert_eq!(health(&ledger), Health::Unassigned);
}

#[test]
fn a_look_under_way_counts_from_the_new_time_and_so_does_what_another_server_recorded() {
    let clock = ManualClock::default();
    let mut first = ledger(&clock);
    see(&mut first, &clock, running());
    let at = clock.now();
    back(&clock);
    clock.advance(TimeDelta::seconds(1));
    let late = Observation {
        at,
        answered: at,
        seen: running(),
    };
    first.observe(&late, clock.now());
    assert_eq!(first.facts.fresh.rest, Some(clock.now()));
    looks(&mut first, &clock, 60, no_list);
    assert_eq!(health(&first), Health::Unknown);

    // It was recorded by a clock that is an hour ahead.
    let mut record = ClusterRecord::empty(&"orders".into());
    record.fresh.rest = Some(clock.now() + TimeDelta::hours(1));
    let mut next = Ledger::new(&"orders".into(), Some(record), spec(), clock.now());
    next.tick(clock.now());
    assert_eq!(next.facts.fresh.rest, Some(clock.now()));
}

#[test]
fn what_the_database_refused_is_tried_again_after_the_same_while() {
    let no_history = |out: &Outgoing| !out.entries().iter().any(|entry| matches!(entry, Entry::Verdict(_)));
    let check = |what: &str, takes: &dyn Fn(&Outgoing) -> bool| {
        let verdicts = |entries: &[Entry]| entries.iter().filter(|e| matches!(e, Entry::Verdict(_))).count();
        let clock = ManualClock::default();
        let mut ledger = ledger(&clock);
        see(&mut ledger, &clock, listed(&LIST));
        send(&mut ledger, clock.now(), takes);
        clock.advance(TimeDelta::seconds(5));
        ledger.tick(clock.now());
        back(&clock);
        ledger.tick(clock.now());
        let (_, entries, _) = send(&mut ledger, clock.now(), |_| true);
        assert_eq!(verdicts(&entries), 0, "{what} waits on: {entries:?}");
        clock.advance(TimeDelta::seconds(56));
        ledger.tick(clock.now());
        let (_, entries, _) = send(&mut ledger, clock.now(), |_| true);
        assert!(verdicts(&entries) > 0, "{what} is tried again");
    };
    check("a row", &no_row_of("c"));
    check("history", &no_history);
}

#[test]
fn time_that_passes_without_a_look_counts_from_the_new_time() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    see(&mut ledger, &clock, members(&["a:1", "b:1"]));
    see(&mut ledger, &clock, running());
    clock.advance(TimeDelta::seconds(5));
    see(&mut ledger, &clock, members(&["a:1"]));
    // The next looks for silence, and for what can be forgotten, are within a minute.
    clock.advance(TimeDelta::minutes(59));
    see(&mut ledger, &clock, running());
    clock.advance(TimeDelta::seconds(5));
    see(&mut ledger, &clock, no_list());
    ledger.tick(clock.now());
    assert!(ledger.facts.workers.contains_key("b:1") && health(&ledger) == Health::Healthy);
    back(&clock);
    for _ in 0..24 {
        clock.advance(TimeDelta::seconds(5));
        ledger.tick(clock.now());
    }
    assert_eq!(health(&ledger), Health::Unknown, "nothing was heard for two minutes");
    assert!(!ledger.facts.workers.contains_key("b:1"), "it was gone for an hour");
}

/// Looks by steps of the clock in hours, each with half a minute of looks; `since` of what did not change, then.
fn since_after(hours: &[i64]) -> (Timestamp, Timestamp, Ledger, ManualClock) {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    see(&mut ledger, &clock, running());
    looks(&mut ledger, &clock, 60, running);
    let (first, since) = (ledger.facts.connectors["one"].first_seen, ledger.judged["one"].since);
    for hours in hours {
        clock.advance(TimeDelta::hours(*hours));
        looks(&mut ledger, &clock, 30, running);
    }
    (first, since, ledger, clock)
}

#[test]
fn a_clock_that_is_put_right_again_gives_back_what_it_had_moved() {
    for hours in [&[-1, 1][..], &[1, -2, 1], &[-1, -1, 2], &[-2, 1, 1], &[-1, 1, -1, 1]] {
        let (first, since, ledger, clock) = since_after(hours);
        let one = &ledger.facts.connectors["one"];
        assert_eq!(
            (one.first_seen, ledger.judged["one"].since),
            (first, since),
            "{hours:?}"
        );
        let newest = ledger.facts.workers.values().filter_map(|worker| worker.answered_at);
        assert!(newest.into_iter().all(|at| at <= clock.now()), "{hours:?}");
    }
    // As long as it is off it is an age that was kept.
    let (first, _, ledger, clock) = since_after(&[-1]);
    let moved = ledger.facts.connectors["one"].first_seen;
    assert!(moved < first && clock.now() - moved < TimeDelta::minutes(3), "{moved}");
}

#[test]
fn what_happens_while_the_clock_is_off_goes_on_with_it() {
    let (_, _, mut ledger, clock) = since_after(&[-1]);
    told(&mut ledger, &clock);
    clock.advance(TimeDelta::seconds(5));
    see(&mut ledger, &clock, listed(&[("one", State::Failed, "a:1")]));
    assert_eq!(health(&ledger), Health::Failed);
    looks(&mut ledger, &clock, 20, || listed(&[("one", State::Failed, "a:1")]));
    clock.advance(TimeDelta::hours(1));
    looks(&mut ledger, &clock, 20, || listed(&[("one", State::Failed, "a:1")]));
    let age = |since: Timestamp| clock.now() - since;
    let (verdict, fault) = (&ledger.judged["one"], &ledger.faults.open()[0]);
    for since in [verdict.since, fault.opened_at] {
        assert!(
            (TimeDelta::seconds(30)..TimeDelta::minutes(2)).contains(&age(since)),
            "{since}"
        );
    }
}

#[test]
fn what_happens_between_two_steps_back_is_not_undone_when_the_clock_is_put_right() {
    let failed = || listed(&[("one", State::Failed, "a:1")]);
    let (_, _, mut ledger, clock) = since_after(&[-1]);
    looks(&mut ledger, &clock, 20, failed);
    assert_eq!(health(&ledger), Health::Failed);
    back(&clock);
    looks(&mut ledger, &clock, 20, failed);
    clock.advance(TimeDelta::hours(2));
    looks(&mut ledger, &clock, 20, failed);
    assert_eq!(health(&ledger), Health::Failed, "it was healthy before all that");
    let mut tasks = ledger.facts.connectors["one"].tasks.values();
    assert!(tasks.all(|task| task.state == State::Failed));
    // It may be told an hour too early, as the clock showed it after the first step, and never as what is yet to come.
    let age = clock.now() - ledger.judged["one"].since;
    assert!((TimeDelta::seconds(50)..TimeDelta::minutes(62)).contains(&age), "{age}");
}

#[test]
fn a_pause_long_after_a_clock_was_set_back_gives_nothing_back() {
    let (_, _, mut ledger, clock) = since_after(&[-1]);
    let since = ledger.judged["one"].since;
    for _ in 0..130 {
        clock.advance(TimeDelta::seconds(30));
        ledger.tick(clock.now());
        see(&mut ledger, &clock, running());
    }
    clock.advance(TimeDelta::hours(1));
    looks(&mut ledger, &clock, 20, running);
    assert_eq!(ledger.judged["one"].since, since);
}
