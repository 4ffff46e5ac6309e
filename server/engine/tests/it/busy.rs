//! Workers that answer and list nothing: a rebalance that does not end.

use chrono::TimeDelta;
use engine::FleetSpec;
use model::facts::Alive;
use model::fault::Scope;
use model::record::Entry;
use model::settings::Settings;
use model::verdict::{Class, Domain, Health};
use testkit::fake::{Behaviour, FakeCluster, FakeConnector, Version};
use view::Staleness;

use crate::database::Database;
use crate::harness::{Rig, System, cluster, settings, spec};

fn quickly_stale(fake: &FakeCluster) -> FleetSpec {
    let mut spec = spec(vec![cluster("orders", &fake.urls())]);
    spec.settings = Settings {
        stale_after: TimeDelta::milliseconds(1500),
        ..settings()
    };
    spec
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_stay_busy_are_one_recorded_fault_that_readers_repeat() {
    for behaviour in [Behaviour::Conflict, Behaviour::RebalanceExpected, Behaviour::TimedOut] {
        let database = Database::new().await;
        let fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
        fake.put(FakeConnector::sink("invoices", 2).spread(2));
        fake.put(FakeConnector::source("orders", 1));
        let rig = Rig::start(&database, quickly_stale(&fake)).await;
        rig.until_health("invoices", Health::Healthy).await;
        rig.until_health("orders", Health::Healthy).await;
        (0..2).for_each(|worker| fake.behave(worker, behaviour.clone()));
        rig.until_health("invoices", Health::Unknown).await;
        let seen = rig
            .until_cluster("one fault", |cluster| {
                cluster.faults.len() == 1 && cluster.faults[0].members.len() == 2
            })
            .await;
        let fault = &seen.faults[0];
        assert_eq!(
            (&fault.scope, fault.domain, fault.class),
            (&Scope::Cluster, Domain::Infrastructure, Class::Worker)
        );
        assert!(
            fault.root_cause.starts_with("The workers of orders answer, but"),
            "{}",
            fault.root_cause
        );
        assert!(seen.about.reachable, "they answer");
        rig.looks(3).await;
        let cluster = rig.fleet().clusters["orders"].clone();
        let staleness = Staleness {
            now: model::Clock::now(&System),
            limit: rig.spec.borrow().settings.stale_after,
        };
        assert!(staleness.watched(&cluster.fresh) && staleness.stale(&cluster.fresh));
        for connector in cluster.live() {
            assert_eq!(staleness.health(&cluster.fresh, connector), connector.verdict().health);
            assert!(connector.fault.is_some());
        }
        assert!(
            cluster.workers.iter().all(|worker| !worker.alive.gone()),
            "busy is no death"
        );
        assert_eq!(rig.verdicts("invoices").await, [Health::Healthy, Health::Unknown]);
        let opened = rig.history(None).await;
        let opened = opened.iter().filter(|item| matches!(item.entry, Entry::FaultOpened(_)));
        assert_eq!(opened.count(), 1);

        (0..2).for_each(|worker| fake.behave(worker, Behaviour::Normal));
        rig.until_health("invoices", Health::Healthy).await;
        let well = rig.until_cluster("no fault", |cluster| cluster.faults.is_empty()).await;
        assert!(well.workers.iter().all(|worker| worker.alive == Alive::Yes));
        assert!(!rig.kinds(None).await.contains(&"unreachable"), "{behaviour:?}");
        rig.stop().await;
    }
}
