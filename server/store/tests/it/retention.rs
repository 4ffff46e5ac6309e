//! Config versions that can be shown to nobody any more are deleted, and no others.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta};
use model::Timestamp;
use model::names::ClusterName;
use store::{Batch, Store};

use crate::database::{Database, run};
use crate::sample::{config, connector, empty, fresh};

/// The middle of a month: history of before is kept from its first day on.
fn before() -> Timestamp {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn days(count: i64) -> Timestamp {
    before() + TimeDelta::days(count)
}

/// Versions `0`, `1` … of a connector of `orders`, which came into force at these times; this one is in force.
async fn put(database: &Database, name: &str, times: &[Timestamp], in_force: Option<usize>) {
    let mut raw = database.raw().await;
    let json = serde_json::to_string(&config('a', true)).unwrap();
    let values: Vec<String> = times
        .iter()
        .enumerate()
        .map(|(number, at)| format!("('orders', '{name}', '{number}', '{at}', '{at}', '{json}')"))
        .collect();
    let in_force = in_force.map_or("NULL".to_owned(), |number| format!("'{number}'"));
    run(
        &mut raw,
        format!(
            "INSERT INTO connectors (cluster, name, facts, verdict, config_version, health)
             VALUES ('orders', '{name}', '{{}}', '{{}}', {in_force}, 'healthy')"
        ),
    )
    .await;
    if !values.is_empty() {
        let columns = "cluster, connector, version, seen_at, in_force_since, config";
        let values = values.join(", ");
        run(
            &mut raw,
            format!("INSERT INTO config_versions ({columns}) VALUES {values}"),
        )
        .await;
    }
}

/// The versions that are left, by connector.
async fn left(database: &Database) -> BTreeMap<String, Vec<usize>> {
    let rows: Vec<(String, String)> = sqlx::query_as("SELECT connector, version FROM config_versions")
        .fetch_all(&mut database.raw().await)
        .await
        .unwrap();
    let mut left: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (name, version) in rows {
        left.entry(name).or_default().push(version.parse().unwrap());
    }
    left.values_mut().for_each(|versions| versions.sort_unstable());
    left
}

async fn forget(database: &Database) -> u64 {
    database.store().await.forget_config_versions(before()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_deleted_once_the_history_of_its_end_is_dropped() {
    let database = Database::new().await;
    // 21 September 2026: what ended in August is gone with August.
    let times = [days(-90), days(-60), days(-30), days(-10), days(5)];
    put(&database, "living", &times, Some(4)).await;
    put(&database, "back at an old one", &times, Some(0)).await;
    put(&database, "unchanged for years", &[days(-900)], Some(0)).await;
    put(&database, "not known any more", &[days(-900), days(-800)], None).await;
    put(&database, "never known", &[], None).await;
    assert_eq!(forget(&database).await, 2 + 1 + 1);
    let left = left(&database).await;
    assert_eq!(left["living"], [2, 3, 4], "the third was in force until 11 September");
    assert_eq!(left["back at an old one"], [0, 2, 3, 4]);
    assert_eq!(left["unchanged for years"], [0]);
    assert_eq!(left["not known any more"], [1]);
    assert_eq!(forget(&database).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_connector_whose_config_changes_again_and_again_the_newest_stay_with_the_one_in_force() {
    let database = Database::new().await;
    let times: Vec<Timestamp> = (0..2500).map(|number| days(0) + TimeDelta::minutes(number)).collect();
    put(&database, "restless", &times, Some(7)).await;
    put(&database, "calm", &times[..200], Some(199)).await;
    // Their names come beyond those that are looked at together.
    let mut raw = database.raw().await;
    run(
        &mut raw,
        "INSERT INTO connectors (cluster, name, facts, verdict, health)
         SELECT 'a', 'many' || n, '{}', '{}', 'healthy' FROM generate_series(1, 1100) AS n"
            .into(),
    )
    .await;
    let shown = async |store: &Store| {
        store
            .config_versions(&"orders".into(), &"restless".into())
            .await
            .unwrap()
    };
    let store = database.store().await;
    let before = shown(&store).await;
    assert_eq!(forget(&database).await, 2500 - 200 - 1);
    let left = left(&database).await;
    assert_eq!(left["restless"][0], 7);
    assert_eq!(left["restless"][1..], (2300..2500).collect::<Vec<_>>());
    assert_eq!(left["calm"].len(), 200);
    assert_eq!(shown(&store).await, before, "whoever asks is told the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_comes_back_into_force_meanwhile_stays() {
    let database = Database::new().await;
    let store = database.store().await;
    let cluster = ClusterName::from("orders");
    let lease = store
        .acquire(&"connect/orders".into(), "a", std::time::Duration::from_secs(60))
        .await
        .unwrap()
        .expect("free");
    let fresh_now = fresh(1);
    let commit = async |letter, day| {
        let connectors = [connector("jdbc", Some(config(letter, true)))];
        let batch = Batch {
            at: days(day),
            connectors: &connectors,
            ..empty(&cluster, &fresh_now)
        };
        store.commit(&lease, &batch).await.unwrap();
    };
    commit('a', -90).await;
    commit('b', -60).await;
    // The record waits in the middle, after its configs and before its connectors, with the old version locked.
    let mut raw = database.raw().await;
    run(
        &mut raw,
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             PERFORM pg_advisory_xact_lock(7303099); RETURN NEW; END $$;
         CREATE TRIGGER wait BEFORE INSERT OR UPDATE ON connectors FOR EACH ROW EXECUTE FUNCTION wait();
         SELECT pg_advisory_lock(7303099)"
            .into(),
    )
    .await;
    let forgetting = async {
        crate::database::until("the record waits", async || {
            let waits: bool = sqlx::query_scalar(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 7303099
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            )
            .fetch_one(&mut raw)
            .await
            .unwrap();
            waits.then_some(())
        })
        .await;
        let forgotten = forget(&database).await;
        run(&mut raw, "SELECT pg_advisory_unlock(7303099)".into()).await;
        forgotten
    };
    let ((), forgotten) = tokio::join!(commit('a', 1), forgetting);
    assert_eq!(forgotten, 0, "it is neither deleted nor waited for");
    let loaded = store.load_cluster(&cluster).await.unwrap().expect("recorded");
    assert_eq!(loaded.connectors[0].facts.config.as_deref(), Some(&*config('a', true)));
}
