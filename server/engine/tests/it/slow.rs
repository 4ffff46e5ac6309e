//! Workers that answer everything, seconds late.

use std::time::Duration;

use model::facts::Alive;
use model::verdict::Health;
use testkit::fake::{Behaviour, FakeCluster, FakeConnector, Version};

use crate::database::Database;
use crate::harness::Rig;

/// Later than what is asked of everybody else.
const LATE: Behaviour = Behaviour::Late(Duration::from_millis(3_300));
/// A list and who gave it take twice as long.
const PATIENCE: Duration = Duration::from_secs(40);

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_on_a_slow_worker_is_seen_and_what_does_not_change_is_recorded_once() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 2));
    let rig = Rig::watching(&database, &fake).await;
    rig.until_health("invoices", Health::Healthy).await;
    fake.behave(0, LATE);
    fake.set_state(
        "invoices",
        Some(1),
        "FAILED",
        Some("java.lang.RuntimeException: disk full"),
    );
    let failed = |fleet: &view::Fleet| {
        let connector = fleet.clusters["orders"].connectors.get("invoices")?;
        (connector.verdict().health == Health::Degraded).then_some(())
    };
    rig.within(PATIENCE, "the failure", failed).await;
    // From the second answer on it is known to be slow, and no silence is told before its time is over.
    let fake = &fake;
    let asked = |count| move |_: &view::Fleet| (fake_roots(fake) >= count).then_some(());
    let so_far = fake_roots(fake);
    rig.within(PATIENCE, "two more answers", asked(so_far + 4)).await;
    let head = rig.store.feed_head().await.unwrap();
    rig.within(PATIENCE, "and two more", asked(so_far + 8)).await;
    let cluster = rig.fleet().clusters["orders"].clone();
    assert_eq!(rig.store.feed_head().await.unwrap(), head, "nothing changed");
    assert_eq!(cluster.workers[0].alive, Alive::Yes);
    assert_eq!(rig.verdicts("invoices").await, [Health::Healthy, Health::Degraded]);
    rig.stop().await;
}

fn fake_roots(fake: &FakeCluster) -> u64 {
    fake.counts(0).get("GET /").copied().unwrap_or_default()
}
