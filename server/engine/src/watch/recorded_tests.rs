//! What real watchers saw over HTTP, recorded and replayed.

use std::sync::Weak;
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use model::record::Entry;
use model::secrets::FingerprintKey;
use model::settings::Settings;
use model::{Clock, Timestamp};
use store::Store;
use testkit::fake::{Behaviour, FakeCluster, FakeConnector, Version, traces};

use super::*;
use crate::ledger::Ledger;
use crate::ledger::replay_tests::{Line, record, replay, spec};

struct System;

impl Clock for System {
    fn now(&self) -> Timestamp {
        Utc::now()
    }
}

/// A watcher of `orders`, and what it is connected with.
pub(in crate::watch) struct Watching {
    pub(in crate::watch) watcher: Watcher,
    pub(in crate::watch) hints: channel::Sender<Hints>,
    pub(in crate::watch) seen: mpsc::Receiver<Looking>,
    // Kept so that the watcher does not see it closed.
    pub(in crate::watch) specs: channel::Sender<Arc<crate::FleetSpec>>,
}

pub(in crate::watch) async fn watching(urls: &[String], spec: &crate::FleetSpec) -> Watching {
    let urls = urls.iter().map(|url| url.parse().unwrap());
    let cluster = crate::ClusterSpec::new("orders".into(), urls.collect());
    let mut known = spec.clone();
    known.clusters = vec![cluster.clone()];
    let policy = policy(&known);
    // Nothing is read from it or written to it.
    let store = Store::lazy("postgres://nobody@127.0.0.1:1/none", 1).unwrap();
    store.close().await;
    let (specs, spec_receiver) = channel::channel(Arc::new(known));
    let shared = Shared {
        store,
        spec: spec_receiver,
        key: FingerprintKey::new(b"a key that only this test has"),
        clock: Arc::new(System),
        losses: Default::default(),
        seats: Default::default(),
        ending: CancellationToken::new(),
        fleet: channel::channel(Arc::default()).1,
        refusals: Default::default(),
        board: Default::default(),
    };
    let (hints, hints_receiver) = channel::channel(Hints::default());
    let (sender, seen) = mpsc::channel(64);
    let watcher = Watcher {
        client: WorkerClient::new(&cluster, policy).ok().unwrap(),
        cluster: Arc::new(cluster),
        shared,
        lease: Weak::new(),
        hints: hints_receiver,
        teller: Teller::new(&"orders".into(), sender),
    };
    Watching {
        watcher,
        hints,
        seen,
        specs,
    }
}

/// Stands for an hour of the demo: failures, restarts, a crash loop, a worker that dies and returns, silence.
fn script(fake: &mut FakeCluster, step: usize) {
    match step % 12 {
        0 => fake.set_state("invoices", Some(0), "FAILED", Some(traces::BAD_RECORD)),
        1 => fake.set_state("lines", None, "FAILED", Some(traces::BAD_PASSWORD)),
        2 => fake.set_state("invoices", Some(0), "RUNNING", None),
        3 => {
            fake.put(FakeConnector::sink("late", 1));
            fake.set_state("lines", None, "RUNNING", None)
        }
        4 => fake.set_state("invoices", Some(1), "FAILED", Some(traces::BARE)),
        5 => {
            fake.behave(0, Behaviour::Half);
            fake.behave(1, Behaviour::Half);
            true
        }
        6 => {
            fake.behave(0, Behaviour::Normal);
            fake.behave(1, Behaviour::Normal);
            fake.set_state("invoices", Some(1), "RUNNING", None)
        }
        7 => {
            fake.kill(1);
            true
        }
        8 => fake.set_state("late", Some(0), "UNASSIGNED", None),
        9 => fake.revive(1).is_ok(),
        10 => fake.set_state("late", Some(0), "RUNNING", None),
        _ => fake.delete("late"),
    };
}

#[tokio::test]
async fn what_watchers_saw_gives_the_same_history_when_it_is_replayed() {
    let mut fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    fake.put(
        FakeConnector::sink("invoices", 2)
            .with("connection.password", "never-recorded")
            .spread(2),
    );
    fake.put(FakeConnector::source("lines", 1));
    let settings = Settings {
        interval: TimeDelta::milliseconds(50),
        grace: TimeDelta::milliseconds(300),
        ..Settings::default()
    };
    let spec = spec(settings);
    let Watching {
        watcher,
        hints: hints_sender,
        mut seen,
        specs: _specs,
    } = watching(&fake.urls(), &spec).await;
    let known = Knowing::load(&watcher, Recorded::default()).await;
    let (_sight, seen_by) = channel::channel(tails::Sight::default());
    let watching = [
        tokio::spawn(list::run(watcher.clone(), known, seen_by)),
        tokio::spawn(probe::run(watcher, false)),
    ];

    let mut ledger = Ledger::new(&"orders".into(), None, spec.clone(), Utc::now());
    let (mut lines, mut history) = (Vec::new(), Vec::new());
    let mut beat = tokio::time::interval(Duration::from_millis(50));
    let (mut step, mut next) = (0, Instant::now() + Duration::from_millis(500));
    while step < 26 {
        tokio::select! {
            looked = seen.recv() => {
                let Looking { observation, .. } = looked.unwrap();
                let now = Utc::now();
                if ledger.observe(&observation, now) {
                    hints_sender.send_replace(Hints::of(ledger.facts()));
                }
                lines.push(Line::Saw(now, observation));
            }
            _ = beat.tick() => {
                let now = Utc::now();
                ledger.tick(now);
                lines.push(Line::Beat(now));
            }
        }
        history.extend(record(&mut ledger, Utc::now()));
        if Instant::now() >= next {
            script(&mut fake, step);
            step += 1;
            next = Instant::now() + Duration::from_millis(300);
        }
    }
    watching.iter().for_each(|task| task.abort());

    let verdicts = history
        .iter()
        .filter(|entry| matches!(entry, Entry::Verdict(_)))
        .count();
    assert!(
        verdicts >= 10,
        "{verdicts} verdicts of {} looks: {history:#?}",
        lines.len()
    );
    assert!(
        !format!("{lines:?}").contains("never-recorded"),
        "what is recorded is masked"
    );
    assert_eq!(replay(&lines, &spec, |_| false), history);
    assert_eq!(
        replay(&lines, &spec, |number| number % 41 == 7),
        history,
        "with takeovers in between"
    );
}
