use std::time::Duration;

use model::names::{ClusterName, UnitName};
use sqlx::Connection as _;
use store::{Error, Renewal, Server, Store};

use crate::database::{Database, run, until};
use crate::sample::{changes, empty, fresh};

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(200);

fn units(count: usize) -> Vec<UnitName> {
    (0..count).map(|number| format!("connect/{number:03}").into()).collect()
}

fn server<'a>(holder: &'a str, units: &'a [UnitName]) -> Server<'a> {
    Server {
        holder,
        version: "1.2.3",
        address: Some("http://127.0.0.1:8480"),
        units,
    }
}

/// Takes units and returns what renews them.
async fn taken(store: &Store, units: &[UnitName], holder: &str, ttl: Duration) -> Vec<(UnitName, i64)> {
    let leases = store.take(units, holder, &[], ttl).await.unwrap();
    leases
        .iter()
        .map(|lease| (lease.unit().clone(), lease.epoch()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_there_until_it_leaves_or_runs_out_and_is_forgotten_long_after() {
    let database = Database::new().await;
    let store = database.store().await;
    let can = units(2);
    store.beat(&server("a", &can), &[], LONG).await.unwrap();
    store.beat(&server("b", &can[..1]), &[], SHORT).await.unwrap();
    let known = store.servers().await.unwrap();
    assert_eq!(known.len(), 2);
    assert_eq!(
        (known[0].holder.as_str(), &known[0].units, known[0].version.as_str()),
        ("a", &can, "1.2.3")
    );
    assert_eq!(known[0].address.as_deref(), Some("http://127.0.0.1:8480"));
    until("the end of b", async || {
        store.servers().await.unwrap()[1].live_for.is_none().then_some(())
    })
    .await;
    // It comes back: it has not been there without a break.
    let before = store.servers().await.unwrap()[0].live_for.expect("a lives");
    store.beat(&server("b", &can), &[], LONG).await.unwrap();
    store.beat(&server("a", &can), &[], LONG).await.unwrap();
    let known = store.servers().await.unwrap();
    let (a, b) = (known[0].live_for.expect("a lives"), known[1].live_for.expect("b lives"));
    assert!(a >= before && b < a, "{a:?} {b:?}");
    assert_eq!(known[1].units, can);
    store.leave("a").await.unwrap();
    assert_eq!(store.forget_servers().await.unwrap(), 0);
    run(
        &mut database.raw().await,
        "UPDATE servers SET expires_at = now() - interval '2 hours'".into(),
    )
    .await;
    assert_eq!(store.forget_servers().await.unwrap(), 1);
    assert_eq!(store.servers().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_leases_are_taken_and_renewed_in_one_statement_each() {
    let database = Database::new().await;
    let store = database.store().await;
    let all = units(100);
    let held = taken(&store, &all, "a", Duration::from_secs(2)).await;
    assert_eq!(held.len(), 100);
    assert!(held.iter().all(|(_, epoch)| *epoch == 1));
    assert_eq!(taken(&store, &all, "b", LONG).await, [], "none is free");
    // Counted by the database: one transaction for all of them.
    let mut raw = database.raw().await;
    let renewals = store.beat(&server("a", &all), &held, LONG).await.unwrap();
    assert_eq!(renewals.len(), 100);
    assert!(renewals.iter().all(|(_, how)| *how == Renewal::Renewed));
    let transactions: i64 = sqlx::query_scalar(
        "SELECT count(DISTINCT xmin::text) FROM (SELECT xmin FROM leases UNION ALL SELECT xmin FROM servers) AS rows",
    )
    .fetch_one(&mut raw)
    .await
    .unwrap();
    assert_eq!(transactions, 1);
    let leases = store.leases().await.unwrap();
    assert!(
        leases
            .iter()
            .all(|lease| lease.held && lease.holds_for > Duration::from_secs(50))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_tells_what_is_fenced_and_waits_for_nobody() {
    let database = Database::new().await;
    let store = database.store().await;
    let all = units(4);
    let held = taken(&store, &all, "a", LONG).await;
    // One is kept by a record under way, one was given up, one was taken anew under a later epoch.
    let mut busy = database.raw().await;
    run(
        &mut busy,
        "BEGIN; SELECT FROM leases WHERE unit = 'connect/000' FOR SHARE".into(),
    )
    .await;
    let mut released = store.take(&all[1..2], "a", &[], LONG).await.unwrap();
    let released = released.pop().expect("its own");
    let held: Vec<(UnitName, i64)> = held
        .into_iter()
        .map(|(unit, epoch)| {
            let epoch = if unit == *released.unit() {
                released.epoch()
            } else {
                epoch
            };
            (unit, epoch)
        })
        .collect();
    store.release(released).await.unwrap();
    assert_eq!(taken(&store, &all[2..3], "a", LONG).await, [(all[2].clone(), 2)]);
    let mut renewals = store.beat(&server("a", &all), &held, LONG).await.unwrap();
    renewals.sort_by(|one, other| one.0.cmp(&other.0));
    let how: Vec<Renewal> = renewals.iter().map(|(_, how)| *how).collect();
    assert_eq!(how, [Renewal::Busy, Renewal::Fenced, Renewal::Fenced, Renewal::Renewed]);
    run(&mut busy, "COMMIT".into()).await;
    let again = store.beat(&server("a", &all), &held[..1], LONG).await.unwrap();
    assert_eq!(again, [(all[0].clone(), Renewal::Renewed)]);
    busy.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ran_out_or_was_given_up_is_taken_by_one_of_many_in_a_new_epoch() {
    let database = Database::new().await;
    let store = database.store().await;
    let all = units(30);
    assert_eq!(taken(&store, &all[..20], "dead", SHORT).await.len(), 20);
    for lease in store.take(&all[20..25], "gone", &[], LONG).await.unwrap() {
        store.release(lease).await.unwrap();
    }
    until("the end of its leases", async || {
        store
            .leases()
            .await
            .unwrap()
            .iter()
            .all(|lease| !lease.held)
            .then_some(())
    })
    .await;
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..4 {
        let (store, mut wanted) = (store.clone(), all.clone());
        // In different orders, as they come.
        wanted.rotate_left(number * 7);
        asking.spawn(async move {
            let holder = format!("server {number}");
            let mut mine = Vec::new();
            // What another one had in its hands at that moment is left out.
            for _ in 0..3 {
                mine.extend(taken(&store, &wanted, &holder, LONG).await);
                wanted.retain(|unit| mine.iter().all(|(taken, _)| taken != unit));
            }
            mine
        });
    }
    let mut got: Vec<(UnitName, i64)> = asking.join_all().await.into_iter().flatten().collect();
    got.sort();
    let expected: Vec<(UnitName, i64)> = all
        .iter()
        .enumerate()
        .map(|(number, unit)| (unit.clone(), if number < 25 { 2 } else { 1 }))
        .collect();
    assert_eq!(got, expected, "each by one, in the epoch after the last");
}

#[tokio::test(flavor = "multi_thread")]
async fn listeners_hear_that_a_unit_was_given_up() {
    let database = Database::new().await;
    let store = database.store().await;
    let mut listener = store.listen_for_leases().await.unwrap();
    let lease = store
        .acquire(&"connect/a".into(), "a", LONG)
        .await
        .unwrap()
        .expect("free");
    let began = std::time::Instant::now();
    store.release(lease).await.unwrap();
    listener.wait(LONG).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(20));
}

/// A server that was stopped between two statements of a record keeps neither the lease's row nor the numbering.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_says_nothing_any_more_is_ended_and_holds_nobody_up() {
    let database = Database::new().await;
    let store = database.store().await;
    let cluster = ClusterName::from("orders");
    let stopped = store
        .acquire(&"connect/orders".into(), "a", SHORT)
        .await
        .unwrap()
        .expect("free");
    // What a commit begins with, and then silence.
    let mut raw = database.raw().await;
    run(
        &mut raw,
        "BEGIN;
         SELECT set_config('idle_in_transaction_session_timeout', '2s', true) FROM leases WHERE unit = 'connect/orders'
         FOR SHARE OF leases;
         SELECT pg_advisory_xact_lock(x'51676e616c626f78'::bigint)"
            .into(),
    )
    .await;
    let began = std::time::Instant::now();
    let next = until("the takeover", async || {
        store
            .take(&["connect/orders".into()], "b", &[], LONG)
            .await
            .unwrap()
            .pop()
    })
    .await;
    let (fresh, feed) = (fresh(1), changes(1));
    let mut batch = empty(&cluster, &fresh);
    batch.feed = &feed;
    store.commit(&next, &batch).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    assert!(matches!(
        store.commit(&stopped, &batch).await,
        Err(Error::Fenced { .. })
    ));
    assert!(raw.ping().await.is_err(), "it was ended");
}

/// The real statement sets what ends it: seen from within a commit that waits for the numbering.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_under_way_may_be_silent_for_two_seconds() {
    let database = Database::new().await;
    let store = database.store().await;
    let lease = store
        .acquire(&"connect/orders".into(), "a", LONG)
        .await
        .unwrap()
        .expect("free");
    let mut raw = database.raw().await;
    run(
        &mut raw,
        "CREATE TABLE seen (silence text);
         CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             INSERT INTO seen VALUES (current_setting('idle_in_transaction_session_timeout')); RETURN NULL;
         END $$;
         CREATE TRIGGER see AFTER INSERT ON heartbeats FOR EACH ROW EXECUTE FUNCTION see()"
            .into(),
    )
    .await;
    let (cluster, fresh) = (ClusterName::from("orders"), fresh(1));
    store.commit(&lease, &empty(&cluster, &fresh)).await.unwrap();
    let seen: Vec<String> = sqlx::query_scalar("SELECT silence FROM seen")
        .fetch_all(&mut raw)
        .await
        .unwrap();
    assert_eq!(seen, ["2s"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_process_held_that_is_known_to_have_ended_is_taken_at_once_in_a_new_epoch() {
    let database = Database::new().await;
    let store = database.store().await;
    let all = units(3);
    let dead = store.take(&all[..1], "a/1", &[], LONG).await.unwrap().pop().unwrap();
    store.take(&all[1..2], "b/1", &[], LONG).await.unwrap();
    assert!(store.take(&all[..2], "a/2", &[], LONG).await.unwrap().is_empty());
    let former = ["a/0".into(), "a/1".into()];
    let taken = store.take(&all, "a/2", &former, LONG).await.unwrap();
    let mut taken: Vec<_> = taken
        .iter()
        .map(|lease| (lease.unit().clone(), lease.epoch()))
        .collect();
    taken.sort();
    assert_eq!(
        taken,
        [(all[0].clone(), 2), (all[2].clone(), 1)],
        "its own and what was free"
    );
    // Whatever is left of the dead one writes nothing any more.
    assert!(matches!(store.renew(&dead).await, Err(store::Error::Fenced { .. })));
}
