//! The database goes away for a while.

use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use model::record::Entry;
use model::state::State;
use model::transition::Change;
use model::verdict::Health;
use sqlx::raw_sql;
use testkit::fake::{FakeCluster, FakeConnector, Version, traces};

use crate::database::Database;
use crate::harness::{INTERVAL, Rig, cluster, spec, two_more_looks, until};

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_while_the_database_was_away_is_recorded_with_its_times() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    let rig = Rig::watching(&database, &fake).await;
    rig.until_health("invoices", Health::Healthy).await;
    rig.looks(3).await;

    let away = Utc::now();
    database.leave().await;
    let seen = async || two_more_looks(&fake).await;
    seen().await;
    let failed_after = Utc::now();
    fake.set_state("invoices", Some(0), "FAILED", Some(traces::BAD_PASSWORD));
    seen().await;
    let restarted_after = Utc::now();
    fake.set_state("invoices", Some(0), "RUNNING", None);
    seen().await;
    let failed_again_after = Utc::now();
    fake.set_state("invoices", Some(0), "FAILED", Some(traces::DATABASE_AWAY));
    seen().await;
    let back = Utc::now();
    database.come_back().await;

    // What was sent as the database left comes first: that is the first failure.
    rig.until("the last failure", |fleet| {
        let connector = fleet.clusters.get("orders")?.connectors.get("invoices")?;
        let verdict = connector.verdict();
        (verdict.health == Health::Failed && (restarted_after..back).contains(&verdict.since)).then_some(())
    })
    .await;
    let states = rig.states("invoices").await;
    let told: Vec<&State> = states.iter().map(|(_, state)| state).collect();
    assert_eq!(told, [&State::Failed, &State::Running, &State::Failed]);
    // A look counts from when it was asked, which may be a moment before the change that its answer shows.
    let bounds = [
        away..restarted_after,
        failed_after..failed_again_after,
        restarted_after..back,
    ];
    for ((at, _), bounds) in states.iter().zip(bounds) {
        assert!(bounds.contains(at), "{bounds:?}: {states:?}");
    }
    assert_eq!(
        rig.verdicts("invoices").await,
        [Health::Healthy, Health::Failed, Health::Healthy, Health::Failed]
    );
    let kinds = rig.kinds(None).await;
    assert!(!kinds.contains(&"recording_gap"), "nothing was lost: {kinds:?}");
    rig.looks(2).await;
    assert_eq!(rig.kinds(None).await, kinds, "nothing is told twice");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_while_the_database_hangs_is_recorded_with_its_times() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    let rig = Rig::watching(&database, &fake).await;
    rig.until_health("invoices", Health::Healthy).await;
    let seen = async || two_more_looks(&fake).await;
    // It takes connections, and answers nothing that needs this table.
    let mut lock = database.connection().await;
    raw_sql("BEGIN; LOCK TABLE connectors IN ACCESS EXCLUSIVE MODE")
        .execute(&mut lock)
        .await
        .unwrap();
    let began = Utc::now();
    for _ in 0..5 {
        fake.set_state("invoices", Some(0), "FAILED", Some(traces::BAD_PASSWORD));
        seen().await;
        fake.set_state("invoices", Some(0), "RUNNING", None);
        seen().await;
    }
    let ended = Utc::now();
    raw_sql("COMMIT").execute(&mut lock).await.unwrap();
    let failures = async || {
        let history = rig.history(Some("invoices")).await;
        let failed = history.into_iter().filter_map(|item| match item.entry {
            Entry::Transition(transition) => match transition.change {
                Change::State { to: State::Failed, .. } => Some(transition.at),
                _ => None,
            },
            _ => None,
        });
        failed.collect::<Vec<_>>()
    };
    let all = until("all that was seen is recorded", async || {
        let failures = failures().await;
        (failures.len() >= 5).then_some(failures)
    })
    .await;
    assert_eq!(all.len(), 5);
    assert!(
        all.iter().all(|at| (began..ended).contains(at)),
        "{began} to {ended}: {all:?}"
    );
    assert!(!rig.kinds(None).await.contains(&"recording_gap"));
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_restart_while_the_database_hangs_for_longer_than_the_grace_is_no_outage() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    let grace = TimeDelta::seconds(3);
    let mut spec = spec(vec![cluster("orders", &fake.urls())]);
    spec.settings.grace = grace;
    let rig = Rig::start(&database, spec).await;
    rig.until_health("invoices", Health::Healthy).await;
    let mut lock = database.connection().await;
    raw_sql("BEGIN; LOCK TABLE connectors IN ACCESS EXCLUSIVE MODE")
        .execute(&mut lock)
        .await
        .unwrap();
    fake.set_state("invoices", Some(0), "UNASSIGNED", None);
    two_more_looks(&fake).await;
    fake.set_state("invoices", Some(0), "RUNNING", None);
    two_more_looks(&fake).await;
    let seen = Utc::now();
    until("the grace is over", async || {
        two_more_looks(&fake).await;
        (Utc::now() - seen > grace).then_some(())
    })
    .await;
    raw_sql("COMMIT").execute(&mut lock).await.unwrap();
    let told = until("the restart is recorded", async || {
        let told = rig.verdicts("invoices").await;
        (told.len() > 2).then_some(told)
    })
    .await;
    assert_eq!(told, [Health::Healthy, Health::Restarting, Health::Healthy]);
    rig.looks(2).await;
    assert_eq!(rig.verdicts("invoices").await, told);
    for item in rig.history(Some("invoices")).await {
        if let Entry::Verdict(change) = item.entry {
            assert!(
                change.at <= seen && change.since <= Some(change.at),
                "{change:?} after {seen}"
            );
        }
    }
    assert!(!rig.kinds(None).await.contains(&"fault_opened"));
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_stops_in_time_though_its_database_is_away() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    let rig = Rig::watching(&database, &fake).await;
    database.leave().await;
    fake.set_state("invoices", Some(0), "FAILED", Some(traces::BAD_PASSWORD));
    rig.stop().await;
    database.come_back().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_config_that_was_in_force_while_the_database_was_away_is_a_version_with_its_time() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::source("lines", 1).with("batch.size", "100"));
    let rig = Rig::watching(&database, &fake).await;
    rig.until_health("lines", Health::Healthy).await;
    rig.looks(3).await;

    database.leave().await;
    two_more_looks(&fake).await;
    let mut edited = Vec::new();
    for size in ["200", "300", "400"] {
        edited.push(Utc::now());
        fake.edit("lines", |connector| {
            connector.config.insert("batch.size".into(), size.into());
        });
        two_more_looks(&fake).await;
    }
    edited.push(Utc::now());
    database.come_back().await;

    let (cluster, connector) = ("orders".into(), "lines".into());
    let mut versions = until("all versions", async || {
        let versions = rig
            .store
            .config_versions(&cluster, &connector)
            .await
            .unwrap_or_default();
        (versions.len() == 4).then_some(versions)
    })
    .await;
    versions.reverse();
    let told: Vec<_> = versions
        .iter()
        .skip(1)
        .map(|one| (one.seen_at, one.in_force_since))
        .collect();
    for ((seen_at, in_force_since), bounds) in told.iter().zip(edited.windows(2)) {
        // A look counts from when it was asked, which may be a moment before the edit that its answer shows.
        let begun = bounds[0] - INTERVAL;
        assert!((begun..bounds[1]).contains(seen_at), "{bounds:?}: {told:?}");
        assert_eq!(seen_at, in_force_since);
    }
    // The history names each of them at the same time.
    let history = rig.history(Some("lines")).await;
    let changes = history.iter().filter_map(|item| match &item.entry {
        Entry::Transition(transition) => match &transition.change {
            Change::Config { to, .. } => Some((transition.at.timestamp_micros(), to.clone())),
            _ => None,
        },
        _ => None,
    });
    let mut changes: Vec<_> = changes.collect();
    changes.reverse();
    let kept: Vec<_> = versions
        .iter()
        .map(|one| (one.seen_at.timestamp_micros(), one.version.clone()))
        .collect();
    assert_eq!(kept, changes);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_seen_before_a_unit_was_configured_anew_while_the_database_was_away_is_one_recorded_gap() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    let rig = Rig::watching(&database, &fake).await;
    rig.until_health("invoices", Health::Healthy).await;
    rig.looks(3).await;
    let away = Utc::now();
    database.leave().await;
    two_more_looks(&fake).await;
    fake.set_state("invoices", Some(0), "FAILED", Some(traces::BARE));
    two_more_looks(&fake).await;
    let failed = Utc::now();
    fake.set_state("invoices", Some(0), "RUNNING", None);
    two_more_looks(&fake).await;
    // Another address makes the unit start anew; it ends once it has tried for a while to record what it knows.
    let mut urls = fake.urls();
    urls.push("http://127.0.0.1:1".to_owned());
    rig.spec.send_replace(Arc::new(spec(vec![cluster("orders", &urls)])));
    let lists = || fake.requests(0).len();
    until("nobody looks any more", async || {
        let before = lists();
        tokio::time::sleep(INTERVAL * 4).await;
        (lists() == before).then_some(())
    })
    .await;
    let ended = Utc::now();
    database.come_back().await;
    let gaps = until("the gap", async || {
        let gaps = rig.gaps().await;
        (!gaps.is_empty()).then_some(gaps)
    })
    .await;
    rig.looks(3).await;
    let [(from, to, why)] = &gaps[..] else {
        panic!("{gaps:?}")
    };
    assert!(
        (away..failed).contains(from) && (failed..ended).contains(to),
        "{gaps:?}"
    );
    assert!(why.starts_with("server-1 could not record"), "{why}");
    assert_eq!(rig.gaps().await, gaps, "it is told once");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_records_what_waits_before_it_gives_its_units_back() {
    let database = Database::new().await;
    // Several units, since it is chance whether one hears first that it is to stop or that something waits.
    let fakes: Vec<FakeCluster> = (0..8)
        .map(|_| FakeCluster::start(Version::V4_3_1, 1).unwrap())
        .collect();
    let name = |number: usize| format!("c{number}");
    let of_fake = |(number, fake): (usize, &FakeCluster)| {
        fake.put(FakeConnector::sink(&name(number), 1));
        cluster(&name(number), &fake.urls())
    };
    let clusters = fakes.iter().enumerate().map(of_fake).collect();
    let rig = Rig::start(&database, spec(clusters)).await;
    rig.until("the first looks", |fleet| {
        let healthy = |number: usize| {
            let connector = fleet.clusters.get(&*name(number))?.connectors.get(&*name(number))?;
            (connector.verdict().health == Health::Healthy).then_some(())
        };
        (0..fakes.len()).all(|number| healthy(number).is_some()).then_some(())
    })
    .await;
    // The first change of each is on its way to a database that hangs, the second one waits behind it.
    let mut lock = database.connection().await;
    raw_sql("BEGIN; LOCK TABLE connectors IN ACCESS EXCLUSIVE MODE")
        .execute(&mut lock)
        .await
        .unwrap();
    for (state, trace) in [("FAILED", Some(traces::BARE)), ("RUNNING", None)] {
        for (number, fake) in fakes.iter().enumerate() {
            fake.set_state(&name(number), Some(0), state, trace);
        }
        for fake in &fakes {
            two_more_looks(fake).await;
        }
    }
    rig.stop.cancel();
    raw_sql("COMMIT").execute(&mut lock).await.unwrap();
    let store = database.store().await;
    rig.stop().await;
    for number in 0..fakes.len() {
        let filter = store::TimelineFilter {
            cluster: Some(name(number).as_str().into()),
            kinds: vec!["state".to_owned(), "recording_gap".to_owned()],
            limit: 100,
            ..Default::default()
        };
        let mut told: Vec<_> = store.timeline(&filter).await.unwrap();
        told.reverse();
        let states: Vec<_> = told
            .iter()
            .filter_map(|item| match &item.entry {
                Entry::Transition(transition) => match &transition.change {
                    Change::State { to, .. } => Some(to),
                    _ => None,
                },
                _ => None,
            })
            .collect();
        assert_eq!(states, [&State::Failed, &State::Running], "c{number}: {told:#?}");
        assert_eq!(told.len(), 2, "nothing is lost: {told:#?}");
    }
    let leases = store.leases().await.unwrap();
    assert!(leases.iter().all(|lease| lease.released), "{leases:?}");
    store.close().await;
}
