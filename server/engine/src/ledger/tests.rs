//! The ledger with a manual clock: what is judged when, what goes out, and what stays pending.

use chrono::TimeDelta;
use model::Clock as _;
use model::names::ConnectorName;
use model::observe::{
    Gap, GapKind, GroupMember, GroupMembers, Listed, ListedConnector, ListedInstance, Observation, Seen,
};
use model::settings::Settings;
use model::state::State;
use testkit::ManualClock;

use model::verdict::Health;

use super::*;

pub(super) fn spec() -> Arc<FleetSpec> {
    super::replay_tests::spec(Settings::default())
}

pub(super) fn ledger(clock: &ManualClock) -> Ledger {
    Ledger::new(&"orders".into(), None, spec(), clock.now())
}

fn instance(state: State, worker: &str) -> ListedInstance {
    ListedInstance {
        state,
        worker_id: worker.into(),
        trace: None,
        trace_id: None,
        version: None,
    }
}

/// A list of connectors with one task each.
pub(super) fn listed(connectors: &[(&str, State, &str)]) -> Seen {
    let one = |(name, state, worker): &(&str, State, &str)| {
        let connector = ListedConnector {
            unstarted: None,
            kind: None,
            config: None,
            instance: Some(instance(State::Running, worker)),
            tasks: [(0, instance(state.clone(), worker))].into_iter().collect(),
        };
        (ConnectorName::from(*name), connector)
    };
    Seen::Listed(Listed {
        by: "a:1".into(),
        connectors: connectors.iter().map(one).collect(),
    })
}

pub(super) fn members(workers: &[&str]) -> Seen {
    let member = |worker: &&str| GroupMember {
        member_id: format!("connect-{worker}").into(),
        worker_id: (*worker).into(),
        url: format!("http://{worker}/").into(),
        leader: Some(*worker == "a:1"),
        leader_url: None,
        delay_ms: Some(0),
        connectors: Vec::new(),
        tasks: Vec::new(),
    };
    Seen::Members(GroupMembers {
        group_id: "connect".into(),
        state: "Stable".into(),
        partial: false,
        kafka_cluster_id: None,
        members: workers.iter().map(member).collect(),
    })
}

pub(super) fn see(ledger: &mut Ledger, clock: &ManualClock, seen: Seen) {
    let at = clock.now();
    let observation = Observation { at, answered: at, seen };
    ledger.observe(&observation, clock.now());
}

pub(super) fn health(ledger: &Ledger, name: &str) -> Health {
    ledger.judged[name].health
}

#[test]
fn a_dead_worker_is_one_fault_and_its_connectors_are_unassigned_at_once() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    see(&mut ledger, &clock, members(&["a:1", "b:1"]));
    let list = [
        ("one", State::Running, "a:1"),
        ("two", State::Running, "b:1"),
        ("three", State::Running, "b:1"),
    ];
    see(&mut ledger, &clock, listed(&list));
    assert_eq!(health(&ledger, "two"), Health::Healthy);
    ledger.outgoing(clock.now()).expect("new connectors are recorded");
    ledger.recorded();

    clock.advance(TimeDelta::seconds(5));
    see(&mut ledger, &clock, members(&["a:1"]));
    assert_eq!(
        [health(&ledger, "one"), health(&ledger, "two"), health(&ledger, "three")],
        [Health::Healthy, Health::Unassigned, Health::Unassigned]
    );
    let out = ledger.outgoing(clock.now()).expect("a death is recorded");
    assert_eq!(out.connectors().len(), 2);
    assert_eq!(out.faults().len(), 1);
    assert_eq!(out.faults()[0].members.len(), 2);
    assert!(out.entries().iter().any(|entry| matches!(entry, Entry::FaultOpened(_))));
    ledger.recorded();

    // The survivor takes over: healthy again, and the fault ends.
    clock.advance(TimeDelta::seconds(5));
    let list = [
        ("one", State::Running, "a:1"),
        ("two", State::Running, "a:1"),
        ("three", State::Running, "a:1"),
    ];
    see(&mut ledger, &clock, listed(&list));
    assert_eq!(health(&ledger, "two"), Health::Healthy);
    let out = ledger.outgoing(clock.now()).expect("a recovery is recorded");
    assert!(out.entries().iter().any(|entry| matches!(entry, Entry::FaultEnded(_))));
}

