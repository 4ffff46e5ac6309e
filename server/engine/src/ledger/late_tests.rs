//! Observations that waited while the database hung: they are judged by what was known when they came.

use chrono::TimeDelta;
use model::Clock as _;
use model::observe::{Gap, GapKind};
use model::state::State;
use testkit::ManualClock;

use super::tests::{ledger, listed, members, see};
use super::*;

/// Takes now what was seen so many seconds ago.
fn late(ledger: &mut Ledger, clock: &ManualClock, ago: i64, seen: Seen) {
    let at = clock.now() - TimeDelta::seconds(ago);
    let observation = Observation { at, answered: at, seen };
    let moment = ledger.moment_of(&observation, clock.now());
    ledger.observe(&observation, moment);
}

/// The verdicts and faults that are to be recorded, verdicts with the second of the day at which they were judged.
fn told(ledger: &mut Ledger, clock: &ManualClock) -> Vec<String> {
    let out = ledger.outgoing(clock.now());
    let told = out.into_iter().flat_map(Outgoing::entries);
    let told = told.filter_map(|entry| match entry {
        Entry::Verdict(change) => {
            let ago = (clock.now() - change.at).num_seconds();
            Some(format!("{} {} {ago} s ago", change.connector, change.to.as_str()))
        }
        Entry::FaultOpened(_) => Some("opened".to_owned()),
        Entry::FaultEnded(_) => Some("ended".to_owned()),
        Entry::Transition(_) => None,
    });
    let told = told.collect();
    ledger.recorded();
    told
}

/// Two connectors that run, and then nothing is taken for forty seconds.
fn hung(clock: &ManualClock) -> Ledger {
    let mut ledger = ledger(clock);
    see(&mut ledger, clock, members(&["a:1"]));
    see(&mut ledger, clock, running());
    told(&mut ledger, clock);
    clock.advance(TimeDelta::seconds(40));
    ledger
}

fn running() -> Seen {
    listed(&[("one", State::Running, "a:1"), ("two", State::Running, "a:1")])
}

#[test]
fn a_restart_within_its_grace_is_no_outage_however_late_it_is_taken() {
    let clock = ManualClock::default();
    let mut ledger = hung(&clock);
    let one_waits = listed(&[("one", State::Unassigned, "a:1"), ("two", State::Running, "a:1")]);
    late(&mut ledger, &clock, 30, one_waits);
    late(&mut ledger, &clock, 25, running());
    assert_eq!(
        told(&mut ledger, &clock),
        ["one restarting 30 s ago", "one healthy 25 s ago"]
    );
}

#[test]
fn one_look_that_failed_makes_nothing_unknown_however_late_it_is_taken() {
    let clock = ManualClock::default();
    let mut ledger = hung(&clock);
    let gap = Gap {
        kind: GapKind::TimedOut,
        text: "no answer".into(),
    };
    late(&mut ledger, &clock, 35, Seen::ListMissing(gap));
    for ago in [30, 25, 20, 15, 10, 5, 0] {
        late(&mut ledger, &clock, ago, Seen::ListedUnchanged { by: "a:1".into() });
    }
    assert_eq!(told(&mut ledger, &clock), [""; 0]);
}

#[test]
fn a_failure_that_came_and_went_meanwhile_has_its_times() {
    let clock = ManualClock::default();
    let mut ledger = hung(&clock);
    let failed = listed(&[("one", State::Failed, "a:1"), ("two", State::Running, "a:1")]);
    late(&mut ledger, &clock, 30, failed);
    late(&mut ledger, &clock, 20, running());
    assert_eq!(
        told(&mut ledger, &clock),
        ["one failed 30 s ago", "opened", "one healthy 20 s ago", "ended"]
    );
}

#[test]
fn what_waited_counts_in_the_order_in_which_it_is_taken_and_a_clock_that_was_set_back_counts_as_it_is() {
    let clock = ManualClock::default();
    let ledger = hung(&clock);
    let loaded = clock.now() - TimeDelta::seconds(40);
    let seen = |ago| {
        let at = clock.now() - TimeDelta::seconds(ago);
        let seen = running();
        Observation { at, answered: at, seen }
    };
    assert_eq!(ledger.moment_of(&seen(7), clock.now()), seen(7).at);
    assert_eq!(ledger.moment_of(&seen(90), clock.now()), loaded);
    assert_eq!(ledger.moment_of(&seen(-5), clock.now()), clock.now());
    let before = loaded - TimeDelta::hours(1);
    assert_eq!(ledger.moment_of(&seen(7), before), before);
}
