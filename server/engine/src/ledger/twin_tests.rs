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

/// A cluster whose connector had failed is refused for 30 days and admitted, and nobody lists it. What is told of that
/// within the stale limit is that it is unreachable, whoever looks; returns the faults after it.
fn admitted_and_not_listed(living: bool) -> Vec<(Arc<model::fault::Fault>, TimeDelta)> {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    see(&mut ledger, &clock, members(&["a:1"]));
    see(&mut ledger, &clock, listed(&[("one", State::Failed, "a:1")]));
    see(&mut ledger, &clock, Seen::SameAs(Some("orders".into())));
    told(&mut ledger, &clock);
    clock.advance(TimeDelta::days(30));
    see(&mut ledger, &clock, Seen::SameAs(None));
    assert_eq!(told(&mut ledger, &clock), ["admitted"]);
    let admitted = clock.now();
    for look in 0..6 {
        // Nobody knows more of it for another configuration, or for another holder of the lease.
        ledger = Ledger::new(&"orders".into(), Some(as_stored(&ledger)), spec(), clock.now());
        ledger.reload(spec(), clock.now());
        ledger.tick(clock.now());
        assert!(ledger.faults.open().is_empty(), "before look {look}");
        let kinds = told(&mut ledger, &clock);
        assert!(kinds.iter().all(|kind| *kind == "unreachable"), "{kinds:?}");
        clock.advance(TimeDelta::seconds(5));
        let gap = Gap {
            kind: GapKind::Refused,
            text: "a:1: the connection was refused".into(),
        };
        see(&mut ledger, &clock, Seen::ListMissing(gap));
        let (by, names) = ("a:1".into(), ["one".into()].into_iter().collect());
        see(&mut ledger, &clock, Seen::Named { by, names });
        if living {
            see(&mut ledger, &clock, members(&["a:1"]));
        }
    }
    assert!(told(&mut ledger, &clock).contains(&"fault_opened"));
    let open = ledger.faults.open().iter();
    open.map(|fault| (fault.clone(), fault.opened_at - admitted)).collect()
}

#[test]
fn what_was_seen_before_a_refusal_is_told_by_no_look_that_fails() {
    let faults = admitted_and_not_listed(false);
    let [(fault, after)] = &faults[..] else {
        panic!("{faults:?}")
    };
    assert_eq!(
        (&fault.scope, *after),
        (&model::fault::Scope::Cluster, TimeDelta::zero())
    );
    assert!(!fault.root_cause.contains("FAILED"), "{}", fault.root_cause);
}

#[test]
fn that_workers_live_and_nobody_can_ask_them_is_told_after_a_refusal_too() {
    let faults = admitted_and_not_listed(true);
    let unlisted = |(fault, _): &&(Arc<model::fault::Fault>, TimeDelta)| fault.unlisted_since.is_some();
    assert_eq!(faults.iter().filter(unlisted).count(), 1, "{faults:?}");
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