#[test]
fn nothing_new_owes_a_heartbeat_and_no_row() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    see(&mut ledger, &clock, listed(&[("one", State::Running, "a:1")]));
    ledger.outgoing(clock.now()).expect("a new connector is recorded");
    ledger.recorded();
    ledger.heartbeat_recorded();

    clock.advance(TimeDelta::seconds(5));
    see(&mut ledger, &clock, Seen::ListedUnchanged { by: "a:1".into() });
    assert!(ledger.outgoing(clock.now()).is_none());
    assert!(ledger.owes_heartbeat());
    assert_eq!(ledger.facts().fresh.rest, Some(clock.now()));
}

#[test]
fn a_verdict_that_runs_out_is_judged_again_without_a_new_fact() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    see(&mut ledger, &clock, members(&["a:1"]));
    see(&mut ledger, &clock, listed(&[("one", State::Unassigned, "a:1")]));
    assert_eq!(health(&ledger, "one"), Health::Restarting);
    clock.advance(TimeDelta::seconds(9));
    ledger.tick(clock.now());
    assert_eq!(health(&ledger, "one"), Health::Restarting, "the grace is 10 s");
    clock.advance(TimeDelta::seconds(1));
    ledger.tick(clock.now());
    assert_eq!(health(&ledger, "one"), Health::Unassigned);
}

#[test]
fn a_silent_cluster_becomes_unknown_as_one_fault_and_comes_back() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    let list = [("one", State::Running, "a:1"), ("two", State::Failed, "a:1")];
    see(&mut ledger, &clock, listed(&list));
    assert_eq!(health(&ledger, "two"), Health::Failed);
    let gap = Gap {
        kind: GapKind::Refused,
        text: "a:1: connection refused".into(),
    };
    for _ in 0..7 {
        clock.advance(TimeDelta::seconds(5));
        see(&mut ledger, &clock, Seen::ListMissing(gap.clone()));
    }
    assert_eq!([health(&ledger, "one"), health(&ledger, "two")], [Health::Unknown; 2]);
    let own = ledger.faults.open()[0].clone();
    assert!(own.unheard_since.is_some(), "it is neither confirmed nor mended");
    assert_eq!(ledger.faults.open().len(), 2);
    assert_eq!(ledger.faults.open()[1].scope, model::fault::Scope::Cluster);
    assert_eq!(ledger.faults.open()[1].members.len(), 2);
    ledger.outgoing(clock.now()).expect("the silence is recorded");
    ledger.recorded();

    clock.advance(TimeDelta::seconds(5));
    see(&mut ledger, &clock, listed(&list));
    assert_eq!(
        [health(&ledger, "one"), health(&ledger, "two")],
        [Health::Healthy, Health::Failed]
    );
    assert_eq!(ledger.faults.open().len(), 1);
    assert_eq!(
        ledger.faults.open()[0].scope,
        model::fault::Scope::Connector("two".into())
    );
    assert_eq!(ledger.faults.open()[0].id, own.id);
    let out = ledger.outgoing(clock.now()).expect("the return is recorded");
    let own_history = out.entries().iter().filter(|entry| match entry {
        Entry::FaultOpened(fault) | Entry::FaultEnded(fault) => fault.scope != model::fault::Scope::Cluster,
        _ => false,
    });
    assert_eq!(own_history.count(), 0, "its fault went on without a word");
}

