//! Workers that live and cannot be asked, over the change to silence and back, and over changes of the holder.

use chrono::TimeDelta;
use model::Clock as _;
use model::observe::{Gap, GapKind, Seen};
use model::state::State;
use testkit::ManualClock;

use super::replay_tests::as_stored;
use super::tests::{health, ledger, listed, members, see, spec};
use model::verdict::Health;

use super::*;

fn refused() -> Gap {
    Gap {
        kind: GapKind::Refused,
        text: "a:1: connection refused".into(),
    }
}

/// What is in the history of faults, each with how many connectors it concerns.
fn faults(ledger: &mut Ledger, now: Timestamp) -> Vec<(&'static str, usize)> {
    let Some(out) = ledger.outgoing(now) else {
        return Vec::new();
    };
    let told = out.entries().iter().filter_map(|entry| match entry {
        Entry::FaultOpened(fault) => Some(("opened", fault.members.len())),
        Entry::FaultEnded(fault) => Some(("ended", fault.members.len())),
        _ => None,
    });
    let told = told.collect();
    ledger.recorded();
    told
}

fn next_holder(ledger: &Ledger, clock: &ManualClock) -> Ledger {
    let mut next = Ledger::new(&"orders".into(), Some(as_stored(ledger)), spec(), clock.now());
    // Another configuration tells no more of the cluster than the time does.
    next.reload(spec(), clock.now());
    next.tick(clock.now());
    next
}

#[test]
fn one_fault_from_the_first_stale_moment_to_the_next_list_whoever_holds_the_lease() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    let list = [("one", State::Running, "a:1"), ("two", State::Running, "b:1")];
    see(&mut ledger, &clock, members(&["a:1", "b:1"]));
    see(&mut ledger, &clock, listed(&list));
    let began = clock.now();
    faults(&mut ledger, clock.now());
    let look = |ledger: &mut Ledger, group: Seen| {
        clock.advance(TimeDelta::seconds(5));
        see(ledger, &clock, Seen::ListMissing(refused()));
        see(ledger, &clock, group);
    };
    let living = || members(&["a:1", "b:1"]);
    for _ in 0..5 {
        look(&mut ledger, living());
    }
    assert!(ledger.faults.open().is_empty(), "the list is not stale yet");
    clock.advance(TimeDelta::seconds(5));
    ledger.tick(clock.now());
    let [opened] = ledger.faults.open() else {
        panic!("{:?}", ledger.faults.open())
    };
    let opened = opened.clone();
    assert_eq!((opened.unlisted_since, opened.members.len()), (Some(began), 0));
    assert_eq!([health(&ledger, "one"), health(&ledger, "two")], [Health::Healthy; 2]);
    assert_eq!(faults(&mut ledger, clock.now()), [("opened", 0)]);

    // Another server goes on at once; and this one again after ten minutes in which nobody looked.
    for away in [0, 600] {
        clock.advance(TimeDelta::seconds(away));
        ledger = next_holder(&ledger, &clock);
        for _ in 0..3 {
            assert_eq!(health(&ledger, "one"), Health::Healthy, "after {away} s");
            look(&mut ledger, living());
        }
        assert_eq!(ledger.faults.open()[0].id, opened.id);
        assert_eq!(faults(&mut ledger, clock.now()), []);
    }

    // Kafka is away too, and comes back before the workers can be asked.
    let nobody = || Seen::MembersMissing(refused());
    for _ in 0..8 {
        look(&mut ledger, nobody());
        assert_eq!(ledger.faults.open().len(), 1);
        assert_eq!(ledger.faults.open()[0].id, opened.id);
    }
    assert_eq!([health(&ledger, "one"), health(&ledger, "two")], [Health::Unknown; 2]);
    assert_eq!(ledger.faults.open()[0].members.len(), 2);
    ledger = next_holder(&ledger, &clock);
    look(&mut ledger, living());
    assert_eq!([health(&ledger, "one"), health(&ledger, "two")], [Health::Healthy; 2]);
    assert_eq!(ledger.faults.open()[0].unlisted_since, Some(began));
    assert_eq!(ledger.faults.open()[0].id, opened.id);
    assert_eq!(
        faults(&mut ledger, clock.now()),
        [],
        "it never ended and none was added"
    );

    clock.advance(TimeDelta::seconds(5));
    see(&mut ledger, &clock, listed(&list));
    assert!(ledger.faults.open().is_empty());
    assert_eq!(faults(&mut ledger, clock.now()), [("ended", 0)]);
}

#[test]
fn workers_lost_at_once_are_one_fault_from_the_first_moment() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    let list = [("one", State::Running, "a:1"), ("two", State::Running, "b:1")];
    see(&mut ledger, &clock, members(&["a:1", "b:1"]));
    see(&mut ledger, &clock, listed(&list));
    faults(&mut ledger, clock.now());
    for _ in 0..12 {
        clock.advance(TimeDelta::seconds(5));
        see(&mut ledger, &clock, Seen::ListMissing(refused()));
        see(&mut ledger, &clock, members(&[]));
        assert_eq!(ledger.faults.open().len(), 1);
        assert_eq!(ledger.faults.open()[0].scope, model::fault::Scope::Cluster);
    }
    assert_eq!(health(&ledger, "one"), Health::Unknown);
    assert_eq!(faults(&mut ledger, clock.now()), [("opened", 2)]);
}
