//! Grouping: connectors that fail of one cause are one fault, and a fault stays itself while it is open.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use model::Timestamp;
use model::fault::{Fault, Scope};
use model::grouping::{Grouping, group};
use model::names::ConnectorName;
use model::verdict::{Activity, Class, Diagnosis, Domain, Health, Verdict};

fn at(second: i64) -> Timestamp {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap() + TimeDelta::seconds(second)
}

fn verdict(health: Health, since: i64, diagnosis: Option<(Class, &str, Option<Scope>)>) -> Verdict {
    Verdict {
        health,
        activity: Activity::Unknown,
        since: at(since),
        reasons: Vec::new(),
        tasks: Default::default(),
        diagnosis: diagnosis.map(|(class, cause, shared)| Diagnosis {
            domain: Domain::Infrastructure,
            class,
            confidence: 0.9,
            root_cause: cause.into(),
            why: "the test says so".into(),
            cause: None,
            shared,
        }),
        settings: 0,
    }
}

fn healthy() -> Verdict {
    verdict(Health::Healthy, 0, None)
}

fn failed(since: i64, cause: &str) -> Verdict {
    verdict(Health::Failed, since, Some((Class::Data, cause, None)))
}

fn on_worker(since: i64, worker: &str) -> Verdict {
    let scope = Some(Scope::Worker(worker.into()));
    verdict(
        Health::Unassigned,
        since,
        Some((Class::Worker, "worker is gone", scope)),
    )
}

fn of_cluster(since: i64) -> Verdict {
    let scope = Some(Scope::Cluster);
    verdict(Health::Unknown, since, Some((Class::Worker, "silent", scope)))
}

fn grouped(verdicts: &[(&str, Verdict)], open: &[Arc<Fault>], now: i64) -> Grouping {
    let named: Vec<(ConnectorName, Verdict)> = verdicts.iter().map(|(name, v)| ((*name).into(), v.clone())).collect();
    let pairs = named.iter().map(|(name, verdict)| (name, verdict));
    group(&"orders".into(), pairs, &Default::default(), open, at(now))
}

fn members(fault: &Fault) -> Vec<&str> {
    fault.members.iter().map(ConnectorName::as_str).collect()
}

#[test]
fn a_gone_worker_is_one_fault_with_all_that_it_carried() {
    let now = grouped(
        &[
            ("a", on_worker(12, "w1")),
            ("b", on_worker(10, "w1")),
            ("c", on_worker(11, "w2")),
            ("d", failed(5, "boom")),
            ("e", healthy()),
        ],
        &[],
        20,
    );
    assert_eq!((now.opened.len(), now.open.len()), (3, 3));
    assert!(now.changed.is_empty() && now.ended.is_empty());
    let first = now
        .open
        .iter()
        .find(|fault| fault.scope == Scope::Worker("w1".into()))
        .unwrap();
    assert_eq!(members(first), ["a", "b"]);
    assert_eq!(
        first.opened_at,
        at(10),
        "it began with the one that was hit first, whatever its name"
    );
    assert_eq!(first.class, Class::Worker);
    assert_eq!(&*first.root_cause, "worker is gone");
}

#[test]
fn an_open_fault_keeps_its_id_while_members_and_causes_change() {
    let first = grouped(&[("a", on_worker(10, "w1"))], &[], 10);
    let id = first.open[0].id.clone();
    let second = grouped(
        &[("a", on_worker(10, "w1")), ("b", on_worker(10, "w1"))],
        &first.open,
        12,
    );
    assert_eq!((&second.open[0].id, second.changed.len()), (&id, 1));
    assert!(second.opened.is_empty() && second.ended.is_empty());
    let third = grouped(
        &[("a", on_worker(10, "w1")), ("b", on_worker(10, "w1"))],
        &second.open,
        14,
    );
    assert!(third.changed.is_empty(), "nothing changed, nothing is written");
    assert!(Arc::ptr_eq(&third.open[0], &second.open[0]));

    let cause = grouped(&[("d", failed(5, "boom"))], &[], 5);
    let other = grouped(&[("d", failed(5, "bang"))], &cause.open, 9);
    assert_eq!(other.open[0].id, cause.open[0].id);
    assert_eq!(&*other.changed[0].root_cause, "bang");
    assert_eq!(other.open[0].opened_at, at(5));
}