#[test]
fn what_was_gone_for_its_retention_leaves_facts_and_rows() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    see(&mut ledger, &clock, members(&["a:1", "b:1"]));
    let both = [("one", State::Running, "a:1"), ("two", State::Failed, "b:1")];
    see(&mut ledger, &clock, listed(&both));
    clock.advance(TimeDelta::seconds(5));
    see(&mut ledger, &clock, members(&["a:1"]));
    let named = || Seen::Named {
        by: "a:1".into(),
        names: vec!["one".into()],
    };
    see(&mut ledger, &clock, named());
    clock.advance(TimeDelta::seconds(5));
    see(&mut ledger, &clock, named());
    assert!(ledger.faults.open().is_empty(), "what is deleted is in no fault");
    ledger.outgoing(clock.now()).expect("a death and a deletion");
    ledger.recorded();
    assert!(!ledger.tick(clock.now()));

    clock.advance(TimeDelta::hours(1));
    assert!(ledger.tick(clock.now()), "whoever looks next is told");
    let out = ledger.outgoing(clock.now()).expect("the worker is forgotten").batch();
    assert_eq!(out.workers_gone, ["b:1".into()]);
    assert!(out.connectors_gone.is_empty() && out.entries.is_empty());
    ledger.recorded();

    clock.advance(TimeDelta::days(30));
    assert!(ledger.tick(clock.now()));
    let out = ledger
        .outgoing(clock.now())
        .expect("the connector is forgotten")
        .batch();
    assert_eq!(out.connectors_gone, ["two".into()]);
    assert_eq!(out.feed, [(Some("two".into()), Changed::Deleted)]);
    assert!(!ledger.judged.contains_key("two") && ledger.facts.connectors.len() == 1);
}

#[test]
fn what_was_sent_stays_as_it_was_until_it_is_recorded() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    see(&mut ledger, &clock, listed(&[("one", State::Running, "a:1")]));
    let first = ledger.outgoing(clock.now()).expect("new").batch().number;
    clock.advance(TimeDelta::seconds(5));
    see(&mut ledger, &clock, listed(&[("one", State::Failed, "a:1")]));
    let again = ledger.outgoing(clock.now()).expect("in doubt");
    assert_eq!(again.batch().number, first);
    assert_eq!(
        again.connectors()[0].verdict.health,
        Health::Healthy,
        "sent again as it was"
    );
    ledger.recorded();
    let next = ledger.outgoing(clock.now()).expect("the failure");
    assert_eq!(next.batch().number, first + 1);
    assert_eq!(next.connectors()[0].verdict.health, Health::Failed);
}

#[test]
fn what_cannot_be_kept_while_the_database_is_away_becomes_one_recorded_gap() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    let began = clock.now();
    see(&mut ledger, &clock, listed(&[("one", State::Running, "a:1")]));
    let sent = ledger.outgoing(clock.now()).expect("the first look").entries().len();
    ledger.unrecorded_yet();
    // Twice as much as is kept, so that a gap must stand for an earlier one too.
    for round in 0..24_000 {
        clock.advance(TimeDelta::seconds(1));
        let state = if round % 2 == 0 { State::Failed } else { State::Running };
        see(&mut ledger, &clock, listed(&[("one", state, "a:1")]));
    }
    assert_eq!(
        ledger.outgoing(clock.now()).expect("as it was sent").entries().len(),
        sent
    );
    ledger.recorded();
    let out = ledger.outgoing(clock.now()).expect("much happened");
    assert!(out.entries().len() <= 10_010, "{} entries", out.entries().len());
    let gap = out.entries().iter().find_map(|entry| match entry {
        Entry::Transition(transition) => match &transition.change {
            model::transition::Change::RecordingGap { from, .. } => Some(*from),
            _ => None,
        },
        _ => None,
    });
    let first = began + TimeDelta::seconds(1);
    assert_eq!(gap, Some(first), "the gap begins with the first entry given up");
}

#[test]
fn what_one_look_saw_is_recorded_whole_however_large_its_cluster_is() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    let names: Vec<String> = (0..12_000).map(|number| format!("c{number}")).collect();
    let look = |state: State| {
        let connectors: Vec<_> = names.iter().map(|name| (name.as_str(), state.clone(), "a:1")).collect();
        listed(&connectors)
    };
    see(&mut ledger, &clock, look(State::Running));
    let told = ledger.outgoing(clock.now()).expect("all appeared").entries().len();
    assert!(told >= 24_000, "{told}: that each appeared, and its verdict");
    ledger.recorded();
    clock.advance(TimeDelta::seconds(5));
    see(&mut ledger, &clock, look(State::Failed));
    see(&mut ledger, &clock, members(&["a:1"]));
    let out = ledger.outgoing(clock.now()).expect("all failed");
    assert!(out.entries().len() >= 24_000, "{}", out.entries().len());
    assert!(!out.entries().iter().any(pending::is_gap));
}

