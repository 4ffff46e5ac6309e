//! Two servers on one database: one watches, the other one follows and takes over.

use model::verdict::Health;
use testkit::fake::{FakeCluster, FakeConnector, Version, traces};

use crate::database::Database;
use crate::harness::{Rig, cluster, spec, until};

#[tokio::test]
async fn one_watches_and_the_other_takes_over_without_a_false_word() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    fake.put(FakeConnector::source("lines", 1));
    fake.set_state("invoices", Some(0), "FAILED", Some(traces::BAD_RECORD));
    let first = Rig::watching(&database, &fake).await;
    let second = Rig::start_as(&database, "server-2", spec(vec![cluster("orders", &fake.urls())])).await;
    let before = second.until_health("invoices", Health::Failed).await;
    first.looks(4).await;
    let lists = || {
        fake.requests(0)
            .iter()
            .filter(|request| request.contains("expand="))
            .count()
    };
    let holder = async |store: &store::Store| {
        let leases = store.leases().await.unwrap();
        leases
            .into_iter()
            .find(|lease| lease.held)
            .map(|lease| (lease.holder.to_string(), lease.epoch))
    };
    assert_eq!(holder(&second.store).await, Some(("server-1".into(), 1)));
    // The second one follows what the first one sees.
    fake.set_state("lines", Some(0), "FAILED", Some(traces::BARE));
    second.until_health("lines", Health::Failed).await;
    let kinds = second.kinds(None).await;

    let asked = lists();
    first.stop().await;
    let stopped = std::time::Instant::now();
    until("the takeover", async || {
        let held = holder(&second.store).await;
        (held == Some(("server-2".into(), 2))).then_some(())
    })
    .await;
    assert!(
        stopped.elapsed().as_secs_f64() < 2.5,
        "the lease was given back: {:?}",
        stopped.elapsed()
    );
    until("looks of the second", async || (lists() > asked + 2).then_some(())).await;
    second.looks(3).await;
    let after = second.until_health("invoices", Health::Failed).await;
    assert_eq!(after.verdict().since, before.verdict().since);
    assert_eq!(
        after.fault.as_ref().map(|fault| &fault.id),
        before.fault.as_ref().map(|fault| &fault.id)
    );
    assert_eq!(second.kinds(None).await, kinds, "a takeover is no event of the cluster");
    second.stop().await;
}
