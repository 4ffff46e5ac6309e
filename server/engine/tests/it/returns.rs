//! A whole cluster that falls silent and is heard again.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use model::fault::{Fault, Scope};
use model::record::Entry;
use model::transition::Change;
use model::verdict::Health;
use testkit::fake::{Behaviour, FakeCluster, FakeConnector, Version, traces};

use crate::database::Database;
use crate::harness::{Rig, cluster, spec};

/// Scopes of faults that opened and ended, the oldest first.
async fn faults(rig: &Rig) -> Vec<(&'static str, Scope)> {
    let mut items = rig.history(None).await;
    items.reverse();
    let told = items.into_iter().filter_map(|item| match item.entry {
        Entry::FaultOpened(fault) => Some(("opened", fault.scope)),
        Entry::FaultEnded(fault) => Some(("ended", fault.scope)),
        Entry::Transition(_) | Entry::Verdict(_) => None,
    });
    told.collect()
}

async fn a_fault_of_a_connector_outlasts_the_silence_of_its_cluster() {
    let database = Database::new().await;
    let mut fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    fake.put(FakeConnector::source("lines", 1));
    fake.put(FakeConnector::sink("invoices", 1));
    fake.set_state("invoices", Some(0), "FAILED", Some(traces::BARE));
    let mut spec = spec(vec![cluster("orders", &fake.urls())]);
    spec.settings.stale_after = TimeDelta::seconds(2);
    let rig = Rig::start(&database, spec).await;
    let before = rig.until_health("invoices", Health::Failed).await;
    let own = before.fault.clone().expect("its own fault");
    fake.kill(0);
    fake.kill(1);
    let orders = rig
        .until_cluster("both faults", |orders| {
            orders.faults.len() == 2 && orders.connectors["lines"].fault.is_some()
        })
        .await;
    let kept = orders.faults.iter().find(|fault| fault.id == own.id).expect("it stays");
    assert!(kept.unheard_since.is_some() && kept.opened_at == own.opened_at);
    for name in ["lines", "invoices"] {
        let fault = orders.connectors[name].fault.as_ref().expect("unknown for a reason");
        assert_eq!(fault.scope, Scope::Cluster, "{name} is in one fault");
    }
    fake.revive(0).unwrap();
    fake.revive(1).unwrap();
    let after = rig.until_health("invoices", Health::Failed).await;
    rig.until_cluster("its own fault alone", |orders| orders.faults.len() == 1)
        .await;
    assert_eq!(after.verdict().since, before.verdict().since);
    let after = rig.fleet().clusters["orders"].connectors["invoices"].clone();
    let expected = Fault { ..(*own).clone() };
    assert_eq!(after.fault.as_deref(), Some(&expected), "as it was");
    let invoices = Scope::Connector("invoices".into());
    let told = faults(&rig).await;
    assert_eq!(
        told,
        [
            ("opened", invoices),
            ("opened", Scope::Cluster),
            ("ended", Scope::Cluster)
        ]
    );
    rig.stop().await;
}

async fn workers_that_return_together_are_not_lost_by_what_was_seen_before() {
    let database = Database::new().await;
    let mut fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    fake.put(FakeConnector::source("lines", 2).spread(2));
    let mut spec = spec(vec![cluster("orders", &fake.urls())]);
    spec.settings.stale_after = TimeDelta::seconds(2);
    let rig = Rig::start(&database, spec).await;
    rig.until_health("lines", Health::Healthy).await;
    rig.until_cluster("both workers", |orders| {
        orders.workers.len() == 2 && orders.workers.iter().all(|worker| worker.ever_answered)
    })
    .await;
    fake.kill(0);
    fake.kill(1);
    rig.until_cluster("two deaths", |orders| {
        orders.workers.iter().all(|worker| worker.alive.gone())
    })
    .await;
    // One is back; the other stays away.
    fake.revive(0).unwrap();
    rig.until_health("lines", Health::Unassigned).await;
    fake.revive(1).unwrap();
    rig.until_health("lines", Health::Healthy).await;
    rig.until_cluster("no fault", |orders| orders.faults.is_empty()).await;
    assert_eq!(
        rig.verdicts("lines").await,
        [Health::Healthy, Health::Unknown, Health::Unassigned, Health::Healthy],
        "unknown until a probe confirmed the death"
    );
    let lost = Scope::Worker(fake.worker_id(1).as_str().into());
    assert_eq!(
        faults(&rig).await,
        [
            ("opened", Scope::Cluster),
            ("opened", lost.clone()),
            ("ended", Scope::Cluster),
            ("ended", lost)
        ],
        "nobody took the first worker for lost"
    );
    rig.stop().await;
}

async fn the_cluster_answers_again_when_its_answer_comes() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::source("lines", 1));
    let rig = Rig::watching(&database, &fake).await;
    fake.behave(0, Behaviour::Unauthorized);
    rig.until_cluster("the outage", |orders| !orders.about.reachable).await;
    let late = Duration::from_secs(2);
    let asked = Utc::now();
    fake.behave(0, Behaviour::Late(late));
    let orders = rig.until_cluster("the return", |orders| orders.about.reachable).await;
    let history = rig.history(None).await;
    let returned = history.iter().find_map(|item| match &item.entry {
        Entry::Transition(transition) if transition.change == Change::Reachable => Some(transition.at),
        _ => None,
    });
    let returned = returned.expect("it is told");
    assert!(
        returned >= asked + late,
        "{returned} is before the answer to what was asked at {asked}"
    );
    assert_eq!(orders.about.reachable_since, Some(returned));
    assert!(
        orders.fresh.as_of().expect("listed") < returned,
        "its states are as of the question"
    );
    rig.stop().await;
}

/// Side by side, since all of them are about waiting.
#[tokio::test(flavor = "multi_thread")]
async fn silence_mends_nothing_and_its_end_kills_nobody() {
    tokio::join!(
        a_fault_of_a_connector_outlasts_the_silence_of_its_cluster(),
        workers_that_return_together_are_not_lost_by_what_was_seen_before(),
        the_cluster_answers_again_when_its_answer_comes(),
    );
}