#[test]
fn a_renamed_cluster_goes_on_from_what_was_recorded_under_its_old_name() {
    let clock = ManualClock::default();
    let mut old = ledger(&clock);
    see(&mut old, &clock, members(&["a:1"]));
    see(&mut old, &clock, listed(&[("one", State::Failed, "a:1")]));
    let record = ClusterRecord {
        name: "orders".into(),
        about: old.facts.about.clone(),
        workers: old.facts.workers.values().cloned().collect(),
        connectors: vec![old.outgoing(clock.now()).expect("new").connectors()[0].clone()],
        faults: old.faults.open().to_vec(),
        fresh: old.facts.fresh.clone(),
    };
    let since = record.connectors[0].verdict.since;
    clock.advance(TimeDelta::seconds(60));
    let mut renamed = Ledger::new(&"orders-eu".into(), Some(record), spec(), clock.now());
    let out = renamed.outgoing(clock.now()).expect("all is recorded anew");
    assert_eq!(out.batch().cluster.as_str(), "orders-eu");
    assert_eq!(out.connectors()[0].verdict.since, since);
    assert_eq!(out.batch().workers.len(), 1);
    assert_eq!(out.faults()[0].cluster.as_str(), "orders-eu");
    assert!(out.entries().is_empty(), "nothing happened but the name");
}

#[test]
fn a_cluster_that_never_answered_is_a_fault_though_it_has_no_connector() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    let gap = Gap {
        kind: GapKind::Refused,
        text: "a:1: connection refused".into(),
    };
    for _ in 0..8 {
        see(&mut ledger, &clock, Seen::ListMissing(gap.clone()));
        clock.advance(TimeDelta::seconds(5));
    }
    assert_eq!(ledger.faults.open().len(), 1);
    assert_eq!(ledger.faults.open()[0].scope, model::fault::Scope::Cluster);
    see(&mut ledger, &clock, listed(&[("one", State::Running, "a:1")]));
    assert!(ledger.faults.open().is_empty());
}

#[test]
fn whose_date_has_come_is_judged_by_a_look_as_well_as_by_a_beat() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    see(&mut ledger, &clock, members(&["a:1"]));
    see(&mut ledger, &clock, listed(&[("one", State::Unassigned, "a:1")]));
    assert_eq!(health(&ledger, "one"), Health::Restarting);
    clock.advance(TimeDelta::seconds(10));
    see(&mut ledger, &clock, Seen::ListedUnchanged { by: "a:1".into() });
    assert_eq!(health(&ledger, "one"), Health::Unassigned);
}

/// The plain list of a worker, which names `one` alone.
fn only_one() -> Seen {
    Seen::Named {
        by: "a:1".into(),
        names: vec!["one".into()],
    }
}

#[test]
fn a_deletion_that_could_not_be_proven_in_time_keeps_the_last_verdict_that_was_true() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    let both = [("one", State::Running, "a:1"), ("two", State::Failed, "a:1")];
    see(&mut ledger, &clock, members(&["a:1"]));
    see(&mut ledger, &clock, listed(&both));
    clock.advance(TimeDelta::seconds(5));
    see(&mut ledger, &clock, listed(&both[..1]));
    clock.advance(TimeDelta::seconds(20));
    ledger.tick(clock.now());
    assert_eq!(health(&ledger, "two"), Health::Unknown, "its status has vanished");
    see(&mut ledger, &clock, only_one());
    assert_eq!(
        health(&ledger, "two"),
        Health::Unknown,
        "one plain list calls it nothing else"
    );
    clock.advance(TimeDelta::seconds(5));
    ledger.outgoing(clock.now()).expect("all so far");
    ledger.recorded();
    see(&mut ledger, &clock, only_one());
    assert_eq!(health(&ledger, "two"), Health::Failed);
    let out = ledger.outgoing(clock.now()).expect("the deletion");
    assert_eq!(out.connectors()[0].verdict.health, Health::Failed);
    assert!(out.batch().feed.contains(&(Some("two".into()), Changed::Deleted)));
    let verdicts = out.entries().iter().filter(|entry| matches!(entry, Entry::Verdict(_)));
    assert_eq!(verdicts.count(), 0, "no verdict changed: the connector is gone");
}

