//! A system clock that is put right by an hour, forward or back: nothing happened, and what happens then is told.

use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use model::settings::Settings;
use model::verdict::Health;
use model::{Clock, Timestamp};
use testkit::ManualClock;
use testkit::fake::{FakeCluster, FakeConnector, Version};

use crate::database::Database;
use crate::harness::{Rig, System, cluster, settings, spec, until};

/// The system's time, moved by as much as a manual clock was moved from where it began.
struct Moved(ManualClock, Timestamp);

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        System.now() + (self.0.now() - self.1)
    }
}

fn lists(fake: &FakeCluster) -> u64 {
    let expanded = |worker| {
        let counts = fake.counts(worker);
        let lists = counts.iter().filter(|(asked, _)| asked.contains("expand="));
        lists.map(|(_, count)| count).sum::<u64>()
    };
    (0..fake.workers()).map(expanded).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_an_hour_changes_no_verdict_and_stops_no_look() {
    let database = Database::new().await;
    let mut fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    for name in ["lines", "broken", "moving", "resting"] {
        fake.put(FakeConnector::source(name, 2).spread(2));
    }
    fake.set_state("broken", Some(0), "FAILED", Some("java.lang.RuntimeException: boom"));
    fake.set_state("moving", Some(0), "UNASSIGNED", None);
    fake.set_state("resting", None, "PAUSED", None);
    for task in 0..2 {
        fake.set_state("resting", Some(task), "PAUSED", None);
    }
    let hand = ManualClock::at(Utc::now());
    let clock = Arc::new(Moved(hand.clone(), hand.now()));
    let mut spec = spec(vec![cluster("orders", &fake.urls())]);
    spec.settings = Settings {
        stale_after: TimeDelta::seconds(5),
        ..settings()
    };
    let rig = Rig::start_by(&database, "server-1", spec, clock.clone()).await;
    let expected = [
        ("lines", Health::Healthy),
        ("broken", Health::Degraded),
        ("moving", Health::Unassigned),
        ("resting", Health::Paused),
    ];
    for (name, health) in expected {
        rig.until_health(name, health).await;
    }
    rig.until_cluster("both workers", |orders| {
        orders.workers.iter().filter(|worker| worker.ever_answered).count() == 2 && orders.faults.len() == 2
    })
    .await;
    // What nothing happens to: since when it is so is the same once the clock is right again.
    let since = |rig: &Rig| {
        let orders = rig.fleet().clusters["orders"].clone();
        ["broken", "moving", "resting"].map(|name| orders.connectors[name].verdict().since)
    };
    let before = since(&rig);
    let mut told = rig.kinds(None).await;
    for (number, hours) in (0..).zip([1, -1, -1, 1]) {
        hand.advance(TimeDelta::hours(hours));
        let before = lists(&fake);
        until("further looks", async || (lists(&fake) >= before + 5).then_some(())).await;
        rig.until_cluster("a look by the new time", |orders| {
            let seen = orders.fresh.as_of();
            seen.is_some_and(|seen| (clock.now() - seen).abs() < TimeDelta::seconds(5))
        })
        .await;
        let orders = rig.fleet().clusters["orders"].clone();
        assert!(orders.about.reachable && orders.about.gap.is_none());
        for (name, health) in expected {
            assert_eq!(
                orders.connectors[name].verdict().health,
                health,
                "{name} after {hours} h"
            );
        }
        assert_eq!(rig.kinds(None).await, told, "nothing happened in the {hours} h");

        // What does happen is told by the new time.
        // One task fails no more than twice: three failures within minutes are a loop, whatever the clock says of them.
        let (name, task) = ("lines", Some(number % 2));
        fake.set_state(name, task, "FAILED", Some("java.lang.RuntimeException: boom"));
        let failed = rig.until_health(name, Health::Degraded).await;
        let age = clock.now() - failed.verdict().since;
        assert!(age >= TimeDelta::zero() && age < TimeDelta::minutes(1), "{age}");
        fake.set_state(name, task, "RUNNING", None);
        rig.until_health(name, Health::Healthy).await;
        rig.until_cluster("the end of its fault", |orders| orders.faults.len() == 2)
            .await;
        told = rig.kinds(None).await;
    }
    assert_eq!(since(&rig), before);
    // A deletion that was seen first before the clock is set back is proven after it.
    fake.delete("resting");
    rig.until_cluster("one list without it", |orders| {
        let resting = &orders.connectors["resting"];
        resting.facts().missing.is_some() || !resting.live()
    })
    .await;
    hand.advance(TimeDelta::hours(-1));
    rig.until_cluster("the deletion", |orders| !orders.connectors["resting"].live())
        .await;

    // Nor does silence turn green by it.
    fake.kill(0);
    fake.kill(1);
    rig.until_health("lines", Health::Unknown).await;
    rig.until_cluster("the fault of the cluster", |orders| {
        !orders.about.reachable && !orders.faults.is_empty()
    })
    .await;
    let told = rig.kinds(None).await;
    hand.advance(TimeDelta::hours(-1));
    for _ in 0..5 {
        let tried = rig.fleet().clusters["orders"].fresh.tried;
        rig.until_cluster("another look by the new time", |orders| {
            let newest = orders.fresh.tried;
            newest != tried && newest.is_some_and(|newest| newest <= clock.now())
        })
        .await;
        let orders = rig.fleet().clusters["orders"].clone();
        assert_eq!(orders.connectors["lines"].verdict().health, Health::Unknown);
        assert!(!orders.about.reachable);
    }
    assert_eq!(rig.kinds(None).await, told, "nothing happened");
    rig.stop().await;
}
