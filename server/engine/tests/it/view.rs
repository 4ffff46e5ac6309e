//! What the follower does to the view.

use std::sync::Arc;

use model::fault::{Fault, Scope};
use model::verdict::Health;
use sqlx::{AssertSqlSafe, PgConnection};
use testkit::fake::{FakeCluster, FakeConnector, Version};
use testkit::samples;
use tokio::sync::broadcast::error::RecvError;
use view::Cluster;

use crate::database::Database;
use crate::harness::{PATIENCE, Rig, spec, until};

fn cluster() -> Cluster {
    Cluster::new(samples::cluster(), 1)
}

#[test]
fn a_heartbeat_copies_nothing_but_the_times() {
    let before = cluster();
    let mut after = before.clone();
    after.fresh.tried = Some(samples::now());
    assert!(Arc::ptr_eq(&before.connectors, &after.connectors));
    assert!(Arc::ptr_eq(&before.about, &after.about));
    assert!(Arc::ptr_eq(&before.workers, &after.workers) && Arc::ptr_eq(&before.faults, &after.faults));
}

#[test]
fn a_change_copies_what_changed_and_leaves_the_older_view_as_it_was() {
    let before = cluster();
    let name = before.connectors.keys().next().unwrap().clone();
    let mut after = before.clone();
    after.put_connectors(vec![samples::connector(name.as_str(), Health::Paused)], 2);
    let others = before.connectors.iter().filter(|(other, _)| **other != name);
    assert!(
        others
            .clone()
            .all(|(other, connector)| Arc::ptr_eq(connector, &after.connectors[other]))
    );
    assert_eq!(after.connectors[&name].revision, 2);
    assert_eq!(before.connectors[&name].revision, 1);

    // The same faults read anew change nothing.
    let mut again = after.clone();
    let faults = after.faults.iter().map(|fault| Arc::new((**fault).clone()));
    again.put_faults(faults.collect());
    assert!(Arc::ptr_eq(&after.connectors, &again.connectors));

    after.forget_connectors([&name, &"nobody".into()]);
    assert!(!after.connectors.contains_key(&name) && before.connectors.contains_key(&name));
}

#[test]
fn of_two_faults_a_connector_belongs_to_the_one_that_is_heard() {
    let mut cluster = cluster();
    let own = cluster
        .faults
        .iter()
        .find(|fault| matches!(fault.scope, Scope::Connector(_)));
    let own = own.unwrap().clone();
    let name = own.members.first().unwrap().clone();
    assert_eq!(cluster.connectors[&name].fault.as_ref().unwrap().id, own.id);
    for opened_at in [samples::ago(1), own.opened_at, samples::ago(9_000_000)] {
        let silent = Arc::new(Fault {
            id: "cluster".into(),
            scope: Scope::Cluster,
            opened_at,
            ..(*own).clone()
        });
        let unheard = Arc::new(Fault {
            unheard_since: Some(samples::now()),
            ..(*own).clone()
        });
        cluster.put_faults(vec![unheard, silent]);
        assert_eq!(&*cluster.connectors[&name].fault.as_ref().unwrap().id, "cluster");
    }
    cluster.put_faults(vec![own.clone()]);
    assert_eq!(cluster.connectors[&name].fault.as_ref().unwrap().id, own.id);
    cluster.put_faults(Vec::new());
    assert!(cluster.connectors[&name].fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_storm_that_is_too_long_to_be_read_at_once_no_event_is_missing() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    let mut rig = Rig::watching(&database, &fake).await;
    rig.until_health("invoices", Health::Healthy).await;
    database.run(&storm()).await;
    all_of_the_storm(&mut rig).await;
    rig.stop().await;
}

/// More than the follower reads of the feed before it reads the whole fleet instead.
const STORM: i64 = 10_100;

fn storm() -> String {
    format!(
        "WITH head AS (UPDATE feed_head SET id = id + {STORM} RETURNING id)
         INSERT INTO feed (id, at, cluster, changed)
         SELECT head.id - {STORM} + n, now(), 'orders', 'cluster' FROM head, generate_series(1, {STORM}) AS n"
    )
}

/// Waits until every event of the storm was told.
async fn all_of_the_storm(rig: &mut Rig) {
    let head = rig.store.feed_head().await.unwrap();
    // What came before the storm has holes in its numbers.
    let began = head - STORM;
    let mut last = began;
    while last < head {
        match tokio::time::timeout(PATIENCE, rig.events.recv()).await {
            Ok(Ok(event)) if event.id <= began => {}
            Ok(Ok(event)) => {
                assert!(last == began || event.id == last + 1, "{last}, then {}", event.id);
                last = event.id;
            }
            // Who reads so slowly is told so, and gets the newest.
            Ok(Err(RecvError::Lagged(_))) => last = began,
            none => panic!("after {last} of {head}: {none:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_is_told_whole_though_the_database_goes_away_while_it_is_read() {
    let database = Database::new().await;
    // Nothing is watched, so that nobody else reads and writes.
    let mut rig = Rig::start(&database, spec(vec![])).await;
    rig.engine.loaded.wait_for(|loaded| *loaded).await.unwrap();
    let (mut fleet, mut feed) = (database.connection().await, database.connection().await);
    let hold = async |connection: &mut PgConnection, sql: &str| {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(connection)
            .await
            .unwrap();
    };
    let waits = async |table: &str| {
        let waiting = format!(
            "SELECT pid FROM pg_locks WHERE NOT granted AND relation = to_regclass('{table}')
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        );
        let mut asking = database.connection().await;
        let found: Option<i32> = sqlx::query_scalar(AssertSqlSafe(waiting))
            .fetch_optional(&mut asking)
            .await
            .unwrap();
        found
    };
    // The storm has been seen when the fleet is asked for, and is not yet read to its end.
    hold(&mut fleet, "BEGIN; LOCK TABLE faults").await;
    database.run(&storm()).await;
    until("the reading of the fleet", async || waits("faults").await).await;
    hold(&mut feed, "BEGIN; LOCK TABLE feed").await;
    hold(&mut fleet, "COMMIT").await;
    let reader = until("the reading of the feed", async || waits("feed").await).await;
    database.run(&format!("SELECT pg_terminate_backend({reader})")).await;
    hold(&mut feed, "COMMIT").await;
    all_of_the_storm(&mut rig).await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_read_anew_that_missed_what_was_dropped_from_the_feed_or_shows_more_than_an_older_copy_of_it() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    let rig = Rig::watching(&database, &fake).await;
    rig.until_health("invoices", Health::Healthy).await;
    let head = rig.store.feed_head().await.unwrap() + 1_000;
    database
        .run("DELETE FROM feed; UPDATE feed_head SET id = id + 1000")
        .await;
    rig.until("the view at the head", |fleet| (fleet.feed >= head).then_some(()))
        .await;
    // An older copy of the database, in which the numbers of these last changes are not given out yet.
    database
        .run("DELETE FROM feed; UPDATE feed_head SET id = id - 900")
        .await;
    rig.until("the view of the older copy", |fleet| (fleet.feed < head).then_some(()))
        .await;
    rig.stop().await;
}
