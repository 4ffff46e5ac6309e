//! A cluster that turns out to be another configured one again: nothing of it is told twice.

use chrono::TimeDelta;
use model::Clock as _;
use model::observe::{Gap, GapKind};
use model::state::State;
use testkit::ManualClock;

use super::replay_tests::as_stored;
use super::tests::{ledger, listed, members, see, spec};
use model::verdict::Health;

use super::*;

/// What goes out now: its history, by kind.
fn told(ledger: &mut Ledger, clock: &ManualClock) -> Vec<&'static str> {
    let kinds = ledger.outgoing(clock.now()).map_or_else(Vec::new, |outgoing| {
        outgoing.entries().iter().map(store::kind).collect()
    });
    ledger.recorded();
    kinds
}

#[test]
fn a_refused_cluster_is_not_judged_until_it_is_looked_at_again() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    let list = [("one", State::Running, "a:1"), ("two", State::Failed, "b:1")];
    see(&mut ledger, &clock, members(&["a:1", "b:1"]));
    see(&mut ledger, &clock, listed(&list));
    told(&mut ledger, &clock);
    assert_eq!(ledger.faults.open().len(), 1);

    see(&mut ledger, &clock, Seen::SameAs(Some("orders".into())));
    assert_eq!(
        told(&mut ledger, &clock),
        ["refused"],
        "that its fault ended would not be true"
    );
    assert!(ledger.faults.open().is_empty());
    assert!(!ledger.facts.about.reachable && ledger.facts.about.reachable_since.is_some());

    // Whatever is seen of it meanwhile is told of the other one: a list that was under way, a dead worker, the time.
    let gone = [("one", State::Failed, "a:1"), ("three", State::Running, "b:1")];
    see(&mut ledger, &clock, listed(&gone));
    clock.advance(TimeDelta::seconds(20));
    see(&mut ledger, &clock, members(&["a:1"]));
    for _ in 0..20 {
        clock.advance(TimeDelta::seconds(10));
        ledger.tick(clock.now());
    }
    let gap = Gap {
        kind: GapKind::Refused,
        text: "a:1: the connection was refused".into(),
    };
    see(&mut ledger, &clock, Seen::ListMissing(gap));
    assert_eq!(told(&mut ledger, &clock), Vec::<&str>::new());
    assert!(!ledger.facts.connectors.contains_key("three"), "lists are not taken in");

    // Refused no more: what was seen before says nothing of now, so the first list is awaited.
    see(&mut ledger, &clock, Seen::SameAs(None));
    ledger.tick(clock.now());
    assert_eq!(told(&mut ledger, &clock), ["admitted"]);
    clock.advance(TimeDelta::seconds(1));
    let now = [("one", State::Running, "a:1"), ("two", State::Failed, "a:1")];
    see(&mut ledger, &clock, listed(&now));
    let kinds = told(&mut ledger, &clock);
    assert!(
        kinds.contains(&"fault_opened") && !kinds.contains(&"reachable"),
        "{kinds:?}"
    );
    assert!(ledger.facts.about.reachable);
    assert_eq!(ledger.judged["one"].health, Health::Healthy);
}

#[test]
fn what_was_seen_before_a_refusal_is_told_by_no_look_that_fails() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    see(&mut ledger, &clock, members(&["a:1"]));
    see(&mut ledger, &clock, listed(&[("one", State::Failed, "a:1")]));
    see(&mut ledger, &clock, Seen::SameAs(Some("orders".into())));
    told(&mut ledger, &clock);
    clock.advance(TimeDelta::days(30));
    see(&mut ledger, &clock, Seen::SameAs(None));
    assert_eq!(told(&mut ledger, &clock), ["admitted"]);
    // Nobody knows more of it for another configuration, or for another holder of the lease.
    ledger = Ledger::new(&"orders".into(), Some(as_stored(&ledger)), spec(), clock.now());
    ledger.reload(spec(), clock.now());
    ledger.tick(clock.now());
    let admitted = clock.now();
    let fail = |ledger: &mut Ledger| {
        clock.advance(TimeDelta::seconds(5));
        let gap = Gap {
            kind: GapKind::Refused,
            text: "a:1: the connection was refused".into(),
        };
        see(ledger, &clock, Seen::ListMissing(gap));
        let names = ["one".into()].into_iter().collect();
        let by = "a:1".into();
        see(ledger, &clock, Seen::Named { by, names });
        ledger.tick(clock.now());
    };
    for _ in 0..5 {
        fail(&mut ledger);
        let kinds = told(&mut ledger, &clock);
        assert!(kinds.iter().all(|kind| *kind == "unreachable"), "{kinds:?}");
        assert!(ledger.faults.open().is_empty());
    }
    // Nobody listed it for the stale limit: that is known, and since when.
    fail(&mut ledger);
    let [fault] = ledger.faults.open() else {
        panic!("{:?}", ledger.faults.open())
    };
    assert_eq!(
        (&fault.scope, fault.opened_at),
        (&model::fault::Scope::Cluster, admitted)
    );
    assert_eq!(ledger.judged["one"].health, Health::Unknown);
    assert!(told(&mut ledger, &clock).contains(&"fault_opened"));
}

#[test]
fn what_was_learnt_of_another_cluster_is_forgotten() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    see(&mut ledger, &clock, members(&["a:1", "b:1"]));
    see(&mut ledger, &clock, listed(&[("one", State::Failed, "a:1")]));
    see(&mut ledger, &clock, Seen::SameAs(Some("orders".into())));
    told(&mut ledger, &clock);
    ledger.begin_anew(clock.now());
    assert!(
        ledger.facts.workers.is_empty() && ledger.facts.connectors.is_empty() && ledger.facts.about.same_as.is_none()
    );
    let outgoing = ledger.outgoing(clock.now()).expect("it is recorded");
    let batch = outgoing.batch();
    assert_eq!((batch.connectors_gone.len(), batch.workers_gone.len()), (1, 2));
    assert_eq!(told(&mut ledger, &clock), ["admitted"]);
    clock.advance(TimeDelta::seconds(1));
    see(&mut ledger, &clock, listed(&[("two", State::Running, "c:1")]));
    assert_eq!(ledger.judged.len(), 1);
    assert_eq!(ledger.judged["two"].health, Health::Healthy);
}
