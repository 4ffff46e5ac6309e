//! The database is replaced by an older copy of itself while Signalbox runs.

use model::record::Entry;
use model::transition::Change;
use model::verdict::Health;
use testkit::fake::{FakeCluster, FakeConnector, Version, traces};

use crate::database::Database;
use crate::harness::{Rig, cluster, spec};

#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_copy_lacks_is_seen_again_and_the_loss_is_told() {
    let database = Database::new().await;
    let fakes: Vec<FakeCluster> = (0..2)
        .map(|_| FakeCluster::start(Version::V4_3_1, 1).unwrap())
        .collect();
    let (orders, billing) = (&fakes[0], &fakes[1]);
    orders.put(FakeConnector::sink("invoices", 2));
    billing.put(FakeConnector::sink("bills", 1));
    let clusters = vec![cluster("orders", &orders.urls()), cluster("billing", &billing.urls())];
    let rig = Rig::start(&database, spec(clusters)).await;
    let bills = |fleet: &view::Fleet, health| {
        let connector = fleet.clusters.get("billing")?.connectors.get("bills")?;
        (connector.verdict().health == health).then_some(())
    };
    rig.until_health("invoices", Health::Healthy).await;
    rig.until("bills", |fleet| bills(fleet, Health::Healthy)).await;
    database.copy().await;

    orders.set_state("invoices", Some(0), "FAILED", Some(traces::BAD_PASSWORD));
    rig.until_health("invoices", Health::Degraded).await;
    // What others write must not hide that this one's records are gone.
    database.put_copy_back().await;
    billing.set_state("bills", Some(0), "FAILED", Some(traces::DATABASE_AWAY));
    rig.until("the failure of the other", |fleet| bills(fleet, Health::Failed))
        .await;

    // On record again, and not only in the view.
    crate::harness::until("the record", async || {
        let verdicts = rig.verdicts("invoices").await;
        (verdicts == [Health::Healthy, Health::Degraded]).then_some(())
    })
    .await;
    let gaps = |history: Vec<model::record::HistoryItem>| {
        let told = history.into_iter().filter(|item| match &item.entry {
            Entry::Transition(transition) => match &transition.change {
                Change::RecordingGap { why, .. } => why.contains("older copy"),
                _ => false,
            },
            _ => false,
        });
        told.count()
    };
    crate::harness::until("the loss", async || (gaps(rig.history(None).await) >= 1).then_some(())).await;
    assert_eq!(
        rig.fleet().begun,
        1,
        "readers of the feed are told that its numbers went back"
    );
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_has_come_as_far_as_the_view_is_not_taken_for_what_was_read() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    let rig = Rig::watching(&database, &fake).await;
    rig.until_health("invoices", Health::Healthy).await;
    database.copy().await;
    fake.set_state("invoices", Some(0), "FAILED", Some(traces::BAD_PASSWORD));
    rig.until_health("invoices", Health::Failed).await;
    // Others have written much to it before anybody here could look.
    database
        .put_copy_back_after("UPDATE feed_head SET id = id + 1000")
        .await;
    rig.until("the view of the copy", |fleet| (fleet.begun == 1).then_some(()))
        .await;
    rig.until_health("invoices", Health::Failed).await;
    rig.stop().await;
}
