//! Workers that only statuses name: their rows go with them, and they are never too many.

use chrono::TimeDelta;
use model::Clock as _;
use model::names::WorkerId;
use model::observe::{Gap, GapKind};
use model::state::State;
use testkit::ManualClock;

use super::tests::{ledger, listed, see, spec};
use super::*;

fn silent(address: &str) -> Seen {
    Seen::Silent {
        address: address.into(),
        gap: Gap {
            kind: GapKind::TimedOut,
            text: "no answer".into(),
        },
    }
}

/// The rows of workers that are written and dropped by what is recorded now, and the history beside.
fn recorded(ledger: &mut Ledger, clock: &ManualClock) -> (BTreeSet<WorkerId>, BTreeSet<WorkerId>, usize) {
    let (mut written, mut dropped, mut entries) = (BTreeSet::new(), BTreeSet::new(), 0);
    while let Some(out) = ledger.outgoing(clock.now()) {
        let batch = out.batch();
        written.extend(batch.workers.iter().map(|worker| worker.id.clone()));
        dropped.extend(batch.workers_gone.iter().cloned());
        entries += batch.entries.len();
        ledger.recorded();
    }
    (written, dropped, entries)
}

#[test]
fn the_row_of_a_pod_that_nothing_names_any_more_is_dropped_after_its_time() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    for pod in ["pod0:1", "pod1:1"] {
        see(&mut ledger, &clock, listed(&[("one", State::Running, pod)]));
        see(&mut ledger, &clock, silent(pod));
        clock.advance(TimeDelta::seconds(5));
    }
    assert_eq!(recorded(&mut ledger, &clock).0.len(), 2);
    clock.advance(spec().settings.worker_retention - TimeDelta::seconds(6));
    assert!(!ledger.tick(clock.now()));
    clock.advance(TimeDelta::minutes(1));
    assert!(ledger.tick(clock.now()), "who looks next is to know");
    let (written, dropped, entries) = recorded(&mut ledger, &clock);
    assert_eq!((written.len(), dropped, entries), (0, ["pod0:1".into()].into(), 0));
}

#[test]
fn so_many_made_up_names_leave_rows_and_memory_bounded() {
    let clock = ManualClock::default();
    let mut ledger = ledger(&clock);
    let mut rows: BTreeSet<WorkerId> = BTreeSet::new();
    for round in 0..10 {
        let names: Vec<(String, String)> = (0..2_000)
            .map(|number| (format!("c{number}"), format!("w{round}-{number}:1")))
            .collect();
        let list: Vec<_> = names
            .iter()
            .map(|(name, worker)| (name.as_str(), State::Running, worker.as_str()))
            .collect();
        see(&mut ledger, &clock, listed(&list));
        clock.advance(TimeDelta::milliseconds(250));
        ledger.tick(clock.now());
        let (written, dropped, _) = recorded(&mut ledger, &clock);
        rows.extend(written);
        rows.retain(|id| !dropped.contains(id));
        assert!(ledger.facts().workers.len() <= 1_000);
        assert_eq!(
            rows,
            ledger.facts().workers.keys().cloned().collect(),
            "rows are what is known"
        );
        assert!(ledger.facts().about.workers_gap.is_some());
        clock.advance(TimeDelta::milliseconds(4_750));
    }
    let current = ledger
        .facts()
        .workers
        .keys()
        .filter(|id| id.as_str().starts_with("w9-"));
    assert!(current.count() >= 500, "there is room for those that are named now");
}
