//! Units over two servers: shared, kept over an outage of the database, kept when they are configured anew.

use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use model::state::State;
use model::verdict::Health;
use testkit::fake::{FakeCluster, FakeConnector, Version, traces};

use crate::database::Database;
use crate::harness::{Rig, System, cluster, spec, two_more_looks, until};
use crate::link::Link;

/// For how long a lease holds that is not renewed.
const LEASE: TimeDelta = TimeDelta::seconds(3);

/// Unit, holder and epoch of every lease in force.
async fn holdings(store: &store::Store) -> Vec<(String, String, i64)> {
    let leases = store.leases().await.unwrap().into_iter();
    let held = leases.filter(|lease| lease.held);
    held.map(|lease| (lease.unit.to_string(), lease.holder, lease.epoch))
        .collect()
}

async fn until_shared(store: &store::Store) -> Vec<(String, String, i64)> {
    until("an even share", async || {
        let held = holdings(store).await;
        let count = |name: &str| held.iter().filter(|(_, holder, _)| holder == name).count();
        (count("server-1") == 1 && count("server-2") == 1).then_some(held)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_database_was_away_everybody_keeps_what_it_had() {
    let database = Database::new().await;
    let fakes = [1, 2].map(|_| FakeCluster::start(Version::V4_3_1, 1).unwrap());
    fakes
        .iter()
        .for_each(|fake| fake.put(FakeConnector::sink("invoices", 1)));
    let both = spec(vec![
        cluster("orders", &fakes[0].urls()),
        cluster("lines", &fakes[1].urls()),
    ]);
    let first = Rig::start_as(&database, "server-1", both.clone()).await;
    first.until_health("invoices", Health::Healthy).await;
    let second = Rig::start_as(&database, "server-2", both).await;
    let before = until_shared(&first.store).await;
    first.looks(2).await;
    let kinds = first.kinds(None).await;

    database.leave().await;
    let left = database.clock().await;
    until("the end of all leases", async || {
        (database.clock().await > left + LEASE).then_some(())
    })
    .await;
    database.come_back().await;
    let back = Utc::now();
    // A while after others may take what ran out, and both are seen again.
    until("later looks", async || {
        let seen = first.store.heartbeats().await.ok()?;
        let late = seen
            .iter()
            .all(|(_, fresh)| fresh.rest.is_some_and(|at| at > back + TimeDelta::seconds(5)));
        late.then_some(())
    })
    .await;
    assert_eq!(holdings(&first.store).await, before, "nothing changed hands");
    assert_eq!(first.kinds(None).await, kinds);
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_is_configured_anew_stays_where_it_is() {
    let database = Database::new().await;
    let fakes = [1, 2].map(|_| FakeCluster::start(Version::V4_3_1, 1).unwrap());
    fakes
        .iter()
        .for_each(|fake| fake.put(FakeConnector::sink("invoices", 1)));
    let both = spec(vec![
        cluster("orders", &fakes[0].urls()),
        cluster("lines", &fakes[1].urls()),
    ]);
    let first = Rig::start_as(&database, "server-1", both.clone()).await;
    first.until_health("invoices", Health::Healthy).await;
    let second = Rig::start_as(&database, "server-2", both.clone()).await;
    let before = until_shared(&first.store).await;
    let (mine, _, epoch) = before
        .iter()
        .find(|(_, holder, _)| holder == "server-1")
        .cloned()
        .unwrap();
    // Only the first has read the new file: another address for one of its clusters, which makes the unit start anew.
    let mut other = both;
    for cluster in &mut other.clusters {
        cluster.urls.push("http://127.0.0.1:1/".parse().unwrap());
    }
    first.spec.send_replace(Arc::new(other));
    until("the same unit in a new epoch", async || {
        let held = holdings(&first.store).await;
        held.contains(&(mine.clone(), "server-1".to_owned(), epoch + 1))
            .then_some(())
    })
    .await;
    let kinds = first.kinds(None).await;
    fakes[0].set_state("invoices", Some(0), "FAILED", Some(traces::BARE));
    first.until_health("invoices", Health::Failed).await;
    assert_eq!(first.kinds(None).await[..kinds.len()], kinds);
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_back_first_after_an_outage_leaves_the_others_time_to_come_back() {
    let database = Database::new().await;
    let fakes = [1, 2].map(|_| FakeCluster::start(Version::V4_3_1, 1).unwrap());
    let both = spec(vec![
        cluster("orders", &fakes[0].urls()),
        cluster("lines", &fakes[1].urls()),
    ]);
    let first = Rig::start_as(&database, "server-1", both.clone()).await;
    let link = Link::to(&database).await;
    let second = Rig::start_on(link.store().await, "server-2", both, Arc::new(System)).await;
    let before = until_shared(&first.store).await;
    let mine = |held: Vec<store::LeaseInfo>| held.into_iter().find(|lease| lease.holder == "server-1").unwrap();

    link.stand_still(true);
    database.leave().await;
    let left = database.clock().await;
    until("the end of all leases", async || {
        (database.clock().await > left + LEASE).then_some(())
    })
    .await;
    database.come_back().await;
    // It beats twice, and so has looked once what there is to take.
    let mut renewed = left + LEASE;
    for _ in 0..2 {
        renewed = until("a renewal of the first", async || {
            let expires = mine(first.store.leases().await.ok()?).expires_at;
            (expires > renewed + TimeDelta::milliseconds(500)).then_some(expires)
        })
        .await;
    }
    let held = holdings(&first.store).await;
    assert!(
        held.iter().all(|(_, holder, _)| holder == "server-1") && held.len() == 1,
        "the other's has run out and is not taken: {held:?}"
    );
    link.stand_still(false);
    let after = until("both again", async || {
        let held = holdings(&first.store).await;
        (held.len() == 2).then_some(held)
    })
    .await;
    assert_eq!(after, before, "nothing changed hands");
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_is_handed_over_only_once_all_that_was_seen_is_recorded() {
    let database = Database::new().await;
    let fakes = [1, 2].map(|_| FakeCluster::start(Version::V4_3_1, 1).unwrap());
    fakes
        .iter()
        .for_each(|fake| fake.put(FakeConnector::sink("invoices", 1)));
    // The last one by name is the one that is handed over.
    let both = spec(vec![
        cluster("orders", &fakes[0].urls()),
        cluster("lines", &fakes[1].urls()),
    ]);
    let first = Rig::start_as(&database, "server-1", both.clone()).await;
    first.until_health("invoices", Health::Healthy).await;
    first.looks(3).await;
    database.fill_up().await;
    fakes[0].set_state("invoices", Some(0), "FAILED", Some(traces::BARE));
    two_more_looks(&fakes[0]).await;
    fakes[0].set_state("invoices", Some(0), "RUNNING", None);
    two_more_looks(&fakes[0]).await;
    let second = Rig::start_as(&database, "server-2", both).await;
    // By now it is to be given its share, which takes it five seconds of presence.
    until("the second to be there for a while", async || {
        let servers = first.store.servers().await.ok()?;
        let second = servers.iter().find(|server| server.holder == "server-2")?;
        (second.live_for?.as_secs() >= 8).then_some(())
    })
    .await;
    let held = holdings(&first.store).await;
    assert!(held.iter().all(|(_, holder, _)| holder == "server-1"), "{held:?}");
    database.make_room().await;
    let held = until_shared(&first.store).await;
    assert!(
        held.contains(&("connect/orders".into(), "server-2".into(), 2)),
        "{held:?}"
    );
    let told: Vec<State> = first
        .states("invoices")
        .await
        .into_iter()
        .map(|(_, state)| state)
        .collect();
    assert_eq!(told, [State::Failed, State::Running]);
    assert_eq!(first.gaps().await, []);
    first.stop().await;
    second.stop().await;
}