#[test]
fn a_fault_ends_with_its_last_member_and_the_next_one_is_another() {
    let first = grouped(&[("d", failed(5, "boom"))], &[], 5);
    let none = grouped(&[("d", healthy())], &first.open, 30);
    assert!(none.open.is_empty());
    assert_eq!(none.ended[0].id, first.open[0].id);
    assert_eq!(none.ended[0].ended_at, Some(at(30)));
    assert_eq!(members(&none.ended[0]), ["d"], "who was in it stays on record");
    let again = grouped(&[("d", failed(40, "boom"))], &none.open, 40);
    assert_ne!(again.opened[0].id, first.open[0].id);
}

#[test]
fn what_is_deleted_is_handed_in_no_more_and_leaves_its_fault() {
    let both = grouped(&[("a", on_worker(10, "w1")), ("b", on_worker(10, "w1"))], &[], 10);
    let one = grouped(&[("a", on_worker(10, "w1"))], &both.open, 20);
    assert_eq!(members(&one.open[0]), ["a"]);
    assert_eq!(one.open[0].id, both.open[0].id);
}

#[test]
fn every_server_names_a_fault_alike_and_no_two_alike() {
    let verdicts = [
        ("a", failed(5, "boom")),
        ("w1", failed(5, "boom")),
        ("b", on_worker(5, "w1")),
        (
            "c",
            verdict(
                Health::Unknown,
                5,
                Some((Class::Worker, "silent", Some(Scope::Cluster))),
            ),
        ),
    ];
    let (one, other) = (grouped(&verdicts, &[], 5), grouped(&verdicts, &[], 7));
    let ids = |grouping: &Grouping| -> Vec<Arc<str>> { grouping.open.iter().map(|fault| fault.id.clone()).collect() };
    assert_eq!(ids(&one), ids(&other));
    let mut unique = ids(&one);
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), 4);
}

#[test]
fn a_connector_that_changes_its_cause_moves_from_fault_to_fault() {
    let worker = grouped(&[("a", on_worker(10, "w1"))], &[], 10);
    let own = grouped(&[("a", failed(20, "boom"))], &worker.open, 20);
    assert_eq!(own.ended[0].scope, Scope::Worker("w1".into()));
    assert_eq!(own.opened[0].scope, Scope::Connector("a".into()));
    assert_eq!(own.open.len(), 1);
}

#[test]
fn a_fault_does_not_open_before_its_cause() {
    let first = grouped(&[("a", on_worker(10, "w1"))], &[], 10);
    assert_eq!(first.opened[0].opened_at, at(10));
    // Moved to a worker that is lost too, it has been unassigned all along.
    let second = grouped(&[("a", on_worker(10, "w2"))], &first.open, 60);
    assert_eq!(second.ended.len(), 1);
    assert_eq!(second.opened[0].opened_at, at(60));
    // And back: it is another fault than the first, not the same once more.
    let third = grouped(&[("a", on_worker(10, "w1"))], &second.open, 90);
    assert_ne!(third.opened[0].id, first.opened[0].id);
}

#[test]
fn a_fault_of_the_cluster_began_when_it_did_whoever_was_in_another_fault() {
    let first = grouped(&[("a", on_worker(10, "w1"))], &[], 10);
    let whole = grouped(&[("a", of_cluster(20))], &first.open, 60);
    assert_eq!(whole.ended.len(), 1);
    assert_eq!(
        (&whole.opened[0].scope, whole.opened[0].opened_at),
        (&Scope::Cluster, at(20))
    );
}

#[test]
fn that_nobody_can_be_asked_goes_on_as_a_silence_and_as_nothing_else() {
    let doubt = grouped(&[("a", of_cluster(20))], &[], 20);
    let unlisted = Arc::new(Fault {
        unlisted_since: Some(at(0)),
        opened_at: at(0),
        id: "unlisted".into(),
        ..(*doubt.open[0]).clone()
    });
    let next = grouped(&[("a", of_cluster(20))], &[unlisted], 20);
    assert_eq!(next.ended.len(), 1, "{next:#?}");
    assert_eq!(next.opened[0].opened_at, at(20));
}