#[test]
fn a_last_true_verdict_that_comes_after_a_takeover_is_told() {
    let clock = ManualClock::default();
    let mut old = ledger(&clock);
    let both = [("one", State::Running, "a:1"), ("two", State::Failed, "a:1")];
    see(&mut old, &clock, members(&["a:1"]));
    see(&mut old, &clock, listed(&both));
    clock.advance(TimeDelta::seconds(5));
    see(&mut old, &clock, listed(&both[..1]));
    clock.advance(TimeDelta::seconds(20));
    old.tick(clock.now());
    let unknown = old.judged["two"].clone();
    assert_eq!(unknown.health, Health::Unknown);
    for _ in 0..2 {
        see(&mut old, &clock, only_one());
        clock.advance(TimeDelta::seconds(5));
    }
    let facts = old.facts.connectors["two"].clone();
    assert!(facts.deleted_at.is_some());
    let two = ConnectorRecord {
        facts,
        verdict: unknown,
        owner: None,
    };
    let record = ClusterRecord {
        about: old.facts.about.clone(),
        workers: old.facts.workers.values().cloned().collect(),
        connectors: vec![two],
        fresh: old.facts.fresh.clone(),
        ..ClusterRecord::empty(&"orders".into())
    };
    let mut ledger = Ledger::new(&"orders".into(), Some(record), spec(), clock.now());
    ledger.tick(clock.now());
    let out = ledger.outgoing(clock.now()).expect("another verdict");
    assert_eq!(out.connectors()[0].verdict.health, Health::Failed);
    assert!(out.batch().feed.contains(&(Some("two".into()), Changed::Connector)));
}

#[test]
fn a_group_that_emptied_holds_no_work_back() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    let held_back = |ledger: &Ledger| {
        let reasons = ledger.judged["one"].reasons.iter();
        reasons
            .filter(|reason| reason.text.contains("holds the lost work back"))
            .count()
    };
    see(&mut ledger, &clock, members(&["a:1", "b:1"]));
    see(&mut ledger, &clock, listed(&[("one", State::Running, "b:1")]));
    clock.advance(TimeDelta::seconds(5));
    let Seen::Members(mut group) = members(&["a:1"]) else {
        unreachable!()
    };
    group.members[0].delay_ms = Some(300_000);
    see(&mut ledger, &clock, Seen::Members(group));
    assert_eq!(held_back(&ledger), 1);
    clock.advance(TimeDelta::seconds(5));
    let Seen::Members(mut group) = members(&[]) else {
        unreachable!()
    };
    group.state = "Empty".into();
    see(&mut ledger, &clock, Seen::Members(group));
    assert_eq!((health(&ledger, "one"), held_back(&ledger)), (Health::Unassigned, 0));
}

#[test]
fn the_fault_of_a_deleted_connector_ends_with_its_deletion() {
    let ended = |deleted: bool| {
        let clock = ManualClock::default();
        let mut ledger = ledger(&clock);
        let list = |state| [("one", State::Running, "a:1"), ("two", state, "a:1")];
        see(&mut ledger, &clock, members(&["a:1"]));
        see(&mut ledger, &clock, listed(&list(State::Failed)));
        for _ in 0..2 {
            clock.advance(TimeDelta::seconds(5));
            let seen = match deleted {
                true => only_one(),
                false => listed(&list(State::Running)),
            };
            see(&mut ledger, &clock, seen);
        }
        let out = ledger.outgoing(clock.now()).expect("a fault's life");
        let ended = out.entries().iter().find_map(|entry| match entry {
            Entry::FaultEnded(fault) => Some(fault.deleted),
            _ => None,
        });
        ended.expect("it ended")
    };
    assert!(ended(true) && !ended(false));
}
